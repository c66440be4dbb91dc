//! Why a command could not do its work: a message, what helps, and the exit code.
//!
//! The library's errors know neither exit codes nor advice that names flags; both are added here.

use std::io;
use std::path::Path;

use lighthouse::text::diagnostic::{Diagnostic, Severity};
use lighthouse::text::escape::quoted;
use lighthouse::text::source::{Source, Span};
use lighthouse::{state, store};

use crate::exit::Exit;

/// Why something is not done although nothing is wrong: the codes of exit code 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The manifest or the state is not what the saved plan was made from.
    StalePlan,
    /// The state is that of another cluster.
    AnotherCluster,
    /// The state descends from another first apply.
    AnotherLineage,
    /// The state changed while the plan was made or looked at.
    StateChanged,
    /// More moves and evictions than allowed.
    MaxMoves,
    /// More removals than allowed.
    MaxRemoves,
    /// No nodes or no workloads, over a state that has placements.
    Empty,
    /// The answer was no.
    Declined,
    /// The state is behind the one that was last seen here.
    StateWentBack,
}

impl Refusal {
    /// The word for it in JSON.
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

/// What ends a command early.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// What went wrong; empty when that has been said already.
    pub(crate) message: String,
    /// The text that is wrong, and where.
    pub(crate) excerpt: Option<Box<(Source, Span)>>,
    /// What to do.
    pub(crate) help: Option<String>,
    /// Why it was refused, with exit code 4.
    pub(crate) refusal: Option<Refusal>,
    /// The serial of the state that was read, where a refusal is about it.
    pub(crate) serial: Option<u64>,
    /// What goes to standard output all the same.
    pub(crate) output: Option<String>,
}

impl Failure {
    /// An error of exit code 1.
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

    /// An error that has been said already.
    pub(crate) fn said() -> Self {
        Self::error("")
    }

    /// A refusal: nothing is wrong, and it is not done.
    pub(crate) fn refused(refusal: Refusal, message: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, refusal: Some(refusal), ..Self::error(message) }
    }

    /// A state that is there and cannot be read, with the way out.
    pub(crate) fn unreadable_state(path: &Path, bytes: &[u8], error: &state::Error) -> Self {
        Self::unreadable("state", path, bytes, error).help(error.way_out())
    }

    /// A record of this kind that is there and cannot be read.
    pub(crate) fn unreadable(kind: &str, path: &Path, bytes: &[u8], error: &state::Error) -> Self {
        let name = path.to_string_lossy();
        let failure = Self::error(format!("the {kind} {} cannot be read: {error}", quoted(&name)));
        let excerpt = error.spot().and_then(|spot| {
            let [start, end] = [spot.range().start, spot.range().end].map(|at| u32::try_from(at).ok());
            Some(Box::new((Source::new(name, bytes), Span { file: 0, start: start?, end: end? })))
        });
        Self { excerpt, ..failure }
    }

    /// A wrong command line.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::error(message) }
    }

    /// Adds what to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What there is to say, and the texts that it points into; as a warning where there is a way on.
    pub(crate) fn said_as(self, severity: Severity) -> (Diagnostic, Vec<Source>) {
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

    /// Standard output that could not be written.
    pub(crate) fn output(error: &io::Error) -> Self {
        Self::system("cannot write standard output", error)
    }

    /// The same after a save. The state is saved all the same, and who reads the error should know.
    pub(crate) fn output_after_saving(error: &io::Error) -> Self {
        Self::system("the state is saved, but standard output cannot be written", error)
    }

    /// What the system did not do, and what it says.
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
                failure.help("`lighthouse init` writes one to start from; `-f FILE` reads another")
            }
            (store::Error::Held { .. }, _) => Self { exit: Exit::Locked, ..failure }
                .help("try again when it is done, or wait for it with `--lock-timeout 30s`"),
            (store::Error::Changed(_), _) => {
                Self::refused(Refusal::StateChanged, failure.message).help("plan again, on the state that is there now")
            }
            (_, Some(advice)) => failure.help(advice),
            _ => failure,
        }
    }
}
