//! One pass: plans a snapshot, and applies the plan if that is enabled.
//!
//! The bytes that were read are the bytes that are planned. An apply takes the lock after the plan and compares the
//! state with these bytes before it writes. If the state has changed in between, the apply is refused, and the new
//! state is planned like any other change.

use std::time::{Duration, Instant};

use lighthouse::manifest::MAX_TEXT_BYTES;
use lighthouse::plan::Plan;
use lighthouse::render::{PlanCause, ShownPlan};
use lighthouse::state::Lineage;
use lighthouse::text::diagnostic::Findings;
use lighthouse::text::source::Source;
use lighthouse::watch::{Content, PassResult, Removals};

use super::messages::{Facts, Mistakes, Outcome, Problem, Request};
use super::paths::Paths;
use super::reporter::Reporter;
use super::snapshot::Files;
use crate::commands::apply;
use crate::exit::Exit;
use crate::failure::{Failure, Refusal};
use crate::guards::{self, Limits};
use crate::inputs::parse;
use crate::planning::{Basis, StateFile, check_cluster};
use crate::terminal::Terminal;
use crate::writing;

/// Plans and applies; remembers what the next pass is compared with.
pub(crate) struct Planner {
    paths: Paths,
    apply: bool,
    reporter: Reporter,
    terminal: Terminal,
    /// Content of the last pass.
    content: Option<Content>,
    /// Last plan that was shown.
    shown: ShownPlan,
    /// Version of the state that was last written, or last compared and found current.
    last_version: Option<Version>,
}

/// Version of a state.
struct Version {
    lineage: Lineage,
    serial: u64,
}

impl Planner {
    /// Creates a planner that has planned nothing yet.
    pub(crate) fn new(paths: Paths, apply: bool, reporter: Reporter, terminal: Terminal) -> Self {
        Self { paths, apply, reporter, terminal, content: None, shown: ShownPlan::default(), last_version: None }
    }

    /// Plans a snapshot, reports the plan, and applies it if that is enabled.
    pub(crate) fn pass(&mut self, request: Request) -> Outcome {
        let start = Instant::now();
        let Files { sources, state, content } = match request.snapshot.files {
            Ok(files) => files,
            Err(failure) => return Outcome::invalid(failure),
        };
        let before = self.content.replace(content.clone());
        let basis = match self.basis(sources, state) {
            Ok(basis) => basis,
            Err(problem) if problem.failure.exit == Exit::Refused => {
                return Outcome::failed(PassResult::Refused, problem);
            }
            Err(problem) => return Outcome::invalid(problem),
        };
        let plan = match basis.plan() {
            Ok(plan) => plan,
            Err(failure) => return Outcome::invalid(failure),
        };
        let duration = start.elapsed();
        let changed = before.map(|before| content.changed_since(&before)).unwrap_or_default();
        let report = request.trigger.map(|trigger| {
            self.reporter.plan(&basis, &plan, &content, PlanCause { trigger, changed: &changed }, &mut self.shown)
        });
        let outcome = if self.apply {
            self.apply(&basis, &plan, content.clone(), request.removals)
        } else {
            planned(&basis, &plan, content.clone())
        };
        let facts = outcome.facts.unwrap_or_else(|| facts(&basis, &plan, content));
        let facts = Some(Facts { duration, ..facts });
        Outcome { text: report.unwrap_or_default() + &outcome.text, facts, ..outcome }
    }

    fn basis(&self, sources: Vec<Source>, state: Option<Vec<u8>>) -> Result<Basis, Problem> {
        let manifest = match parse(&sources) {
            Ok(manifest) => manifest,
            Err(findings) => {
                let failure = first_mistake(&findings, &sources);
                return Err(Problem { failure, mistakes: Some(Box::new(Mistakes { findings, sources })) });
            }
        };
        let state_file = StateFile::parse(self.paths.state.clone(), state)?;
        check_cluster(&manifest.model, &state_file)?;
        Ok(Basis::of(sources, manifest, state_file))
    }

    /// Applies a plan, unless it must wait or is refused.
    fn apply(&mut self, basis: &Basis, plan: &Plan<'_>, content: Content, removals: Removals) -> Outcome {
        if let Err(failure) = self.check_not_older(&basis.state_file) {
            return Outcome::failed(PassResult::Refused, failure);
        }
        if plan.summary.remove > 0 && removals == Removals::Deferred {
            let text = self.reporter.removals_deferred();
            return Outcome { result: PassResult::Deferred, text, ..planned(basis, plan, content) };
        }
        let digest = content.digest();
        match self.save(basis, plan, content) {
            Ok(outcome) => outcome,
            Err(failure) if failure.exit == Exit::Refused => Outcome::failed(PassResult::Refused, failure),
            Err(failure) => Outcome::failed(PassResult::Failed(digest), failure),
        }
    }

    /// Checks the guards, locks, and saves the state.
    fn save(&mut self, basis: &Basis, plan: &Plan<'_>, content: Content) -> Result<Outcome, Failure> {
        guards::check(basis, plan, Limits::default())?;
        let locked = writing::lock_at(&self.paths.state, None)?;
        let lineage = basis.lineage();
        let applied = apply::write(basis, plan, &locked, lineage.clone(), self.terminal)?;
        let content = content.with_state(locked.read(MAX_TEXT_BYTES)?.as_deref());
        self.content = Some(content.clone());
        self.last_version = applied.serial.map(|serial| Version { lineage, serial });
        self.shown.applied();
        let mut outcome = planned(basis, plan, content.clone());
        if let Some(facts) = &mut outcome.facts {
            (facts.serial, facts.pending) = (applied.serial, 0);
        }
        outcome.saved = applied.saved;
        if applied.saved {
            outcome.text = self.reporter.applied(&basis.state_file.quoted_path(), applied.serial, &content);
        }
        if applied.exit != Exit::Done {
            let message = "saved, but the disk did not confirm that the state is durable";
            outcome.problem = Some(Failure { exit: applied.exit, ..Failure::error(message) }.into());
            outcome.result = PassResult::Failed(content.digest());
        }
        Ok(outcome)
    }

    /// Refuses a state that is older than the last version, such as one that a checkout has swapped in.
    fn check_not_older(&self, state_file: &StateFile) -> Result<(), Failure> {
        let Some(Version { lineage, serial }) = &self.last_version else { return Ok(()) };
        let problem = match &state_file.state {
            Some(state) if state.lineage != *lineage => "has another lineage".to_owned(),
            Some(state) if state.serial < *serial => format!("has gone back to serial {}", state.serial),
            Some(_) => return Ok(()),
            None => "is gone".to_owned(),
        };
        let message = format!("the state {} {problem}; its last serial was {serial}", state_file.quoted_path());
        let help = "restore that state, or restart `lighthouse watch` to continue from the current one";
        Err(Failure::refused(Refusal::StateWentBack, message).help(help))
    }
}

/// Creates the outcome of a pass that has made a plan.
fn planned(basis: &Basis, plan: &Plan<'_>, content: Content) -> Outcome {
    Outcome {
        result: PassResult::Done(content.digest()),
        text: String::new(),
        saved: false,
        problem: None,
        facts: Some(facts(basis, plan, content)),
        exit: if plan.summary.unplaced > 0 { Exit::Unplaced } else { Exit::Done },
    }
}

fn facts(basis: &Basis, plan: &Plan<'_>, content: Content) -> Facts {
    let summary = &plan.summary;
    Facts {
        serial: basis.state_file.serial(),
        pending: summary.place + summary.moved + summary.rename + summary.update + summary.evict + summary.remove,
        unplaced: summary.unplaced,
        duration: Duration::ZERO,
        content,
    }
}

/// Returns the first mistake in one line, with the number of further ones.
fn first_mistake(findings: &Findings, sources: &[Source]) -> Failure {
    let Some(first) = findings.iter().next() else { return Failure::error("the manifest is not valid") };
    let place = first.primary.as_ref().and_then(|label| {
        let source = sources.get(label.span.file as usize)?;
        let at = source.position(label.span.start);
        Some(format!("{}:{}:{}: ", source.name(), at.line, at.column))
    });
    let more = match findings.errors() {
        0 | 1 => String::new(),
        2 => " (and 1 more error)".to_owned(),
        errors => format!(" (and {} more errors)", errors - 1),
    };
    Failure::error(format!("{}{}{more}", place.unwrap_or_default(), first.message))
}
