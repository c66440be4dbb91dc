//! Negative controls of the tests of `watch`: a program that plans too much, too little or too late is detected.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::{PROMISED, Watching, assert_notified, home, manifest, write};

use crate::support::{run, text};

/// Returns a watch that prints the plans of these workloads, one after the other.
fn replayed(workloads: &[&str]) -> Watching {
    let (_folder, home) = home();
    let mut lines = Vec::new();
    for workload in workloads {
        write(&home.join("lighthouse.toml"), &manifest(workload));
        let output = run(&home, &["watch", "--once", "--format", "json"]);
        let (version, plan) = text(&output.stdout).split_once('\n').expect("two lines");
        if lines.is_empty() {
            lines.push(version.to_owned());
        }
        lines.push(plan.trim_end().to_owned());
    }
    write(&home.join("lines"), &lines.join("\n"));
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "exec cat lines", "sh"]);
    let mut watching = Watching::start_by(command, &home, &[]);
    assert!(watching.wait().success());
    watching
}

/// Returns whether the tests accept these plans for manifests of these workloads in turn.
fn is_accepted(printed: &[&str], wanted: &[&str]) -> bool {
    let watching = replayed(printed);
    let judge = || wanted.iter().for_each(|workload| drop(watching.plans(workload)));
    catch_unwind(AssertUnwindSafe(judge)).is_ok()
}

#[test]
fn control_an_extra_missing_or_wrong_plan_is_caught() {
    assert!(is_accepted(&["first", "second", "third"], &["first", "second", "third"]));
    for (what, printed) in [
        ("a plan of the same bytes again", &["first", "first", "second", "third"][..]),
        ("a plan of the last bytes again", &["first", "second", "second", "third"]),
        ("a plan of half a save", &["first", "half", "second", "third"]),
        ("a change that was missed", &["first", "third"]),
        ("a last change that was missed", &["first", "second"]),
        ("changes in another order", &["first", "third", "second"]),
    ] {
        assert!(!is_accepted(printed, &["first", "second", "third"]), "{what}");
    }
}

#[test]
fn control_a_plan_without_a_change_is_caught() {
    let watching = replayed(&["first"]);
    watching.plans("first");
    assert!(watching.lines.recv().is_err(), "that was all");
    watching.has_no_plan();
    let watching = replayed(&["first", "first"]);
    watching.plans("first");
    let is_caught = |_| {
        // The line is on its way.
        thread::sleep(Duration::from_millis(1));
        catch_unwind(AssertUnwindSafe(|| watching.has_no_plan())).is_err()
    };
    assert!((0..10_000).any(is_caught));
}

#[test]
fn control_changes_found_only_by_the_tick_are_caught() {
    let soon = Duration::from_millis(300);
    assert_notified("in time", &[soon, soon, PROMISED * 3]);
    assert!(catch_unwind(|| assert_notified("late", &[soon, PROMISED * 3, PROMISED * 3])).is_err());
}
