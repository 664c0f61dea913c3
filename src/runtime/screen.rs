//! Where frames go: a terminal, or nowhere. Knows neither.

use crate::app::App;

/// Milliseconds between two frames that only show more of an answer.
const STREAM_FRAME_MS: u64 = 33;

/// Where frames go and what only a terminal can do.
pub trait Screen {
    /// Milliseconds between two frames that only show more of an answer.
    fn pace(&self) -> u64 {
        STREAM_FRAME_MS
    }

    fn draw(&mut self, app: &App) -> std::io::Result<()>;
    /// Copies to the clipboard; what was done, in words, when it is not certain.
    fn copy(&mut self, text: &str) -> std::io::Result<()>;
    /// The system's clipboard, where there is one.
    fn clipboard(&mut self) -> Option<String>;
    fn mouse(&mut self, on: bool) -> std::io::Result<()>;
    fn suspend(&mut self) -> std::io::Result<()>;
    fn redraw(&mut self) -> std::io::Result<()>;
}

/// No screen: for headless commands.
pub struct NoScreen;

impl Screen for NoScreen {
    /// Frames cost nothing, and what was printed must be stored at once.
    fn pace(&self) -> u64 {
        0
    }

    fn draw(&mut self, _: &App) -> std::io::Result<()> {
        Ok(())
    }

    fn copy(&mut self, _: &str) -> std::io::Result<()> {
        Ok(())
    }

    fn clipboard(&mut self) -> Option<String> {
        None
    }

    fn mouse(&mut self, _: bool) -> std::io::Result<()> {
        Ok(())
    }

    fn suspend(&mut self) -> std::io::Result<()> {
        Ok(())
    }

    fn redraw(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
