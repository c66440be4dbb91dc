//! Errors injected into every system call of an apply are reported, and none leaves half a change.

use std::process::Output;

use crate::support::{Call, Site, binary, has_strace, manifest, meaning, report, under};

/// System calls that can fail because of the disk or of the system's limits.
const FALLIBLE: [&str; 22] = [
    "openat",
    "close",
    "read",
    "write",
    "fsync",
    "rename",
    "renameat2",
    "flock",
    "statx",
    "newfstatat",
    "fstat",
    "fchmod",
    "fchown",
    "getdents64",
    "readlink",
    "unlink",
    "unlinkat",
    "ftruncate",
    "lseek",
    "getcwd",
    "fcntl",
    "mkdir",
];

/// Errors that are injected.
const ERRORS: [&str; 8] = ["EIO", "ENOSPC", "EDQUOT", "EROFS", "EACCES", "EMFILE", "ENOLCK", "EXDEV"];

/// Site with a state and a manifest that leads to another state. The manifest gets a warning, so that both streams are
/// written.
struct Case {
    site: Site,
    old: Vec<u8>,
    new: Vec<u8>,
    calls: Vec<Call>,
}

fn case() -> Case {
    let site = Site::new(20, 1);
    site.apply_well();
    let old = site.state().expect("a state");
    let text = format!("{}immunities = [\"nothing\"]\n", manifest(19, 2));
    std::fs::write(site.path("x.toml"), text).expect("a manifest");
    site.apply_well();
    let new = site.state().expect("a state");
    site.reset(Some(&old));
    // Calls before the first that touches the site belong to the loader.
    let mut calls = site.calls("x.");
    calls.retain(|call| FALLIBLE.contains(&call.name.as_str()));
    for call in ["write(1,", "write(2,", "close("] {
        assert!(calls.iter().any(|each| each.line.starts_with(call)), "{call}");
    }
    Case { site, old, new, calls }
}

/// Runs an apply with an injected error and judges the outcome; an error says what is wrong with it.
fn judge(case: &Case, call: &Call, how: &str) -> Result<Output, String> {
    case.site.reset(Some(&case.old));
    let output = case.site.apply_under(&[&format!("{}:{how}", call.name)]);
    let state = case.site.state().ok_or("the state is gone")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    // If every write fails, the error cannot be reported.
    let is_mute = call.name == "write" && how.ends_with('+');
    match output.status.code() {
        Some(0) if state == case.new => {}
        Some(0) => return Err("success with the old state".to_owned()),
        Some(6) if state == case.new && call.name == "fsync" => {}
        // The state is saved, but the report on standard output failed.
        Some(1) if state == case.new && call.line.starts_with("write(1,") => {
            if !is_mute && !errors.contains("error: the state is saved, but standard output cannot be written: ") {
                return Err(format!("standard error: {errors}"));
            }
        }
        Some(1 | 4 | 5) if state == case.old && (is_mute || errors.contains("error: ") && errors.contains('`')) => {}
        code => return Err(format!("code {code:?}, old state: {}, standard error: {errors}", state == case.old)),
    }
    if !call.name.starts_with("unlink") && !case.site.leftovers().is_empty() {
        return Err(format!("left {:?}", case.site.leftovers()));
    }
    case.site.apply_well();
    let after = case.site.state().ok_or("the state is gone")?;
    if meaning(&after) == meaning(&case.new) { Ok(output) } else { Err("the next apply fails".to_owned()) }
}

#[test]
fn every_injected_error_is_reported_and_leaves_the_state_whole() {
    if !has_strace() {
        return;
    }
    let case = case();
    let mut points = 0;
    for call in &case.calls {
        for error in ERRORS {
            for again in ["", "+"] {
                let how = format!("error={error}:when={}{again}", call.n);
                judge(&case, call, &how).unwrap_or_else(|wrong| panic!("{how} into {}: {wrong}", call.line));
                points += 1;
            }
        }
    }
    report(format_args!("errors injected: {points}"));
    assert!(points >= 800, "{points}");
}

#[test]
fn an_error_is_reported_even_if_the_temporary_file_cannot_be_removed() {
    if !has_strace() {
        return;
    }
    let case = case();
    let fsync = case.calls.iter().find(|call| call.name == "fsync").expect("a sync");
    case.site.reset(Some(&case.old));
    let fault = format!("fsync:error=EIO:when={}", fsync.n);
    let output = case.site.apply_under(&[&fault, "unlink,unlinkat:error=EIO"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(case.site.state().as_ref(), Some(&case.old));
    assert_eq!(case.site.leftovers().len(), 1);
    case.site.apply_well();
    assert_eq!(case.site.leftovers(), Vec::<String>::new());
}

#[test]
fn an_interrupted_call_is_retried() {
    if !has_strace() {
        return;
    }
    let case = case();
    // The kernel never interrupts these.
    let calls = case.calls.iter().filter(|call| !["getcwd", "lseek"].contains(&call.name.as_str()));
    for call in calls {
        let how = format!("error=EINTR:when={}", call.n);
        let output = judge(&case, call, &how).unwrap_or_else(|wrong| panic!("{how} into {}: {wrong}", call.line));
        assert_eq!(output.status.code(), Some(0), "{how} into {}", call.line);
    }
}

#[test]
fn a_save_whose_folder_is_not_synced_is_reported_as_unconfirmed() {
    if !has_strace() {
        return;
    }
    let case = case();
    let syncs: Vec<_> = case.calls.iter().filter(|call| call.name == "fsync").collect();
    assert_eq!(syncs.len(), 2, "one of the file, one of the folder");
    let output = judge(&case, syncs[1], &format!("error=EIO:when={}", syncs[1].n)).expect("a good outcome");
    assert_eq!(output.status.code(), Some(6));
}

#[test]
fn an_output_whose_folder_cannot_be_synced_is_an_error() {
    if !has_strace() {
        return;
    }
    let site = Site::new(3, 1);
    let mut plan = under(&["fsync:error=EIO:when=2"], binary());
    plan.args(["plan", "--out", "plan", "-f", "x.toml"]).current_dir(site.path(""));
    let output = plan.output().expect("started");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "error: cannot sync `.`: input/output error\n");
}

#[test]
fn a_read_only_lock_file_can_be_locked() {
    if !has_strace() {
        return;
    }
    let site = Site::new(3, 1);
    site.apply_well();
    site.declare(3, 2);
    // `-P` restricts the injection to calls on this path.
    let refused = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", "./.x.state.toml.lock", "-e"];
    let output = site.apply(&[&refused[..], &["inject=openat:error=EACCES:when=1"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn control_a_swallowed_error_is_caught() {
    if !has_strace() {
        return;
    }
    // The tracer reports success for the rename without performing it.
    let case = case();
    let rename = case.calls.iter().find(|call| call.name.starts_with("rename")).expect("a rename");
    assert!(judge(&case, rename, &format!("retval=0:when={}", rename.n)).is_err());
}
