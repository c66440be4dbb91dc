//! The binary under test, run in a folder and with an empty environment.
//!
//! `BINARY=PATH` names another binary, which is how a test is shown to fail when the program is wrong. `SOAK=1` asks
//! for many repetitions.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Returns the path of the binary under test.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("BINARY").map_or_else(|| Path::new(env!("CARGO_BIN_EXE_lighthouse")).to_owned(), PathBuf::from)
}

/// Returns a command that runs the binary in a folder.
pub(crate) fn lighthouse(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lighthouse"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

/// Runs the binary in a folder.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    lighthouse(folder).args(arguments).output().expect("it runs")
}

/// Returns what a command printed, which must be UTF-8.
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

/// Parses standard output, which must be one JSON value.
#[track_caller]
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

/// Returns a number of repetitions: `usual`, or `soak` with `SOAK=1`.
pub(crate) fn repetitions(usual: usize, soak: usize) -> usize {
    if std::env::var_os("SOAK").is_some() { soak } else { usual }
}

/// Prints what a soak has measured; prints nothing in a usual run.
#[expect(clippy::print_stderr, reason = "a soak reports what it measured")]
pub(crate) fn report(what: std::fmt::Arguments<'_>) {
    if repetitions(0, 1) == 1 {
        eprintln!("{what}");
    }
}

/// Returns whether a tool works on this machine, and reports the test as skipped if it does not.
#[expect(clippy::print_stderr, reason = "a skipped test has to be visible")]
pub(crate) fn has(tool: &[&str]) -> bool {
    let works = Command::new(tool[0]).args(&tool[1..]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let works = works.is_ok_and(|status| status.success());
    if !works {
        eprintln!("skipped: `{}` does not work here", tool.join(" "));
    }
    works
}
