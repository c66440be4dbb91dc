//! States and manifests that are nested too deep, too long or no regular files: each is refused with a short message.
//!
//! Damaged and lying states and saved plans are sessions of `tests/cases/state` and `tests/cases/saved-plan`.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::library_run::resealed;
use crate::support::{case_folder, compare, play_in, transcript};

const STATE: &str = "lighthouse.state.toml";

/// A folder with the manifest and one more file.
fn home(name: &str, bytes: &[u8]) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    fs::copy(case_folder("state/lighthouse.toml"), home.path().join("lighthouse.toml")).expect("copied");
    fs::write(home.path().join(name), bytes).expect("written");
    home
}

/// Returns a command and its part of a session.
fn session(home: &Path, arguments: &[&str]) -> String {
    format!("$ lighthouse {}\n{}", arguments.join(" "), transcript(home, arguments).1)
}

#[test]
fn nesting_of_a_hundred_thousand_levels_is_refused_with_its_position() {
    let good = fs::read_to_string(case_folder("state/good/lighthouse.state.toml")).expect("a state");
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
            page.push_str(&session(home.path(), &arguments));
        }
        page.push_str(&session(home.path(), &["show", &state]));
    }
    compare(&case_folder("nesting/a-hundred-thousand-levels/expected.txt"), &page);
}

#[test]
fn a_state_with_a_long_line_is_refused_in_few_words() {
    let good = fs::read_to_string(case_folder("state/good/lighthouse.state.toml")).expect("a state");
    for (from, to, said) in [
        ("serial = 7", format!("serial = 7 # {}\nserial 7", "\u{202e}x".repeat(5_000_000)), "is not valid TOML"),
        ("\"prod\"", format!("\"{}\"", "p".repeat(1 << 20)), "its digest is wrong"),
    ] {
        let home = home(STATE, good.replacen(from, &to, 1).as_bytes());
        let (code, page) = transcript(home.path(), &["plan"]);
        assert!(code == 1 && page.contains(said) && page.len() < 1_000, "{page}");
    }
}

#[test]
#[cfg(unix)]
fn every_kind_of_file_is_read_or_refused_by_its_kind() {
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
    fs::copy(case_folder("state/good/lighthouse.state.toml"), at("real.state.toml")).expect("copied");
    fs::hard_link(at("lighthouse.toml"), at("twin")).expect("a link");
    let manifest = fs::read(at("lighthouse.toml")).expect("a manifest");
    play_in(home.path(), &case_folder("file-kinds/in-place-of-arguments"));
    assert!(fs::read(at("lighthouse.toml")).expect("a manifest") == manifest);
    assert!(fs::read(at("empty")).expect("a file").is_empty());
    assert!(fs::metadata(at("pipe")).expect("a pipe").file_type().is_fifo());
    assert!(!at("missing").exists());
    assert!(fs::symlink_metadata(at("linked")).expect("a link").is_symlink());
    assert_eq!(fs::metadata(at("loop")).map_err(|error| error.kind()).ok().map(|about| about.len()), None);
}

#[test]
#[cfg(unix)]
fn every_kind_of_file_in_place_of_drop_ins_and_lock_is_refused_by_its_kind() {
    let mut page = String::new();
    for (place, kinds, arguments) in [
        ("lighthouse.d/a.toml", &["pipe", "device", "loop", "dangling"][..], &["plan"][..]),
        ("lighthouse.d/deep/down/a.toml", &["pipe", "device"], &["check"]),
        ("lighthouse.d", &["loop", "dangling"], &["check"]),
        (".lighthouse.state.toml.lock", &["pipe", "device", "folder", "dangling"], &["apply", "--yes"]),
    ] {
        for kind in kinds {
            let home = home(STATE, &fs::read(case_folder("state/good/lighthouse.state.toml")).expect("a state"));
            let path = home.path().join(place);
            fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            plant(kind, &path);
            writeln!(page, "# {place}: {kind}").expect("a string takes everything");
            page.push_str(&session(home.path(), arguments));
            assert!(!path.with_file_name("missing").exists());
        }
    }
    compare(&case_folder("file-kinds/in-place-of-drop-ins-and-lock/expected.txt"), &page);
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
