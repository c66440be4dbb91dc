//! What `watch` says: lines of JSON for programs, and for people what is new since the last plan that was shown.

use std::collections::HashSet;
use std::fmt::Write as _;

use schemars::{JsonSchema, Schema};
use serde::Serialize;

use crate::plan::Plan;
use crate::render::json::apply::Refused;
use crate::render::json::findings::{Finding, findings, schema_of};
use crate::render::json::one_line::one_line;
use crate::render::json::plan::{Document, FORMAT_VERSION, document};
use crate::render::text::plan::row;
use crate::render::text::rows::{Row, Widths, rows};
use crate::render::{Origin, Paint, phrase};
use crate::state::Digest;
use crate::text::diagnostic::Findings;
use crate::text::escape::visible;
use crate::text::source::Source;

/// One line of `lighthouse watch --format json`. The first is a `version`; kinds may be added.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schemars(title = "lighthouse watch")]
enum Line<'a> {
    /// The first line.
    Version {
        /// The version of this format: a minor one adds, a major one breaks.
        format_version: &'static str,
        /// The version of the program.
        lighthouse: &'static str,
        time: &'a str,
        /// Where `--listen` listens.
        listening: Option<&'a str>,
    },
    /// A content was planned.
    Plan {
        time: &'a str,
        #[schemars(extend("enum" = ["start", "change", "signal"]))]
        trigger: &'static str,
        /// The files that changed since the last look.
        changed: &'a [String],
        digests: Digests,
        plan: Box<Document<'a>>,
    },
    /// Manifest or state cannot be read, or the state cannot be written. The last plan stays.
    Error {
        time: &'a str,
        message: &'a str,
        /// What to do.
        help: Option<&'a str>,
        /// What was found in the manifest, errors first.
        diagnostics: Vec<Finding<'a>>,
    },
    /// All is well again after an `error` or a `refused`.
    Recovered { time: &'a str },
    /// The state was saved.
    Applied {
        time: &'a str,
        /// The serial of the state now.
        serial: Option<u64>,
        digests: Digests,
    },
    /// The plan is not applied, for a reason that is no mistake; it is not tried again before something changes.
    Refused { time: &'a str, refused: Refused<'a>, help: Option<&'a str> },
}

/// The content that was planned.
#[derive(Serialize, JsonSchema)]
struct Digests {
    /// Of the manifest's text; with drop-ins, of the digests of all texts, one a line.
    manifest: String,
    /// Of the state's bytes, where there is a state.
    state: Option<String>,
}

/// What `--status-file` and `--listen` tell.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "lighthouse watch --status-file")]
pub struct WatchStatus {
    /// The version of this format: a minor one adds, a major one breaks.
    pub format_version: &'static str,
    /// When something was last planned, or could not be.
    pub last_attempt: Option<String>,
    /// When it last ended well.
    pub last_success: Option<String>,
    /// How many attempts have failed since then.
    pub consecutive_failures: u64,
    /// Why the last one failed, when it did.
    pub failure: Option<String>,
    /// The digest of the manifest that was last planned; with drop-ins, of the digests of all texts, one a line.
    pub manifest_digest: Option<String>,
    /// The digest of the state after that, where there is one.
    pub state_digest: Option<String>,
    /// The serial of the state.
    pub serial: Option<u64>,
    /// How many changes are planned and not applied.
    pub pending_changes: usize,
    /// How many workloads have no place.
    pub unplaced: usize,
}

/// What makes a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The start.
    Start,
    /// Another content.
    Change,
    /// SIGHUP.
    Signal,
}

impl Trigger {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Change => "change",
            Self::Signal => "signal",
        }
    }

    /// What happened, for people.
    fn words(self, changed: &[String], origin: &Origin) -> String {
        match (self, changed) {
            (Self::Start, _) | (Self::Change, []) => format!("planned {}{}", visible(&origin.manifest), serial(origin)),
            (Self::Signal, _) => format!("asked to plan {}{}", visible(&origin.manifest), serial(origin)),
            (Self::Change, [one]) => format!("{} changed", visible(one)),
            (Self::Change, [one, more @ ..]) => format!("{} and {} more changed", visible(one), more.len()),
        }
    }
}

fn serial(origin: &Origin) -> String {
    origin.serial.map_or_else(|| " (no state)".to_owned(), |serial| format!(" (serial {serial})"))
}

/// When something happens, as the lines say it.
pub type Time<'a> = &'a str;

/// The first line.
pub fn watch_version(time: Time<'_>, lighthouse: &'static str, listening: Option<&str>) -> String {
    one_line(&Line::Version { format_version: FORMAT_VERSION, lighthouse, time, listening })
}

/// A plan: what made it, the digests of manifest and state, and the whole of it.
pub fn watch_plan(
    time: Time<'_>,
    (trigger, changed): (Trigger, &[String]),
    (manifest, state): (Digest, Option<Digest>),
    plan: &Plan<'_>,
    (warnings, sources): (&Findings, &[Source]),
) -> String {
    let (trigger, digests) = (trigger.name(), digests(manifest, state));
    one_line(&Line::Plan { time, trigger, changed, digests, plan: Box::new(document(plan, warnings, sources)) })
}

/// An error, with what was found in the manifest where that is it.
pub fn watch_error(time: Time<'_>, message: &str, help: Option<&str>, found: Option<(&Findings, &[Source])>) -> String {
    let diagnostics = found.map(|(found, sources)| findings(found, sources)).unwrap_or_default();
    one_line(&Line::Error { time, message, help, diagnostics })
}

/// All is well again.
pub fn watch_recovered(time: Time<'_>) -> String {
    one_line(&Line::Recovered { time })
}

/// The state was saved.
pub fn watch_applied(time: Time<'_>, serial: Option<u64>, (manifest, state): (Digest, Option<Digest>)) -> String {
    one_line(&Line::Applied { time, serial, digests: digests(manifest, state) })
}

/// A plan that is not applied.
pub fn watch_refused(time: Time<'_>, refused: Refused<'_>, help: Option<&str>) -> String {
    one_line(&Line::Refused { time, refused, help })
}

/// The JSON Schema of a line.
pub fn watch_schema() -> Schema {
    schema_of::<Line>()
}

/// The status file's text.
pub fn watch_status(status: &WatchStatus) -> String {
    let status = WatchStatus { format_version: FORMAT_VERSION, ..status.clone() };
    one_line(&status)
}

/// The JSON Schema of the status file.
pub fn watch_status_schema() -> Schema {
    schema_of::<WatchStatus>()
}

fn digests(manifest: Digest, state: Option<Digest>) -> Digests {
    Digests { manifest: manifest.to_string(), state: state.map(|digest| digest.to_string()) }
}

/// Below the words beside a time of day, and a little to the right.
const INDENT: &str = "             ";

/// The lines of the last plan that was shown.
#[derive(Clone, Debug, Default)]
pub struct Shown(Option<Vec<Row>>);

impl Shown {
    /// The plan was applied: what is left of it are those without a place.
    pub fn applied(&mut self) {
        self.0.iter_mut().for_each(|rows| rows.retain(Row::is_unplaced));
    }

    /// What made a plan, in one line, and below it what is new since the last one that was shown. This is then the last
    /// one.
    pub fn news(
        &mut self,
        plan: &Plan<'_>,
        origin: &Origin,
        (trigger, changed): (Trigger, &[String]),
        paint: Paint,
    ) -> String {
        let rows = rows(plan);
        let (new, gone) = match &self.0 {
            None => (rows.clone(), Vec::new()),
            Some(last) => (without(&rows, last), without(last, &rows)),
        };
        let ending = match (&self.0, new.is_empty() && gone.is_empty()) {
            (None, _) => "",
            (Some(_), true) => "; nothing new",
            (Some(_), false) => "; since the last plan",
        };
        let mut page =
            format!("{}: {}{ending}\n", trigger.words(changed, origin), phrase::short_summary(&plan.summary));
        let widths = Widths::of(&new);
        for each in &new {
            writeln!(page, "{INDENT}{}", row(each, &widths, paint)).expect("a string takes all");
        }
        for row in &gone {
            let widths = Widths::default();
            page.extend([INDENT, "no longer: ", &row.head(&widths), row.tail(&widths).trim_end(), "\n"]);
        }
        self.0 = Some(rows);
        page
    }
}

/// Those rows that are not among others.
fn without(rows: &[Row], others: &[Row]) -> Vec<Row> {
    let others: HashSet<&Row> = others.iter().collect();
    rows.iter().filter(|row| !others.contains(row)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture;

    const TIME: &str = "2026-11-24T10:42:07Z";

    #[test]
    fn every_line_is_what_the_schema_says() {
        let (model, record) = fixture::cluster();
        let plan = Plan::new(&model, &record, &[]).expect("a plan");
        let (nothing, digest) = (Findings::default(), Digest::of(b""));
        let changed = ["x.toml".to_owned()];
        let refused = Refused { code: "max-moves", message: "2 moves" };
        for line in [
            watch_version(TIME, "0.1.0", Some("127.0.0.1:9000")),
            watch_plan(TIME, (Trigger::Change, &changed), (digest, None), &plan, (&nothing, &[])),
            watch_error(TIME, "broken", Some("mend it"), None),
            watch_recovered(TIME),
            watch_applied(TIME, Some(7), (digest, Some(digest))),
            watch_refused(TIME, refused, None),
        ] {
            assert!(line.starts_with("{\"type\":\"") && line.matches('\n').count() == 1, "{line}");
            fixture::assert_valid(&watch_schema(), &line);
        }
        fixture::assert_valid(&watch_status_schema(), &watch_status(&WatchStatus::default()));
    }

    #[test]
    fn only_what_is_new_is_shown_and_what_is_gone() {
        let (model, record) = fixture::cluster();
        let plan = Plan::new(&model, &record, &[]).expect("a plan");
        let origin = Origin { manifest: "x.toml".to_owned(), state: None, serial: Some(7) };
        let mut shown = Shown::default();
        let mut news = |plan: &Plan<'_>, what| shown.news(plan, &origin, what, Paint::Plain);
        let first = news(&plan, (Trigger::Start, &[]));
        assert!(first.starts_with("planned x.toml (serial 7): ") && first.lines().count() > 1, "{first}");
        let changed = ["x.toml".to_owned(), "x.d/y.toml".to_owned()];
        let second = news(&plan, (Trigger::Change, &changed));
        assert!(second.starts_with("x.toml and 1 more changed: ") && second.ends_with("; nothing new\n"), "{second}");
        let mut less = plan.clone();
        let gone = less.changes.remove(0);
        let third = news(&less, (Trigger::Signal, &[]));
        assert!(third.starts_with("asked to plan x.toml (serial 7): "), "{third}");
        assert_eq!(third.lines().count(), 2);
        assert!(third.contains("   no longer: ") && third.contains(&*gone.workload), "{third}");
        assert_eq!(news(&plan, (Trigger::Start, &[])).lines().count(), 2);
    }
}
