//! Git commands in a worktree lead to one plan each, and `watch --apply` follows what is pushed from elsewhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::{Watching, a_while, manifest, write};

use crate::support::{has, parsed, repetitions, run, text};

/// Runs Git, independent of the configuration of the user and the machine.
pub(super) fn try_git(folder: &Path, words: &[&str]) -> Output {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut git = Command::new("git");
    git.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"]);
    git.args(["-c", "pull.rebase=false", "-c", "protocol.file.allow=always", "-c", "gc.auto=0"]).args(words);
    git.current_dir(folder).env_clear().env("PATH", path).env("HOME", folder).env("GIT_EDITOR", "true");
    git.env("GIT_CONFIG_NOSYSTEM", "1").stdin(Stdio::null()).output().expect("git runs")
}

/// Runs Git and asserts that it succeeds.
#[track_caller]
pub(super) fn git(folder: &Path, words: &[&str]) -> String {
    let output = try_git(folder, words);
    assert!(output.status.success(), "git {words:?}: {}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

#[track_caller]
pub(super) fn commit(folder: &Path, message: &str) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-qm", message]);
}

/// Makes a bare repository with a manifest in `cluster/`, and clones with these names.
pub(super) fn clones(names: &[&str]) -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().canonicalize().expect("a real path");
    git(&home, &["init", "-q", "--bare", "origin.git"]);
    git(&home, &["clone", "-q", "origin.git", "seed"]);
    let seed = home.join("seed");
    fs::create_dir(seed.join("cluster")).expect("a folder");
    write(&seed.join("cluster/lighthouse.toml"), &manifest("first"));
    assert_eq!(run(&seed.join("cluster"), &["init"]).status.code(), Some(0));
    commit(&seed, "a cluster");
    git(&seed, &["push", "-q", "origin", "main"]);
    for name in names {
        git(&home, &["clone", "-q", "origin.git", name]);
    }
    let clones = names.iter().map(|name| home.join(name)).collect();
    (folder, clones)
}

/// Pushes a manifest of this workload.
pub(super) fn push(clone: &Path, workload: &str) {
    write(&clone.join("cluster/lighthouse.toml"), &manifest(workload));
    commit(clone, workload);
    git(clone, &["push", "-q", "origin", "HEAD"]);
}

#[test]
fn every_git_command_leads_to_one_plan() {
    if !has(&["git", "--version"]) {
        return;
    }
    let (_folder, clones) = clones(&["here", "there"]);
    let [here, there] = clones.as_slice() else { panic!("two clones") };
    git(here, &["checkout", "-qb", "many"]);
    for number in 0..repetitions(300, 2_000) {
        write(&here.join(format!("cluster/file-{number}")), "x");
    }
    write(&here.join("cluster/lighthouse.toml"), &manifest("many"));
    commit(here, "many files");
    git(here, &["checkout", "-qb", "none"]);
    fs::remove_dir_all(here.join("cluster")).expect("removed");
    write(&here.join("README"), "no cluster");
    commit(here, "no cluster");
    git(here, &["checkout", "-q", "main"]);
    let watching = Watching::start(&here.join("cluster"), &[]);
    watching.plans("first");
    for round in 0..repetitions(2, 40) {
        git(here, &["checkout", "-q", "many"]);
        watching.plans("many");
        // The folder is gone, but the last plan is kept: the same manifest again is no new plan.
        git(here, &["checkout", "-q", "none"]);
        watching.says("error");
        git(here, &["checkout", "-q", "many"]);
        watching.recovers();
        git(here, &["checkout", "-q", "main"]);
        watching.plans(if round == 0 { "first" } else { "rebased" });
        push(there, &format!("pulled-{round}"));
        git(here, &["pull", "-q"]);
        watching.plans(&format!("pulled-{round}"));
        git(here, &["pull", "-q"]);
        // A branch of an older commit is rebased on the pulled commit, whose manifest it then has.
        git(here, &["checkout", "-qb", "topic", "HEAD~1"]);
        watching.plans(if round == 0 { "first" } else { "rebased" });
        write(&here.join("notes"), &round.to_string());
        commit(here, "notes");
        git(here, &["rebase", "-q", "main"]);
        watching.plans(&format!("pulled-{round}"));
        git(here, &["checkout", "-q", "main"]);
        git(here, &["branch", "-qD", "topic"]);
        push(there, "rebased");
        git(here, &["pull", "-q", "--rebase"]);
        watching.plans("rebased");
    }
    a_while();
    write(&here.join("cluster/lighthouse.toml"), &manifest("last"));
    watching.plans("last");
    assert_eq!(watching.end(), "");
}

/// Returns a manifest of one workload of this size. Nothing is removed, so the watch applies without waiting for a
/// tick.
fn sized(size: usize) -> String {
    manifest("web").replace("cpu = 1", &format!("cpu = \"{}m\"", 100 + size))
}

#[test]
fn watch_apply_ends_where_one_apply_per_commit_ends() {
    if !has(&["git", "--version"]) {
        return;
    }
    let (_folder, clones) = clones(&["here", "there"]);
    let [here, there] = clones.as_slice() else { panic!("two clones") };
    let push = |round| {
        write(&there.join("cluster/lighthouse.toml"), &sized(round));
        commit(there, "another size");
        git(there, &["push", "-q", "origin", "HEAD:main"]);
    };
    push(0);
    git(here, &["pull", "-q"]);
    // The state is kept outside of a checkout that follows another one.
    let watching = Watching::start(&here.join("cluster"), &["--apply", "--state", "../../here.state.toml"]);
    let state = |name: &str| parsed(&fs::read(here.with_file_name(name)).expect("a state"));
    for round in 0..=repetitions(5, 100) {
        if round > 0 {
            push(round);
            git(here, &["pull", "-q"]);
        }
        watching.plans("web");
        watching.says("applied");
        let apply = run(&there.join("cluster"), &["apply", "--yes", "--state", "../../there.state.toml"]);
        assert_eq!(apply.status.code(), Some(0));
    }
    assert_eq!(state("here.state.toml").record, state("there.state.toml").record);
    assert_eq!(state("here.state.toml").serial, state("there.state.toml").serial);
    assert_eq!(watching.end(), "");
}
