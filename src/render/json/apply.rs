//! An apply for programs: the plan's JSON with how it ended.

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::Plan;
use crate::render::json::findings::schema_of;
use crate::render::json::one_line::one_line;
use crate::render::json::plan::{Document, FORMAT_VERSION, document};
use crate::text::diagnostic::Findings;
use crate::text::source::Source;

/// What `lighthouse apply --format json` prints.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "lighthouse apply")]
enum ApplyDocument<'a> {
    /// The plan, and how its apply ended.
    Planned {
        #[serde(flatten)]
        plan: Box<Document<'a>>,
        #[serde(flatten)]
        ending: Ending<'a>,
    },
    /// It was refused before there was a plan.
    Unplanned {
        /// The version of this format: a minor one adds, a major one breaks.
        format_version: &'static str,
        /// Always false.
        applied: bool,
        /// The serial of the state that is there now, where it is known.
        serial: Option<u64>,
        /// Why it was refused.
        refused: Refused<'a>,
    },
}

/// How an apply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ending<'a> {
    /// Whether the state says now what the plan says.
    pub applied: bool,
    /// The serial of the state that is there now, where there is one.
    pub serial: Option<u64>,
    /// Why it was refused, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused<'a>>,
}

/// Why an apply was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Refused<'a> {
    /// A word for programs; some may be added.
    pub code: &'a str,
    /// A sentence for people.
    pub message: &'a str,
}

/// The plan and how its apply ended as JSON, one object on one line.
pub fn apply(plan: &Plan<'_>, warnings: &Findings, sources: &[Source], ending: Ending<'_>) -> String {
    one_line(&ApplyDocument::Planned { plan: Box::new(document(plan, warnings, sources)), ending })
}

/// A refusal before there was a plan as JSON, one object on one line.
pub fn refused(serial: Option<u64>, refused: Refused<'_>) -> String {
    one_line(&ApplyDocument::Unplanned { format_version: FORMAT_VERSION, applied: false, serial, refused })
}

/// The JSON Schema of what [`apply`] writes.
pub fn apply_schema() -> schemars::Schema {
    schema_of::<ApplyDocument>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{fixture, plan_json};

    #[test]
    fn an_apply_is_the_plan_and_its_ending() {
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
