//! Processes, and what each took.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// What a process took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// From start to end.
    pub(crate) wall: Duration,
    /// The most memory that it had at once, in bytes. What the starting process had when it started this one counts
    /// too, so for a small one it says too much.
    pub(crate) peak: u64,
}

impl Taken {
    /// How many times as long as another it took.
    pub(crate) fn times(self, other: Self) -> f64 {
        self.wall.as_secs_f64() / other.wall.as_secs_f64()
    }

    /// Seconds, for a table.
    pub(crate) fn seconds(self) -> String {
        format!("{:.3} s", self.wall.as_secs_f64())
    }

    /// Its memory, also as so many times a number of bytes, for a table.
    #[expect(clippy::cast_precision_loss, reason = "it is shown with one place")]
    pub(crate) fn memory_for(self, bytes: u64) -> String {
        format!("{} MB, {:.1}", self.peak / 1_000_000, self.peak as f64 / bytes as f64)
    }

    fn best(self, other: Self) -> Self {
        Self { wall: self.wall.min(other.wall), peak: self.peak.min(other.peak) }
    }
}

/// Runs each of these in turn, so many times, and keeps the best of each: other work of the machine only ever adds, and
/// what disturbs one disturbs the others too.
pub(crate) fn side_by_side<const N: usize>(runs: u32, commands: &mut [Command; N]) -> io::Result<[Taken; N]> {
    let mut best = [Taken { wall: Duration::MAX, peak: u64::MAX }; N];
    for _ in 0..runs {
        for (best, command) in best.iter_mut().zip(&mut *commands) {
            *best = best.best(run(command)?);
        }
    }
    Ok(best)
}

fn run(command: &mut Command) -> io::Result<Taken> {
    let start = Instant::now();
    let ended = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?.wait4()?;
    // 3 says that something has no place.
    if !matches!(ended.status.code(), Some(0 | 3)) {
        return Err(io::Error::other(format!("{command:?} ended with {}", ended.status)));
    }
    Ok(Taken { wall: start.elapsed(), peak: ended.rusage.maxrss })
}
