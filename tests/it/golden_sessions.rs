//! Plays every session of `tests/cases` through the binary and compares it byte for byte. `support/session.rs`
//! describes the format; `UPDATE=1 cargo test --test it golden` writes the sessions again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::{below_root, case_folder, files_below, folders_in, play, run, text};

fn play_all(area: &str) {
    for case in folders_in(&case_folder(area)) {
        play(&case);
    }
}

#[test]
fn adopt_sessions_play_as_recorded() {
    for case in folders_in(&case_folder("adopt")) {
        let home = play(&case);
        let session = fs::read_to_string(case.join("session.txt")).expect("a session");
        let has_state = home.path().join("lighthouse.state.toml").exists();
        assert_eq!(!session.contains("[exit code "), has_state, "{}: a list is recorded whole or not", case.display());
    }
}

#[test]
fn explain_sessions_play_as_recorded() {
    play_all("explain");
}

#[test]
fn help_sessions_play_as_recorded() {
    play_all("help");
}

#[test]
fn hostile_input_sessions_play_as_recorded() {
    play_all("hostile-input");
}

#[test]
fn invalid_manifest_sessions_play_as_recorded() {
    play_all("invalid-manifest");
}

#[test]
fn saved_plan_sessions_play_as_recorded_and_change_no_state() {
    let state = fs::read(case_folder("saved-plan/lighthouse.state.toml")).expect("a state");
    for case in folders_in(&case_folder("saved-plan")) {
        let after = fs::read(play(&case).path().join("lighthouse.state.toml")).expect("a state");
        assert!(after == state, "{}", case.display());
    }
}

#[test]
fn state_sessions_play_as_recorded() {
    play_all("state");
}

#[test]
fn valid_manifest_sessions_play_as_recorded() {
    play_all("valid-manifest");
}

/// Guards against a new area that no test plays.
#[test]
fn every_area_with_sessions_is_played() {
    let areas: BTreeSet<_> = files_below(&case_folder(""), "session.txt").iter().map(|path| area(path)).collect();
    let played = [
        "adopt",
        "explain",
        "file-kinds", // hostile_files.rs makes its pipes, links and devices
        "help",
        "hostile-input",
        "invalid-manifest",
        "saved-plan",
        "state",
        "valid-manifest",
    ];
    assert!(areas.iter().eq(played.iter()), "{areas:?}");
}

fn area(session: &Path) -> String {
    let area = session.ancestors().nth(2).and_then(Path::file_name).expect("an area");
    area.to_string_lossy().into_owned()
}

/// Every file is a session, a page that a test compares by name, or input of the session beside it.
#[test]
fn every_case_has_a_golden_file() {
    for case in folders_in(&case_folder("")).iter().flat_map(|area| folders_in(area)) {
        let is_golden = ["session.txt", "expected.txt"].iter().any(|name| case.join(name).is_file());
        assert!(is_golden, "{}", case.display());
    }
}

#[test]
fn every_command_has_a_help_session() {
    let output = run(&below_root(""), &["--help"]);
    let commands = text(&output.stdout).lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        assert!(case_folder("help").join(command).is_dir(), "tests/cases/help/{command} is missing");
    }
}
