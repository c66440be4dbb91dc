//! Failure of a command: a message, help, and the exit code.
//!
//! Errors of the library have no exit codes and no advice that names flags; both are added here.

use std::io;
use std::path::Path;

use lighthouse::text::diagnostic::{Diagnostic, Severity};
use lighthouse::text::escape::quoted;
use lighthouse::text::source::{Source, Span};
use lighthouse::{state, store};

use crate::exit::Exit;

/// Reasons to refuse work although nothing is broken; each ends with exit code 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The manifest or the state has changed since the plan was saved.
    StalePlan,
    /// The state belongs to another cluster.
    AnotherCluster,
    /// The state has another lineage: it descends from another first apply.
    AnotherLineage,
    /// The state changed while the plan was computed or shown.
    StateChanged,
    /// More moves and evictions than allowed.
    MaxMoves,
    /// More removals than allowed.
    MaxRemoves,
    /// No nodes or no workloads, but the state has placements.
    Empty,
    /// The user did not answer `yes`.
    Declined,
    /// The state is older than the one that was last seen here.
    StateWentBack,
}

impl Refusal {
    /// Returns the code in JSON.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::StalePlan => "stale-plan",
            Self::AnotherCluster => "another-cluster",
            Self::AnotherLineage => "another-lineage",
            Self::StateChanged => "state-changed",
            Self::MaxMoves => "max-moves",
            Self::MaxRemoves => "max-removes",
            Self::Empty => "empty",
            Self::Declined => "declined",
            Self::StateWentBack => "state-went-back",
        }
    }
}

/// Error that ends a command.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// Message; empty if it has been reported already.
    pub(crate) message: String,
    /// Text that the message is about, and the place in it.
    pub(crate) excerpt: Option<Box<(Source, Span)>>,
    /// Advice for the user.
    pub(crate) help: Option<String>,
    /// Reason of the refusal, with exit code 4.
    pub(crate) refusal: Option<Refusal>,
    /// Serial of the state that was read, if the refusal is about it.
    pub(crate) serial: Option<u64>,
    /// Text that is printed on standard output nevertheless.
    pub(crate) output: Option<String>,
}

impl Failure {
    /// Creates an error with exit code 1.
    pub(crate) fn error(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Error,
            message: message.into(),
            excerpt: None,
            help: None,
            refusal: None,
            serial: None,
            output: None,
        }
    }

    /// Creates an error with exit code 1 that has been reported already.
    pub(crate) fn already_reported() -> Self {
        Self::error("")
    }

    /// Creates a refusal.
    pub(crate) fn refused(refusal: Refusal, message: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, refusal: Some(refusal), ..Self::error(message) }
    }

    /// Creates an error for a state that exists but cannot be read, with the way out.
    pub(crate) fn unreadable_state(path: &Path, bytes: &[u8], error: &state::Error) -> Self {
        Self::unreadable("state", path, bytes, error).help(error.way_out())
    }

    /// Creates an error for a file of this kind that exists but cannot be read.
    pub(crate) fn unreadable(kind: &str, path: &Path, bytes: &[u8], error: &state::Error) -> Self {
        let name = path.to_string_lossy();
        let failure = Self::error(format!("the {kind} {} cannot be read: {error}", quoted(&name)));
        let excerpt = error.location().and_then(|location| {
            let [start, end] = [location.range().start, location.range().end].map(|at| u32::try_from(at).ok());
            Some(Box::new((Source::new(name, bytes), Span { file: 0, start: start?, end: end? })))
        });
        Self { excerpt, ..failure }
    }

    /// Creates a usage error.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::error(message) }
    }

    /// Sets the advice.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Converts the failure to a diagnostic and the texts that it points into.
    pub(crate) fn into_diagnostic(self, severity: Severity) -> (Diagnostic, Vec<Source>) {
        let mut found = match severity {
            Severity::Error => Diagnostic::error(self.message),
            Severity::Warning => Diagnostic::warning(self.message),
        };
        found.help.extend(self.help);
        match self.excerpt {
            Some(excerpt) => {
                let (source, place) = *excerpt;
                (found.at(place, ""), vec![source])
            }
            None => (found, Vec::new()),
        }
    }

    /// Creates an error for standard output that cannot be written.
    pub(crate) fn output(error: &io::Error) -> Self {
        Self::system("cannot write standard output", error)
    }

    /// Creates an error for standard output that cannot be written after the state is saved.
    pub(crate) fn output_after_saving(error: &io::Error) -> Self {
        Self::system("the state is saved, but standard output cannot be written", error)
    }

    /// Creates an error with the cause that the operating system gives.
    pub(crate) fn system(what: &str, error: &io::Error) -> Self {
        let text = error.to_string();
        let cause = text.split(" (os error").next().unwrap_or_default().to_lowercase();
        Self::error(format!("{what}: {cause}"))
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        let failure = Self::error(error.to_string());
        match (&error, error.advice()) {
            (store::Error::NoManifest { .. }, _) => {
                failure.help("`lighthouse init` writes a starter manifest; `-f FILE` reads another file")
            }
            (store::Error::Held { .. }, _) => Self { exit: Exit::Locked, ..failure }
                .help("try again when it has finished, or wait for it with `--lock-timeout 30s`"),
            (store::Error::Changed(_), _) => {
                Self::refused(Refusal::StateChanged, failure.message).help("plan again, from the current state")
            }
            (_, Some(advice)) => failure.help(advice),
            _ => failure,
        }
    }
}
