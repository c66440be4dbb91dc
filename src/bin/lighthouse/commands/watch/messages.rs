//! Messages between the deciding thread and the working thread.

use std::time::Duration;

use lighthouse::render::Trigger;
use lighthouse::text::diagnostic::Findings;
use lighthouse::text::source::Source;
use lighthouse::watch::{Content, PassResult, Removals};

use super::snapshot::Snapshot;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::signals::Signal;

/// Work for the working thread.
pub(crate) enum Job {
    /// Read manifest and state.
    Read,
    /// Plan, and apply if that is enabled.
    Pass(Box<Request>),
}

/// Request for a pass: a plan of one snapshot, and its apply.
pub(crate) struct Request {
    /// Files to plan from.
    pub(crate) snapshot: Snapshot,
    /// Trigger to report; `None` if the plan of this content has been reported already.
    pub(crate) trigger: Option<Trigger>,
    /// Whether an apply may remove workloads.
    pub(crate) removals: Removals,
}

/// Event for the deciding thread.
pub(crate) enum Message {
    /// Something happened to a file.
    FilesChanged,
    /// A signal arrived.
    Signal(Signal),
    /// The files were read.
    Snapshot(Box<Snapshot>),
    /// A pass ended.
    PassEnded(Box<Outcome>),
}

/// Outcome of a pass.
pub(crate) struct Outcome {
    /// Result for the protocol.
    pub(crate) result: PassResult,
    /// Text that is printed in any case.
    pub(crate) text: String,
    /// Whether a state was saved.
    pub(crate) saved: bool,
    /// Problem, which is reported when the protocol says so.
    pub(crate) problem: Option<Problem>,
    /// Facts about the plan, if there is one.
    pub(crate) facts: Option<Facts>,
    /// Exit code with `--once`.
    pub(crate) exit: Exit,
}

/// Problem of a pass.
pub(crate) struct Problem {
    /// The failure, in one line.
    pub(crate) failure: Failure,
    /// All mistakes of the manifest, if they are the problem.
    pub(crate) mistakes: Option<Box<Mistakes>>,
}

/// Mistakes of a manifest, and the texts that they point into.
pub(crate) struct Mistakes {
    /// Mistakes and warnings.
    pub(crate) findings: Findings,
    /// Texts of the manifest.
    pub(crate) sources: Vec<Source>,
}

/// Facts about a plan, for the status file and the metrics.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// Content that was planned.
    pub(crate) content: Content,
    /// Serial of the state.
    pub(crate) serial: Option<u64>,
    /// Number of changes that are planned but not applied.
    pub(crate) pending: usize,
    /// Number of unplaced workloads.
    pub(crate) unplaced: usize,
    /// Time that planning took.
    pub(crate) duration: Duration,
}

impl Outcome {
    /// Creates the outcome of content that cannot be planned.
    pub(crate) fn invalid(problem: impl Into<Problem>) -> Self {
        Self::failed(PassResult::Invalid, problem)
    }

    /// Creates the outcome of a pass that did not succeed.
    pub(crate) fn failed(result: PassResult, problem: impl Into<Problem>) -> Self {
        let problem = problem.into();
        let exit = problem.failure.exit;
        Self { result, text: String::new(), saved: false, problem: Some(problem), facts: None, exit }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self { failure, mistakes: None }
    }
}
