//! What a machine does to a program: the terminal goes away, git puts other versions down, disks
//! are full, files can't be read, are too large, or vanish. Nothing that was written is lost.
//!
//! What needs the superuser or a tool that is not there is said loudly and not done.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::mpsc;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::desk::{home, open, quit, quit_draft, sessions, text};
use crate::pty::{DEADLINE, Home, Start};

fn fresh() -> Arc<Home> {
    Arc::new(home())
}

/// Says what this machine can't show.
fn cannot(what: &str) {
    // Past the test runner, which keeps what is printed to itself.
    let _ = writeln!(std::io::stderr(), "NOT TESTED HERE: {what}");
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| {
        use std::os::unix::fs::MetadataExt as _;
        meta.uid() == 0
    })
}

#[test]
fn a_terminal_that_is_closed_leaves_everything_on_the_disk() {
    let home = fresh();
    home.write("a.md", "file\n");
    let large = "largely a line of a file, to be edited as it is\n".repeat(230_000);
    home.write("big.txt", &large);
    for (name, shown) in [("a.md", "file"), ("big.txt", "largely")] {
        let size = PtySize { rows: 24, cols: 100, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_cowrite"));
        command.arg(name);
        command.env_clear();
        for (name, value) in home.vars() {
            command.env(name, value);
        }
        command.cwd(home.work());
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let mut writer = pair.master.take_writer().unwrap();
        // The reader stops when it has seen the key: its handle goes with it.
        let wanted = shown.to_owned();
        let (tell, told) = mpsc::channel();
        let reading = std::thread::spawn(move || {
            let (mut seen, mut buffer) = (String::new(), [0; 4096]);
            for wanted in [wanted.as_str(), "Z"] {
                while !seen.contains(wanted) {
                    let count = reader.read(&mut buffer).unwrap_or(0);
                    if count == 0 {
                        return;
                    }
                    seen.push_str(&String::from_utf8_lossy(&buffer[..count]));
                }
                let _ = tell.send(());
            }
        });
        told.recv_timeout(DEADLINE).expect("the text is shown");
        writer.write_all(b"QXZ").unwrap();
        told.recv_timeout(DEADLINE).expect("the keys are shown");
        reading.join().unwrap();
        // Every handle of this side goes: the terminal is gone, as when its window is closed.
        drop((writer, pair.master));
        let (done, ended) = mpsc::channel();
        std::thread::spawn(move || done.send(child.wait()));
        let status = ended.recv_timeout(DEADLINE).expect("it ends by itself").unwrap();
        println!("{name}: ended with {status:?}");
        assert!(home.read(name).starts_with(shown), "nobody saved");
        // (The terminal library sends line end and ctrl-d before it lets go: keys like others.)
        let term = open(&home, &[name]);
        term.wait_for("QXZ");
        term.wait_for(shown);
        quit_draft(&term);
    }
}

#[test]
fn git_puts_another_version_down() {
    let home = fresh();
    let git = |args: &[&str]| {
        let always = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
        home.run_program("git", &[&always, args].concat(), "").ok()
    };
    if std::process::Command::new("git").arg("--version").output().is_err() {
        return cannot("git is not installed");
    }
    git(&["init", "-q", "-b", "main"]);
    home.write("a.md", "first\n\nmiddle\n\nlast\n");
    git(&["add", "."]);
    git(&["commit", "-qm", "first"]);
    git(&["checkout", "-qb", "other"]);
    home.write("a.md", "first\n\nmiddle\n\nlast\nof the other branch\n");
    git(&["commit", "-qam", "other"]);
    git(&["checkout", "-q", "main"]);

    // While it is open, with text that is not saved: both stand.
    let term = open(&home, &["a.md"]);
    term.keys("mine <ctrl-s>");
    term.wait_for("Saved to");
    git(&["commit", "-qam", "mine"]);
    term.keys("unsaved ");
    term.wait_for("mine unsaved first");
    git(&["merge", "-q", "--no-edit", "other"]);
    term.wait_for("of the other branch");
    term.wait_for("mine unsaved first");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    let merged = "mine unsaved first\n\nmiddle\n\nlast\nof the other branch\n";
    assert_eq!(home.read("a.md"), merged);
    git(&["commit", "-qam", "merged"]);
    // A version that was saved here before is asked about; until then the text here stays.
    git(&["checkout", "-q", "main~2"]);
    term.wait_for("Keep the text that is here");
    assert_eq!(home.read("a.md"), "mine first\n\nmiddle\n\nlast\n");
    term.keys("n");
    term.wait_for("mine unsaved first");
    git(&["checkout", "-q", "main"]);
    // Now the file holds what is here.
    term.wait_gone("a.md *");
    quit(&term);

    // While it is closed.
    git(&["checkout", "-q", "other"]);
    let term = open(&home, &["a.md"]);
    term.wait_for("changed outside");
    term.wait_gone("mine unsaved");
    term.keys("<ctrl-end>!<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(home.read("a.md"), "first\n\nmiddle\n\nlast\nof the other branch\n!");
    assert_eq!(text(&home), home.read("a.md"));
    assert_eq!(sessions(&home).len(), 1);
}

/// A small file system that is taken away again.
struct Small(std::path::PathBuf);

impl Small {
    fn mount(at: std::path::PathBuf, kib: usize) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let size = format!("size={kib}k");
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(&at)
            .output();
        mounted.is_ok_and(|done| done.status.success()).then_some(Self(at))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_told_and_nothing_is_lost_once_there_is_room() {
    let home = home();
    let dir = home.file("small");
    let Some(small) = Small::mount(dir.clone(), 12_288) else {
        return cannot("a full file system: mounting one needs the superuser");
    };
    let home = Arc::new(home.env("COWRITE_HOME", dir.join("cowrite").to_str().unwrap()));
    std::fs::create_dir_all(dir.join("cowrite")).unwrap();
    std::fs::write(dir.join("cowrite/config.toml"), "name = \"Ada\"\nmodel = \"test\"\n").unwrap();
    home.write("small/a.md", "file\n");
    let term = open(&home, &["small/a.md"]);
    term.keys("one ");
    term.wait_for("one file");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    // Somebody else takes all the room.
    let mut hog = std::fs::File::create(dir.join("hog")).unwrap();
    while hog.write_all(&[0; 4_096]).is_ok() {}
    let typed = "typed on a full disk ".repeat(20);
    for part in typed.as_bytes().chunks(10) {
        term.keys(std::str::from_utf8(part).unwrap());
    }
    term.wait_for("disk is full");
    // Neither can the file be written, which stays as it was.
    term.keys("<ctrl-s>");
    term.wait_for("was not saved");
    assert_eq!(home.read("small/a.md"), "one file\n");
    drop(hog);
    std::fs::remove_file(dir.join("hog")).unwrap();
    term.wait_for("nothing was lost");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(home.read("small/a.md"), format!("one {typed}file\n"));
    let term = open(&home, &["small/a.md"]);
    quit(&term);
    home.run(&["verify"], "").ok();
    drop(small);
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    let home = fresh();
    home.write("secret.md", "secret\n");
    let root = home.work().parent().unwrap().to_path_buf();
    let shell = |script: &str| home.run_program("/bin/sh", &["-c", script], "");
    if !is_root() {
        shell("chmod 000 secret.md").ok();
        let term = Start::cowrite(&["secret.md"]).home(&home).size(24, 100).start();
        assert!(!term.wait_exit().success());
        term.wait_for("can't be read: permission denied");
        return;
    }
    let program = env!("CARGO_BIN_EXE_cowrite");
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"].join(" ");
    shell(&format!("chown -R 65534:65534 {}", root.display())).ok();
    shell("chown 0:0 secret.md && chmod 600 secret.md").ok();
    if !shell(&format!("{nobody} test -x {program}")).status.success() {
        return cannot(
            "an unreadable file: setpriv is missing, or nobody else may run the program",
        );
    }
    let script = format!("exec {nobody} {program} secret.md");
    let term = Start::program("/bin/sh", &["-c", &script]).home(&home).size(24, 100).start();
    assert!(!term.wait_exit().success());
    term.wait_for("can't be read: permission denied");
    term.assert_restored();
    // One that may be read and not written can be saved under another name.
    shell("chmod 644 secret.md").ok();
    let term = Start::program("/bin/sh", &["-c", &script]).home(&home).size(24, 100).start();
    term.wait_for("secret");
    term.keys("x<alt-s>");
    term.wait_for("Save as");
    term.keys("<ctrl-a>copy.md<enter>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(
        (home.read("secret.md"), home.read("copy.md")),
        ("secret\n".into(), "xsecret\n".into())
    );
}

#[test]
fn a_file_of_two_gigabytes_is_refused_at_once() {
    let home = fresh();
    let file = std::fs::File::create(home.file("huge.log")).unwrap();
    file.set_len(2 << 30).unwrap();
    let term = Start::cowrite(&["huge.log"]).home(&home).size(24, 100).start();
    assert!(!term.wait_exit().success());
    term.wait_for("has 2048 MiB; cowrite opens files up to 1024 MiB");
    term.assert_restored();
}

#[test]
fn a_file_that_vanishes_is_written_again() {
    let home = fresh();
    home.write("dir/a.md", "text\n");
    let term = open(&home, &["dir/a.md"]);
    term.keys("x<ctrl-s>");
    term.wait_for("Saved to");
    std::fs::remove_file(home.file("dir/a.md")).unwrap();
    term.wait_for("a.md is gone from the disk");
    term.keys("y<ctrl-s>");
    term.wait_for("Write it again under its name");
    term.keys("y");
    term.wait_for("Saved to");
    assert_eq!(home.read("dir/a.md"), "xytext\n");
    // With its folder: the text stays here.
    std::fs::remove_dir_all(home.file("dir")).unwrap();
    term.wait_for("a.md is gone from the disk");
    term.keys("z<ctrl-s>");
    term.wait_for("Write it again under its name");
    term.keys("y");
    term.wait_for("does not exist: make it first");
    std::fs::create_dir(home.file("dir")).unwrap();
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(home.read("dir/a.md"), "xyztext\n");
}

#[test]
fn a_file_that_is_renamed_while_it_is_open_is_followed() {
    let home = fresh();
    home.write("w.md", "text\n");
    home.write("v.txt", "text\n\n");
    let term = open(&home, &["w.md"]);
    term.keys("x<ctrl-s>");
    term.wait_for("Saved to");
    std::fs::rename(home.file("w.md"), home.file("v.md")).unwrap();
    term.wait_for("w.md is v.md now");
    term.keys("y");
    term.wait_for("v.md now.");
    term.keys("y<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert!(!home.file("w.md").exists());
    assert_eq!(home.read("v.md"), "xytext\n");
}

#[test]
fn pasting_into_a_prompt_submits_nothing() {
    let home = fresh();
    home.write("a.md", "one\n");
    let term = open(&home, &["a.md"]);
    for (keys, title) in [
        ("<ctrl-f>", "Find"),
        ("<ctrl-o>", "Open a file"),
        ("<alt-s>", "Save as"),
        ("<ctrl-p>", "Commands"),
        ("<f4>/", "Sessions"),
    ] {
        term.keys(keys);
        term.wait_for(title);
        term.keys("<ctrl-a>");
        term.paste("edit.insert pasted\n\nb.md\n");
        term.wait_for("edit.insert pasted");
        // It still stands there, on one line.
        term.wait_for(title);
        term.keys("<esc>");
        if title == "Sessions" {
            term.keys("<esc>");
        }
        term.wait_gone(title);
    }
    term.keys("<ctrl-q>");
    assert!(term.wait_exit().success());
    assert_eq!(home.read("a.md"), "one\n");
    assert!(!home.file("b.md").exists());
}
