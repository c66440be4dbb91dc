//! Hostile states, saved plans and kinds of files through the binary: what is said of each, byte for byte, and how it
//! ends.
//!
//! Each `tests/records/{states,plans}/NAME.toml` is one damage or one lie, under the manifest beside the folders, and
//! `NAME.txt` the session with it. `UPDATE=1 cargo test` writes those anew: read what changed.

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use lighthouse::text::escape::is_hidden;
use tempfile::TempDir;

use crate::passage::resealed;
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
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    let wrong = expected.lines().zip(page.lines()).find(|(there, now)| there != now);
    assert!(expected == page, "{}: `UPDATE=1 cargo test` writes it anew: {wrong:#?}", golden.display());
}

/// Whether a state is as it was, unless the code says that it was saved.
fn is_kept_or_saved(code: Option<i32>, before: &[u8], after: &[u8]) -> bool {
    matches!(code, Some(0 | 3)) || before == after
}

#[test]
fn control_a_state_that_is_repaired_in_silence_is_caught() {
    let (damaged, repaired) = (&b"serial = 7"[..], &b"serial = 8"[..]);
    for code in [Some(1), Some(4), Some(64), None] {
        assert!(is_kept_or_saved(code, damaged, damaged) && !is_kept_or_saved(code, damaged, repaired), "{code:?}");
    }
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
        let after = fs::read(home.path().join(STATE)).expect("a state");
        assert!(is_kept_or_saved(code, &bytes, &after), "{}", path.display());
        page.push_str(&applied);
        fs::write(home.path().join(STATE), &bytes).expect("written");
        page.push_str(&session(home.path(), &["adopt", "web-0=rack-0", "--yes"]).1);
        compare(&path, &page);
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
fn what_is_nested_a_hundred_thousand_times_is_told_with_its_place() {
    let good = fs::read_to_string(below_root("tests/records/states/good.toml")).expect("a state");
    let home = home("lighthouse.state.toml", good.as_bytes());
    let mut page = String::new();
    for (name, start, piece, end) in [
        ("arrays", "x = ", "[", "]".repeat(100_000)),
        ("open-arrays", "x = ", "[", String::new()),
        ("tables", "x = ", "{a=", format!("1{}", "}".repeat(100_000))),
        ("dotted", "", "a.", "a = 1".to_owned()),
        ("header", "[", "a.", "a]".to_owned()),
        ("headers", "[[", "a.", "a]]".to_owned()),
    ] {
        let deep = format!("{start}{}{end}", piece.repeat(100_000));
        let (manifest, state) = (format!("{name}.toml"), format!("{name}.of.a.state.toml"));
        fs::write(home.path().join(&manifest), format!("strategy = \"prioritized\"\n{deep}\n")).expect("written");
        fs::write(home.path().join(&state), resealed(&format!("{good}{deep}\n"))).expect("written");
        for arguments in [["check", "-f", &manifest], ["plan", "-f", &manifest], ["plan", "--state", &state]] {
            page.push_str(&session(home.path(), &arguments).1);
        }
        page.push_str(&session(home.path(), &["show", &state]).1);
    }
    compare(&below_root("tests/records/deep.toml"), &page);
}

#[test]
fn a_state_with_a_long_line_is_told_in_few_words() {
    let good = fs::read_to_string(below_root("tests/records/states/good.toml")).expect("a state");
    for (from, to, said) in [
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
    use std::os::unix::fs::{FileTypeExt, symlink};
    let home = home("empty", b"");
    let at = |name: &str| home.path().join(name);
    assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().expect("mkfifo").success());
    fs::create_dir_all(at("lighthouse.d/folder.toml")).expect("folders");
    for (link, to) in [
        ("loop", "loop"),
        ("dangling", "elsewhere"),
        ("linked", "real.state.toml"),
        ("null", "/dev/null"),
        ("alias", "lighthouse.toml"),
        ("nowhere", "missing/x.state.toml"),
    ] {
        symlink(to, at(link)).expect("a link");
    }
    fs::write(at("line.toml"), format!("x = \"{}\"\ny =\n", "\u{202e}x".repeat(2_500_000))).expect("written");
    fs::copy(below_root("tests/records/states/good.toml"), at("real.state.toml")).expect("copied");
    fs::hard_link(at("lighthouse.toml"), at("twin")).expect("a link");
    let manifest = fs::read(at("lighthouse.toml")).expect("a manifest");
    let mut page = String::new();
    for arguments in KINDS {
        let arguments: Vec<_> = arguments.split(' ').collect();
        page.push_str(&timeless(&session(home.path(), &arguments).1));
    }
    assert!(fs::read(at("lighthouse.toml")).expect("a manifest") == manifest);
    assert!(fs::read(at("empty")).expect("a file").is_empty());
    assert!(fs::metadata(at("pipe")).expect("a pipe").file_type().is_fifo());
    assert!(!at("missing").exists());
    assert!(fs::symlink_metadata(at("linked")).expect("a link").is_symlink());
    assert_eq!(fs::metadata(at("loop")).map_err(|error| error.kind()).ok().map(|about| about.len()), None);
    compare(&below_root("tests/records/files.toml"), &page);
}

/// In the place of a drop-in, of the folder of drop-ins and of the lock.
#[test]
#[cfg(unix)]
fn every_kind_of_file_beside_the_manifest_is_told_apart() {
    let mut page = String::new();
    for (place, kinds, arguments) in [
        ("lighthouse.d/a.toml", &["pipe", "device", "loop", "dangling"][..], &["plan"][..]),
        ("lighthouse.d/deep/down/a.toml", &["pipe", "device"], &["check"]),
        ("lighthouse.d", &["loop", "dangling"], &["check"]),
        (".lighthouse.state.toml.lock", &["pipe", "device", "folder", "dangling"], &["apply", "--yes"]),
    ] {
        for kind in kinds {
            let home = home(STATE, &fs::read(below_root("tests/records/states/good.toml")).expect("a state"));
            let path = home.path().join(place);
            fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            plant(kind, &path);
            writeln!(page, "# {place}: {kind}").expect("a string takes everything");
            page.push_str(&session(home.path(), arguments).1);
            assert!(!path.with_file_name("missing").exists());
        }
    }
    compare(&below_root("tests/records/beside.toml"), &page);
}

/// Makes a file of this kind.
#[cfg(unix)]
fn plant(kind: &str, path: &Path) {
    use std::os::unix::fs::symlink;
    let made = match kind {
        "pipe" => std::process::Command::new("mkfifo").arg(path).status().map(|status| assert!(status.success())),
        "folder" => fs::create_dir(path),
        "device" => symlink("/dev/zero", path),
        "loop" => symlink(path, path),
        _ => symlink("missing", path),
    };
    made.expect("made");
}

/// What is asked of them, in this order.
#[cfg(unix)]
const KINDS: [&str; 113] = [
    "check -f pipe",
    "check -f lighthouse.d",
    "check -f /dev/zero",
    "check -f null",
    "check -f loop",
    "check -f dangling",
    "check -f missing",
    "check -f empty",
    "check -f real.state.toml",
    "plan -f pipe",
    "plan -f lighthouse.d",
    "plan -f /dev/zero",
    "plan -f null",
    "plan -f loop",
    "plan -f dangling",
    "plan -f missing",
    "plan -f empty",
    "plan -f -",
    "plan -f /dev/stdin",
    "plan -f line.toml",
    "plan -f real.state.toml",
    "explain -f pipe",
    "explain -f lighthouse.d",
    "explain -f /dev/zero",
    "explain -f null",
    "explain -f loop",
    "explain --node rack-0 -f dangling",
    "watch --once -f pipe",
    "watch --once -f lighthouse.d",
    "watch --once -f /dev/zero",
    "check --state pipe",
    "check --state lighthouse.d",
    "check --state /dev/zero",
    "check --state null",
    "check --state loop",
    "check --state empty",
    "plan --state pipe",
    "plan --state lighthouse.d",
    "plan --state /dev/zero",
    "plan --state null",
    "plan --state loop",
    "plan --state empty",
    "plan --state line.toml",
    "plan --state nowhere",
    "explain --state pipe",
    "explain --state lighthouse.d",
    "explain --state /dev/zero",
    "explain web-0 --state null",
    "explain --node rack-0 --state loop",
    "watch --once --state pipe",
    "watch --once --state lighthouse.d",
    "watch --once --state /dev/zero",
    "watch --once --state loop",
    "watch --once --apply --state null",
    "watch --once --apply --state nowhere",
    "apply --yes --state pipe",
    "apply --yes --state lighthouse.d",
    "apply --yes --state /dev/zero",
    "apply --yes --state null",
    "apply --yes --state loop",
    "apply --yes --state nowhere",
    "apply --yes --state empty",
    "adopt web-0=rack-0 --yes --state pipe",
    "adopt web-0=rack-0 --yes --state lighthouse.d",
    "adopt web-0=rack-0 --yes --state /dev/zero",
    "adopt web-0=rack-0 --yes --state loop",
    "adopt web-0=rack-0 --yes --state nowhere",
    "plan --state lighthouse.toml",
    "apply --yes --state lighthouse.toml",
    "apply --yes --state ./lighthouse.toml",
    "apply --yes --state alias",
    "apply --yes --state twin",
    "apply --yes -f alias --state twin",
    "apply --yes -f real.state.toml --state real.state.toml",
    "apply --yes -f real.state.toml",
    "adopt web-0=rack-0 --yes --state lighthouse.toml",
    "watch --once --apply --state lighthouse.toml",
    "apply --yes --state lighthouse.d/state.toml",
    "show pipe",
    "show lighthouse.d",
    "show /dev/zero",
    "show null",
    "show loop",
    "show dangling",
    "show nowhere",
    "show lighthouse.toml",
    "apply pipe",
    "apply lighthouse.d",
    "apply null",
    "apply loop",
    "apply dangling",
    "apply real.state.toml",
    "adopt pipe --yes",
    "adopt lighthouse.d --yes",
    "adopt /dev/zero --yes",
    "apply --yes --state dangling",
    "apply --yes --state linked",
    "apply --yes",
    "plan --out pipe",
    "plan --out lighthouse.d",
    "plan --out null",
    "plan --out loop",
    "plan --out nowhere",
    "plan --out alias",
    "plan --out twin",
    "plan --out .lighthouse.state.toml.lock",
    "plan --out lighthouse.d/new.toml",
    "plan --out lighthouse.state.toml",
    "watch --once --status-file pipe",
    "watch --once --status-file lighthouse.d",
    "watch --once --status-file null",
    "watch --once --status-file loop",
    "watch --once --status-file twin",
];

/// A page without the time of day, with which lines of `watch` begin.
#[cfg(unix)]
fn timeless(page: &str) -> String {
    let is_time = |word: &str| word.len() == 9 && word.ends_with('Z') && word.matches(':').count() == 2;
    let line = |line: &str| match line.split_once("  ") {
        Some((time, rest)) if is_time(time) => format!("HH:MM:SSZ  {rest}\n"),
        _ => format!("{line}\n"),
    };
    page.lines().map(line).collect()
}
