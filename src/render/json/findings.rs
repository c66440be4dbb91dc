//! What was found in a manifest, as JSON: the `diagnostics` of every output, and the whole output of `check`.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;

use crate::manifest::Manifest;
use crate::render::json::one_line::one_line;
use crate::render::json::plan::FORMAT_VERSION;
use crate::text::diagnostic::{Diagnostic, Findings, Label};
use crate::text::source::Source;

/// What `lighthouse check --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "lighthouse check")]
struct Document<'a> {
    /// The version of this format: a minor one adds, a major one breaks.
    format_version: &'static str,
    /// Whether the manifest can be planned with.
    valid: bool,
    /// How many errors there are, also those that are not listed.
    errors: usize,
    /// How many warnings there are, also those that are not listed.
    warnings: usize,
    /// How many nodes, where the manifest is valid.
    nodes: Option<usize>,
    /// How many workloads, where the manifest is valid.
    workloads: Option<usize>,
    /// What was found, errors first.
    diagnostics: Vec<Finding<'a>>,
}

/// A message about the manifest.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Finding<'a> {
    /// `error` or `warning`.
    #[schemars(extend("enum" = ["error", "warning"]))]
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    /// Counted from 1.
    line: Option<usize>,
    /// In characters, counted from 1.
    column: Option<usize>,
    /// What is to be said of the place; may be empty.
    label: &'a str,
    /// Other places that matter.
    related: Vec<Related<'a>>,
    /// Facts that explain.
    notes: &'a [String],
    /// What to do.
    help: &'a [String],
}

/// Another place, and what is to be said of it.
#[derive(Serialize, JsonSchema)]
struct Related<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    label: &'a str,
}

/// What `check` has to say, one object on one line.
pub fn check(manifest: &Result<Manifest, Findings>, sources: &[Source]) -> String {
    one_line(&document(manifest, sources))
}

/// The JSON Schema of what [`check`] writes.
pub fn check_schema() -> Schema {
    schema_of::<Document>()
}

/// The JSON Schema of a type as it is written: what is always there is required.
pub(crate) fn schema_of<T: JsonSchema>() -> Schema {
    SchemaSettings::default().for_serialize().into_generator().into_root_schema_for::<T>()
}

fn document<'a>(manifest: &'a Result<Manifest, Findings>, sources: &'a [Source]) -> Document<'a> {
    let (found, model) = match manifest {
        Ok(manifest) => (&manifest.warnings, Some(&manifest.model)),
        Err(found) => (found, None),
    };
    Document {
        format_version: FORMAT_VERSION,
        valid: model.is_some(),
        errors: found.errors(),
        warnings: found.warnings(),
        nodes: model.map(|model| model.nodes().len()),
        workloads: model.map(|model| model.workloads().len()),
        diagnostics: findings(found, sources),
    }
}

/// The findings, errors first.
pub(crate) fn findings<'a>(found: &'a Findings, sources: &'a [Source]) -> Vec<Finding<'a>> {
    found.iter().map(|diagnostic| finding(diagnostic, sources)).collect()
}

fn finding<'a>(found: &'a Diagnostic, sources: &'a [Source]) -> Finding<'a> {
    let (file, line, column) = found.primary.as_ref().map(|label| place(label, sources)).unwrap_or_default();
    Finding {
        severity: found.severity.word(),
        message: &found.message,
        file,
        line,
        column,
        label: found.primary.as_ref().map_or("", |label| &label.text),
        related: found.secondary.iter().map(|label| related(label, sources)).collect(),
        notes: &found.notes,
        help: &found.help,
    }
}

fn related<'a>(label: &'a Label, sources: &'a [Source]) -> Related<'a> {
    let (file, line, column) = place(label, sources);
    Related { file, line, column, label: &label.text }
}

/// File, line and column.
pub(crate) fn place<'a>(label: &Label, sources: &'a [Source]) -> (Option<&'a str>, Option<usize>, Option<usize>) {
    let Some(source) = sources.get(label.span.file as usize) else { return (None, None, None) };
    let position = source.position(label.span.start);
    (Some(source.name()), Some(position.line), Some(position.column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::Span;

    #[test]
    fn a_finding_has_its_place_in_lines_and_columns() {
        let sources = [Source::new("a.toml", "x\n\u{e4}b = 1\n")];
        let found = Diagnostic::error("wrong").at(Span { file: 0, start: 4, end: 5 }, "this");
        let finding = finding(&found, &sources);
        assert_eq!((finding.file, finding.line, finding.column), (Some("a.toml"), Some(2), Some(2)));
        assert_eq!((finding.severity, finding.label), ("error", "this"));
    }
}
