//! Changes whose events do not name the manifest: swapped links, replaced folders, added and removed drop-ins.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Watching, a_while, assert_notified, home, manifest, run_all, write};

use crate::support::repetitions;

/// A way to replace the manifest.
struct Swap {
    /// Path of the manifest below the folder.
    manifest: &'static str,
    /// Replaces the manifest by one of this workload.
    lay: fn(folder: &Path, round: usize, workload: &str),
}

const SWAPS: [(&str, Swap); 6] = [
    ("a ConfigMap", Swap { manifest: "lighthouse.toml", lay: config_map }),
    ("git-sync", Swap { manifest: "current/cluster/lighthouse.toml", lay: git_sync }),
    ("a folder that is renamed away", Swap { manifest: "cluster/lighthouse.toml", lay: renamed_away }),
    ("a folder that is removed", Swap { manifest: "cluster/lighthouse.toml", lay: removed }),
    ("a link to another file", Swap { manifest: "lighthouse.toml", lay: other_file }),
    ("a link whose target is saved", Swap { manifest: "lighthouse.toml", lay: target_saved }),
];

/// Replaces the manifest as the kubelet does: makes a folder, replaces the link by one to it, and removes the old
/// folder.
fn config_map(folder: &Path, round: usize, workload: &str) {
    let data = folder.join(format!("..2026_{round}"));
    fs::create_dir(&data).expect("a folder");
    write(&data.join("lighthouse.toml"), &manifest(workload));
    let _ = symlink("..data/lighthouse.toml", folder.join("lighthouse.toml"));
    symlink(data.file_name().expect("a name"), folder.join("..data_tmp")).expect("a link");
    fs::rename(folder.join("..data_tmp"), folder.join("..data")).expect("renamed");
    if let Some(before) = round.checked_sub(1) {
        fs::remove_dir_all(folder.join(format!("..2026_{before}"))).expect("removed");
    }
}

/// Replaces the manifest as git-sync does: makes a worktree, replaces the link, and removes the old worktree.
fn git_sync(folder: &Path, round: usize, workload: &str) {
    let tree = folder.join(format!(".worktrees/{round}"));
    fs::create_dir_all(tree.join("cluster")).expect("folders");
    write(&tree.join("cluster/lighthouse.toml"), &manifest(workload));
    symlink(format!(".worktrees/{round}"), folder.join("tmp-link")).expect("a link");
    fs::rename(folder.join("tmp-link"), folder.join("current")).expect("renamed");
    if let Some(before) = round.checked_sub(1) {
        fs::remove_dir_all(folder.join(format!(".worktrees/{before}"))).expect("removed");
    }
}

fn renamed_away(folder: &Path, round: usize, workload: &str) {
    let new = folder.join("new");
    fs::create_dir(&new).expect("a folder");
    write(&new.join("lighthouse.toml"), &manifest(workload));
    if round > 0 {
        fs::rename(folder.join("cluster"), folder.join(format!("old-{round}"))).expect("renamed");
    }
    fs::rename(new, folder.join("cluster")).expect("renamed");
}

fn removed(folder: &Path, round: usize, workload: &str) {
    if round > 0 {
        fs::remove_dir_all(folder.join("cluster")).expect("removed");
    }
    fs::create_dir(folder.join("cluster")).expect("a folder");
    write(&folder.join("cluster/lighthouse.toml"), &manifest(workload));
}

fn other_file(folder: &Path, round: usize, workload: &str) {
    let name = format!("files/{round}.toml");
    fs::create_dir_all(folder.join("files")).expect("a folder");
    write(&folder.join(&name), &manifest(workload));
    symlink(name, folder.join("tmp-link")).expect("a link");
    fs::rename(folder.join("tmp-link"), folder.join("lighthouse.toml")).expect("renamed");
}

fn target_saved(folder: &Path, _: usize, workload: &str) {
    fs::create_dir_all(folder.join("far/away")).expect("folders");
    let _ = symlink("far/away/x.toml", folder.join("lighthouse.toml"));
    write(&folder.join("far/new"), &manifest(workload));
    fs::rename(folder.join("far/new"), folder.join("far/away/x.toml")).expect("renamed");
}

#[test]
fn every_swap_leads_to_one_plan() {
    run_all(&SWAPS, |name, swap| {
        let (_folder, home) = home();
        fs::remove_file(home.join("lighthouse.toml")).expect("removed");
        (swap.lay)(&home, 0, "w0");
        let watching = Watching::start(&home, &["-f", swap.manifest]);
        watching.plans("w0");
        let (mut swapped, mut saved) = (Vec::new(), Vec::new());
        for round in 1..=repetitions(5, 200) {
            let workload = format!("w{round}");
            (swap.lay)(&home, round, &workload);
            let start = Instant::now();
            watching.plans(&workload);
            swapped.push(start.elapsed());
            // The new file is watched, too.
            let workload = format!("saved-{round}");
            write(&home.join(swap.manifest), &manifest(&workload));
            let start = Instant::now();
            watching.plans(&workload);
            saved.push(start.elapsed());
        }
        assert_notified(name, &swapped);
        assert_notified(&format!("{name}, then a save"), &saved);
        a_while();
        write(&home.join(swap.manifest), &manifest("last"));
        watching.plans("last");
        assert_eq!(watching.end(), "", "{name}");
    });
}

#[test]
fn a_manifest_created_after_the_start_is_planned() {
    let (_folder, home) = home();
    fs::remove_file(home.join("lighthouse.toml")).expect("removed");
    let watching = Watching::start(&home, &[]);
    watching.says("error");
    write(&home.join("lighthouse.toml"), &manifest("first"));
    watching.recovers();
    watching.plans("first");
    let deep = Watching::start(&home, &["-f", "a/b/c.toml"]);
    deep.says("error");
    fs::create_dir(home.join("a")).expect("a folder");
    a_while();
    fs::create_dir(home.join("a/b")).expect("a folder");
    a_while();
    write(&home.join("a/b/c.toml"), &manifest("second"));
    deep.plans("second");
    assert_eq!(watching.end() + &deep.end(), "");
}

#[test]
fn the_working_folder_may_be_replaced() {
    let (_folder, home) = home();
    let watching = Watching::start(&home, &[]);
    watching.plans("first");
    for round in 0..3 {
        fs::rename(&home, home.with_file_name(format!("old-{round}"))).expect("renamed");
        fs::create_dir(&home).expect("a folder");
        let workload = format!("w{round}");
        write(&home.join("lighthouse.toml"), &manifest(&workload));
        watching.plans(&workload);
    }
    assert_eq!(watching.end(), "");
    // The same holds if a link on the path of the folder is swapped.
    git_sync(&home, 0, "w0");
    let watching = Watching::start(&home.join("current/cluster"), &[]);
    watching.plans("w0");
    for round in 1..4 {
        git_sync(&home, round, &format!("w{round}"));
        watching.plans(&format!("w{round}"));
    }
    assert_eq!(watching.end(), "");
}

/// Returns the descriptors, threads, and memory in KiB of a process.
fn holdings(watching: &Watching) -> (usize, usize, usize) {
    let process = format!("/proc/{}", watching.child.id());
    let count = |what: &str| fs::read_dir(format!("{process}/{what}")).expect("a folder").count();
    let status = fs::read_to_string(format!("{process}/status")).expect("a status");
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    let memory = memory.trim().trim_end_matches(" kB").parse().expect("a number");
    (count("fd"), count("task"), memory)
}

#[test]
#[expect(clippy::print_stderr, reason = "a soak reports what it measured")]
fn a_long_run_holds_no_more_resources_than_a_short_one() {
    let (_folder, home) = home();
    git_sync(&home, 0, "w0");
    let watching = Watching::start(&home, &["-f", "current/cluster/lighthouse.toml"]);
    watching.plans("w0");
    let swap_all = |rounds: std::ops::RangeInclusive<usize>| {
        for round in rounds {
            git_sync(&home, round, &format!("w{round}"));
            watching.plans(&format!("w{round}"));
        }
        a_while();
        holdings(&watching)
    };
    let (early, start) = (swap_all(1..=10), Instant::now());
    let late = swap_all(11..=repetitions(30, 10_000));
    assert_eq!((early.0, early.1), (late.0, late.1), "descriptors and threads");
    assert!(late.2 < early.2 + 8 * 1024, "memory went from {} to {} KiB", early.2, late.2);
    eprintln!("descriptors, threads, KiB: {early:?}, and {late:?} after {:?}", start.elapsed());
    assert_eq!(watching.end(), "");
}

/// Waits for the next plan, which must have this number of workloads.
#[track_caller]
fn plans_count(watching: &Watching, workloads: usize) {
    let line = watching.says("plan");
    assert_eq!(line["plan"]["placements"].as_object().expect("placements").len(), workloads, "{line}");
}

#[test]
fn added_and_removed_drop_ins_are_planned() {
    let (_folder, home) = home();
    let watching = Watching::start(&home, &[]);
    watching.plans("first");
    let drop_in = |path: &PathBuf, name: &str| write(path, &format!("[[workloads]]\nname = \"{name}\"\n"));
    let folder = home.join("lighthouse.d");
    fs::create_dir_all(folder.join("team")).expect("folders");
    a_while();
    drop_in(&folder.join("team/a.toml"), "a");
    plans_count(&watching, 2);
    drop_in(&folder.join("b.toml"), "b");
    plans_count(&watching, 3);
    fs::create_dir(home.join("else")).expect("a folder");
    drop_in(&home.join("else/c.toml"), "c");
    symlink("../else/c.toml", folder.join("c.toml")).expect("a link");
    plans_count(&watching, 4);
    drop_in(&home.join("else/c.toml"), "d");
    let line = watching.says("plan");
    assert_eq!(line["changed"], serde_json::json!(["lighthouse.d/c.toml"]));
    fs::rename(folder.join("team"), home.join("away")).expect("renamed");
    plans_count(&watching, 3);
    fs::rename(&folder, home.join("gone")).expect("renamed");
    plans_count(&watching, 1);
    fs::rename(home.join("gone"), &folder).expect("renamed");
    plans_count(&watching, 3);
    assert_eq!(watching.end(), "");
}
