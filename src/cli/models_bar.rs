//! How far a fetch has come, on standard error.

use super::{Out, place};
use crate::models::{Aside, Progress, Step, megabytes};
use std::io::IsTerminal as _;

/// Progress on standard error: one line that changes at a terminal, else a line per step and 10 %.
pub struct Bar<'a> {
    out: &'a mut Out,
    redraws: bool,
    last: Option<(Step, u64)>,
    told: Option<Aside>,
}

impl<'a> Bar<'a> {
    pub fn new(out: &'a mut Out) -> Self {
        let dumb = place::variable("TERM").is_none_or(|term| term == "dumb");
        Self { out, redraws: std::io::stderr().is_terminal() && !dumb, last: None, told: None }
    }

    pub fn show(&mut self, progress: Progress) {
        if progress.aside != self.told {
            self.clear();
            self.told = progress.aside;
            self.last = None;
            self.out.say(progress.aside.map_or("", Aside::sentence));
            // Nothing of the new way was done yet.
            return;
        }
        let percent = progress.percent();
        if self.redraws {
            self.last = Some((progress.step, percent));
            self.out.redraw(&bar_line(&progress));
            return;
        }
        let tenth = percent / 10 * 10;
        if self.last.is_none_or(|(step, told)| step != progress.step || tenth > told) {
            self.last = Some((progress.step, tenth));
            let line = match progress.step {
                Step::Wait => WAITING.to_owned(),
                step => format!("{} {tenth} %", step.word()),
            };
            self.out.say(&line);
        }
    }

    /// Makes room for the next line.
    pub fn clear(&mut self) {
        if self.redraws && self.last.take().is_some() {
            self.out.redraw("");
        }
    }
}

const WAITING: &str = "waiting: another cowrite is fetching";

/// A line of at most 78 columns.
fn bar_line(progress: &Progress) -> String {
    if progress.step == Step::Wait {
        return WAITING.into();
    }
    let full = (progress.percent() / 5) as usize;
    let speed = progress.speed.map(|speed| format!("  {}/s", megabytes(speed)));
    let left = progress.left.map(|left| {
        let seconds = left.as_secs();
        format!("  {}:{:02} left", seconds / 60, seconds % 60)
    });
    format!(
        "{:<11} {}{} {:>3} %  {}{}{}",
        progress.step.word(),
        "#".repeat(full),
        ".".repeat(20 - full),
        progress.percent(),
        megabytes(progress.bytes),
        speed.unwrap_or_default(),
        left.unwrap_or_default()
    )
}
