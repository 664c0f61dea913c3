//! What is on the screen, a file each. A widget is a function of the machine's state and an area;
//! it keeps nothing and handles nothing.

pub mod chat;
pub mod editor;
pub mod float;
mod form;
mod history;
pub mod overlay;
pub mod panel;
pub mod status;
