//! Sessions: commands run in a folder, with everything that each prints and its exit code.
//!
//! A case is a folder `tests/cases/AREA/NAME` with a `session.txt` and the files that its commands read. Files directly
//! in `tests/cases/AREA` are shared by the cases of the area. If there is a `before.txt` (lines of `workload node`), it
//! is adopted first. In a session
//!
//! - `$ lighthouse ARGUMENTS` runs a command; single quotes and backslashes work as in a shell;
//! - `$ reset` puts the files of the case back;
//! - standard output follows the command, then standard error below `[standard error]`, then an exit code other than 0
//!   as `[exit code N]`, then an empty line. The time of day reads `HH:MM:SSZ`.

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use lighthouse::text::escape::is_hidden;
use tempfile::TempDir;

use super::binary::{lighthouse, run, text};
use super::files::copy;
use super::golden::compare;

const PROMPT: &str = "$ lighthouse ";
const RESET: &str = "$ reset";

/// Returns a copy of a case: shared files, own files, and `before.txt` adopted.
pub(crate) fn home_of(case: &Path) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    fill(case, home.path());
    home
}

fn fill(case: &Path, home: &Path) {
    let shared = fs::read_dir(case.parent().expect("an area")).expect("an area").map(|entry| entry.expect("an entry"));
    for file in shared.filter(|entry| entry.path().is_file()) {
        fs::copy(file.path(), home.join(file.file_name())).expect("copied");
    }
    copy(case, home);
    if home.join("before.txt").is_file() {
        let output = run(home, &["adopt", "before.txt", "--yes", "-q"]);
        assert_eq!(output.status.code(), Some(0), "{}: {}", case.display(), text(&output.stderr));
    }
}

/// Plays the session of a case, compares it with the golden one and returns the folder as the session leaves it.
pub(crate) fn play(case: &Path) -> TempDir {
    let home = home_of(case);
    play_in(home.path(), case);
    home
}

/// Plays the session of a case in a folder that is already prepared.
pub(crate) fn play_in(home: &Path, case: &Path) {
    let golden = case.join("session.txt");
    let session = fs::read_to_string(&golden).unwrap_or_else(|error| panic!("{}: {error}", golden.display()));
    let mut page = String::new();
    for line in session.lines() {
        if line == RESET {
            fill(case, home);
            page.extend([RESET, "\n\n"]);
        } else if let Some(command) = line.strip_prefix(PROMPT) {
            let before = files(home);
            let (code, shown) = transcript(home, &words(command));
            page.extend([PROMPT, command, "\n", &shown]);
            let may_write = matches!(code, 0 | 2 | 3);
            assert!(may_write || files(home) == before, "{}: `{command}` fails and writes", case.display());
        }
    }
    compare(&golden, &page);
}

/// Returns the regular files of a folder, each with its length and the time of its last change; leaves out locks.
fn files(home: &Path) -> Vec<(PathBuf, u64, SystemTime)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(home).expect("a folder") {
        let entry = entry.expect("an entry");
        let is_file = entry.file_type().expect("a type").is_file();
        if is_file && !entry.file_name().to_string_lossy().ends_with(".lock") {
            let about = entry.metadata().expect("a file");
            files.push((entry.path(), about.len(), about.modified().expect("a time")));
        }
    }
    files.sort();
    files
}

/// Runs a command and returns its exit code and its part of a session.
pub(crate) fn transcript(home: &Path, arguments: &[impl AsRef<OsStr>]) -> (i32, String) {
    let output = lighthouse(home).args(arguments).output().expect("it runs");
    let mut page = String::new();
    write_stream(&mut page, text(&output.stdout));
    if !output.stderr.is_empty() {
        page.push_str("[standard error]\n");
        write_stream(&mut page, text(&output.stderr));
    }
    let code = output.status.code().expect("it ends by itself");
    if code != 0 {
        writeln!(page, "[exit code {code}]").expect("a string takes everything");
    }
    page.push('\n');
    (code, page)
}

/// Writes a stream, in which nothing but ends of lines and tabs may be hidden.
fn write_stream(page: &mut String, stream: &str) {
    assert!(!stream.chars().any(|c| !matches!(c, '\n' | '\t') && is_hidden(c)), "{stream:?}");
    let is_time = |word: &str| word.len() == 9 && word.ends_with('Z') && word.matches(':').count() == 2;
    for line in stream.split_inclusive('\n') {
        match line.split_once("  ") {
            Some((time, rest)) if is_time(time) => page.extend(["HH:MM:SSZ  ", rest]),
            _ => page.push_str(line),
        }
    }
    if !stream.is_empty() && !stream.ends_with('\n') {
        page.push_str("\n[no end of line]\n");
    }
}

/// Returns the words of each command of a case, after `lighthouse`.
pub(crate) fn commands(case: &Path) -> Vec<Vec<String>> {
    let session = fs::read_to_string(case.join("session.txt")).expect("a session");
    session.lines().filter_map(|line| line.strip_prefix(PROMPT)).map(words).collect()
}

/// Splits a command line into words as a shell does; knows single quotes and backslashes.
pub(crate) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut escaped) = (Vec::new(), None::<String>, false, false);
    for c in line.chars() {
        match c {
            _ if escaped => {
                word.get_or_insert_default().push(c);
                escaped = false;
            }
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' if !quoted => escaped = true,
            ' ' if !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
