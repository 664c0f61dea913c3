//! Everything that needs no network and no terminal, in one binary.

mod event;
mod provider;
mod provider_real;
