//! Texts of `watch` on standard output, for people or for programs.

use lighthouse::plan::Plan;
use lighthouse::render::{
    ContentDigests, Paint, PlanCause, Refused, ShownPlan, watch_applied, watch_error, watch_plan, watch_recovered,
    watch_refused, watch_version,
};
use lighthouse::text::escape::visible;
use lighthouse::watch::Content;

use super::messages::Problem;
use crate::args::ApplyFormat;
use crate::clock::now;
use crate::planning::Basis;
use crate::terminal::Terminal;

/// Maximum length of a message, in characters; a longer one is cut.
const MAX_MESSAGE: usize = 2_000;

/// Format of the texts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reporter {
    format: ApplyFormat,
    paint: Paint,
}

impl Reporter {
    /// Creates a reporter for a format, with colour if standard output has it.
    pub(crate) fn new(format: ApplyFormat, terminal: Terminal) -> Self {
        Self { format, paint: if terminal.out_coloured { Paint::Coloured } else { Paint::Plain } }
    }

    /// Returns the first line.
    pub(crate) fn opening(self, listening: Option<&str>) -> String {
        match (self.format, listening) {
            (ApplyFormat::Json, _) => watch_version(&now(), env!("CARGO_PKG_VERSION"), listening),
            (ApplyFormat::Text, Some(address)) => with_time(&format!("listening on http://{address}")),
            (ApplyFormat::Text, None) => String::new(),
        }
    }

    /// Returns a plan: as text, only the changes since the plan that was shown last.
    pub(crate) fn plan(
        self,
        basis: &Basis,
        plan: &Plan<'_>,
        content: &Content,
        cause: PlanCause<'_>,
        shown: &mut ShownPlan,
    ) -> String {
        match self.format {
            ApplyFormat::Text => with_time(shown.news(plan, &basis.origin(), cause, self.paint).trim_end()),
            ApplyFormat::Json => {
                watch_plan(&now(), cause, digests(content), plan, (&basis.manifest.warnings, &basis.sources))
            }
        }
    }

    /// Returns the note that a plan with removals is not applied yet. Programs see the removals in the plan.
    pub(crate) fn removals_deferred(self) -> String {
        match self.format {
            ApplyFormat::Text => with_time("the plan removes workloads: applied once the files are unchanged for 5 s"),
            ApplyFormat::Json => String::new(),
        }
    }

    /// Returns the line for a state that was saved.
    pub(crate) fn applied(self, state: &str, serial: Option<u64>, content: &Content) -> String {
        match self.format {
            ApplyFormat::Text => with_time(&format!("applied: saved {state} (serial {})", serial.unwrap_or_default())),
            ApplyFormat::Json => watch_applied(&now(), serial, digests(content)),
        }
    }

    /// Returns the message for a problem.
    pub(crate) fn problem(self, problem: &Problem, has_plan: bool) -> String {
        let failure = &problem.failure;
        let message: String = failure.message.chars().take(MAX_MESSAGE).collect();
        let help = failure.help.as_deref();
        match (self.format, failure.refusal) {
            (ApplyFormat::Text, refusal) => {
                let consequence = match (refusal, has_plan) {
                    (Some(_), _) => "; nothing is applied",
                    (None, true) => "; the last plan stays",
                    (None, false) => "; nothing is planned yet",
                };
                let help = help.map(|help| format!("\n{:13}= help: {}", "", visible(help))).unwrap_or_default();
                with_time(&format!("{}{consequence}{help}", visible(&message)))
            }
            (ApplyFormat::Json, Some(refusal)) => {
                watch_refused(&now(), Refused { code: refusal.code(), message: &message }, help)
            }
            (ApplyFormat::Json, None) => {
                let found = problem.mistakes.as_deref().map(|all| (&all.findings, all.sources.as_slice()));
                watch_error(&now(), &message, help, found)
            }
        }
    }

    /// Returns the line that follows the end of a problem.
    pub(crate) fn recovered(self, plan: RecoveredPlan) -> String {
        match (self.format, plan) {
            (ApplyFormat::Text, RecoveredPlan::Unchanged) => with_time("recovered, nothing new"),
            (ApplyFormat::Text, RecoveredPlan::New) => with_time("recovered"),
            (ApplyFormat::Json, _) => watch_recovered(&now()),
        }
    }
}

/// Plan that is valid after a problem has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecoveredPlan {
    /// The last good plan.
    Unchanged,
    /// A new plan, which is reported next.
    New,
}

/// Returns a line of text after the time of day.
fn with_time(text: &str) -> String {
    let now = now();
    let time = now.split_once('T').map_or(now.as_str(), |(_, time)| time);
    format!("{time}  {text}\n")
}

fn digests(content: &Content) -> ContentDigests {
    ContentDigests { manifest: content.manifest(), state: content.state() }
}
