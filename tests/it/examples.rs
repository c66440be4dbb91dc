//! Every example is checked, planned and applied, and compared with its expected placements.
//!
//! `expected.json` holds the placements of the plan. If there is a `before.txt` (lines of `workload node`), it is
//! adopted first; if there is an `expected-after.json`, it holds the placements after the drop-ins are removed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::schema::{from_toml, validate};
use crate::support::{below_root, copy, json, run, text};

fn examples() -> Vec<PathBuf> {
    let entries = fs::read_dir(below_root("examples")).expect("a folder");
    let mut folders: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    folders.retain(|path| path.join("lighthouse.toml").is_file());
    folders.sort();
    folders
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("it is JSON")
}

/// Returns a copy of an example, with `before.txt` adopted.
fn played(folder: &Path) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    copy(folder, home.path());
    let before = home.path().join("before.txt");
    if before.is_file() {
        let manifest = home.path().join("lighthouse.toml");
        let now = fs::read_to_string(&manifest).expect("a manifest");
        fs::write(&manifest, earlier(&now)).expect("written");
        let output = run(home.path(), &["adopt", "before.txt", "--yes"]);
        assert_eq!(output.status.code(), Some(0), "{}: {}", folder.display(), text(&output.stderr));
        fs::write(&manifest, now).expect("written");
    }
    home
}

/// Returns the manifest as it was before: renamed nodes have their old names.
fn earlier(manifest: &str) -> String {
    let mut lines: Vec<String> = manifest.lines().map(str::to_owned).collect();
    while let Some(at) = lines.iter().position(|line| line.starts_with("was = ")) {
        lines[at - 1] = lines[at].replace("was", "name");
        lines.remove(at);
    }
    lines.join("\n")
}

/// Plans, compares placements and exit code, and returns the plan.
fn plan(home: &Path, expected: &Value, what: &str) -> Value {
    let output = run(home, &["plan", "--format", "json"]);
    let plan = json(&output);
    validate("plan", &plan, what);
    assert_eq!(&plan["placements"], expected, "{what}: {}", text(&output.stderr));
    let unplaced = expected.as_object().expect("an object").values().any(Value::is_null);
    assert_eq!(output.status.code(), Some(if unplaced { 3 } else { 0 }), "{what}");
    plan
}

#[test]
fn every_example_is_placed_as_expected() {
    let folders = examples();
    assert!(folders.len() >= 19, "some are missing");
    for folder in folders {
        let what = folder.display().to_string();
        let home = played(&folder);
        plan(home.path(), &read(&folder.join("expected.json")), &what);
        let after = folder.join("expected-after.json");
        if after.is_file() {
            let output = run(home.path(), &["apply", "--yes"]);
            assert!(matches!(output.status.code(), Some(0 | 3)), "{what}: {}", text(&output.stderr));
            fs::remove_dir_all(home.path().join("lighthouse.d")).expect("drop-ins");
            plan(home.path(), &read(&after), &format!("{what}, after"));
        }
    }
}

#[test]
fn every_example_is_valid() {
    for folder in examples() {
        let output = run(&folder, &["check", "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}: {}", folder.display(), text(&output.stdout));
        validate("check", &json(&output), &folder.display().to_string());
    }
}

#[test]
fn every_example_applies_and_then_nothing_changes() {
    for folder in examples() {
        let what = folder.display().to_string();
        let home = played(&folder);
        let applied = run(home.path(), &["apply", "--yes", "--format", "json"]);
        validate("apply", &json(&applied), &what);
        if let Ok(state) = fs::read_to_string(home.path().join("lighthouse.state.toml")) {
            validate("state", &from_toml(&state), &what);
            validate("show", &json(&run(home.path(), &["show", "--format", "json"])), &what);
        }
        let again = json(&run(home.path(), &["plan", "--format", "json"]));
        assert_eq!(again["changes"], Value::Array(Vec::new()), "{what}");
    }
}

#[test]
fn a_rename_moves_nothing() {
    let folder = below_root("examples/renaming-a-node");
    let plan = plan(played(&folder).path(), &read(&folder.join("expected.json")), "renaming-a-node");
    let kinds: Vec<_> = plan["changes"].as_array().expect("a list").iter().map(|change| &change["kind"]).collect();
    assert_eq!(kinds, ["rename", "rename"]);
}

#[test]
fn two_plans_of_the_large_example_are_the_same_bytes() {
    let folder = below_root("examples/three-racks");
    let first = run(&folder, &["plan", "--format", "json"]);
    assert_eq!(first, run(&folder, &["plan", "--format", "json"]));
    let plan = json(&first);
    assert_eq!(plan["placements"].as_object().expect("an object").len(), 62, "all drop-ins are read");
}

#[test]
fn every_saved_plan_is_shown_and_applied_once() {
    for folder in examples() {
        let what = folder.display().to_string();
        let home = played(&folder);
        let planned = run(home.path(), &["plan", "--out", "plan.toml"]);
        validate("show", &json(&run(home.path(), &["show", "plan.toml", "--format", "json"])), &what);
        let applied = run(home.path(), &["apply", "plan.toml"]);
        if !text(&applied.stdout).starts_with("Already applied.") {
            assert_eq!(applied.status, planned.status, "{what}: {}", text(&applied.stderr));
        }
        if !home.path().join("lighthouse.state.toml").exists() {
            continue; // nothing could be placed, so there is nothing to record
        }
        let again = run(home.path(), &["apply", "plan.toml"]);
        assert_eq!(text(&again.stdout), "Already applied. Nothing was started or stopped.\n", "{what}");
    }
}
