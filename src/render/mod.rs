//! A plan as a page: one file for each format, all from the same data.
//!
//! Renderers build text and print nothing. Each has the escaping of the place that its text goes to.

mod findings;
mod github;
mod json;
mod text;

pub use findings::{check as check_json, check_schema};
pub use github::findings as findings_github;
pub use json::{plan as plan_json, plan_schema};
pub use text::plan as plan_text;

/// Whether text may carry colours; they add nothing that it does not say.
pub use crate::diagnostic::Paint;

/// What a plan was made from, as people know it.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The manifest's name.
    pub manifest: String,
    /// The state's name, where one was looked for.
    pub state: Option<String>,
    /// The serial of the state, where there is one.
    pub serial: Option<u64>,
}
