//! Writes the result of an apply as JSON: the plan's fields, then the outcome.

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::Plan;
use crate::render::json::findings::schema_of;
use crate::render::json::one_line::one_line;
use crate::render::json::plan::{Document, FORMAT_VERSION, document};
use crate::text::diagnostic::Findings;
use crate::text::source::Source;

/// Output of `lighthouse apply --format json`.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "lighthouse apply")]
enum ApplyDocument<'a> {
    /// Plan and outcome of its apply.
    Planned {
        #[serde(flatten)]
        plan: Box<Document<'a>>,
        #[serde(flatten)]
        ending: Ending<'a>,
    },
    /// Apply that was refused before a plan was made.
    Unplanned {
        /// Version of this format: a minor version only adds, a major one may break readers.
        format_version: &'static str,
        /// Always false.
        applied: bool,
        /// Serial of the current state, if it is known.
        serial: Option<u64>,
        /// Reason for the refusal.
        refused: Refused<'a>,
    },
}

/// Outcome of an apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ending<'a> {
    /// Whether the state now matches the plan.
    pub applied: bool,
    /// Serial of the current state; null if there is none.
    pub serial: Option<u64>,
    /// Reason for the refusal, if the apply was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused<'a>>,
}

/// Reason why an apply was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Refused<'a> {
    /// Code for programs. More codes may be added.
    pub code: &'a str,
    /// Sentence for people.
    pub message: &'a str,
}

/// Returns the plan and the outcome of its apply as JSON, one object on one line.
pub fn apply(plan: &Plan<'_>, warnings: &Findings, sources: &[Source], ending: Ending<'_>) -> String {
    one_line(&ApplyDocument::Planned { plan: Box::new(document(plan, warnings, sources)), ending })
}

/// Returns a refusal before planning as JSON, one object on one line.
pub fn refused(serial: Option<u64>, refused: Refused<'_>) -> String {
    one_line(&ApplyDocument::Unplanned { format_version: FORMAT_VERSION, applied: false, serial, refused })
}

/// Returns the JSON Schema of the text that [`apply`] and [`refused`] return.
pub fn apply_schema() -> schemars::Schema {
    schema_of::<ApplyDocument>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{fixture, plan_json};

    #[test]
    fn an_apply_is_written_as_the_plan_and_its_outcome() {
        let (model, record) = fixture::cluster();
        let plan = Plan::new(&model, &record, &[]).expect("a plan");
        let warnings = Findings::default();
        let planned = plan_json(&plan, &warnings, &[]);
        let planned = planned.trim_end().trim_end_matches('}');
        let done = Ending { applied: true, serial: Some(8), refused: None };
        let text = apply(&plan, &warnings, &[], done);
        assert_eq!(text, format!("{planned},\"applied\":true,\"serial\":8}}\n"));
        let refused = Some(Refused { code: "max-moves", message: "2 \"moves\"" });
        let text = apply(&plan, &warnings, &[], Ending { applied: false, serial: None, refused });
        let ending = r#""applied":false,"serial":null,"refused":{"code":"max-moves","message":"2 \"moves\""}}"#;
        assert_eq!(text, format!("{planned},{ending}\n"));
        fixture::assert_valid(&apply_schema(), &text);
    }

    #[test]
    fn a_refusal_without_a_plan_has_its_code() {
        let text = super::refused(Some(7), Refused { code: "another-cluster", message: "of `a`" });
        let expected = r#"{"format_version":"1.0","applied":false,"serial":7,"refused":{"code":"another-cluster","message":"of `a`"}}"#;
        assert_eq!(text, format!("{expected}\n"));
        fixture::assert_valid(&apply_schema(), &text);
    }
}
