//! Hostile clusters through the binary, as sessions: commands, all that each prints, byte for byte, and how it ends.
//!
//! A folder of `tests/records/sessions` is the working folder of one, with `session.txt` in it: the commands with what
//! they print, standard error first. `UPDATE=1 cargo test` writes the sessions anew: read what changed.

use std::fs;

use crate::explain::words;
use crate::program::{below_root, copy, files_below};
use crate::records::{compare, told};

const PROMPT: &str = "$ lighthouse ";

#[test]
fn every_session_of_a_hostile_cluster_is_the_golden_one() {
    let sessions = files_below(&below_root("tests/records/sessions"), "session.txt");
    assert!(sessions.len() >= 6, "some are missing");
    for path in sessions {
        let home = tempfile::tempdir().expect("a folder");
        copy(path.parent().expect("a folder"), home.path());
        let golden = fs::read_to_string(&path).expect("a session");
        let mut page = String::new();
        for command in golden.lines().filter_map(|line| line.strip_prefix(PROMPT)) {
            page.extend([PROMPT, command, "\n", &told(home.path(), &words(command)).1]);
        }
        compare(&path, &page);
    }
}
