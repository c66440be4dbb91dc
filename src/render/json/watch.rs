//! Output of `watch` for programs: one line of JSON for each event, and the status file.

use schemars::{JsonSchema, Schema};
use serde::Serialize;

use crate::plan::Plan;
use crate::render::json::apply::Refused;
use crate::render::json::findings::{Finding, findings, schema_of};
use crate::render::json::one_line::one_line;
use crate::render::json::plan::{Document, FORMAT_VERSION, document};
use crate::render::{PlanCause, Trigger};
use crate::state::Digest;
use crate::text::diagnostic::Findings;
use crate::text::source::Source;

/// One line of `lighthouse watch --format json`. The first is a `version`; kinds may be added.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schemars(title = "lighthouse watch")]
enum Line<'a> {
    /// First line of the output.
    Version {
        /// Version of this format: a minor version only adds, a major one may break readers.
        format_version: &'static str,
        /// Version of the program.
        lighthouse: &'static str,
        time: &'a str,
        /// Address of `--listen`.
        listening: Option<&'a str>,
    },
    /// A plan was made.
    Plan {
        time: &'a str,
        #[schemars(extend("enum" = ["start", "change", "signal"]))]
        trigger: &'static str,
        /// Files that changed since the last read.
        changed: &'a [String],
        digests: Digests,
        plan: Box<Document<'a>>,
    },
    /// Manifest or state cannot be read, or the state cannot be written. The last plan stays.
    Error {
        time: &'a str,
        message: &'a str,
        /// Way out.
        help: Option<&'a str>,
        /// Mistakes and warnings of the manifest, errors first.
        diagnostics: Vec<Finding<'a>>,
    },
    /// The last pass succeeded again after an `error` or a `refused`.
    Recovered { time: &'a str },
    /// The state was saved.
    Applied {
        time: &'a str,
        /// Serial of the state after the save.
        serial: Option<u64>,
        digests: Digests,
    },
    /// The plan is not applied for a reason that is not an error; it is tried again only after a change.
    Refused { time: &'a str, refused: Refused<'a>, help: Option<&'a str> },
}

/// Digests of the content that was planned.
#[derive(Serialize, JsonSchema)]
struct Digests {
    /// Digest of the manifest; with drop-ins, of the digests of all files, one per line.
    manifest: String,
    /// Digest of the state; null without a state.
    state: Option<String>,
}

/// Status that `--status-file` and `--listen` report.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "lighthouse watch --status-file")]
pub struct WatchStatus {
    /// Version of this format: a minor version only adds, a major one may break readers.
    pub format_version: &'static str,
    /// Time of the last attempt to plan.
    pub last_attempt: Option<String>,
    /// Time of the last successful attempt.
    pub last_success: Option<String>,
    /// Number of failed attempts since then.
    pub consecutive_failures: u64,
    /// Reason of the last attempt's failure; null if it succeeded.
    pub failure: Option<String>,
    /// Digest of the manifest that was last planned; with drop-ins, of the digests of all files, one per line.
    pub manifest_digest: Option<String>,
    /// Digest of the state after that; null without a state.
    pub state_digest: Option<String>,
    /// Serial of the state.
    pub serial: Option<u64>,
    /// Number of changes that are planned and not applied.
    pub pending_changes: usize,
    /// Number of unplaced workloads.
    pub unplaced: usize,
}

/// Digests of the content that a pass read.
#[derive(Clone, Copy, Debug)]
pub struct ContentDigests {
    /// Digest of the manifest; with drop-ins, of the digests of all files, one per line.
    pub manifest: Digest,
    /// Digest of the state, if there is one.
    pub state: Option<Digest>,
}

/// Time as it is printed.
pub type Time<'a> = &'a str;

impl Trigger {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Change => "change",
            Self::Signal => "signal",
        }
    }
}

/// Returns the first line.
pub fn watch_version(time: Time<'_>, lighthouse: &'static str, listening: Option<&str>) -> String {
    one_line(&Line::Version { format_version: FORMAT_VERSION, lighthouse, time, listening })
}

/// Returns the line of a plan.
pub fn watch_plan(
    time: Time<'_>,
    cause: PlanCause<'_>,
    content: ContentDigests,
    plan: &Plan<'_>,
    (warnings, sources): (&Findings, &[Source]),
) -> String {
    one_line(&Line::Plan {
        time,
        trigger: cause.trigger.name(),
        changed: cause.changed,
        digests: digests(content),
        plan: Box::new(document(plan, warnings, sources)),
    })
}

/// Returns the line of an error, with the mistakes of the manifest if those are the reason.
pub fn watch_error(time: Time<'_>, message: &str, help: Option<&str>, found: Option<(&Findings, &[Source])>) -> String {
    let diagnostics = found.map(|(found, sources)| findings(found, sources)).unwrap_or_default();
    one_line(&Line::Error { time, message, help, diagnostics })
}

/// Returns the line of the first success after a problem.
pub fn watch_recovered(time: Time<'_>) -> String {
    one_line(&Line::Recovered { time })
}

/// Returns the line of a saved state.
pub fn watch_applied(time: Time<'_>, serial: Option<u64>, content: ContentDigests) -> String {
    one_line(&Line::Applied { time, serial, digests: digests(content) })
}

/// Returns the line of a plan that is not applied.
pub fn watch_refused(time: Time<'_>, refused: Refused<'_>, help: Option<&str>) -> String {
    one_line(&Line::Refused { time, refused, help })
}

/// Returns the JSON Schema of a line.
pub fn watch_schema() -> Schema {
    schema_of::<Line>()
}

/// Returns the text of the status file.
pub fn watch_status(status: &WatchStatus) -> String {
    let status = WatchStatus { format_version: FORMAT_VERSION, ..status.clone() };
    one_line(&status)
}

/// Returns the JSON Schema of the status file.
pub fn watch_status_schema() -> Schema {
    schema_of::<WatchStatus>()
}

fn digests(content: ContentDigests) -> Digests {
    Digests { manifest: content.manifest.to_string(), state: content.state.map(|digest| digest.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture;

    const TIME: &str = "2026-11-24T10:42:07Z";

    #[test]
    fn every_line_is_valid_by_its_schema() {
        let (model, record) = fixture::cluster();
        let plan = Plan::new(&model, &record, &[]).expect("a plan");
        let (nothing, digest) = (Findings::default(), Digest::of(b""));
        let changed = ["x.toml".to_owned()];
        let cause = PlanCause { trigger: Trigger::Change, changed: &changed };
        let content = ContentDigests { manifest: digest, state: None };
        let refused = Refused { code: "max-moves", message: "2 moves" };
        for line in [
            watch_version(TIME, "0.1.0", Some("127.0.0.1:9000")),
            watch_plan(TIME, cause, content, &plan, (&nothing, &[])),
            watch_error(TIME, "broken", Some("mend it"), None),
            watch_recovered(TIME),
            watch_applied(TIME, Some(7), ContentDigests { state: Some(digest), ..content }),
            watch_refused(TIME, refused, None),
        ] {
            assert!(line.starts_with("{\"type\":\"") && line.matches('\n').count() == 1, "{line}");
            fixture::assert_valid(&watch_schema(), &line);
        }
        fixture::assert_valid(&watch_status_schema(), &watch_status(&WatchStatus::default()));
    }
}
