//! The question that `apply` asks on a terminal: which answers count, and what is applied afterwards.

use std::fs::{self, File};
use std::io::Write;
use std::process::{Child, Command};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::support::{Pty, Site, binary, has, meaning, parsed};

const QUESTION: &str = "Apply this plan? Type `yes` to confirm: ";
/// Bytes that the keys send.
const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";

/// Apply that runs on its own terminal.
struct Session {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    seen: String,
}

impl Session {
    /// Starts an apply in a site and waits for its question.
    fn asked(site: &Site) -> Self {
        let mut session = Self::start(site);
        session.wait_for(QUESTION);
        session
    }

    fn start(site: &Site) -> Self {
        let pty = Pty::open();
        // The shell owns the terminal and passes the exit code on. If the tests run in the background, their children
        // ignore interrupts unless `env` restores the default.
        let child = Command::new("setsid")
            .args(["-c", "env", "--default-signal=INT", "sh", "-c", "trap : INT; \"$@\"; exit $?", "sh"])
            .arg(binary())
            .args(["apply", "-f", "x.toml"])
            .current_dir(site.path(""))
            .env("NO_COLOR", "1")
            .stdin(pty.end())
            .stdout(pty.end())
            .stderr(pty.end())
            .spawn()
            .expect("started");
        let screen = pty.screen();
        Self { child, keyboard: pty.keyboard, screen, seen: String::new() }
    }

    fn wait_for(&mut self, words: &str) {
        while !self.seen.contains(words) {
            let bytes = self.screen.recv_timeout(Duration::from_mins(1));
            let bytes = bytes.unwrap_or_else(|_| panic!("no {words:?} in {:?}", self.seen));
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    /// Types the keys, waits for the end, and returns the exit code and everything that was shown.
    fn answer(mut self, keys: &str) -> (Option<i32>, String) {
        self.keyboard.write_all(keys.as_bytes()).expect("typed");
        let code = self.child.wait().expect("it ends").code();
        for bytes in self.screen {
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
        (code, self.seen)
    }
}

/// Makes a site whose manifest has changed since the last apply; returns it with the current state and the state after
/// the next apply. Returns `None` if the tests cannot open a terminal.
fn changed() -> Option<(Site, Vec<u8>, Vec<u8>)> {
    if !has(&["setsid", "true"]) {
        return None;
    }
    let site = Site::new(3, 1);
    site.apply_well();
    let old = site.state().expect("a state");
    site.declare(3, 2);
    site.apply_well();
    let new = site.state().expect("a state");
    site.reset(Some(&old));
    Some((site, old, new))
}

#[test]
fn yes_applies_what_was_shown() {
    let Some((site, _, new)) = changed() else { return };
    let (code, seen) = Session::asked(&site).answer("yes\n");
    assert_eq!(code, Some(0), "{seen}");
    assert!(
        seen.contains("~ work-0  node-0  cpu 1 -> 2") && seen.contains("Saved `x.state.toml` (serial 2)."),
        "{seen}"
    );
    assert_eq!(site.state(), Some(new));
}

#[test]
fn anything_else_declines() {
    let Some((site, old, _)) = changed() else { return };
    for keys in ["no\n", "\n", "y\n", "yes please\n", CTRL_D] {
        let (code, seen) = Session::asked(&site).answer(keys);
        assert_eq!(code, Some(4), "{keys:?}: {seen}");
        assert!(seen.contains("declined; nothing was written"), "{keys:?}: {seen}");
        assert_eq!(site.state().as_ref(), Some(&old), "{keys:?}");
    }
}

#[test]
fn an_interrupted_question_writes_nothing() {
    let Some((site, old, _)) = changed() else { return };
    let (code, seen) = Session::asked(&site).answer(CTRL_C);
    assert_eq!(code, Some(130), "{seen}");
    assert_eq!(site.state(), Some(old));
    assert_eq!(site.leftovers(), Vec::<String>::new());
    site.apply_well();
}

#[test]
fn the_manifest_that_was_shown_is_applied_even_if_the_file_changes() {
    let Some((site, _, new)) = changed() else { return };
    for meanwhile in ["strategy = \"round-robin\"\n", "broken ="] {
        site.declare(3, 2);
        site.reset(None);
        let session = Session::asked(&site);
        fs::write(site.path("x.toml"), meanwhile).expect("a manifest");
        let (code, seen) = session.answer("yes\n");
        assert_eq!(code, Some(0), "{seen}");
        assert_eq!(meaning(&site.state().expect("a state")), meaning(&new));
    }
}

#[test]
fn a_state_that_changed_while_the_question_waited_is_not_overwritten() {
    let Some((site, _, _)) = changed() else { return };
    let session = Session::asked(&site);
    site.declare(3, 9);
    site.apply_well();
    let theirs = site.state().expect("a state");
    let (code, seen) = session.answer("yes\n");
    assert_eq!(code, Some(4), "{seen}");
    assert!(seen.contains("has changed since it was read"), "{seen}");
    assert_eq!(site.state().as_ref(), Some(&theirs));
    assert_eq!(parsed(&theirs).serial, 2);
    assert_eq!(site.leftovers(), Vec::<String>::new());
}

#[test]
fn no_question_is_asked_if_nothing_changes() {
    let Some((site, _, new)) = changed() else { return };
    site.reset(Some(&new));
    let (code, seen) = Session::start(&site).answer("");
    assert_eq!(code, Some(0), "{seen}");
    assert!(
        !seen.contains(QUESTION) && seen.contains("Nothing changed, and nothing was started or stopped."),
        "{seen}"
    );
}
