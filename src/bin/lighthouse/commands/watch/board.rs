//! What the status file and the metrics tell.

use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use lighthouse::render::WatchStatus;

use super::pass::Facts;
use crate::clock::now;

/// A deciding thread that is alive turns more often.
const LONGEST_TURN: Duration = Duration::from_secs(30);

/// How it stands.
#[derive(Debug)]
pub(crate) struct Board {
    status: WatchStatus,
    beat: Instant,
    success: Option<SystemTime>,
    attempts: u64,
    failures: u64,
    took: Duration,
}

/// The board, also where a thread has died with it in hand.
pub(crate) fn lock(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Board {
    pub(crate) fn new() -> Self {
        Self {
            status: WatchStatus::default(),
            beat: Instant::now(),
            success: None,
            attempts: 0,
            failures: 0,
            took: Duration::ZERO,
        }
    }

    /// The deciding thread has turned once more.
    pub(crate) fn beat(&mut self) {
        self.beat = Instant::now();
    }

    /// Something was planned, whatever comes of it.
    pub(crate) fn plan(&mut self, facts: &Facts) {
        let status = &mut self.status;
        status.manifest_digest = Some(facts.content.manifest().to_string());
        status.state_digest = facts.content.state().map(|digest| digest.to_string());
        (status.serial, status.pending_changes, status.unplaced) = (facts.serial, facts.pending, facts.unplaced);
        self.took = facts.took;
    }

    /// An attempt ended well.
    pub(crate) fn succeed(&mut self) {
        self.attempt();
        self.success = Some(SystemTime::now());
        let status = &mut self.status;
        (status.last_success, status.consecutive_failures, status.failure) = (Some(now()), 0, None);
    }

    /// An attempt failed.
    pub(crate) fn fail(&mut self, message: &str) {
        self.attempt();
        self.failures += 1;
        self.status.consecutive_failures += 1;
        self.status.failure = Some(message.to_owned());
    }

    fn attempt(&mut self) {
        self.attempts += 1;
        self.status.last_attempt = Some(now());
    }

    /// Whether there is a plan that stays when something fails.
    pub(crate) fn has_plan(&self) -> bool {
        self.status.manifest_digest.is_some()
    }

    pub(crate) fn status(&self) -> WatchStatus {
        self.status.clone()
    }

    /// Whether the deciding thread turns.
    pub(crate) fn is_alive(&self) -> bool {
        self.beat.elapsed() < LONGEST_TURN
    }

    /// Whether the last attempt ended well.
    pub(crate) fn is_ready(&self) -> bool {
        self.success.is_some() && self.status.consecutive_failures == 0
    }

    /// The metrics, as Prometheus reads them.
    pub(crate) fn metrics(&self) -> String {
        let success = self.success.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        let count = |count: usize| count.to_string();
        let metrics = [
            ("last_success_timestamp_seconds", "gauge", "When a pass last ended well.", success.as_secs().to_string()),
            ("passes_total", "counter", "Passes, well or not.", self.attempts.to_string()),
            ("failures_total", "counter", "Passes that failed or were refused.", self.failures.to_string()),
            (
                "consecutive_failures",
                "gauge",
                "Failures since a pass last ended well.",
                self.status.consecutive_failures.to_string(),
            ),
            ("plan_duration_seconds", "gauge", "How long the last plan took.", self.took.as_secs_f64().to_string()),
            ("pending_changes", "gauge", "Changes planned and not applied.", count(self.status.pending_changes)),
            ("unplaced", "gauge", "Workloads without a place.", count(self.status.unplaced)),
        ];
        metrics.iter().fold(String::new(), |mut text, (name, kind, help, value)| {
            let name = format!("lighthouse_{name}");
            writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}").expect("a string takes all");
            text
        })
    }
}
