//! One pass: a plan of what was seen, and its apply where that is wanted.
//!
//! The bytes that were looked at are the bytes that are planned. An apply takes the lock after the plan and compares
//! the state with them before it writes, as one that has asked does: what changed meanwhile is refused, and is a change
//! to plan anew.

use std::time::{Duration, Instant};

use lighthouse::manifest::MAX_TEXT_BYTES;
use lighthouse::plan::Plan;
use lighthouse::render::Trigger;
use lighthouse::text::diagnostic::Findings;
use lighthouse::text::source::Source;
use lighthouse::watch::{Content, Ending};

use super::look::{Bytes, Look};
use super::worker::Worker;
use crate::commands::apply;
use crate::exit::Exit;
use crate::failure::{Failure, Refusal};
use crate::guards::{self, Limits};
use crate::inputs::understand;
use crate::planning::{Basis, Recorded, same_cluster};
use crate::writing;

/// What came of a pass.
pub(crate) struct Outcome {
    pub(crate) ending: Ending,
    /// What is said of it in any case.
    pub(crate) said: String,
    /// Whether a state was saved, which is so though it cannot be told.
    pub(crate) saved: bool,
    /// What was wrong with it.
    pub(crate) trouble: Option<Trouble>,
    pub(crate) facts: Option<Facts>,
    pub(crate) exit: Exit,
}

/// Something wrong, and the mistakes in the manifest where that is it.
pub(crate) struct Trouble {
    pub(crate) failure: Failure,
    pub(crate) found: Option<Box<(Findings, Vec<Source>)>>,
}

/// What the status tells of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) content: Content,
    pub(crate) serial: Option<u64>,
    pub(crate) pending: usize,
    pub(crate) unplaced: usize,
    pub(crate) took: Duration,
}

impl Outcome {
    /// The content cannot be planned.
    pub(crate) fn broken(failure: impl Into<Trouble>) -> Self {
        Self::wrong(Ending::Broken, failure)
    }

    fn wrong(ending: Ending, trouble: impl Into<Trouble>) -> Self {
        let trouble = trouble.into();
        let exit = trouble.failure.exit;
        Self { ending, said: String::new(), saved: false, trouble: Some(trouble), facts: None, exit }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self { failure, found: None }
    }
}

impl Worker {
    /// Plans what was seen, says so, and applies it where that is wanted.
    pub(crate) fn pass(&mut self, look: Look, trigger: Option<Trigger>, steady: bool) -> Outcome {
        let start = Instant::now();
        let Bytes { sources, state, content } = match look.read {
            Ok(bytes) => bytes,
            Err(failure) => return Outcome::broken(failure),
        };
        let before = self.content.replace(content.clone());
        let basis = match self.basis(sources, state) {
            Ok(basis) => basis,
            Err(trouble) if trouble.failure.exit == Exit::Refused => return Outcome::wrong(Ending::Refused, trouble),
            Err(trouble) => return Outcome::broken(trouble),
        };
        let plan = match basis.plan() {
            Ok(plan) => plan,
            Err(failure) => return Outcome::broken(failure),
        };
        let took = start.elapsed();
        let changed = before.map(|before| content.changed_since(&before)).unwrap_or_default();
        let said =
            trigger.map(|trigger| self.voice.plan(&basis, &plan, &content, (trigger, &changed), &mut self.shown));
        let outcome = if self.apply {
            self.apply(&basis, &plan, content.clone(), steady)
        } else {
            planned(&basis, &plan, content.clone())
        };
        let facts = outcome.facts.unwrap_or_else(|| facts(&basis, &plan, content));
        let facts = Some(Facts { took, ..facts });
        Outcome { said: said.unwrap_or_default() + &outcome.said, facts, ..outcome }
    }

    fn basis(&self, sources: Vec<Source>, bytes: Option<Vec<u8>>) -> Result<Basis, Trouble> {
        let manifest = match understand(&sources) {
            Ok(manifest) => manifest,
            Err(found) => {
                return Err(Trouble { failure: mistakes(&found, &sources), found: Some(Box::new((found, sources))) });
            }
        };
        let recorded = Recorded::of(self.scene.state.clone(), bytes)?;
        same_cluster(&manifest.model, &recorded)?;
        Ok(Basis::of(sources, manifest, recorded))
    }

    /// Applies, unless something is in the way.
    fn apply(&mut self, basis: &Basis, plan: &Plan<'_>, content: Content, steady: bool) -> Outcome {
        if let Err(failure) = self.is_no_older(&basis.recorded) {
            return Outcome::wrong(Ending::Refused, failure);
        }
        if plan.summary.remove > 0 && !steady {
            return Outcome { ending: Ending::Held, said: self.voice.held(), ..planned(basis, plan, content) };
        }
        let there = content.digest();
        match self.save(basis, plan, content) {
            Ok(outcome) => outcome,
            Err(failure) if failure.exit == Exit::Refused => Outcome::wrong(Ending::Refused, failure),
            Err(failure) => Outcome::wrong(Ending::Thwarted(there), failure),
        }
    }

    /// Guards, lock, and the state.
    fn save(&mut self, basis: &Basis, plan: &Plan<'_>, content: Content) -> Result<Outcome, Failure> {
        guards::check(basis, plan, Limits::default())?;
        let locked = writing::lock_at(&self.scene.state, None)?;
        let lineage = basis.lineage();
        let applied = apply::write(basis, plan, &locked, lineage.clone(), self.terminal)?;
        let content = content.with_state(locked.read(MAX_TEXT_BYTES)?.as_deref());
        self.content = Some(content.clone());
        self.known = applied.serial.map(|serial| (lineage, serial));
        self.shown.applied();
        let mut outcome = planned(basis, plan, content.clone());
        if let Some(facts) = &mut outcome.facts {
            (facts.serial, facts.pending) = (applied.serial, 0);
        }
        outcome.saved = applied.saved;
        if applied.saved {
            outcome.said = self.voice.applied(&basis.recorded.name(), applied.serial, &content);
        }
        if applied.exit != Exit::Done {
            let message = "saved, but the disk did not confirm that it will last";
            outcome.trouble = Some(Failure { exit: applied.exit, ..Failure::error(message) }.into());
            outcome.ending = Ending::Thwarted(content.digest());
        }
        Ok(outcome)
    }

    /// Refuses a state that is behind the one that was there, as a checkout may swap one in.
    fn is_no_older(&self, recorded: &Recorded) -> Result<(), Failure> {
        let Some((lineage, serial)) = &self.known else { return Ok(()) };
        let there = match &recorded.state {
            Some(state) if state.lineage != *lineage => "is of another lineage".to_owned(),
            Some(state) if state.serial < *serial => format!("has gone back to serial {}", state.serial),
            Some(_) => return Ok(()),
            None => "is gone".to_owned(),
        };
        let message = format!("the state {} {there}; serial {serial} was there before", recorded.name());
        let help = "put that one back, or start again to go on from what is there now";
        Err(Failure::refused(Refusal::StateWentBack, message).help(help))
    }
}

/// A pass that ended well with a plan.
fn planned(basis: &Basis, plan: &Plan<'_>, content: Content) -> Outcome {
    Outcome {
        ending: Ending::Good(content.digest()),
        said: String::new(),
        saved: false,
        trouble: None,
        facts: Some(facts(basis, plan, content)),
        exit: if plan.summary.unplaced > 0 { Exit::Unplaced } else { Exit::Done },
    }
}

fn facts(basis: &Basis, plan: &Plan<'_>, content: Content) -> Facts {
    let summary = &plan.summary;
    Facts {
        serial: basis.recorded.serial(),
        pending: summary.place + summary.moved + summary.rename + summary.update + summary.evict + summary.remove,
        unplaced: summary.unplaced,
        took: Duration::ZERO,
        content,
    }
}

/// The first mistake in one line, and how many more there are.
fn mistakes(found: &Findings, sources: &[Source]) -> Failure {
    let Some(first) = found.iter().next() else { return Failure::error("the manifest is not valid") };
    let place = first.primary.as_ref().and_then(|label| {
        let source = sources.get(label.span.file as usize)?;
        let at = source.position(label.span.start);
        Some(format!("{}:{}:{}: ", source.name(), at.line, at.column))
    });
    let more = match found.errors() {
        0 | 1 => String::new(),
        2 => " (and 1 more error)".to_owned(),
        errors => format!(" (and {} more errors)", errors - 1),
    };
    Failure::error(format!("{}{}{more}", place.unwrap_or_default(), first.message))
}
