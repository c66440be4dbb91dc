//! What runs where already, as people and scripts list it: on each line a workload, white space, its node.
//!
//! Names may have spaces in them and may begin with `#`, so where a line parts, and whether it is a comment, is decided
//! by which names there are. All mistakes are found in one run, as in a manifest.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use crate::manifest::{MAX_NAME_CHARS, decode, offset};
use crate::model::{Model, NodeId, WorkloadId};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::{Source, Span};
use crate::text::suggestion::unknown;

/// What helps where something is no line of a list.
const FORM: &str = "a line is a workload, white space and its node";

/// Workloads and their nodes, in the order of the lines.
///
/// # Errors
/// What is no line of that kind, names that there are not, a workload on two nodes, and a list with nothing in it.
///
/// ```
/// use lighthouse::model::{Model, NodeTable, Strategy, WorkloadTable};
/// use lighthouse::{import::listing, text::source::Source};
///
/// let mut model = Model::new(Strategy::Prioritized, &[])?;
/// model.add_nodes(NodeTable { name: "harbor".into(), ..NodeTable::default() })?;
/// model.add_workloads(WorkloadTable { name: "boat".into(), ..WorkloadTable::default() })?;
/// let pairs = adoption::pairs(&model, &Source::new("runs.txt", "boat harbor\n")).expect("a list");
/// assert_eq!(pairs.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pairs(model: &Model, source: &Source) -> Result<Vec<(WorkloadId, NodeId)>, Findings> {
    let mut findings = Findings::default();
    let Some((text, base)) = decode(0, source, &mut findings) else { return Err(findings) };
    let (mut pairs, mut seen) = (Vec::new(), FxHashMap::default());
    for line in lines(text, base) {
        let Some((workload, node)) = pair(model, line) else {
            if line.text.starts_with("[[") {
                let fault = Diagnostic::error("this is a manifest, not a list of what runs where");
                findings = Findings::default();
                findings.push(fault.at(line.whole(), "").help("`-f` names the manifest"));
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

/// A line without outer white space, and where it begins in the source.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    start: u32,
}

impl<'t> Line<'t> {
    fn whole(self) -> Span {
        Span { file: 0, start: self.start, end: self.start + offset(self.text.len()) }
    }

    /// The ways to part it in two, each without outer white space, in which both may be names.
    fn parts(self) -> impl Iterator<Item = (&'t str, &'t str)> {
        // Names have no outer white space, so of several spaces in a row the first ends the one name.
        let mut inside = false;
        let ends = self.text.char_indices().filter(move |(_, c)| {
            let before = std::mem::replace(&mut inside, !c.is_whitespace());
            before && !inside
        });
        let parts = ends.map(|(at, _)| (&self.text[..at], self.text[at..].trim_start()));
        // A character has four bytes at most.
        parts.take_while(|(workload, _)| workload.len() <= 4 * MAX_NAME_CHARS)
    }
}

/// The lines that are not empty, of a text that begins at `base` of its source.
fn lines(text: &str, base: u32) -> impl Iterator<Item = Line<'_>> {
    let lines = text.split_inclusive('\n').scan(base, |next, line| {
        let start = *next + offset(line.len() - line.trim_start().len());
        *next += offset(line.len());
        Some(Line { text: line.trim(), start })
    });
    lines.filter(|line| !line.text.is_empty())
}

/// The workload and the node of a line.
fn pair(model: &Model, line: Line<'_>) -> Option<(WorkloadId, NodeId)> {
    line.parts().find_map(|(workload, node)| {
        let node = Some(node).filter(|node| node.len() <= 4 * MAX_NAME_CHARS)?;
        Some((model.workload_named(workload)?, model.node_named(node)?))
    })
}

/// Whether a line begins with `#` and with no workload, whose name may do so, too.
fn is_comment(model: &Model, line: Line<'_>) -> bool {
    line.text.starts_with('#') && line.parts().all(|(workload, _)| model.workload_named(workload).is_none())
}

/// What is wrong with a line: with the parts that begin with a workload or, if none do, with the first ones.
fn fault(model: &Model, line: Line<'_>, crowded: bool) -> Diagnostic {
    let known = line.parts().find(|(workload, _)| model.workload_named(workload).is_some());
    // To look for a name that is like it takes a while, and nobody reads the thousandth.
    let near = if crowded { 0 } else { usize::MAX };
    let Span { file, start, end } = line.whole();
    let (span, (message, help)) = match (known, line.parts().next()) {
        (Some((_, node)), _) => {
            let names = model.nodes().iter().map(|each| &*each.name).take(near);
            (Span { file, start: end - offset(node.len()), end }, unknown("node", node, names))
        }
        (None, Some((workload, _))) => {
            let names = model.workloads().iter().map(|each| &*each.name).take(near);
            (Span { file, start, end: start + offset(workload.len()) }, unknown("workload", workload, names))
        }
        (None, None) => (line.whole(), ("there is a name and no node".to_owned(), Some(FORM.to_owned()))),
    };
    let mut fault = Diagnostic::error(message).at(span, "");
    fault.help.extend(help);
    fault
}
