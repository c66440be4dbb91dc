//! Renders annotations of a pull request as workflow commands of GitHub.
//!
//! A line that begins with `::` is a command, so no text may start a new line: `%`, CR and LF are escaped everywhere,
//! `:` and `,` also in properties. Invisible characters are made visible first.

use std::fmt::Write;

use crate::manifest::Manifest;
use crate::model::WorkloadId;
use crate::place::Unplaced;
use crate::plan::{Change, ChangeKind, Plan};
use crate::render::phrase;
use crate::text::diagnostic::{Diagnostic, Findings, MAX_MESSAGES};
use crate::text::escape::visible;
use crate::text::source::{Source, Span};

/// Returns one annotation for each finding, at most a hundred, then one that counts the rest.
pub fn findings(findings: &Findings, sources: &[Source]) -> String {
    let mut text: String = findings.iter().take(MAX_MESSAGES).map(|found| annotation(found, sources)).collect();
    let more = (findings.errors() + findings.warnings()).saturating_sub(MAX_MESSAGES);
    if more > 0 {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "::notice::and {more} more: {} in all", findings.count());
    }
    text
}

/// Returns one annotation for each unplaced workload (an error), each eviction (a warning) and each move (a notice), at
/// the name of the workload in the manifest: at most a hundred, then one that counts the rest. Warnings of the manifest
/// come first.
pub fn plan(plan: &Plan<'_>, manifest: &Manifest, sources: &[Source]) -> String {
    let at = |workload: WorkloadId| properties(manifest.workload_spans(workload).name, sources);
    let of_kind = |kind| plan.changes.iter().filter(move |change| change.kind == kind);
    let unplaced = plan.unplaced.iter().map(|each| command("error", &at(each.workload), &no_place(plan, each)));
    let changed = of_kind(ChangeKind::Evict).chain(of_kind(ChangeKind::Move)).map(|change| {
        let place = plan.model.workload_named(&change.workload).map(at).unwrap_or_default();
        let level = if change.kind == ChangeKind::Evict { "warning" } else { "notice" };
        command(level, &place, &leaves(plan, change))
    });
    let all = plan.unplaced.len() + plan.summary.evict + plan.summary.moved;
    let mut text = findings(&manifest.warnings, sources);
    text.extend(unplaced.chain(changed).take(MAX_MESSAGES));
    if all > MAX_MESSAGES {
        text.push_str(&command("notice", "", &format!("and {} more: {all} in all", all - MAX_MESSAGES)));
    }
    text
}

fn no_place(plan: &Plan<'_>, unplaced: &Unplaced) -> String {
    let name = visible(plan.model.workload_name(unplaced.workload));
    format!("{name} is unplaced: {}", phrase::unplaced(plan.model, unplaced))
}

/// Returns a sentence such as `web moves from nas to rack-0: nas is drained: ...`.
fn leaves(plan: &Plan<'_>, change: &Change) -> String {
    let (name, from) = (visible(&change.workload), visible(change.from.as_deref().unwrap_or_default()));
    let reasons = change.reasons.iter().map(|reason| phrase::change_reason(plan.model, change, reason));
    let reasons = reasons.collect::<Vec<_>>().join(", ");
    match &change.to {
        Some(to) => format!("{name} moves from {from} to {}: {reasons}", visible(to)),
        None => format!("{name} is evicted from {from}: {reasons}"),
    }
}

/// Returns a finding as one line.
fn annotation(found: &Diagnostic, sources: &[Source]) -> String {
    let place = found.primary.as_ref().map(|label| properties(label.span, sources)).unwrap_or_default();
    command(found.severity.word(), &place, &message(found))
}

fn command(level: &str, place: &str, message: &str) -> String {
    format!("::{level}{place}::{}\n", data(message))
}

/// Returns the message, notes and help of a finding, one line each.
fn message(found: &Diagnostic) -> String {
    let label = found.primary.iter().map(|label| label.text.as_str()).filter(|text| !text.is_empty());
    let notes = found.notes.iter().map(String::as_str);
    let lines = std::iter::once(found.message.as_str()).chain(label).chain(notes);
    let mut text: Vec<String> = lines.map(|line| visible(line).into_owned()).collect();
    text.extend(found.help.iter().map(|help| format!("help: {}", visible(help))));
    text.join("\n")
}

fn properties(place: Span, sources: &[Source]) -> String {
    let Some(source) = sources.get(place.file as usize) else { return String::new() };
    let (start, end) = (source.position(place.start), source.position(place.end));
    let mut text = format!(" file={},line={},col={}", property(source.name()), start.line, start.column);
    // GitHub takes an end column only within one line.
    if end.line == start.line && end.column > start.column {
        // Writing into a string cannot fail.
        let _ = write!(text, ",endColumn={}", end.column);
    }
    text
}

/// Escapes the text of a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the text of a property.
fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture::every_character;
    use crate::text::escape::is_hidden;

    #[test]
    fn a_place_is_file_line_and_columns() {
        let sources = [Source::new("a,b:c.toml", "x\n  name = 1\n")];
        let found = Diagnostic::error("100% wrong").at(Span { file: 0, start: 4, end: 8 }, "").help("write, or: not");
        assert_eq!(
            annotation(&found, &sources),
            "::error file=a%2Cb%3Ac.toml,line=2,col=3,endColumn=7::100%25 wrong%0Ahelp: write, or: not\n"
        );
    }

    #[test]
    fn no_text_brings_a_line_of_its_own() {
        let text = annotation(&Diagnostic::warning("a\r\n::error::b"), &[]);
        assert_eq!(text, "::warning::a\\r\\n::error::b\n");
    }

    #[test]
    fn after_a_hundred_they_are_counted() {
        let mut many = Findings::default();
        many.extend((0..103).map(|number| Diagnostic::error(format!("number {number}"))));
        let text = findings(&many, &[]);
        assert_eq!(text.lines().last(), Some("::notice::and 3 more: 103 errors in all"));
        assert_eq!(text.lines().count(), 101);
    }

    const MANIFEST: &str = "\
strategy = 'prioritized'
nodes = [{ name = 'nas', resources = { cpu = 1 } }, { name = '%::x,', resources = { cpu = 1 } }]
[[workloads]]
name = '::error::`a`%'
requirements = { cpu = 1 }
[[workloads]]
name = 'b'
requirements = { cpu = 4 }
[[workloads]]
name = 'c'
requirements = { cpu = 9 }
";

    #[test]
    fn a_plan_is_annotated_at_names() {
        let sources = [Source::new("c.toml", MANIFEST)];
        let manifest = crate::manifest::read(&sources).expect("a manifest");
        let recorded = |workload: &str, node: &str| crate::model::Recorded {
            workload: workload.into(),
            node: node.into(),
            requirements: Vec::new(),
        };
        let placements = vec![recorded("::error::`a`%", "gone%"), recorded("b", "%::x,")];
        let record = crate::model::Record { placements, ..crate::model::Record::default() };
        let plan = Plan::new(&manifest.model, &record, &[]).expect("a plan");
        let text = super::plan(&plan, &manifest, &sources);
        let expected = "\
::error file=c.toml,line=7,col=8,endColumn=11::b is unplaced: 2 of 2 nodes are short of cpu; nearest %25::x,: \
cpu 4 needed, 1 free; the whole cluster is short of cpu: 4 needed, 1 free on all nodes together
::error file=c.toml,line=10,col=8,endColumn=11::c is unplaced: 2 of 2 nodes are short of cpu; nearest %25::x,: \
cpu 9 needed, 1 free; the whole cluster is short of cpu: 9 needed, 1 free on all nodes together
::warning file=c.toml,line=7,col=8,endColumn=11::b is evicted from %25::x,: %25::x, is short of cpu: \
4 needed, 1 of 1 free, cpu none -> 4
::notice file=c.toml,line=4,col=8,endColumn=23::\\u{3a}:error::`a`%25 moves from gone%25 to nas: gone%25 is gone, \
cpu none -> 1
";
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn every_character_stays_on_its_line() {
        for name in every_character() {
            let text = command("error", &format!(" file={}", property(&name)), &visible(&name));
            assert_eq!(text.matches('\n').count(), 1);
            assert!(!text.trim_end().chars().any(is_hidden));
            let place = text.strip_prefix("::error file=").and_then(|rest| rest.split_once("::")).expect("a place").0;
            assert!(!place.contains([':', ',']), "{place}");
        }
    }
}
