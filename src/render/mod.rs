//! A plan as a page: one file for each format, all from the same data.
//!
//! Renderers build text and print nothing; a long text goes into what they are given, bit by bit. Each has the escaping
//! of the place that its text goes to.

mod diff;
mod github;
pub mod json;
mod markdown;
pub mod phrase;
mod setting;
pub mod text;
mod trigger;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod hostile;

use crate::model::WorkloadId;
use crate::text::escape::visible;

pub use diff::plan as plan_diff;
pub use github::{findings as findings_github, plan as plan_github};
pub use json::apply::{Ending, Refused, apply as apply_json, apply_schema, refused as refused_json};
pub use json::explain::{explain as explain_json, explain_schema};
pub use json::findings::{check as check_json, check_schema};
pub use json::plan::{plan as plan_json, plan_schema, write_plan as write_plan_json};
pub use json::show::{show as show_json, show_saved as saved_json, show_schema};
pub use json::watch::{
    ContentDigests, Time, WatchStatus, watch_applied, watch_error, watch_plan, watch_recovered, watch_refused,
    watch_schema, watch_status, watch_status_schema, watch_version,
};
pub use markdown::plan as plan_markdown;
pub use setting::Setting;
pub use text::explain::explain as explain_text;
pub use text::plan::{plan as plan_text, write_plan as write_plan_text};
pub use text::show::{show as show_text, show_lines, show_saved as saved_text};
pub use text::watch::ShownPlan;
pub use trigger::{PlanCause, Trigger};

/// Whether text may carry colours; they add nothing that it does not say.
pub use crate::text::diagnostic::Paint;

/// Names of the files that a plan was made from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The manifest's name.
    pub manifest: String,
    /// The state's name, where one was looked for.
    pub state: Option<String>,
    /// The serial of the state, where there is one.
    pub serial: Option<u64>,
}

/// Says where a workload's table is, file and line, as far as that is known.
pub type Locate<'a> = &'a dyn Fn(WorkloadId) -> Option<(&'a str, usize)>;

/// `cluster.toml:31`, visible; nothing where the line is not known.
fn at(place: Option<(&str, usize)>) -> String {
    place.map_or(String::new(), |(file, line)| format!("{}:{line}", visible(file)))
}
