//! Reads a list of running workloads: on each line a workload, white space and its node.
//!
//! Names may contain spaces and may begin with `#`, so the names in the model decide where a line is split and whether
//! it is a comment. All mistakes are reported together, as in a manifest.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use crate::manifest::{Fragment, MAX_NAME_CHARS, decode, offset};
use crate::model::{Model, NodeId, WorkloadId};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::{Source, Span};
use crate::text::suggestion::{UnknownName, unknown};

/// Help for lines that are not valid.
const FORM: &str = "each line is a workload, white space and its node";

/// Returns workloads and their nodes, in the order of the lines.
///
/// # Errors
/// Reports malformed lines, unknown names, workloads on two nodes, and a list without workloads.
///
/// ```
/// use lighthouse::model::{Model, NodeTable, Strategy, WorkloadTable};
/// use lighthouse::{import::listing, text::source::Source};
///
/// let mut model = Model::new(Strategy::Prioritized, &[])?;
/// model.add_nodes(NodeTable { name: "harbor".into(), ..NodeTable::default() })?;
/// model.add_workloads(WorkloadTable { name: "boat".into(), ..WorkloadTable::default() })?;
/// let pairs = listing::pairs(&model, &Source::new("runs.txt", "boat harbor\n")).expect("a list");
/// assert_eq!(pairs.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pairs(model: &Model, source: &Source) -> Result<Vec<(WorkloadId, NodeId)>, Findings> {
    let mut findings = Findings::default();
    let Some(text) = decode(0, source, &mut findings) else { return Err(findings) };
    let (mut pairs, mut seen) = (Vec::new(), FxHashMap::default());
    for line in lines(text) {
        let Some((workload, node)) = pair(model, line) else {
            if line.text.starts_with("[[") {
                let fault = Diagnostic::error("this is a manifest, not a list of running workloads");
                findings = Findings::default();
                findings.push(fault.at(line.whole(), "").help("pass the manifest with `-f`"));
                break;
            }
            if !is_comment(model, line) {
                findings.push(fault(model, line, findings.are_many()));
            }
            continue;
        };
        match seen.entry(workload) {
            Entry::Vacant(entry) => {
                entry.insert((node, line));
                pairs.push((workload, node));
            }
            Entry::Occupied(earlier) if earlier.get().0 == node => {}
            Entry::Occupied(earlier) => {
                let (_, first) = *earlier.get();
                let fault = Diagnostic::error(format!("{} is on two nodes", quoted(model.workload_name(workload))));
                findings.push(fault.at(line.whole(), "here").also(first.whole(), "and here"));
            }
        }
    }
    if pairs.is_empty() && findings.is_empty() {
        let fault = Diagnostic::error(format!("{} names no workload", quoted(source.name())));
        findings.push(fault.help(FORM));
    }
    if findings.is_empty() { Ok(pairs) } else { Err(findings) }
}

/// A trimmed line, with its offset in the source.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    start: u32,
}

impl<'t> Line<'t> {
    fn whole(self) -> Span {
        Span { file: 0, start: self.start, end: self.start + offset(self.text.len()) }
    }

    /// Returns the ways to split the line into two trimmed names.
    fn splits(self) -> impl Iterator<Item = (&'t str, &'t str)> {
        // Names have no white space at the ends, so a split is at the first of several spaces in a row.
        let mut inside = false;
        let ends = self.text.char_indices().filter(move |(_, c)| {
            let before = std::mem::replace(&mut inside, !c.is_whitespace());
            before && !inside
        });
        let splits = ends.map(|(at, _)| (&self.text[..at], self.text[at..].trim_start()));
        // A character has at most four bytes.
        splits.take_while(|(workload, _)| workload.len() <= 4 * MAX_NAME_CHARS)
    }
}

/// Returns the lines that are not empty.
fn lines(fragment: Fragment<'_>) -> impl Iterator<Item = Line<'_>> {
    let lines = fragment.text.split_inclusive('\n').scan(fragment.base, |next, line| {
        let start = *next + offset(line.len() - line.trim_start().len());
        *next += offset(line.len());
        Some(Line { text: line.trim(), start })
    });
    lines.filter(|line| !line.text.is_empty())
}

/// Returns the workload and the node of a line.
fn pair(model: &Model, line: Line<'_>) -> Option<(WorkloadId, NodeId)> {
    line.splits().find_map(|(workload, node)| {
        let node = Some(node).filter(|node| node.len() <= 4 * MAX_NAME_CHARS)?;
        Some((model.workload_named(workload)?, model.node_named(node)?))
    })
}

/// Returns whether a line begins with `#` and not with the name of a workload.
fn is_comment(model: &Model, line: Line<'_>) -> bool {
    line.text.starts_with('#') && line.splits().all(|(workload, _)| model.workload_named(workload).is_none())
}

/// Describes the mistake in a line. The split is the one that begins with a workload or, without one, the first.
fn fault(model: &Model, line: Line<'_>, are_many: bool) -> Diagnostic {
    let known = line.splits().find(|(workload, _)| model.workload_named(workload).is_some());
    // Suggestions take time to find, so they are left out after many mistakes.
    let near = if are_many { 0 } else { usize::MAX };
    let Span { file, start, end } = line.whole();
    let (span, UnknownName { message, help }) = match (known, line.splits().next()) {
        (Some((_, node)), _) => {
            let names = model.nodes().iter().map(|each| &*each.name).take(near);
            (Span { file, start: end - offset(node.len()), end }, unknown("node", node, names))
        }
        (None, Some((workload, _))) => {
            let names = model.workloads().iter().map(|each| &*each.name).take(near);
            (Span { file, start, end: start + offset(workload.len()) }, unknown("workload", workload, names))
        }
        (None, None) => (
            line.whole(),
            UnknownName { message: "the line has a name, but no node".to_owned(), help: Some(FORM.to_owned()) },
        ),
    };
    let mut fault = Diagnostic::error(message).at(span, "");
    fault.help.extend(help);
    fault
}
