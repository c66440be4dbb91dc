//! Text to model: reads a cluster manifest and finds every mistake in it.
//!
//! The steps are bytes, text, document tree, shape, tables, model:
//!
//! - `bytes` and `grammar` find mistakes in the encoding and in TOML;
//! - `keys` describes the keys of each table, and `walk` reads the tree by them;
//! - `head`, `tables` and `expand` check what the values mean and fill the model;
//! - `lint` warns of what is legal and probably a mistake;
//! - `fast` does the same for long texts in less time and memory.
//!
//! A mistake does not stop the reading: all mistakes are reported together. No file is read here, and nothing is
//! drawn: [`Findings`] are data.

mod bytes;
mod duplicate_key;
mod expand;
mod fast;
mod grammar;
mod group_options;
mod head;
mod keys;
mod lint;
mod list;
mod locate;
mod names;
mod quantities;
mod schema;
mod shape;
mod tables;
mod walk;

pub use crate::model::names::MAX_NAME_CHARS;
pub(crate) use bytes::{Fragment, decode, offset};
pub use bytes::{MAX_FILE_BYTES, MAX_TEXT_BYTES};
pub use grammar::MAX_DEPTH;
pub use schema::schema;

use crate::model::{Model, NodeId, WorkloadId};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::source::{Source, Span};
use fast::{CannotSplit, Pieces, SplitOptions, SplitRead};
use grammar::Document;
use tables::Draft;
use walk::Walk;

/// Maximum number of nodes after `count` is expanded.
pub const MAX_NODES: u32 = 10_000_000;

/// Maximum number of workloads after `replicas` is expanded.
pub const MAX_WORKLOADS: u32 = 10_000_000;

/// A manifest without mistakes.
#[derive(Debug)]
pub struct Manifest {
    /// Nodes, workloads and options.
    pub model: Model,
    /// Warnings about legal content that is probably a mistake, in order.
    pub warnings: Findings,
    nodes: Vec<TableSpans>,
    workloads: Vec<TableSpans>,
}

/// Spans of a `[[nodes]]` or `[[workloads]]` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableSpans {
    /// The header.
    pub header: Span,
    /// The name.
    pub name: Span,
    /// The `resources` or `requirements`, if there are any.
    pub amounts: Option<Span>,
}

impl Manifest {
    /// Returns the spans of a node's table.
    pub fn node_spans(&self, node: NodeId) -> &TableSpans {
        &self.nodes[self.model.nodes()[node.index()].table as usize]
    }

    /// Returns the spans of a workload's table.
    pub fn workload_spans(&self, workload: WorkloadId) -> &TableSpans {
        &self.workloads[self.model.workloads()[workload.index()].table as usize]
    }
}

/// Reads a manifest: the main file, then its drop-ins in order. Errors come together with the warnings that do not
/// depend on them.
///
/// ```
/// use lighthouse::{manifest, text::source::Source};
///
/// let source = Source::new("lighthouse.toml", "strategy = \"prioritized\"\n[[nodes]]\nname = \"nas\"\n");
/// let manifest = manifest::read(&[source]).unwrap();
/// assert_eq!(manifest.model.nodes().len(), 1);
/// ```
pub fn read(sources: &[Source]) -> Result<Manifest, Findings> {
    read_with(sources, SplitOptions::usual())
}

fn read_with(sources: &[Source], options: SplitOptions) -> Result<Manifest, Findings> {
    let mut findings = Findings::default();
    if !bytes::within_limit(sources, &mut findings) {
        return Err(findings);
    }
    let Some((main, drop_ins)) = sources.split_first() else {
        findings.push(Diagnostic::error("there is no manifest"));
        return Err(findings);
    };
    let read_whole = |_| read_files(main, drop_ins, options.avoiding_splits());
    finish(read_files(main, drop_ins, options).or_else(read_whole).expect("a file below the limit is not split now"))
}

fn read_files(main: &Source, drop_ins: &[Source], options: SplitOptions) -> Result<Draft, CannotSplit> {
    let mut draft = read_main(main, options)?;
    for (file, source) in (1..).zip(drop_ins) {
        read_drop_in(file, source, options, &mut draft)?;
    }
    Ok(draft)
}

fn read_main(source: &Source, options: SplitOptions) -> Result<Draft, CannotSplit> {
    let mut findings = Findings::default();
    let Some(text) = bytes::decode(0, source, &mut findings) else { return Ok(unreadable_main(findings)) };
    match options.read(source, text, Pieces::read_main)? {
        SplitRead::Done(draft) => return Ok(draft),
        SplitRead::ReadWhole => {}
        SplitRead::TooLong(fault) => {
            findings.push(fault);
            return Ok(unreadable_main(findings));
        }
    }
    let document = grammar::parse(text, source, &mut findings);
    if !document.is_readable() {
        return Ok(unreadable_main(findings));
    }
    let (shape, mut walk) = walk_document(text, &document);
    let start = document.is_valid().then(|| text.span(0..0));
    let (model, uses) = head::model(&shape, start, &mut walk.findings);
    let mut draft = Draft::new(model, uses, findings);
    add(&mut draft, &shape, walk, source, &document);
    Ok(draft)
}

fn read_drop_in(file: u32, source: &Source, options: SplitOptions, draft: &mut Draft) -> Result<(), CannotSplit> {
    let Some(text) = bytes::decode(file, source, &mut draft.findings) else {
        draft.uses.mark_incomplete();
        return Ok(());
    };
    match options.read(source, text, |pieces| pieces.add_to(draft))? {
        SplitRead::Done(()) => return Ok(()),
        SplitRead::ReadWhole => {}
        SplitRead::TooLong(fault) => {
            draft.findings.push(fault);
            draft.uses.mark_incomplete();
            return Ok(());
        }
    }
    let document = grammar::parse(text, source, &mut draft.findings);
    if document.is_readable() {
        let (shape, walk) = walk_document(text, &document);
        add(draft, &shape, walk, source, &document);
    } else {
        draft.uses.mark_incomplete();
    }
    Ok(())
}

/// Stands in for a main file that cannot be read, so that mistakes in the drop-ins are still found.
fn unreadable_main(mut findings: Findings) -> Draft {
    let (model, mut uses) = head::model(&shape::Manifest::default(), None, &mut findings);
    uses.mark_incomplete();
    Draft::new(model, uses, findings)
}

fn walk_document<'d>(text: Fragment<'d>, document: &'d Document<'d>) -> (shape::Manifest<'d>, Walk<'d>) {
    let mut walk = Walk::new(text);
    let shape = walk.document(&document.root);
    (shape, walk)
}

/// Adds the content of one text to the draft. If its grammar is wrong, findings on damaged lines are dropped.
fn add(draft: &mut Draft, shape: &shape::Manifest<'_>, walk: Walk<'_>, source: &Source, document: &Document<'_>) {
    draft.uses.nodes_incomplete |= walk.nodes_incomplete || !document.is_valid();
    draft.uses.workloads_incomplete |= walk.workloads_incomplete || !document.is_valid();
    let earlier = std::mem::replace(&mut draft.findings, walk.findings);
    draft.add(shape, document.is_valid());
    let found = std::mem::replace(&mut draft.findings, earlier);
    let is_certain = |found: &Diagnostic| {
        document.is_valid() || found.primary.as_ref().is_some_and(|label| document.is_undamaged(source, label.span))
    };
    draft.findings.extend_where(found, is_certain);
}

fn finish(mut draft: Draft) -> Result<Manifest, Findings> {
    let spans = expand::expand(&mut draft);
    let Draft { mut findings, model, groups, uses, .. } = draft;
    if let Some(spans) = spans {
        uses.warn(&model, &mut findings);
        if !uses.nodes_incomplete && !uses.workloads_incomplete {
            lint::impossible::warn_of_groups(&model, &groups, &mut findings);
        }
        if findings.errors() == 0 {
            lint::impossible::warn_of_the_impossible(&model, &groups, &spans, &mut findings);
            findings.sort();
            return Ok(Manifest { model, warnings: findings, nodes: spans.nodes, workloads: spans.workloads });
        }
    }
    findings.sort();
    Err(findings)
}
