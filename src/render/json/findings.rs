//! Writes findings about a manifest as JSON: the `diagnostics` of every output, and the whole output of `check`.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;

use crate::manifest::Manifest;
use crate::render::json::one_line::one_line;
use crate::render::json::plan::FORMAT_VERSION;
use crate::text::diagnostic::{Diagnostic, Findings, Label};
use crate::text::source::Source;

/// Output of `lighthouse check --format json`.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "lighthouse check")]
struct Document<'a> {
    /// Version of this format: a minor version only adds, a major one may break readers.
    format_version: &'static str,
    /// Whether the manifest is valid.
    valid: bool,
    /// Number of errors, including errors that are not listed.
    errors: usize,
    /// Number of warnings, including warnings that are not listed.
    warnings: usize,
    /// Number of nodes; null if the manifest is invalid.
    nodes: Option<usize>,
    /// Number of workloads; null if the manifest is invalid.
    workloads: Option<usize>,
    /// Findings, errors first.
    diagnostics: Vec<Finding<'a>>,
}

/// Error or warning about the manifest.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Finding<'a> {
    #[schemars(extend("enum" = ["error", "warning"]))]
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    /// Line number, starting at 1.
    line: Option<usize>,
    /// Column in characters, starting at 1.
    column: Option<usize>,
    /// Remark about this position; may be empty.
    label: &'a str,
    /// Related positions.
    related: Vec<Related<'a>>,
    /// Facts that explain the finding.
    notes: &'a [String],
    /// Suggested fixes.
    help: &'a [String],
}

/// Related position with a remark about it.
#[derive(Serialize, JsonSchema)]
struct Related<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    label: &'a str,
}

/// Returns the output of `check` as JSON, one object on one line.
pub fn check(manifest: &Result<Manifest, Findings>, sources: &[Source]) -> String {
    one_line(&document(manifest, sources))
}

/// Returns the JSON Schema of the text that [`check`] returns.
pub fn check_schema() -> Schema {
    schema_of::<Document>()
}

/// Returns the JSON Schema of a type as it is serialized: fields that are always written are required.
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

/// Converts findings, errors first.
pub(crate) fn findings<'a>(found: &'a Findings, sources: &'a [Source]) -> Vec<Finding<'a>> {
    found.iter().map(|diagnostic| finding(diagnostic, sources)).collect()
}

fn finding<'a>(found: &'a Diagnostic, sources: &'a [Source]) -> Finding<'a> {
    let (file, line, column) = found.primary.as_ref().map(|label| position(label, sources)).unwrap_or_default();
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
    let (file, line, column) = position(label, sources);
    Related { file, line, column, label: &label.text }
}

/// Returns file, line and column of a label.
pub(crate) fn position<'a>(label: &Label, sources: &'a [Source]) -> (Option<&'a str>, Option<usize>, Option<usize>) {
    let Some(source) = sources.get(label.span.file as usize) else { return (None, None, None) };
    let position = source.position(label.span.start);
    (Some(source.name()), Some(position.line), Some(position.column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::Span;

    #[test]
    fn a_finding_has_line_and_column() {
        let sources = [Source::new("a.toml", "x\n\u{e4}b = 1\n")];
        let found = Diagnostic::error("wrong").at(Span { file: 0, start: 4, end: 5 }, "this");
        let finding = finding(&found, &sources);
        assert_eq!((finding.file, finding.line, finding.column), (Some("a.toml"), Some(2), Some(2)));
        assert_eq!((finding.severity, finding.label), ("error", "this"));
    }
}
