//! Runs processes and measures their time and memory.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// Time and memory of a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Wall-clock time.
    pub(crate) wall: Duration,
    /// Peak memory in bytes. It includes the memory that the parent had when it started the process, so it is too high
    /// for small processes.
    pub(crate) peak: u64,
}

impl Usage {
    /// Returns the time divided by that of another process.
    pub(crate) fn times(self, other: Self) -> f64 {
        self.wall.as_secs_f64() / other.wall.as_secs_f64()
    }

    /// Formats the time in seconds for a table.
    pub(crate) fn seconds(self) -> String {
        format!("{:.3} s", self.wall.as_secs_f64())
    }

    /// Formats the memory for a table: in megabytes, and per byte of an input of this size.
    #[expect(clippy::cast_precision_loss, reason = "only one decimal is shown")]
    pub(crate) fn memory_for(self, bytes: u64) -> String {
        format!("{} MB, {:.1}", self.peak / 1_000_000, self.peak as f64 / bytes as f64)
    }

    fn best(self, other: Self) -> Self {
        Self { wall: self.wall.min(other.wall), peak: self.peak.min(other.peak) }
    }
}

/// Runs the commands in turn, `runs` times, and returns the best of each.
///
/// Other load on the machine only ever adds time, and taking turns spreads it over all commands.
pub(crate) fn side_by_side<const N: usize>(runs: u32, commands: &mut [Command; N]) -> io::Result<[Usage; N]> {
    let mut best = [Usage { wall: Duration::MAX, peak: u64::MAX }; N];
    for _ in 0..runs {
        for (best, command) in best.iter_mut().zip(&mut *commands) {
            *best = best.best(run(command)?);
        }
    }
    Ok(best)
}

fn run(command: &mut Command) -> io::Result<Usage> {
    let start = Instant::now();
    let ended = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?.wait4()?;
    // Exit code 3 means that a workload is unplaced.
    if !matches!(ended.status.code(), Some(0 | 3)) {
        return Err(io::Error::other(format!("{command:?} ended with {}", ended.status)));
    }
    Ok(Usage { wall: start.elapsed(), peak: ended.rusage.maxrss })
}
