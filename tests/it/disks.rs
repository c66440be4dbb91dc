//! Full, small and read-only disks: the state stays byte for byte, nothing is left over, one line says what to do.

use std::fs;
use std::process::Command;

use crate::rig::{Site, binary, has, meaning};

/// A disk of its own in a name space of its own, where an unprivileged user may mount one.
const NAMESPACE: [&str; 4] = ["unshare", "-Urm", "sh", "-c"];

/// Copies the site to a new disk, runs the apply there, and copies back what the disk holds then.
const SCRIPT: &str = r#"
    mkdir disk back && mount -t tmpfs -o "$OPTIONS" none disk && cp x.toml x.state.toml disk || exit 77
    (cd disk && eval "$BEFORE" && exec "$BINARY" apply --yes -f x.toml)
    code=$?
    cp -a disk/. back && umount disk && rmdir disk
    exit $code
"#;

/// What came of one apply on one disk.
struct Outcome {
    code: Option<i32>,
    state: Vec<u8>,
    names: Vec<String>,
    said: String,
}

fn run(site: &Site, options: &str, before: &str) -> Outcome {
    let _ = fs::remove_dir_all(site.path("back"));
    let output = Command::new(NAMESPACE[0])
        .args(&NAMESPACE[1..])
        .arg(SCRIPT)
        .envs([("OPTIONS", options), ("BEFORE", before)])
        .env("BINARY", binary())
        .current_dir(site.path(""))
        .output()
        .expect("started");
    let entries = fs::read_dir(site.path("back")).expect("a copy");
    Outcome {
        code: output.status.code(),
        state: fs::read(site.path("back/x.state.toml")).expect("a state"),
        names: entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect(),
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A site with some 40 KB of state and as much to be written, and both states.
fn site() -> (Site, Vec<u8>, Vec<u8>) {
    let site = Site::new(500, 1);
    site.apply_well();
    let old = site.state().expect("a state");
    site.declare(499, 2);
    site.apply_well();
    let new = site.state().expect("a state");
    site.reset(Some(&old));
    (site, old, new)
}

/// Runs an apply and holds it to the promise; whether it succeeded.
fn hold(options: &str, before: &str, (site, old, new): &(Site, Vec<u8>, Vec<u8>)) -> bool {
    let outcome = run(site, options, before);
    let what = format!("{options}, {before}: code {:?}, {}", outcome.code, outcome.said);
    assert!(!outcome.names.iter().any(|name| name.contains(".tmp")), "{what}");
    if outcome.code == Some(0) {
        assert_eq!(meaning(&outcome.state), meaning(new), "{what}");
        return true;
    }
    assert_eq!(outcome.code, Some(1), "{what}");
    assert!(outcome.state == *old, "{what}");
    assert!(outcome.said.contains("error: cannot "), "{what}");
    false
}

#[test]
fn a_small_disk_keeps_the_state_or_takes_the_new_one() {
    if !has(&["unshare", "-Urm", "true"]) {
        return;
    }
    let site = site();
    let mut outcomes = Vec::new();
    let needed = site.1.len().div_ceil(4096) + 2;
    for pages in needed..needed + 20 {
        outcomes.push(hold(&format!("size={}k", pages * 4), "true", &site));
    }
    for inodes in 3..8 {
        outcomes.push(hold(&format!("size=1m,nr_inodes={inodes}"), "true", &site));
    }
    assert!(outcomes.contains(&true) && outcomes.contains(&false));
}

#[test]
fn a_full_or_read_only_disk_is_told_with_advice() {
    if !has(&["unshare", "-Urm", "true"]) {
        return;
    }
    let site = site();
    let pages = site.1.len().div_ceil(4096) + 3;
    for (options, before) in [(format!("size={}k", pages * 4), "true"), ("size=1m".to_owned(), "mount -o remount,ro .")]
    {
        let outcome = run(&site.0, &options, before);
        assert_eq!(outcome.code, Some(1), "{}", outcome.said);
        assert_eq!(outcome.said.lines().filter(|line| line.contains("disk")).count(), 1, "{}", outcome.said);
    }
}

#[test]
fn small_limits_of_the_process_are_errors_like_others() {
    if !has(&["unshare", "-Urm", "true"]) {
        return;
    }
    let site = site();
    for blocks in [0, 1, 8, 40] {
        assert!(!hold("size=1m", &format!("ulimit -f {blocks}"), &site), "{blocks} blocks");
    }
    let outcomes: Vec<_> = (4..9).map(|files| hold("size=1m", &format!("ulimit -n {files}"), &site)).collect();
    assert!(outcomes.contains(&true));
}
