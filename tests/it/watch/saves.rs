//! Every way to save a file leads to one plan, and a change that leaves the bytes leads to none.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::{Watching, a_while, assert_notified, home, manifest, run_all, tool, write};

use crate::support::{has, repetitions};

/// Replaces the manifest of the workload `before` by a manifest of `workload`.
type Save = fn(folder: &Path, before: &str, workload: &str);

const WAYS: [(&str, Save); 12] = [
    ("in place", |folder, _, workload| write(&folder.join("lighthouse.toml"), &manifest(workload))),
    ("in pieces", in_pieces),
    ("rename over", |folder, _, workload| {
        write(&folder.join("new"), &manifest(workload));
        fs::rename(folder.join("new"), folder.join("lighthouse.toml")).expect("renamed");
    }),
    ("rename over from elsewhere", |folder, _, workload| {
        let elsewhere = folder.with_file_name("elsewhere");
        write(&elsewhere, &manifest(workload));
        fs::rename(elsewhere, folder.join("lighthouse.toml")).expect("renamed");
    }),
    ("link and rename", |folder, _, workload| {
        let _ = fs::remove_file(folder.join("lighthouse.toml~"));
        fs::hard_link(folder.join("lighthouse.toml"), folder.join("lighthouse.toml~")).expect("linked");
        write(&folder.join("new"), &manifest(workload));
        fs::rename(folder.join("new"), folder.join("lighthouse.toml")).expect("renamed");
    }),
    ("delete and create", |folder, _, workload| {
        fs::remove_file(folder.join("lighthouse.toml")).expect("removed");
        write(&folder.join("lighthouse.toml"), &manifest(workload));
    }),
    ("delete and create later", |folder, _, workload| {
        fs::remove_file(folder.join("lighthouse.toml")).expect("removed");
        thread::sleep(Duration::from_millis(150));
        write(&folder.join("lighthouse.toml"), &manifest(workload));
    }),
    ("truncate and write later", |folder, _, workload| {
        let mut file = File::create(folder.join("lighthouse.toml")).expect("a file");
        thread::sleep(Duration::from_millis(150));
        file.write_all(manifest(workload).as_bytes()).expect("written");
    }),
    ("cp", |folder, _, workload| {
        write(&folder.with_file_name("copy"), &manifest(workload));
        tool(folder, &["cp", "../copy", "lighthouse.toml"]);
    }),
    ("sed -i", |folder, before, workload| {
        tool(folder, &["sed", "-i", &format!("s/\"{before}\"/\"{workload}\"/"), "lighthouse.toml"]);
    }),
    ("vim, backupcopy=yes", |folder, before, workload| vim("yes", folder, before, workload)),
    ("vim, backupcopy=no", |folder, before, workload| vim("no", folder, before, workload)),
];

/// Saves as a slow writer does. The text is a valid manifest only with its last line.
fn in_pieces(folder: &Path, _: &str, workload: &str) {
    let text = format!(
        "workloads = [{{ name = \"{workload}\" }}]\nnodes = [{{ name = \"nas\" }}]\nstrategy = \"bin-pack\"\nrubric = {{}}\n"
    );
    let mut file = OpenOptions::new().write(true).truncate(true).open(folder.join("lighthouse.toml")).expect("a file");
    for piece in text.as_bytes().chunks(text.len() / 8) {
        file.write_all(piece).expect("written");
        thread::sleep(Duration::from_millis(60));
    }
}

fn vim(backupcopy: &str, folder: &Path, before: &str, workload: &str) {
    let setting = format!("set backupcopy={backupcopy}");
    let change = format!("%s/\"{before}\"/\"{workload}\"/");
    let vim = ["vim", "-u", "NONE", "-N", "-n", "-es", "-c", &setting, "-c", &change, "-c", "wq", "lighthouse.toml"];
    tool(folder, &vim);
}

#[test]
fn every_way_to_save_leads_to_one_plan() {
    let has_vim = has(&["vim", "--version"]);
    let ways: Vec<_> = WAYS.into_iter().filter(|(name, _)| has_vim || !name.starts_with("vim")).collect();
    run_all(&ways, |name, save| {
        let (_folder, home) = home();
        let watching = Watching::start(&home, &[]);
        watching.plans("first");
        let (mut before, mut took) = ("first".to_owned(), Vec::new());
        for round in 0..repetitions(5, 200) {
            let workload = format!("w{round}");
            save(&home, &before, &workload);
            let start = Instant::now();
            watching.plans(&workload);
            took.push(start.elapsed());
            before = workload;
            // Pseudo-random pauses of up to 381 ms.
            thread::sleep(Duration::from_millis(round as u64 * 7919 % 128 * 3));
        }
        assert_notified(name, &took);
        a_while();
        write(&home.join("lighthouse.toml"), &manifest("last"));
        watching.plans("last");
        assert_eq!(watching.end(), "", "{name}");
    });
}

#[test]
fn a_change_that_leaves_the_bytes_is_not_planned() {
    let (_folder, home) = home();
    let watching = Watching::start(&home, &[]);
    watching.plans("first");
    let path = home.join("lighthouse.toml");
    let actions: [(&str, &dyn Fn()); 8] = [
        ("an identical rewrite", &|| write(&path, &manifest("first"))),
        ("an identical rename over", &|| {
            write(&home.join("new"), &manifest("first"));
            fs::rename(home.join("new"), &path).expect("renamed");
        }),
        ("touch", &|| drop(tool(&home, &["touch", "lighthouse.toml"]))),
        ("chmod", &|| fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed")),
        ("sibling files", &|| {
            (0..200).for_each(|number| write(&home.join(format!("sibling-{number}.toml")), "x"));
        }),
        ("a drop-in that is hidden, and one of another name", &|| {
            fs::create_dir_all(home.join("lighthouse.d/.git")).expect("folders");
            write(&home.join("lighthouse.d/.git/x.toml"), "x");
            write(&home.join("lighthouse.d/README.md"), "x");
        }),
        ("readers", &|| drop(tool(&home, &["cat", "lighthouse.toml"]))),
        ("gone and back", &|| {
            fs::rename(&path, home.join("away")).expect("renamed");
            fs::rename(home.join("away"), &path).expect("renamed");
        }),
    ];
    for (number, (_, act)) in actions.iter().enumerate() {
        act();
        a_while();
        // An unwanted plan of the same bytes would come before this one.
        let workload = format!("w{number}");
        write(&path, &manifest(&workload));
        watching.plans(&workload);
        write(&path, &manifest("first"));
        watching.plans("first");
        watching.has_no_plan();
    }
    assert_eq!(watching.end(), "");
}

#[test]
fn a_broken_manifest_and_its_recovery_are_each_reported_once() {
    let (_folder, home) = home();
    let watching = Watching::start(&home, &[]);
    watching.plans("first");
    let path = home.join("lighthouse.toml");
    write(&path, &manifest("first").replace("requirements", "reqirements"));
    let error = watching.says("error");
    assert_eq!(error["message"], "lighthouse.toml:9:1: unknown key `reqirements` in a workload");
    assert_eq!(error["diagnostics"][0]["line"], 9);
    // The next tick does not report the error again.
    thread::sleep(Duration::from_millis(5_500));
    assert!(watching.lines.try_recv().is_err());
    write(&path, &manifest("first"));
    watching.recovers();
    fs::remove_file(&path).expect("removed");
    assert!(watching.says("error")["message"].as_str().expect("text").contains("`lighthouse.toml`"));
    write(&path, &manifest("second"));
    watching.recovers();
    watching.plans("second");
    write(&path, "");
    watching.says("error");
    write(&path, &manifest("third"));
    watching.recovers();
    watching.plans("third");
    assert_eq!(watching.end(), "");
}

#[test]
fn polling_finds_changes_without_notifications() {
    let (_folder, home) = home();
    let watching = Watching::start(&home, &["--poll"]);
    watching.plans("first");
    for round in 0..repetitions(2, 20) {
        let workload = format!("w{round}");
        write(&home.join("lighthouse.toml"), &manifest(&workload));
        watching.plans(&workload);
    }
    assert_eq!(watching.end(), "");
}

#[test]
fn a_tick_in_the_middle_of_a_save_plans_nothing() {
    let (_folder, home) = home();
    let watching = Watching::start(&home, &["--debounce", "8s"]);
    watching.plans("first");
    write(&home.join("lighthouse.toml"), &manifest("half"));
    thread::sleep(Duration::from_millis(5_300));
    write(&home.join("lighthouse.toml"), &manifest("whole"));
    watching.plans("whole");
    assert_eq!(watching.end(), "");
}
