//! Concurrent applies lose no update, readers see no torn state, and a killed apply leaves no lock behind.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lighthouse::state::parse;

use crate::support::{Site, binary, has, has_strace, manifest, parsed, repetitions, report, under};

/// Faults that are injected into an apply.
type Faults = &'static [&'static str];

/// Reports success for locking without locking, and delays the rename so that writers overlap.
const WITHOUT_LOCK: Faults = &["flock:retval=0", "rename,renameat,renameat2:delay_enter=50000"];

/// Returns a command that applies a manifest to the state of the site.
fn apply(site: &Site, faults: Faults, manifest: &str) -> Command {
    let mut command = under(faults, binary());
    command.args(["apply", "--yes", "--lock-timeout", "10m", "-f", manifest, "--state", "x.state.toml"]);
    command.current_dir(site.path("")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Applies `rounds` manifests that no other writer applies, and counts the applies that succeed.
fn write(site: &Site, faults: Faults, (writer, rounds): (usize, usize), acknowledged: &AtomicUsize) {
    let name = format!("writer-{writer}.toml");
    for round in 0..rounds {
        std::fs::write(site.path(&name), manifest(3, 1 + writer * rounds + round)).expect("a manifest");
        if apply(site, faults, &name).status().expect("started").success() {
            acknowledged.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Reads the state until `stop` is set; returns the number of torn reads.
fn read(site: &Site, stop: &AtomicBool) -> usize {
    let mut torn = 0;
    while !stop.load(Ordering::SeqCst) {
        torn += usize::from(site.state().is_some_and(|bytes| parse(&bytes).is_err()));
    }
    torn
}

/// Runs writers and readers at once; returns the number of successful applies and the serial at the end.
fn contend(faults: Faults, writers: usize, rounds: usize, readers: usize) -> (usize, u64) {
    let site = Site::new(3, 1);
    let (acknowledged, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let reading: Vec<_> = (0..readers).map(|_| scope.spawn(|| read(&site, &stop))).collect();
        let writing: Vec<_> = (0..writers)
            .map(|writer| {
                let (site, acknowledged) = (&site, &acknowledged);
                scope.spawn(move || write(site, faults, (writer, rounds), acknowledged))
            })
            .collect();
        let ended: Vec<_> = writing.into_iter().map(thread::ScopedJoinHandle::join).collect();
        stop.store(true, Ordering::SeqCst);
        assert!(ended.into_iter().all(|end| end.is_ok()));
        let torn: usize = reading.into_iter().map(|reader| reader.join().expect("it only reads")).sum();
        assert_eq!(torn, 0, "torn reads");
    });
    (acknowledged.into_inner(), parsed(&site.state().expect("a state")).serial)
}

#[test]
fn two_writers_lose_no_update() {
    let rounds = repetitions(60, 500);
    let ended = contend(&[], 2, rounds, 4);
    report(format_args!("two writers: {} acknowledged, serial {}", ended.0, ended.1));
    assert_eq!(ended, (2 * rounds, 2 * rounds as u64));
}

#[test]
fn eight_writers_lose_no_update() {
    let rounds = repetitions(12, 250);
    let ended = contend(&[], 8, rounds, 4);
    report(format_args!("eight writers: {} acknowledged, serial {}", ended.0, ended.1));
    assert_eq!(ended, (8 * rounds, 8 * rounds as u64));
}

#[test]
fn control_writers_without_the_lock_lose_updates() {
    if !has_strace() {
        return;
    }
    // On a busy machine the writers may happen not to overlap.
    let loses = |_| {
        let (acknowledged, serial) = contend(WITHOUT_LOCK, 4, 10, 1);
        acknowledged as u64 > serial
    };
    assert!((0..10).any(loses));
}

#[test]
fn control_a_writer_in_place_tears_reads() {
    let site = Site::new(3, 1);
    site.apply_well();
    let state = site.state().expect("a state");
    let (first, second) = state.split_at(state.len() / 2);
    let stop = AtomicBool::new(false);
    let torn = thread::scope(|scope| {
        let reader = scope.spawn(|| read(&site, &stop));
        for _ in 0..100 {
            let mut file = File::create(site.path("x.state.toml")).expect("a file");
            file.write_all(first).expect("written");
            thread::sleep(Duration::from_millis(1));
            file.write_all(second).expect("written");
        }
        stop.store(true, Ordering::SeqCst);
        reader.join().expect("it only reads")
    });
    assert!(torn > 0);
}

#[test]
fn a_killed_writer_leaves_no_lock() {
    let site = Site::new(3, 1);
    for round in 0..repetitions(50, 1000) {
        site.declare(3, 2 + round);
        let mut doomed = apply(&site, &[], "x.toml").spawn().expect("started");
        // Pseudo-random delays of up to 12.7 ms.
        thread::sleep(Duration::from_micros((round * 7919 % 128) as u64 * 100));
        doomed.kill().expect("killed");
        doomed.wait().expect("waited");
        let start = Instant::now();
        site.apply_well();
        assert!(start.elapsed() < Duration::from_secs(if repetitions(1, 0) == 1 { 5 } else { 1 }));
        assert_eq!(site.leftovers(), Vec::<String>::new());
    }
}

#[test]
fn a_lock_file_removed_before_it_is_locked_is_created_again() {
    if !has_strace() {
        return;
    }
    let site = Site::new(3, 1);
    let lock = site.path(".x.state.toml.lock");
    let mut writer = apply(&site, &["flock:delay_enter=1000000:when=1"], "x.toml").spawn().expect("started");
    while std::fs::remove_file(&lock).is_err() && writer.try_wait().expect("asked").is_none() {
        thread::sleep(Duration::from_millis(1));
    }
    assert!(writer.wait().expect("waited").success());
    assert!(lock.exists());
}

/// Replaces the killed writer by a process that is alive and holds the lock.
#[test]
fn control_a_held_lock_is_detected() {
    if !has(&["flock", "--version"]) {
        return;
    }
    let site = Site::new(3, 1);
    site.apply_well();
    let mut holder = Command::new("flock")
        .args([".x.state.toml.lock", "sh", "-c", "echo held && read end"])
        .current_dir(site.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut held = [0; 5];
    holder.stdout.take().expect("a pipe").read_exact(&mut held).expect("it says so");
    assert_eq!(site.apply::<&str>(&[]).status.code(), Some(5));
    drop(holder.stdin.take());
    holder.wait().expect("waited");
    site.apply_well();
}
