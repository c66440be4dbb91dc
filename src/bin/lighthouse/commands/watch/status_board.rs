//! Status of a watch, for the status file, the health checks and the metrics.

use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use lighthouse::render::WatchStatus;

use super::messages::Facts;
use crate::clock::now;

/// Time without a heartbeat after which the deciding thread counts as stuck.
const MAX_SILENCE: Duration = Duration::from_secs(30);

/// Status of a watch.
#[derive(Debug)]
pub(crate) struct StatusBoard {
    status: WatchStatus,
    heartbeat: Instant,
    last_success: Option<SystemTime>,
    attempts: u64,
    failures: u64,
    plan_duration: Duration,
}

/// Locks the board, even if a thread has panicked while it held the lock.
pub(crate) fn lock(board: &Mutex<StatusBoard>) -> MutexGuard<'_, StatusBoard> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

impl StatusBoard {
    /// Creates the status of a watch that has planned nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            status: WatchStatus::default(),
            heartbeat: Instant::now(),
            last_success: None,
            attempts: 0,
            failures: 0,
            plan_duration: Duration::ZERO,
        }
    }

    /// Records that the deciding thread is alive.
    pub(crate) fn beat(&mut self) {
        self.heartbeat = Instant::now();
    }

    /// Records a plan, whether or not it is applied.
    pub(crate) fn plan(&mut self, facts: &Facts) {
        let status = &mut self.status;
        status.manifest_digest = Some(facts.content.manifest().to_string());
        status.state_digest = facts.content.state().map(|digest| digest.to_string());
        (status.serial, status.pending_changes, status.unplaced) = (facts.serial, facts.pending, facts.unplaced);
        self.plan_duration = facts.duration;
    }

    /// Records a successful attempt.
    pub(crate) fn succeed(&mut self) {
        self.attempt();
        self.last_success = Some(SystemTime::now());
        let status = &mut self.status;
        (status.last_success, status.consecutive_failures, status.failure) = (Some(now()), 0, None);
    }

    /// Records a failed attempt.
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

    /// Returns whether there has been a plan, which stays valid after a failure.
    pub(crate) fn has_plan(&self) -> bool {
        self.status.manifest_digest.is_some()
    }

    /// Returns the content of the status file.
    pub(crate) fn status(&self) -> WatchStatus {
        self.status.clone()
    }

    /// Returns whether the deciding thread is alive.
    pub(crate) fn is_alive(&self) -> bool {
        self.heartbeat.elapsed() < MAX_SILENCE
    }

    /// Returns whether the last attempt succeeded.
    pub(crate) fn is_ready(&self) -> bool {
        self.last_success.is_some() && self.status.consecutive_failures == 0
    }

    /// Returns the metrics in the text format of Prometheus.
    pub(crate) fn metrics(&self) -> String {
        let success = self.last_success.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        let (status, mut text) = (&self.status, String::new());
        let mut add = |name: &str, kind: &str, help: &str, value: String| {
            let name = format!("lighthouse_{name}");
            writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}")
                .expect("writing to a string cannot fail");
        };
        let seconds = success.as_secs().to_string();
        add("last_success_timestamp_seconds", "gauge", "Time of the last successful pass.", seconds);
        add("passes_total", "counter", "Number of passes.", self.attempts.to_string());
        add("failures_total", "counter", "Number of passes that failed or were refused.", self.failures.to_string());
        let failures = status.consecutive_failures.to_string();
        add("consecutive_failures", "gauge", "Number of failures since the last successful pass.", failures);
        let seconds = self.plan_duration.as_secs_f64().to_string();
        add("plan_duration_seconds", "gauge", "Duration of the last plan.", seconds);
        let pending = status.pending_changes.to_string();
        add("pending_changes", "gauge", "Number of changes that are planned but not applied.", pending);
        add("unplaced", "gauge", "Number of unplaced workloads.", status.unplaced.to_string());
        text
    }
}
