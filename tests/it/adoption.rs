//! What `adopt` says of lists of what runs where: each `tests/adoption/NAME.list`, and all that is said of it in
//! `NAME.txt`, byte for byte.
//!
//! `UPDATE=1 cargo test` writes those anew: read what changed.

use std::fs;

use tempfile::TempDir;

use crate::program::{below_root, files_below, run, text};
use crate::records::{compare, session};

const STATE: &str = "lighthouse.state.toml";

fn home() -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    fs::copy(below_root("tests/adoption/lighthouse.toml"), home.path().join("lighthouse.toml")).expect("copied");
    home
}

#[test]
fn every_list_is_recorded_or_told_of() {
    for path in files_below(&below_root("tests/adoption"), ".list") {
        let home = home();
        fs::copy(&path, home.path().join("runs")).expect("copied");
        let (code, mut page) = session(home.path(), &["adopt", "runs", "--yes"]);
        assert_eq!(code == Some(0), home.path().join(STATE).exists(), "{}", path.display());
        if code == Some(0) {
            page.push_str(&session(home.path(), &["show"]).1);
        }
        compare(&path, &page);
    }
}

#[test]
fn a_workload_of_the_command_line_has_one_node() {
    let home = home();
    let (code, page) = session(home.path(), &["adopt", "db=rack a", "db=rack b", "--yes"]);
    let said = "$ lighthouse adopt db=rack a db=rack b --yes\nerror: `db` is given two nodes\n=> 64\n";
    assert_eq!((code, page.as_str()), (Some(64), said));
    assert_eq!(run(home.path(), &["adopt", "db=rack a", "db=rack a", "--yes"]).status.code(), Some(0));
}

#[test]
fn a_list_begins_a_record_that_cannot_be_read_anew_and_says_so() {
    let home = home();
    fs::write(home.path().join(STATE), "").expect("written");
    fs::write(home.path().join("runs"), "db rack a\n").expect("written");
    let (code, page) = session(home.path(), &["adopt", "runs", "--yes"]);
    let said = "\
$ lighthouse adopt runs --yes
warning: the state `lighthouse.state.toml` cannot be read: it is empty
 |
 = the record begins anew, with what is adopted and nothing else
 = help: take the file from the last commit (`git checkout -- FILE`), then apply; without one, `lighthouse adopt` \
records where things run
Recorded 1 placement in `lighthouse.state.toml` (serial 1). Nothing was started or stopped.
=> 0
";
    assert_eq!((code, page.as_str()), (Some(0), said));
}

#[test]
fn a_list_of_mistakes_is_told_in_bounds() {
    let home = home();
    let mut lines = (0..20_000).map(|number| format!("wbe-{number} rack a")).collect::<Vec<_>>();
    lines.push(format!("web-0{}rack a", " ".repeat(10 << 20)));
    fs::write(home.path().join("runs"), lines.join("\n")).expect("written");
    let output = run(home.path(), &["adopt", "runs", "--yes"]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.ends_with("and 19900 more errors\n\n20000 errors; nothing was recorded\n"), "{told}");
    assert!(told.len() < 100_000, "{}", told.len());
}
