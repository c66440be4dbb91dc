//! Hostile states, saved plans and kinds of files through the binary: what is said of each, byte for byte, and how it
//! ends.
//!
//! Each `tests/records/{states,plans}/NAME.toml` is one damage or one lie, under the manifest beside the folders, and
//! `NAME.txt` the session with it. `UPDATE=1 cargo test` writes those anew: read what changed.

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use lighthouse::escape::is_hidden;
use tempfile::TempDir;

use crate::program::{below_root, files_below, lighthouse, text};

const STATE: &str = "lighthouse.state.toml";

/// A folder with the manifest and one more file.
fn home(name: &str, bytes: &[u8]) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    fs::copy(below_root("tests/records/lighthouse.toml"), home.path().join("lighthouse.toml")).expect("copied");
    fs::write(home.path().join(name), bytes).expect("written");
    home
}

/// A command and all that it prints.
pub(crate) fn session(home: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let (code, page) = told(home, arguments);
    (code, format!("$ lighthouse {}\n{page}", arguments.join(" ")))
}

/// How a command ends and all that it prints, with nothing hidden in it but the ends of lines and of fields.
pub(crate) fn told(home: &Path, arguments: &[impl AsRef<OsStr>]) -> (Option<i32>, String) {
    let output = lighthouse(home).args(arguments).output().expect("it runs");
    let mut page = String::new();
    for stream in [&output.stderr, &output.stdout] {
        let stream = text(stream);
        assert!(!stream.chars().any(|c| !matches!(c, '\n' | '\t') && is_hidden(c)), "{stream:?}");
        page.push_str(stream);
    }
    let code = output.status.code();
    writeln!(page, "=> {}", code.expect("it ends by itself")).expect("a string takes everything");
    (code, page)
}

fn fixtures(kind: &str) -> Vec<PathBuf> {
    files_below(&below_root("tests/records").join(kind), ".toml")
}

/// Compares a page with the golden one of a fixture.
pub(crate) fn compare(path: &Path, page: &str) {
    let golden = path.with_extension("txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&golden, page).expect("written");
    }
    assert_eq!(page, fs::read_to_string(&golden).unwrap_or_default(), "{}", golden.display());
}

#[test]
fn every_hostile_state_is_told_and_kept() {
    for path in fixtures("states") {
        let bytes = fs::read(&path).expect("a state");
        let home = home(STATE, &bytes);
        let mut page = String::new();
        for arguments in [&["check"][..], &["show"], &["show", "--format", "json"], &["show", "--format", "lines"]] {
            let (code, told) = session(home.path(), arguments);
            page.push_str(&told);
            if code != Some(0) {
                break;
            }
        }
        let (code, applied) = session(home.path(), &["apply", "--yes"]);
        let is_saved = matches!(code, Some(0 | 3));
        let is_kept = fs::read(home.path().join(STATE)).expect("a state") == bytes;
        assert!(is_saved || is_kept, "{}", path.display());
        compare(&path, &(page + &applied));
    }
}

#[test]
fn every_hostile_plan_is_told_and_changes_nothing() {
    let state = fs::read(below_root("tests/records/states/good.toml")).expect("a state");
    for path in fixtures("plans") {
        let home = home("plan.toml", &fs::read(&path).expect("a plan"));
        fs::write(home.path().join(STATE), &state).expect("written");
        let mut page = String::new();
        for arguments in
            [&["show", "plan.toml"][..], &["show", "plan.toml", "--format", "json"], &["apply", "plan.toml"]]
        {
            page.push_str(&session(home.path(), arguments).1);
        }
        assert!(fs::read(home.path().join(STATE)).expect("a state") == state, "{}", path.display());
        compare(&path, &page);
    }
}

#[test]
fn a_state_that_is_deep_or_has_a_long_line_is_told_in_few_words() {
    let good = fs::read_to_string(below_root("tests/records/states/good.toml")).expect("a state");
    for (from, to, said) in [
        ("[placements]\n", format!("[placements]\nx = {}\n", "[".repeat(100_000)), "is not TOML"),
        ("serial = 7", format!("serial = 7 # {}\nserial 7", "\u{202e}x".repeat(5_000_000)), "is not TOML"),
        ("\"prod\"", format!("\"{}\"", "p".repeat(1 << 20)), "its digest is wrong"),
    ] {
        let home = home(STATE, good.replacen(from, &to, 1).as_bytes());
        let (code, page) = session(home.path(), &["plan"]);
        assert!(code == Some(1) && page.contains(said) && page.len() < 1_000, "{page}");
    }
}

#[test]
#[cfg(unix)]
fn every_kind_of_file_is_told_apart() {
    use std::os::unix::fs::symlink;
    let home = home("empty", b"");
    let at = |name: &str| home.path().join(name);
    assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().expect("mkfifo").success());
    fs::create_dir_all(at("lighthouse.d/folder.toml")).expect("folders");
    for (link, to) in
        [("loop", "loop"), ("dangling", "elsewhere"), ("linked", "real.state.toml"), ("null", "/dev/null")]
    {
        symlink(to, at(link)).expect("a link");
    }
    fs::write(at("line.toml"), format!("x = \"{}\"\ny =\n", "\u{202e}x".repeat(2_500_000))).expect("written");
    fs::copy(below_root("tests/records/states/good.toml"), at("real.state.toml")).expect("copied");
    let mut page = String::new();
    for arguments in KINDS {
        let arguments: Vec<_> = arguments.split(' ').collect();
        page.push_str(&session(home.path(), &arguments).1);
    }
    assert!(fs::symlink_metadata(at("linked")).expect("a link").is_symlink());
    assert_eq!(fs::metadata(at("loop")).map_err(|error| error.kind()).ok().map(|about| about.len()), None);
    compare(&below_root("tests/records/files.toml"), &page);
}

/// What is asked of them, in this order.
#[cfg(unix)]
const KINDS: [&str; 34] = [
    "plan -f pipe",
    "plan -f lighthouse.d",
    "plan -f /dev/zero",
    "plan -f null",
    "plan -f loop",
    "plan -f dangling",
    "plan -f missing",
    "plan -f empty",
    "plan -f -",
    "plan -f line.toml",
    "plan -f real.state.toml",
    "plan --state pipe",
    "plan --state lighthouse.d",
    "plan --state /dev/zero",
    "plan --state loop",
    "plan --state empty",
    "plan --state line.toml",
    "apply --yes --state lighthouse.toml",
    "apply --yes --state lighthouse.d/state.toml",
    "show pipe",
    "show /dev/zero",
    "apply pipe",
    "apply null",
    "apply loop",
    "adopt pipe --yes",
    "apply --yes --state dangling",
    "apply --yes --state linked",
    "apply --yes",
    "plan --out pipe",
    "plan --out lighthouse.d",
    "plan --out null",
    "plan --out .lighthouse.state.toml.lock",
    "plan --out lighthouse.d/new.toml",
    "plan --out lighthouse.state.toml",
];
