//! Text to model: a cluster manifest is read here, and every mistake in it is found.
//!
//! The way is bytes, text, document tree, shape, tables, model. Each step has a file: `text` and `syntax` for what can
//! be wrong with bytes and grammar, `walk` for keys and types, `head`, `lower` and `expand` for meaning; `answers` and
//! `impossible` for what is legal and probably not meant; `pieces` goes the same way with less where a text is long.
//! Mistakes do not stop the reading: all are found in one run. No file is read here, and nothing is drawn: [`Findings`]
//! are data.

mod bytes;
mod duplicate_key;
mod expand;
mod fast;
mod grammar;
mod group_options;
mod head;
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
pub use bytes::{MAX_FILE_BYTES, MAX_TEXT_BYTES};
pub(crate) use bytes::{decode, offset};
pub use grammar::MAX_DEPTH;
pub use schema::schema;

use crate::model::{Model, NodeId, WorkloadId};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::source::{Source, Span};
use fast::{Broken, Pieces, Reading, Way};
use grammar::Document;
use tables::Lower;
use walk::Walk;

/// A manifest has at most so many nodes, after expansion.
pub const MAX_NODES: u32 = 10_000_000;

/// A manifest has at most so many workloads, after expansion.
pub const MAX_WORKLOADS: u32 = 10_000_000;

/// A manifest without mistakes.
#[derive(Debug)]
pub struct Manifest {
    /// What it says.
    pub model: Model,
    /// What is legal and probably not meant; warnings only, in order.
    pub warnings: Findings,
    nodes: Vec<TableSpans>,
    workloads: Vec<TableSpans>,
}

/// Where a `[[nodes]]` or `[[workloads]]` table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableSpans {
    /// The line that opens it.
    pub header: Span,
    /// Its name.
    pub name: Span,
    /// Its `resources` or `requirements`, where it has them.
    pub amounts: Option<Span>,
}

impl Manifest {
    /// Where the table of a node is.
    pub fn node_spans(&self, node: NodeId) -> &TableSpans {
        &self.nodes[self.model.nodes()[node.index()].table as usize]
    }

    /// Where the table of a workload is.
    pub fn workload_spans(&self, workload: WorkloadId) -> &TableSpans {
        &self.workloads[self.model.workloads()[workload.index()].table as usize]
    }
}

/// Reads a manifest: the main file, then its drop-ins in order. Errors come with the warnings that can be told beside
/// them.
///
/// ```
/// use lighthouse::{manifest, text::source::Source};
///
/// let source = Source::new("lighthouse.toml", "strategy = \"prioritized\"\n[[nodes]]\nname = \"nas\"\n");
/// let manifest = manifest::read(&[source]).unwrap();
/// assert_eq!(manifest.model.nodes().len(), 1);
/// ```
pub fn read(sources: &[Source]) -> Result<Manifest, Findings> {
    read_by(sources, Reading::usual())
}

fn read_by(sources: &[Source], reading: Reading) -> Result<Manifest, Findings> {
    let mut findings = Findings::default();
    if !bytes::within_budget(sources, &mut findings) {
        return Err(findings);
    }
    let Some((main, drop_ins)) = sources.split_first() else {
        findings.push(Diagnostic::error("there is no manifest"));
        return Err(findings);
    };
    // Where pieces do not do, everything is read again, as wholes wherever that is allowed.
    let again = |_| read_texts(main, drop_ins, reading.as_wholes());
    finish(read_texts(main, drop_ins, reading).or_else(again).expect("what may be a whole is not in pieces now"))
}

fn read_texts(main: &Source, drop_ins: &[Source], reading: Reading) -> Result<Lower, Broken> {
    let mut lower = read_main(main, reading)?;
    for (file, source) in (1..).zip(drop_ins) {
        read_drop_in(file, source, reading, &mut lower)?;
    }
    Ok(lower)
}

fn read_main(source: &Source, reading: Reading) -> Result<Lower, Broken> {
    let mut findings = Findings::default();
    let Some(text) = bytes::decode(0, source, &mut findings) else { return Ok(blind(findings)) };
    match reading.of(0, source, text, Pieces::main)? {
        Way::Pieces(lower) => return Ok(lower),
        Way::Whole => {}
        Way::None(too_long) => {
            findings.push(too_long);
            return Ok(blind(findings));
        }
    }
    let document = grammar::parse(0, source, text, &mut findings);
    if !document.is_readable() {
        return Ok(blind(findings));
    }
    let (shape, mut walk) = shape(0, text, &document);
    let start = Span { file: 0, start: text.1, end: text.1 };
    let (model, answers) = head::model(&shape, document.is_whole().then_some(start), &mut walk.findings);
    let mut lower = Lower::new(model, answers, findings);
    take(&mut lower, &shape, walk, source, &document);
    Ok(lower)
}

fn read_drop_in(file: u32, source: &Source, reading: Reading, lower: &mut Lower) -> Result<(), Broken> {
    let Some(text) = bytes::decode(file, source, &mut lower.findings) else {
        hide(lower);
        return Ok(());
    };
    match reading.of(file, source, text, |pieces| pieces.add_to(lower))? {
        Way::Pieces(()) => return Ok(()),
        Way::Whole => {}
        Way::None(too_long) => {
            lower.findings.push(too_long);
            hide(lower);
            return Ok(());
        }
    }
    let document = grammar::parse(file, source, text, &mut lower.findings);
    if document.is_readable() {
        let (shape, walk) = shape(file, text, &document);
        take(lower, &shape, walk, source, &document);
    } else {
        hide(lower);
    }
    Ok(())
}

/// A main file of which nothing is known. The drop-ins are still read.
fn blind(mut findings: Findings) -> Lower {
    let (model, answers) = head::model(&shape::Manifest::default(), None, &mut findings);
    let mut lower = Lower::new(model, answers, findings);
    hide(&mut lower);
    lower
}

fn hide(lower: &mut Lower) {
    lower.answers.nodes_hidden = true;
    lower.answers.workloads_hidden = true;
}

fn shape<'d>(file: u32, (text, base): (&'d str, u32), document: &'d Document<'d>) -> (shape::Manifest<'d>, Walk<'d>) {
    let mut walk = Walk::new(file, base, text);
    let shape = walk.document(&document.root);
    (shape, walk)
}

/// Takes what one text says into the whole. Where its grammar is wrong, only what the rest of it says for sure.
fn take(lower: &mut Lower, shape: &shape::Manifest<'_>, walk: Walk<'_>, source: &Source, document: &Document<'_>) {
    lower.answers.nodes_hidden |= walk.nodes_hidden || !document.is_whole();
    lower.answers.workloads_hidden |= walk.workloads_hidden || !document.is_whole();
    let earlier = std::mem::replace(&mut lower.findings, walk.findings);
    lower.add(shape, document.is_whole());
    let found = std::mem::replace(&mut lower.findings, earlier);
    let sure = |found: &Diagnostic| {
        document.is_whole() || found.primary.as_ref().is_some_and(|label| document.vouches_for(source, label.span))
    };
    lower.findings.extend_where(found, sure);
}

fn finish(mut lower: Lower) -> Result<Manifest, Findings> {
    let spans = expand::expand(&mut lower);
    let Lower { mut findings, model, groups, answers, .. } = lower;
    if let Some(spans) = spans {
        answers.warn(&model, &mut findings);
        if !answers.nodes_hidden && !answers.workloads_hidden {
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
