//! Many writers lose no update, readers see no torn state, and a killed writer leaves no lock behind.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::rig::{Site, binary, manifest, parsed, repeat};

/// An apply of a manifest of its own to the site's state.
fn apply(site: &Site, manifest: &str) -> Command {
    let mut command = Command::new(binary());
    command.args(["apply", "--yes", "--lock-timeout", "10m", "-f", manifest, "--state", "x.state.toml"]);
    command.current_dir(site.path("")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Applies `rounds` manifests, none of which anybody else applies; counts what is acknowledged.
fn write(site: &Site, writer: usize, rounds: usize, acknowledged: &AtomicUsize) {
    let name = format!("writer-{writer}.toml");
    for round in 0..rounds {
        std::fs::write(site.path(&name), manifest(3, 1 + writer * rounds + round)).expect("a manifest");
        if apply(site, &name).status().expect("started").success() {
            acknowledged.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Reads until told to stop; every read is whole.
fn read(site: &Site, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        if let Some(bytes) = site.state() {
            drop(parsed(&bytes));
        }
    }
}

fn contend(writers: usize, rounds: usize, readers: usize) {
    let site = Site::new(3, 1);
    let (acknowledged, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..readers {
            scope.spawn(|| read(&site, &stop));
        }
        let writing: Vec<_> = (0..writers)
            .map(|writer| {
                let (site, acknowledged) = (&site, &acknowledged);
                scope.spawn(move || write(site, writer, rounds, acknowledged))
            })
            .collect();
        let ended: Vec<_> = writing.into_iter().map(thread::ScopedJoinHandle::join).collect();
        stop.store(true, Ordering::SeqCst);
        assert!(ended.into_iter().all(|end| end.is_ok()));
    });
    let acknowledged = acknowledged.into_inner();
    assert_eq!(acknowledged, writers * rounds);
    assert_eq!(parsed(&site.state().expect("a state")).serial, acknowledged as u64);
}

#[test]
fn two_writers_lose_no_update() {
    contend(2, repeat(60, 500), 4);
}

#[test]
fn eight_writers_lose_no_update() {
    contend(8, repeat(12, 250), 4);
}

#[test]
fn a_killed_writer_leaves_no_lock() {
    let site = Site::new(3, 1);
    for round in 0..repeat(50, 1000) {
        site.declare(3, 2 + round);
        let mut doomed = apply(&site, "x.toml").spawn().expect("started");
        // No order in the delays: 0 to 12.7 ms.
        thread::sleep(Duration::from_micros((round * 7919 % 128) as u64 * 100));
        doomed.kill().expect("killed");
        doomed.wait().expect("waited");
        let start = Instant::now();
        site.apply_well();
        assert!(start.elapsed() < Duration::from_secs(if repeat(1, 0) == 1 { 5 } else { 1 }));
        assert_eq!(site.leftovers(), Vec::<String>::new());
    }
}
