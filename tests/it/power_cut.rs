//! An apply that has reported success survives a power cut.
//!
//! Each test mounts its own file system on a loop device, shuts it down by an `ioctl` that does not flush the log, and
//! mounts it again, as a machine does when it starts. Without root and loop devices the tests are skipped.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::{binary, has, has_strace, manifest, parsed, repetitions, report, under};

/// Perl script that shuts a file system down: `_IOR('X', 125, u32)` with flag 2, which means no flush of the log.
const CUT: &str =
    "open(my $disk, '<', $ARGV[0]) or die $!; my $flag = pack('L', 2); ioctl($disk, 0x8004587d, $flag) or die $!";

/// File system with a state on it; the manifest is elsewhere.
struct Disk {
    folder: TempDir,
}

impl Disk {
    /// Makes and mounts a file system; returns `None` where that is not permitted.
    fn new(make: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().to_str().expect("text");
        let script = format!(
            "cd {at} && truncate -s 320M image && mkdir disk && {make} image && mount -o loop image disk && perl -e 1 && losetup -a"
        );
        has(&["sh", "-c", &script]).then_some(Self { folder })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Applies a manifest with this amount of `cpu`, which differs in every call.
    fn apply(&self, faults: &[&str], cpu: u64) -> ExitStatus {
        fs::write(self.path("x.toml"), manifest(20, usize::try_from(cpu).expect("small"))).expect("a manifest");
        let mut command = under(faults, binary());
        command.args(["apply", "--yes", "-f", "x.toml", "--state", "disk/x.state.toml"]);
        command.current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("started")
    }

    /// Cuts the power.
    fn cut(&self) {
        assert!(run("perl", &["-e".as_ref(), CUT.as_ref(), &self.path("disk")]));
    }

    /// Restores the power. Waits for the loop device to go, because the namespace of another test may still hold a copy
    /// of the mount.
    fn restart(&self) {
        assert!(run("umount", &[&self.path("disk")]));
        while self.is_attached() {
            thread::sleep(Duration::from_millis(1));
        }
        assert!(run("mount", &["-o".as_ref(), "loop".as_ref(), &self.path("image"), &self.path("disk")]));
    }

    fn is_attached(&self) -> bool {
        let output = Command::new("losetup").arg("-j").arg(self.path("image")).output();
        !output.expect("started").stdout.is_empty()
    }

    /// Returns the serial of the state, which must be whole; 0 if there is none.
    fn serial(&self) -> u64 {
        match fs::read(self.path("disk/x.state.toml")) {
            Ok(bytes) => parsed(&bytes).serial,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::NotFound);
                0
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &["-l".as_ref(), &self.path("disk")]);
    }
}

fn run(program: &str, arguments: &[&Path]) -> bool {
    Command::new(program).args(arguments).stderr(Stdio::null()).status().expect("started").success()
}

/// Cuts the power right after a successful apply, `cuts` times; returns the number of applies lost.
fn lost_after_success(disk: &Disk, faults: &[&str], cuts: u64) -> u64 {
    let mut lost = 0;
    for cut in 1..=cuts {
        let before = disk.serial();
        assert_eq!(disk.apply(faults, before * 1_000 + cut).code(), Some(0));
        disk.cut();
        disk.restart();
        lost += u64::from(disk.serial() == before);
    }
    lost
}

/// Applies in a loop and cuts the power at some moment; returns whether an acknowledged apply is lost.
fn loses_at_some_moment(disk: &Disk, round: u64) -> bool {
    let before = disk.serial();
    let (acknowledged, ended) = (AtomicU64::new(0), AtomicBool::new(false));
    let acknowledged_at_cut = thread::scope(|scope| {
        scope.spawn(|| {
            for cpu in 1.. {
                if ended.load(Ordering::SeqCst) || !disk.apply(&[], (before + 1) * 1_000 + cpu).success() {
                    break;
                }
                acknowledged.fetch_add(1, Ordering::SeqCst);
            }
        });
        // Pseudo-random moments of up to 77 ms.
        thread::sleep(Duration::from_micros(round * 7_919 % 128 * 600));
        let acknowledged_at_cut = acknowledged.load(Ordering::SeqCst);
        disk.cut();
        ended.store(true, Ordering::SeqCst);
        acknowledged_at_cut
    });
    disk.restart();
    disk.serial() < before + acknowledged_at_cut
}

fn nothing_is_lost(make: &str) {
    let Some(disk) = Disk::new(make) else { return };
    let cuts = repetitions(15, 100);
    assert_eq!(lost_after_success(&disk, &[], cuts as u64), 0);
    for round in 0..cuts as u64 {
        assert!(!loses_at_some_moment(&disk, round), "round {round}");
    }
    report(format_args!("{make}: {cuts} cuts after a success, {cuts} at some moment, nothing lost"));
}

#[test]
fn an_acknowledged_apply_survives_a_power_cut_on_ext4() {
    nothing_is_lost("mkfs.ext4 -q -F");
}

#[test]
fn an_acknowledged_apply_survives_a_power_cut_on_xfs() {
    nothing_is_lost("mkfs.xfs -q -f");
}

/// The second apply finds nothing to change, but its success means that the state is durable.
#[test]
fn an_apply_after_an_unconfirmed_or_killed_one_is_durable() {
    if !has_strace() {
        return;
    }
    let Some(disk) = Disk::new("mkfs.ext4 -q -F") else { return };
    assert_eq!(lost_after_success(&disk, &[], 1), 0);
    for cut in 0..repetitions(4, 20) as u64 {
        let before = disk.serial();
        let how = if cut % 2 == 0 { "error=EIO" } else { "signal=KILL" };
        let first = disk.apply(&[&format!("fsync:{how}:when=2")], before * 1_000 + cut);
        assert!(matches!(first.code(), Some(6) | None), "{first:?}");
        assert_eq!(disk.apply(&[], before * 1_000 + cut).code(), Some(0));
        disk.cut();
        disk.restart();
        assert_eq!(disk.serial(), before + 1);
    }
}

/// The tracer reports success for the sync of the folder without performing it.
#[test]
fn control_without_the_sync_of_the_folder_states_are_lost() {
    if !has_strace() {
        return;
    }
    for make in ["mkfs.ext4 -q -F", "mkfs.xfs -q -f"] {
        let Some(disk) = Disk::new(make) else { continue };
        assert_eq!(lost_after_success(&disk, &[], 1), 0);
        let lost = lost_after_success(&disk, &["fsync:retval=0:when=2"], 8);
        assert!(lost >= 6, "{make}: {lost} of 8");
    }
}
