//! What is said on standard output, for people or for programs.

use lighthouse::plan::Plan;
use lighthouse::render::{
    Paint, Refused, Shown, Trigger, watch_applied, watch_error, watch_plan, watch_recovered, watch_refused,
    watch_version,
};
use lighthouse::text::escape::visible;
use lighthouse::watch::Content;

use super::pass::Trouble;
use crate::args::ApplyFormat;
use crate::clock::now;
use crate::planning::Basis;
use crate::terminal::Terminal;

/// A message is cut after so many characters.
const LONGEST: usize = 2_000;

/// How it is said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice {
    format: ApplyFormat,
    paint: Paint,
}

impl Voice {
    pub(crate) fn new(format: ApplyFormat, terminal: Terminal) -> Self {
        Self { format, paint: if terminal.out_coloured { Paint::Coloured } else { Paint::Plain } }
    }

    /// The first words.
    pub(crate) fn opening(self, listening: Option<&str>) -> String {
        match (self.format, listening) {
            (ApplyFormat::Json, _) => watch_version(&now(), env!("CARGO_PKG_VERSION"), listening),
            (ApplyFormat::Text, Some(address)) => said(&format!("listening on http://{address}")),
            (ApplyFormat::Text, None) => String::new(),
        }
    }

    /// A plan; in text only what is new in it.
    pub(crate) fn plan(
        self,
        basis: &Basis,
        plan: &Plan<'_>,
        content: &Content,
        why: (Trigger, &[String]),
        shown: &mut Shown,
    ) -> String {
        match self.format {
            ApplyFormat::Text => said(shown.news(plan, &basis.origin(), why, self.paint).trim_end()),
            ApplyFormat::Json => {
                let digests = (content.manifest(), content.state());
                watch_plan(&now(), why, digests, plan, (&basis.manifest.warnings, &basis.sources))
            }
        }
    }

    /// A plan that is not applied yet, as it removes something. Programs see that from the plan.
    pub(crate) fn held(self) -> String {
        match self.format {
            ApplyFormat::Text => said("it removes something: applied when the bytes have stayed the same for 5 s"),
            ApplyFormat::Json => String::new(),
        }
    }

    /// A state that was saved.
    pub(crate) fn applied(self, state: &str, serial: Option<u64>, content: &Content) -> String {
        match self.format {
            ApplyFormat::Text => said(&format!("applied: saved {state} (serial {})", serial.unwrap_or_default())),
            ApplyFormat::Json => watch_applied(&now(), serial, (content.manifest(), content.state())),
        }
    }

    /// Something that is wrong, after a plan or before the first one.
    pub(crate) fn trouble(self, trouble: &Trouble, has_plan: bool) -> String {
        let failure = &trouble.failure;
        let message: String = failure.message.chars().take(LONGEST).collect();
        let help = failure.help.as_deref();
        match (self.format, failure.refusal) {
            (ApplyFormat::Text, refusal) => {
                let ending = match (refusal, has_plan) {
                    (Some(_), _) => "; nothing is applied",
                    (None, true) => "; the last plan stays",
                    (None, false) => "; nothing is planned yet",
                };
                let help = help.map(|help| format!("\n{:13}= help: {}", "", visible(help))).unwrap_or_default();
                said(&format!("{}{ending}{help}", visible(&message)))
            }
            (ApplyFormat::Json, Some(refusal)) => {
                watch_refused(&now(), Refused { code: refusal.code(), message: &message }, help)
            }
            (ApplyFormat::Json, None) => {
                let found = trouble.found.as_deref().map(|(found, sources)| (found, sources.as_slice()));
                watch_error(&now(), &message, help, found)
            }
        }
    }

    /// All is well again, with the plan that was there before or with another one.
    pub(crate) fn recovered(self, with_nothing_new: bool) -> String {
        match self.format {
            ApplyFormat::Text => said(if with_nothing_new { "recovered, nothing new" } else { "recovered" }),
            ApplyFormat::Json => watch_recovered(&now()),
        }
    }
}

/// A line of text with its time of day.
fn said(text: &str) -> String {
    let now = now();
    let time = now.split_once('T').map_or(now.as_str(), |(_, time)| time);
    format!("{time}  {text}\n")
}
