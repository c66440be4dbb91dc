//! `watch --apply`: what it saves and when, what it refuses, and what it tries again.

use std::fs::{self, File};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::{Watching, a_while, home, manifest, write};

use crate::support::{parsed, run};

fn state(home: &Path) -> Vec<u8> {
    fs::read(home.join("lighthouse.state.toml")).expect("a state")
}

/// Returns a manifest with this workload, which requires this amount of `cpu`.
fn sized(workload: &str, cpu: usize) -> String {
    manifest(workload).replace("cpu = 1", &format!("cpu = {cpu}"))
}

#[test]
fn a_change_is_planned_and_applied_once() {
    let (_folder, home) = home();
    let watching = Watching::start(&home, &["--apply"]);
    watching.plans("first");
    assert_eq!(watching.says("applied")["serial"], 1);
    for round in 2..5 {
        a_while();
        write(&home.join("lighthouse.toml"), &sized("first", round - 1));
        // The state that the watch itself wrote is not planned again.
        if round > 2 {
            let plan = watching.plans("first");
            assert_eq!(plan["plan"]["summary"]["update"], 1, "{plan}");
            assert_eq!(watching.says("applied")["serial"], round - 1);
        }
    }
    assert_eq!(parsed(&state(&home)).serial, 3);
    assert_eq!(watching.end(), "");
}

#[test]
fn removals_are_applied_after_the_manifest_is_stable_for_one_tick() {
    let (_folder, home) = home();
    let path = home.join("lighthouse.toml");
    let watching = Watching::start(&home, &["--apply"]);
    watching.plans("first");
    watching.says("applied");
    let before = state(&home);
    // Half a manifest may be a valid manifest.
    let half = manifest("first");
    let half = half.split("[[workloads]]").next().expect("a half");
    for broken in ["", half, "strategy = \"prioritized\"\n"] {
        write(&path, broken);
        while watching.line()["type"] == "recovered" {}
        assert_eq!(state(&home), before);
        write(&path, &manifest("first"));
        a_while();
    }
    while let Ok(line) = watching.lines.try_recv() {
        assert!(line["type"] != "applied" && line["type"] != "refused", "{line}");
    }
    let start = Instant::now();
    write(&path, &manifest("second"));
    watching.plans("second");
    assert_eq!(state(&home), before);
    assert_eq!(watching.says("applied")["serial"], 2);
    assert!(start.elapsed() >= Duration::from_secs(5));
    // Without a manifest nothing is removed, however long it is missing.
    let before = state(&home);
    fs::remove_file(&path).expect("removed");
    watching.says("error");
    thread::sleep(Duration::from_secs(6));
    assert_eq!(state(&home), before);
    assert!(watching.lines.try_recv().is_err());
    assert_eq!(watching.end(), "");
}

#[test]
fn a_refusal_by_a_guard_is_reported_once_until_something_changes() {
    let (_folder, home) = home();
    let path = home.join("lighthouse.toml");
    let guarded = |node: &str| {
        let text = manifest("first").replace("\"nas\"", &format!("\"{node}\""));
        format!("guards = {{ max_moves = 0 }}\n{text}")
    };
    write(&path, &guarded("nas"));
    let watching = Watching::start(&home, &["--apply"]);
    watching.plans("first");
    watching.says("applied");
    write(&path, &guarded("other"));
    watching.plans("first");
    assert_eq!(watching.says("refused")["refused"]["code"], "max-moves");
    thread::sleep(Duration::from_secs(6));
    assert!(watching.lines.try_recv().is_err());
    write(&path, &guarded("nas"));
    watching.recovers();
    assert_eq!(watching.end(), "");
}

#[test]
fn an_emptied_manifest_is_refused() {
    let (_folder, home) = home();
    let watching = Watching::start(&home, &["--apply"]);
    watching.plans("first");
    watching.says("applied");
    let before = state(&home);
    write(&home.join("lighthouse.toml"), "strategy = \"prioritized\"\n");
    watching.says("plan");
    assert_eq!(watching.says("refused")["refused"]["code"], "empty");
    assert_eq!(state(&home), before);
    assert_eq!(watching.end(), "");
}

#[test]
fn an_older_or_foreign_state_is_refused() {
    let (_folder, home) = home();
    let (path, state_path) = (home.join("lighthouse.toml"), home.join("lighthouse.state.toml"));
    let watching = Watching::start(&home, &["--apply"]);
    watching.plans("first");
    watching.says("applied");
    let older = state(&home);
    write(&path, &sized("first", 2));
    watching.plans("first");
    watching.says("applied");
    let newer = state(&home);
    let refused = |what: &str| {
        watching.says("plan");
        let line = watching.says("refused");
        assert_eq!(line["refused"]["code"], "state-went-back");
        assert!(line["refused"]["message"].as_str().expect("text").contains(what), "{line}");
    };
    fs::write(&state_path, &older).expect("written");
    refused("has gone back to serial 1");
    fs::write(&state_path, &newer).expect("written");
    watching.recovers();
    fs::remove_file(&state_path).expect("removed");
    refused("is gone");
    fs::write(&state_path, &newer).expect("written");
    watching.recovers();
    let elsewhere = tempfile::tempdir().expect("a folder");
    write(&elsewhere.path().join("lighthouse.toml"), &manifest("first"));
    assert_eq!(run(elsewhere.path(), &["apply", "--yes"]).status.code(), Some(0));
    fs::write(&state_path, state(elsewhere.path())).expect("written");
    refused("has another lineage");
    assert_eq!(watching.end(), "");
}

#[test]
fn the_watch_waits_for_another_apply() {
    let (_folder, home) = home();
    let lock = File::create(home.join(".lighthouse.state.toml.lock")).expect("a lock");
    lock.lock().expect("locked");
    let watching = Watching::start(&home, &["--apply"]);
    watching.plans("first");
    assert!(watching.says("error")["message"].as_str().expect("text").contains("holds the lock"));
    drop(lock);
    watching.recovers();
    assert_eq!(watching.says("applied")["serial"], 1);
    // A state that another apply has saved is planned.
    watching.signal("STOP");
    write(&home.join("lighthouse.toml"), &sized("first", 2));
    assert_eq!(run(&home, &["apply", "--yes"]).status.code(), Some(0));
    watching.signal("CONT");
    assert_eq!(watching.plans("first")["plan"]["summary"]["keep"], 1);
    write(&home.join("lighthouse.toml"), &sized("first", 3));
    watching.plans("first");
    assert_eq!(watching.says("applied")["serial"], 3);
    assert_eq!(watching.end(), "");
}
