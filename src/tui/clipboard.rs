//! The clipboard: OSC 52 first, which works over SSH; the system's own programs when the screen is
//! local.

use base64::Engine;
use std::io::Write;
use std::process::{Command, Stdio};

/// The most bytes that terminals take by OSC 52.
const MOST: usize = 74_994;

/// The sequence that puts text on the terminal's clipboard; wrapped for tmux, whose own handling
/// may be off. `None` when it is too long.
pub fn osc52(text: &str, tmux: bool) -> Option<String> {
    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
    if encoded.len() > MOST {
        return None;
    }
    let plain = format!("\x1b]52;c;{encoded}\x07");
    // tmux with `set-clipboard on` takes the plain one; the wrapped one passes through otherwise.
    Some(if tmux { format!("{plain}\x1bPtmux;\x1b{plain}\x1b\\") } else { plain })
}

fn local_programs(copy: bool) -> Vec<(&'static str, &'static [&'static str])> {
    if cfg!(target_os = "macos") {
        return vec![if copy { ("pbcopy", &[]) } else { ("pbpaste", &[]) }];
    }
    let mut programs: Vec<(&'static str, &'static [&'static str])> = Vec::new();
    if std::env::var_os("WAYLAND_DISPLAY").is_some() {
        programs.push(if copy { ("wl-copy", &[]) } else { ("wl-paste", &["--no-newline"]) });
    }
    if std::env::var_os("DISPLAY").is_some() {
        programs.push(if copy {
            ("xclip", &["-selection", "clipboard"])
        } else {
            ("xclip", &["-selection", "clipboard", "-o"])
        });
    }
    programs
}

/// Whether the screen is another machine's.
fn remote() -> bool {
    std::env::var_os("SSH_CONNECTION").is_some() || std::env::var_os("SSH_TTY").is_some()
}

/// Gives text to the system's clipboard where there is one.
pub fn copy_local(text: &str) {
    if remote() {
        return;
    }
    for (program, arguments) in local_programs(true) {
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = child else { continue };
        if let Some(mut input) = child.stdin.take() {
            let _ = input.write_all(text.as_bytes());
        }
        // It goes on to serve the clipboard by itself; its end is waited for elsewhere.
        let _ = std::thread::Builder::new().spawn(move || child.wait());
        return;
    }
}

/// The program that has the system's clipboard, when it is installed and the screen is local.
pub fn program() -> Option<&'static str> {
    let path = std::env::var_os("PATH").filter(|_| !remote())?;
    let there = |name: &str| std::env::split_paths(&path).any(|dir| dir.join(name).is_file());
    local_programs(true).into_iter().map(|(name, _)| name).find(|name| there(name))
}

/// What the system's clipboard holds.
pub fn paste_local() -> Option<String> {
    if remote() {
        return None;
    }
    for (program, arguments) in local_programs(false) {
        let output = Command::new(program).args(arguments).stderr(Stdio::null()).output();
        if let Ok(output) = output
            && output.status.success()
        {
            return String::from_utf8(output.stdout).ok().filter(|text| !text.is_empty());
        }
    }
    None
}
