//! When to look, and what to do about what is seen.
//!
//! One thing is done at a time: a look, or a pass (a plan, and an apply where that is wanted). What happens meanwhile
//! is looked at afterwards. A content is *settled* when there is nothing more to do about it, be it planned, refused or
//! complained of; only another content, or a word from outside, begins a pass. A content that is not settled may wait:
//! a broken one for a writer to end, one that removes for a tick, one that could not be saved for its next try.

use std::time::Duration;

use crate::state::Digest;

/// How long after the start.
pub type Moment = Duration;

/// How often and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// So long nothing happens before what has happened is looked at.
    pub settle: Duration,
    /// After so long it is looked at although things go on happening.
    pub cap: Duration,
    /// So often there is a look although nothing is heard. What stirs just then is let settle first.
    pub tick: Duration,
    /// The longest wait between two tries.
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

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Look at the bytes.
    Look,
    /// Wait for a word, at the most until then.
    Rest(Moment),
}

/// What to do about a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Nothing,
    /// Plan it, and apply where that is wanted.
    Pass {
        /// The bytes stayed the same for a tick, so what is not in them is not on its way either.
        steady: bool,
    },
    /// Say what was wrong with it when it was looked at before: it stays so.
    Complain,
    /// It is the last good content again: say that all is well. Its plan is known.
    Recovered,
}

/// How a pass ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All that was to be done is done; this is the content now, as a pass may write the state.
    Good(Digest),
    /// It would remove something, and the content is too new for that.
    Held,
    /// The content is broken, which may be because it is being written.
    Broken,
    /// It is not to be done, for a reason that is in the content.
    Refused,
    /// It could not be done, for a reason that is not in the content. This is the content now.
    Thwarted(Digest),
}

/// What is to be said of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Nothing, or nothing yet.
    Nothing,
    /// What came of it.
    Good,
    /// What came of it, and that all is well again.
    Recovered,
    /// What is wrong.
    Failure,
}

/// The state of the machine.
#[derive(Clone, Debug)]
pub struct Protocol {
    pace: Pace,
    /// Since when and until when something happened that was not looked at yet.
    stirred: Option<(Moment, Moment)>,
    tick: Moment,
    /// A pass is wanted whatever is seen: at the start, and on a word from outside.
    asked: bool,
    work: Option<Work>,
    settled: Option<Digest>,
    /// The last content that ended well.
    good: Option<Digest>,
    waiting: Option<Waiting>,
    /// Something was said to be wrong since the last good content.
    failing: bool,
}

/// What is under way.
#[derive(Clone, Copy, Debug)]
enum Work {
    Look,
    Pass(Digest),
}

/// A content for which there is something to do later.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    content: Digest,
    until: Moment,
    why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// It is broken, and nothing was said of it yet.
    Doubt,
    /// It removes.
    Removals,
    /// It is tried again, after this wait.
    Retry(Duration),
}

impl Protocol {
    /// A machine that looks at once and plans what it sees.
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            stirred: None,
            tick: pace.tick,
            asked: true,
            work: None,
            settled: None,
            good: None,
            waiting: None,
            failing: false,
        }
    }

    /// Something happened.
    pub fn stir(&mut self, now: Moment) {
        let since = self.stirred.map_or(now, |(since, _)| since);
        self.stirred = Some((since, now));
    }

    /// Somebody wants a plan now, changed or not.
    pub fn ask(&mut self) {
        self.asked = true;
    }

    /// What to do now. When it is to look, [`Protocol::seen`] tells what came of it.
    pub fn next(&mut self, now: Moment) -> Next {
        if self.work.is_some() {
            return Next::Rest(now + self.pace.tick);
        }
        let due = self.due(now);
        if due > now {
            return Next::Rest(due);
        }
        self.work = Some(Work::Look);
        self.stirred = None;
        if self.tick <= now {
            self.tick = now + self.pace.tick;
        }
        Next::Look
    }

    /// When the next look is due. A tick in the middle of a save would see half of it, so what stirs comes first.
    fn due(&self, now: Moment) -> Moment {
        if self.asked {
            return now;
        }
        match (self.stirred, self.waiting) {
            (Some((since, last)), _) => (last + self.pace.settle).min(since + self.pace.cap),
            (None, Some(waiting)) => self.tick.min(waiting.until),
            (None, None) => self.tick,
        }
    }

    /// A look is done, and this is what it saw. When the answer is a pass, [`Protocol::ended`] tells how it ended.
    pub fn seen(&mut self, content: Digest, now: Moment) -> Verdict {
        let verdict = self.verdict(content, now);
        self.work = matches!(verdict, Verdict::Pass { .. }).then_some(Work::Pass(content));
        verdict
    }

    fn verdict(&mut self, content: Digest, now: Moment) -> Verdict {
        if std::mem::take(&mut self.asked) {
            // Whoever asks does not wait; what is doubtful, or removes, begins its wait anew.
            self.waiting = None;
            return Verdict::Pass { steady: false };
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
        if self.settled == Some(content) { Verdict::Nothing } else { Verdict::Pass { steady: false } }
    }

    /// The wait of a content is over, and it is there still.
    fn waited(&mut self, waiting: Waiting) -> Verdict {
        if waiting.why == Why::Doubt {
            self.waiting = None;
            self.settled = Some(waiting.content);
            self.failing = true;
            return Verdict::Complain;
        }
        // Between two tries is a tick at least, so these bytes are steady, too.
        Verdict::Pass { steady: true }
    }

    /// A pass has ended. What is broken is told of only when it stays so, and what could not be done only at its first
    /// try.
    pub fn ended(&mut self, ending: Ending, now: Moment) -> Word {
        let Some(Work::Pass(content)) = self.work.take() else { return Word::Nothing };
        let tries = self.waiting.take().and_then(|waiting| waiting.tried(content));
        let mut wait = |content, until, why| self.waiting = Some(Waiting { content, until, why });
        match ending {
            Ending::Good(now_there) => {
                (self.settled, self.good) = (Some(now_there), Some(now_there));
                self.all_is_well()
            }
            Ending::Held => {
                wait(content, now + self.pace.tick, Why::Removals);
                self.all_is_well()
            }
            Ending::Broken => {
                wait(content, now + self.pace.settle, Why::Doubt);
                Word::Nothing
            }
            Ending::Refused => {
                self.settled = Some(content);
                self.something_is_wrong()
            }
            Ending::Thwarted(now_there) => {
                let pause = tries.map_or(self.pace.tick, |pause| (pause * 2).min(self.pace.longest_wait));
                wait(now_there, now + pause, Why::Retry(pause));
                if tries.is_some() { Word::Nothing } else { self.something_is_wrong() }
            }
        }
    }

    fn all_is_well(&mut self) -> Word {
        if std::mem::take(&mut self.failing) { Word::Recovered } else { Word::Good }
    }

    fn something_is_wrong(&mut self) -> Word {
        self.failing = true;
        Word::Failure
    }
}

impl Waiting {
    /// The last pause between two tries of this content, if it was tried again.
    fn tried(self, content: Digest) -> Option<Duration> {
        match self.why {
            Why::Retry(pause) if self.content == content => Some(pause),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
