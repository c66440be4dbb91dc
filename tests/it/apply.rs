//! `apply` and `adopt` through the binary: what is saved, what is refused and with which code, and what a second run
//! does.

use std::fs;
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use crate::schema::validate;
use crate::support::{json, run, text};

const MANIFEST: &str = r#"strategy = "prioritized"
[[nodes]]
name = "a"
resources = { cpu = 2 }
[[nodes]]
name = "b"
resources = { cpu = 2 }
[[workloads]]
name = "web"
replicas = 2
requirements = { cpu = 1 }
"#;

/// Returns a folder with an applied manifest.
fn applied(manifest: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder, manifest);
    ends(&run(folder.path(), &["apply", "--yes"]), 0);
    folder
}

fn write(folder: &TempDir, manifest: &str) {
    fs::write(folder.path().join("lighthouse.toml"), manifest).expect("it can be written");
}

fn state(folder: &Path) -> String {
    fs::read_to_string(folder.join("lighthouse.state.toml")).expect("a state")
}

#[track_caller]
fn ends(output: &Output, code: i32) {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}\n{err}");
}

/// Asserts that an apply is refused with this code and leaves the state as it was.
#[track_caller]
fn refused(folder: &TempDir, flags: &[&str], code: &str) {
    let before = state(folder.path());
    let output = run(folder.path(), &[&["apply", "--yes", "--format", "json"], flags].concat());
    ends(&output, 4);
    let json = json(&output);
    assert_eq!((&json["refused"]["code"], &json["applied"]), (&code.into(), &false.into()));
    let serial = json["serial"].as_u64().expect("a serial");
    assert!(before.contains(&format!("\nserial = {serial}\n")));
    validate("apply", &json, code);
    assert_eq!(state(folder.path()), before);
}

#[test]
fn an_apply_that_changes_nothing_writes_nothing() {
    let folder = applied(MANIFEST);
    let before = state(folder.path());
    let output = run(folder.path(), &["apply", "--yes"]);
    ends(&output, 0);
    assert!(text(&output.stdout).ends_with("Nothing changed, and nothing was started or stopped.\n"));
    assert_eq!(state(folder.path()), before);
}

#[test]
fn equal_amounts_in_other_units_change_nothing() {
    let folder = applied(MANIFEST);
    let before = state(folder.path());
    write(&folder, &MANIFEST.replace("{ cpu = 1 }", "{ cpu = \"1000m\" }"));
    ends(&run(folder.path(), &["apply", "--yes"]), 0);
    assert_eq!(state(folder.path()), before);
}

#[test]
fn apply_without_a_terminal_requires_yes() {
    let folder = applied(MANIFEST);
    ends(&run(folder.path(), &["apply"]), 64);
    ends(&run(folder.path(), &["adopt", "web-0=b"]), 64);
}

#[test]
fn guards_refuse_and_flags_override_them() {
    let folder = applied(&format!("guards = {{ max_moves = 0, max_removes = 0 }}\n{MANIFEST}"));
    let guarded = format!("guards = {{ max_moves = 0, max_removes = 0 }}\n{MANIFEST}");
    write(&folder, &guarded.replace("name = \"a\"", "name = \"c\""));
    refused(&folder, &[], "max-moves");
    ends(&run(folder.path(), &["apply", "--yes", "--max-moves", "2"]), 0);
    write(&folder, &guarded.replace("name = \"a\"", "name = \"c\"").replace("replicas = 2", "replicas = 1"));
    refused(&folder, &[], "max-removes");
    ends(&run(folder.path(), &["apply", "--yes", "--max-removes", "1"]), 0);
}

#[test]
fn an_emptied_manifest_is_refused() {
    let folder = applied(MANIFEST);
    write(&folder, "strategy = \"prioritized\"\n");
    refused(&folder, &[], "empty");
    ends(&run(folder.path(), &["apply", "--yes", "--allow-empty"]), 0);
}

#[test]
fn placed_workloads_are_saved_although_others_are_unplaced() {
    let folder = applied(MANIFEST);
    write(&folder, &MANIFEST.replace("replicas = 2", "replicas = 5"));
    ends(&run(folder.path(), &["apply", "--yes"]), 3);
    assert!(state(folder.path()).contains("web-3 = "));
    ends(&run(folder.path(), &["apply", "--yes", "--allow-unplaced"]), 0);
}

#[test]
fn a_saved_plan_is_applied_once_and_only_to_the_inputs_it_was_made_from() {
    let folder = applied(MANIFEST);
    write(&folder, &MANIFEST.replace("replicas = 2", "replicas = 5"));
    ends(&run(folder.path(), &["plan", "--out", "p.toml"]), 3);
    ends(&run(folder.path(), &["apply", "p.toml"]), 3);
    let output = run(folder.path(), &["apply", "p.toml"]);
    ends(&output, 0);
    assert_eq!(text(&output.stdout), "Already applied. Nothing was started or stopped.\n");
    ends(&run(folder.path(), &["plan", "--out", "p.toml"]), 3);
    write(&folder, MANIFEST);
    ends(&run(folder.path(), &["apply", "--yes"]), 0);
    let output = run(folder.path(), &["apply", "p.toml"]);
    ends(&output, 4);
    assert!(text(&output.stderr).contains("the plan is stale: the manifest and the state changed since it was saved"));
}

#[test]
fn a_plan_for_another_lineage_is_refused_even_if_contents_are_equal() {
    let (folder, other) = (applied(MANIFEST), applied(MANIFEST));
    let plan = other.path().join("p.toml");
    ends(&run(other.path(), &["plan", "--out", "p.toml"]), 0);
    let output = run(folder.path(), &["apply", plan.to_str().expect("text")]);
    ends(&output, 4);
    assert!(text(&output.stderr).contains("another lineage"));
}

#[test]
fn a_refusal_before_planning_has_json_output() {
    let folder = applied(&format!("cluster = \"a\"\n{MANIFEST}"));
    write(&folder, &format!("cluster = \"b\"\n{MANIFEST}"));
    refused(&folder, &[], "another-cluster");
    let (folder, other) = (applied(MANIFEST), applied(MANIFEST));
    for (made, code) in [(&other, "another-lineage"), (&folder, "stale-plan")] {
        write(made, &MANIFEST.replace("cpu = 1 }", "cpu = 2 }"));
        let plan = folder.path().join("p.toml");
        ends(&run(made.path(), &["plan", "--out", plan.to_str().expect("text")]), 0);
        write(&folder, MANIFEST);
        refused(&folder, &["p.toml"], code);
    }
}

#[test]
fn a_move_to_a_node_without_the_resource_is_refused() {
    let manifest = MANIFEST.replace("cpu = 2 }\n[[nodes]]", "cpu = 2, ssd = 0 }\n[[nodes]]");
    let folder = applied(&manifest.replace("cpu = 1 }", "cpu = 1, ssd = 0 }"));
    let output = run(folder.path(), &["plan", "--move", "web-0=b"]);
    ends(&output, 1);
    assert_eq!(text(&output.stderr), "error: `web-0` cannot move to `b`: b does not offer `ssd`\n");
}

#[test]
fn a_first_apply_that_places_nothing_saves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder, &MANIFEST.replace("cpu = 1 }", "cpu = 3 }"));
    let output = run(folder.path(), &["apply", "--yes"]);
    ends(&output, 3);
    assert!(text(&output.stdout).ends_with("Nothing could be placed, so there is no state to save.\n"));
    assert!(!folder.path().join("lighthouse.state.toml").exists());
}

#[test]
fn check_warns_if_a_workload_cannot_stay_on_its_recorded_node() {
    let folder = applied(&MANIFEST.replace("replicas = 2", "stay = true"));
    write(&folder, &MANIFEST.replace("replicas = 2", "stay = true\nonly_on = { name = \"b\" }"));
    let output = run(folder.path(), &["check"]);
    ends(&output, 0);
    assert_eq!(text(&output.stdout), "lighthouse.toml is valid: 2 nodes, 1 workload, prioritized; 1 warning\n");
    let expected = concat!(
        "warning: `web` must stay on `a`, but its `only_on` rule for `name` forbids that node\n",
        " --> lighthouse.toml:8:1\n"
    );
    assert!(text(&output.stderr).starts_with(expected), "{}", text(&output.stderr));
    validate("check", &json(&run(folder.path(), &["check", "--format", "json"])), "a disagreement");
    fs::write(folder.path().join("lighthouse.state.toml"), "").expect("it can be written");
    let output = run(folder.path(), &["check"]);
    ends(&output, 0);
    assert!(
        text(&output.stderr).starts_with("warning: the state `lighthouse.state.toml` cannot be read: it is empty\n")
    );
}

#[test]
fn a_workload_can_be_moved_to_a_node_with_a_non_ascii_name() {
    let manifest =
        "strategy = \"prioritized\"\n[[nodes]]\nname = \"a\"\n[[nodes]]\nname = \"é\"\n[[workloads]]\nname = \"t\"\n";
    let folder = applied(manifest);
    let output = run(folder.path(), &["apply", "--yes", "--move", "t=é"]);
    ends(&output, 0);
    assert!(text(&output.stdout).contains("  > t  a -> é  requested with --move\n"));
}

#[test]
fn adopted_workloads_stay_where_they_run() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder, MANIFEST);
    fs::write(folder.path().join("runs"), "web-0 b\nweb-1\tb\n").expect("it can be written");
    ends(&run(folder.path(), &["adopt", "runs", "--yes"]), 0);
    let output = run(folder.path(), &["plan", "--detailed-exitcode"]);
    ends(&output, 0);
    let merged = state(folder.path()).replace("node = \"b\"", "node = \"a\"");
    fs::write(folder.path().join("lighthouse.state.toml"), merged).expect("it can be written");
    ends(&run(folder.path(), &["plan"]), 1);
    ends(&run(folder.path(), &["adopt", "lighthouse.state.toml", "--yes"]), 0);
    ends(&run(folder.path(), &["plan", "--detailed-exitcode"]), 0);
    assert!(state(folder.path()).contains("node = \"a\""));
}

#[test]
fn a_state_under_another_name_is_pointed_out() {
    let folder = applied(MANIFEST);
    let old = folder.path().join("old.state.toml");
    fs::rename(folder.path().join("lighthouse.state.toml"), old).expect("it can be renamed");
    let output = run(folder.path(), &["plan"]);
    ends(&output, 0);
    let expected = "there is no state `lighthouse.state.toml`, but `old.state.toml` records 2 of these workloads";
    assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
}

#[test]
fn a_former_name_that_is_still_declared_is_not_taken_over() {
    let nodes = "strategy = \"prioritized\"\n[[nodes]]\nname = \"a\"\n";
    let folder = applied(&format!("{nodes}[[workloads]]\nname = \"u\"\n[[workloads]]\nname = \"u-0\"\n"));
    let u = "[[workloads]]\nname = \"u\"\nreplicas = 1\n";
    write(&folder, &format!("{nodes}{u}[[workloads]]\nname = \"ur\"\nreplicas = 1\nwas = \"u\"\n"));
    let output = run(folder.path(), &["plan", "--format", "json"]);
    let kinds = json(&output)["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|each| each["kind"].to_string())
        .collect::<Vec<_>>();
    assert_eq!(kinds, ["\"remove\"", "\"place\""]);
}
