//! Killed at every system call, an apply leaves the old state or the new one, byte for byte, and the next apply just
//! works.

use crate::rig::{Call, Site, has_strace, meaning, parsed, repeat};

/// What a site looks like before and after the apply that is killed.
struct Case {
    site: Site,
    old: Option<Vec<u8>>,
    new: Vec<u8>,
}

/// A site with `before` workloads applied and `after` declared; 0 before is no state.
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

/// The calls of an apply from the first that mentions `from`, with the site as it was.
fn calls(case: &Case, from: &str) -> Vec<Call> {
    let calls = case.site.calls(from);
    case.site.reset(case.old.as_deref());
    calls
}

/// Kills an apply at a call. Whether the state was whole is an answer, so that a control can fail it.
fn is_whole_after_kill(case: &Case, call: &Call) -> bool {
    let output = case.site.apply_injected(&call.name, &format!("signal=KILL:when={}", call.n));
    let state = case.site.state();
    let whole = match &state {
        None => case.old.is_none(),
        // A first state has a lineage of its own.
        Some(bytes) if case.old.is_none() => meaning(bytes) == meaning(&case.new) && parsed(bytes).serial == 1,
        Some(bytes) => Some(bytes) == case.old.as_ref() || *bytes == case.new,
    };
    // A call that comes at another number this time kills nobody.
    assert!(!output.status.success() || state.is_some(), "{call:?}");
    whole
}

/// Kills at each call and applies again; gives how many points there were.
fn campaign(case: &Case, from: &str) -> usize {
    let calls = calls(case, from);
    for call in &calls {
        case.site.reset(case.old.as_deref());
        assert!(is_whole_after_kill(case, call), "torn by {call:?}");
        case.site.apply_well();
        let state = case.site.state().expect("a state");
        assert_eq!(meaning(&state), meaning(&case.new), "{call:?}");
        assert_eq!(case.site.leftovers(), Vec::<String>::new(), "{call:?}");
    }
    calls.len()
}

#[test]
fn a_kill_at_any_system_call_leaves_the_old_state_or_the_new() {
    if !has_strace() {
        return;
    }
    let points = [
        campaign(&case(0, 200), ""),
        campaign(&case(200, 180), ""),
        // At 5 MB (in a soak) only what follows the start of writing differs from the above.
        campaign(&case(repeat(5_000, 60_000), 4_900), ".tmp"),
    ];
    assert!(points.iter().sum::<usize>() >= 200, "{points:?}");
}

#[test]
fn control_a_writer_that_truncates_first_is_caught() {
    if !has_strace() {
        return;
    }
    let case = case(200, 180);
    let staged = case.site.path("new");
    std::fs::write(&staged, &case.new).expect("a file");
    let write_in_place = "dd if=new of=x.state.toml bs=512 2>/dev/null";
    let torn = (1..=20).any(|n| {
        std::fs::write(case.site.path("x.state.toml"), case.old.as_deref().unwrap_or_default()).expect("a state");
        let inject = format!("inject=write:signal=KILL:when={n}");
        let output = std::process::Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e", &inject, "sh", "-c", write_in_place])
            .current_dir(staged.parent().expect("a folder"))
            .output();
        drop(output.expect("started"));
        let state = case.site.state();
        state != case.old && state.as_ref() != Some(&case.new)
    });
    assert!(torn);
}
