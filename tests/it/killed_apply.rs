//! An apply that is killed, at any system call, leaves the old state or the new one, byte for byte; the next apply
//! succeeds.

use std::os::unix::process::ExitStatusExt;

use crate::support::{Call, Site, has_strace, meaning, parsed, repetitions, report, under};

/// Site with its state before and after the apply that is killed.
struct Case {
    site: Site,
    old: Option<Vec<u8>>,
    new: Vec<u8>,
}

/// Makes a site with `before` workloads applied and `after` declared; without a state if `before` is 0.
fn case(before: usize, after: usize) -> Case {
    let site = Site::new(before, 1);
    if before > 0 {
        site.apply_well();
    }
    let old = site.state();
    site.declare(after, 2);
    site.apply_well();
    let new = site.state().expect("a state");
    site.reset(old.as_deref());
    Case { site, old, new }
}

/// Returns the calls of an apply from the first that mentions `from`, and restores the site.
fn calls(case: &Case, from: &str) -> Vec<Call> {
    let mut calls = case.site.calls(from);
    case.site.reset(case.old.as_deref());
    // Allocating for a long state takes thousands of `mprotect` calls, which touch no file. The campaigns with short
    // states, which kill at every call, include some.
    calls.retain(|call| from.is_empty() || call.name != "mprotect");
    calls
}

/// Kills an apply at a call. Returns whether it was killed: the call may have another number this time.
fn kill(case: &Case, call: &Call) -> bool {
    let output = case.site.apply_under(&[&format!("{}:signal=KILL:when={}", call.name, call.n)]);
    output.status.signal() == Some(9)
}

/// Returns whether the state is the old one or the new one.
fn is_whole(case: &Case) -> bool {
    match case.site.state() {
        None => case.old.is_none(),
        // A first state has a lineage of its own.
        Some(bytes) if case.old.is_none() => meaning(&bytes) == meaning(&case.new) && parsed(&bytes).serial == 1,
        state => state == case.old || state.as_ref() == Some(&case.new),
    }
}

/// Kills at every `step`th call and applies again; returns the number of applies killed.
fn campaign(case: &Case, from: &str, step: usize) -> usize {
    let mut killed = 0;
    for call in calls(case, from).iter().step_by(step) {
        case.site.reset(case.old.as_deref());
        killed += usize::from(kill(case, call));
        assert!(is_whole(case), "torn by {call:?}");
        case.site.apply_well();
        let state = case.site.state().expect("a state");
        assert_eq!(meaning(&state), meaning(&case.new), "{call:?}");
        assert_eq!(case.site.leftovers(), Vec::<String>::new(), "{call:?}");
    }
    killed
}

#[test]
fn a_kill_at_any_system_call_leaves_the_old_state_or_the_new() {
    if !has_strace() {
        return;
    }
    let points = [
        campaign(&case(0, 270), "", 1),
        // 20 KB.
        campaign(&case(270, 260), "", 1),
        // 5 MB: only the calls from the start of writing differ from the 20 KB case.
        campaign(&case(65_000, 64_900), ".tmp", repetitions(4, 1)),
    ];
    report(format_args!("killed at a call: no state {}, 20 KB {}, 5 MB {}", points[0], points[1], points[2]));
    assert!(points.iter().sum::<usize>() >= 240, "{points:?}");
}

/// Replaces the apply by a writer that overwrites the state in place.
#[test]
fn control_a_writer_that_truncates_first_is_caught() {
    if !has_strace() {
        return;
    }
    let case = case(270, 260);
    std::fs::write(case.site.path("new"), &case.new).expect("a file");
    let write_in_place = "dd if=new of=x.state.toml bs=512 2>/dev/null";
    let torn = (1..=20).any(|n| {
        std::fs::write(case.site.path("x.state.toml"), case.old.as_deref().unwrap_or_default()).expect("a state");
        let mut command = under(&[&format!("write:signal=KILL:when={n}")], "sh");
        let output = command.args(["-c", write_in_place]).current_dir(case.site.path("")).output();
        drop(output.expect("started"));
        !is_whole(&case)
    });
    assert!(torn);
}
