//! Saving in nano, which needs a terminal: `script` provides one.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{PATIENCE, Watching, a_while, home, manifest, write};

use crate::support::{has, repetitions};

const WRITE_OUT: &[u8] = b"\x0f";
const EXIT: &[u8] = b"\x18";

/// Types a line at the start of the manifest, saves, and exits.
fn nano(folder: &Path, line: &str) {
    let mut script = Command::new("script");
    script.args(["-qec", "nano --ignorercfiles lighthouse.toml", "/dev/null"]).current_dir(folder).env("TERM", "xterm");
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let (mut keys, mut screen) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
    // nano discards keys that are typed before it has drawn its screen.
    while !String::from_utf8_lossy(&shown).contains("lighthouse.toml") {
        let read = screen.read(&mut buffer).expect("it draws");
        assert!(read > 0, "it has ended");
        shown.extend_from_slice(&buffer[..read]);
    }
    thread::spawn(move || std::io::copy(&mut screen, &mut std::io::sink()));
    let mut press = |key: &[u8]| {
        thread::sleep(Duration::from_millis(100));
        keys.write_all(key).expect("typed");
    };
    press(format!("{line}\r").as_bytes());
    press(WRITE_OUT);
    press(b"\r");
    let start = Instant::now();
    while !fs::read_to_string(folder.join("lighthouse.toml")).is_ok_and(|text| text.starts_with(line)) {
        assert!(start.elapsed() < PATIENCE, "it does not save");
        thread::sleep(Duration::from_millis(5));
    }
    press(EXIT);
    child.wait().expect("it ends");
}

#[test]
fn saving_in_nano_leads_to_one_plan() {
    if !has(&["nano", "--version"]) || !has(&["script", "--version"]) {
        return;
    }
    let (_folder, home) = home();
    let watching = Watching::start(&home, &[]);
    watching.plans("first");
    for round in 0..repetitions(3, 50) {
        nano(&home, &format!("# {round}"));
        watching.plans("first");
    }
    a_while();
    write(&home.join("lighthouse.toml"), &manifest("last"));
    watching.plans("last");
    assert_eq!(watching.end(), "");
}
