//! State machine that decides when to read the files, and what to do about their content.
//!
//! One thing is done at a time: a read, or a pass (a plan, and its apply if that is enabled). Changes during a pass are
//! read afterwards. Content is *settled* once it is planned, refused or reported as invalid: only other content or a
//! request starts a pass. Content that is not settled may wait: invalid content for its writer to finish, content that
//! removes workloads for one tick, content that could not be saved for its next try.

use std::time::Duration;

use crate::state::Digest;

/// Time since the start.
pub type Moment = Duration;

/// Intervals of a watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Quiet time after a change before the files are read.
    pub settle: Duration,
    /// Maximum delay of a read while changes go on.
    pub cap: Duration,
    /// Interval of reads without any notification. A change just before a tick delays the read until it has settled.
    pub tick: Duration,
    /// Maximum wait between two tries.
    pub longest_wait: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            settle: Duration::from_millis(200),
            cap: Duration::from_secs(2),
            tick: Duration::from_secs(5),
            longest_wait: Duration::from_mins(1),
        }
    }
}

/// Next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Read the files.
    Read,
    /// Wait for an event, at most until this moment.
    Wait(Moment),
}

/// Decision about content that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing to do.
    Nothing,
    /// Plan it, and apply it if that is enabled.
    Pass(Removals),
    /// Report the problem of the last pass: the content is still the same.
    ReportFailure,
    /// Report recovery: this is the last good content again, whose plan is known.
    Recovered,
}

/// Whether an apply may remove workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removals {
    /// Yes: the content has been the same for a tick, so it is not half of a manifest that is being written.
    Allowed,
    /// Not yet: the content is new.
    Deferred,
}

/// Result of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassResult {
    /// Everything is done. The digest is that of the content now, as a pass may write the state.
    Done(Digest),
    /// The plan removes workloads, and removals are deferred.
    Deferred,
    /// The content is invalid, perhaps because it is being written.
    Invalid,
    /// The apply was refused, for a reason that lies in the content.
    Refused,
    /// The apply failed, for a reason that does not lie in the content. The digest is that of the content now.
    Failed(Digest),
}

/// Report that is due after a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// None, or none yet.
    Nothing,
    /// Success.
    Good,
    /// Success after a reported problem.
    Recovered,
    /// The problem.
    Failure,
}

/// State of the machine.
#[derive(Clone, Debug)]
pub struct Protocol {
    pace: Pace,
    /// First and last change that has not been read yet.
    unread: Option<(Moment, Moment)>,
    tick: Moment,
    /// Whether the next content is planned even if it is settled: at the start, and on request.
    requested: bool,
    work: Option<Work>,
    settled: Option<Digest>,
    /// Last content whose pass succeeded.
    good: Option<Digest>,
    waiting: Option<Waiting>,
    /// Whether a problem was reported since the last success.
    failing: bool,
}

/// Work in progress.
#[derive(Clone, Copy, Debug)]
enum Work {
    Read,
    Pass(Digest),
}

/// Content that is to be handled later.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    content: Digest,
    until: Moment,
    why: Why,
}

/// Reason to handle content later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// It is invalid, and its writer may not have finished.
    MaybeIncomplete,
    /// Its plan removes workloads.
    Removals,
    /// Its apply failed and is tried again; the duration is the last wait.
    Retry(Duration),
}

impl Protocol {
    /// Creates a machine that reads the files at once and plans their content.
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            unread: None,
            tick: pace.tick,
            requested: true,
            work: None,
            settled: None,
            good: None,
            waiting: None,
            failing: false,
        }
    }

    /// Records a change of a file.
    pub fn files_changed(&mut self, now: Moment) {
        let since = self.unread.map_or(now, |(since, _)| since);
        self.unread = Some((since, now));
    }

    /// Requests a plan now, whether or not the content has changed.
    pub fn request_plan(&mut self) {
        self.requested = true;
    }

    /// Returns the next step. After a read, the caller passes the content to [`Protocol::seen`].
    pub fn next(&mut self, now: Moment) -> Next {
        if self.work.is_some() {
            return Next::Wait(now + self.pace.tick);
        }
        let due = self.due(now);
        if due > now {
            return Next::Wait(due);
        }
        self.work = Some(Work::Read);
        self.unread = None;
        if self.tick <= now {
            self.tick = now + self.pace.tick;
        }
        Next::Read
    }

    /// Returns when the next read is due. Unread changes come before the tick: a tick in the middle of a save would
    /// read half of it.
    fn due(&self, now: Moment) -> Moment {
        if self.requested {
            return now;
        }
        match (self.unread, self.waiting) {
            (Some((since, last)), _) => (last + self.pace.settle).min(since + self.pace.cap),
            (None, Some(waiting)) => self.tick.min(waiting.until),
            (None, None) => self.tick,
        }
    }

    /// Decides about content that was read. After a pass, the caller passes its result to [`Protocol::ended`].
    pub fn seen(&mut self, content: Digest, now: Moment) -> Verdict {
        let verdict = self.verdict(content, now);
        self.work = matches!(verdict, Verdict::Pass(_)).then_some(Work::Pass(content));
        verdict
    }

    fn verdict(&mut self, content: Digest, now: Moment) -> Verdict {
        if std::mem::take(&mut self.requested) {
            // A request does not wait. Invalid content, and removals, start their wait again.
            self.waiting = None;
            return Verdict::Pass(Removals::Deferred);
        }
        match self.waiting.filter(|waiting| waiting.content == content) {
            Some(waiting) if now < waiting.until => return Verdict::Nothing,
            Some(waiting) => return self.waited(waiting),
            None => self.waiting = None,
        }
        if self.good == Some(content) {
            self.settled = Some(content);
            return if std::mem::take(&mut self.failing) { Verdict::Recovered } else { Verdict::Nothing };
        }
        if self.settled == Some(content) { Verdict::Nothing } else { Verdict::Pass(Removals::Deferred) }
    }

    /// Decides about content that is still the same after its wait.
    fn waited(&mut self, waiting: Waiting) -> Verdict {
        if waiting.why == Why::MaybeIncomplete {
            self.waiting = None;
            self.settled = Some(waiting.content);
            self.failing = true;
            return Verdict::ReportFailure;
        }
        // Retries are at least a tick apart, so removals are allowed for them, too.
        Verdict::Pass(Removals::Allowed)
    }

    /// Records the result of a pass, and returns the report that is due. Invalid content is reported only if it stays
    /// invalid, and a failed apply only at its first try.
    pub fn ended(&mut self, ending: PassResult, now: Moment) -> Notice {
        let Some(Work::Pass(content)) = self.work.take() else { return Notice::Nothing };
        let tries = self.waiting.take().and_then(|waiting| waiting.tried(content));
        let mut wait = |content, until, why| self.waiting = Some(Waiting { content, until, why });
        match ending {
            PassResult::Done(now_there) => {
                (self.settled, self.good) = (Some(now_there), Some(now_there));
                self.all_is_well()
            }
            PassResult::Deferred => {
                wait(content, now + self.pace.tick, Why::Removals);
                self.all_is_well()
            }
            PassResult::Invalid => {
                wait(content, now + self.pace.settle, Why::MaybeIncomplete);
                Notice::Nothing
            }
            PassResult::Refused => {
                self.settled = Some(content);
                self.something_is_wrong()
            }
            PassResult::Failed(now_there) => {
                let pause = tries.map_or(self.pace.tick, |pause| (pause * 2).min(self.pace.longest_wait));
                wait(now_there, now + pause, Why::Retry(pause));
                if tries.is_some() { Notice::Nothing } else { self.something_is_wrong() }
            }
        }
    }

    fn all_is_well(&mut self) -> Notice {
        if std::mem::take(&mut self.failing) { Notice::Recovered } else { Notice::Good }
    }

    fn something_is_wrong(&mut self) -> Notice {
        self.failing = true;
        Notice::Failure
    }
}

impl Waiting {
    /// Returns the last wait before a retry of this content, if it was retried.
    fn tried(self, content: Digest) -> Option<Duration> {
        match self.why {
            Why::Retry(pause) if self.content == content => Some(pause),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
