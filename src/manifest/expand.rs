//! Tables to names: everything that takes all tables together.
//!
//! The budgets come first, as nothing may be expanded before; then each table's nodes and workloads, whose names must
//! be unique; then what refers to them by name.

use rustc_hash::FxHashMap;

use super::list::list;
use super::names::{number_of, which};
use super::{MAX_NODES, MAX_WORKLOADS, TableSpans};
use crate::manifest::tables::{Lower, Named, Tables};
use crate::model::score::ScoreError;
use crate::model::{Model, ModelError, NodeId, Refused, numbered};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::Span;
use crate::text::suggestion::did_you_mean;

/// Where the tables are that made it into the model, by their numbers there.
#[derive(Debug)]
pub(crate) struct Spans {
    pub(crate) nodes: Vec<TableSpans>,
    pub(crate) workloads: Vec<TableSpans>,
}

/// Puts all tables into the model; none when there are more than the budgets allow.
pub(crate) fn expand(lower: &mut Lower) -> Option<Spans> {
    let nodes = lower.nodes.tables.iter().map(|table| table.count).zip(&lower.nodes.spans);
    let fits = within(nodes, MAX_NODES, "nodes", &mut lower.findings);
    let workloads = lower.workloads.tables.iter().map(|table| table.replicas).zip(&lower.workloads.spans);
    if !(within(workloads, MAX_WORKLOADS, "workloads", &mut lower.findings) && fits) {
        return None;
    }
    let spans = Spans { nodes: add_nodes(lower), workloads: add_workloads(lower) };
    earlier_names(lower, &spans);
    drains(lower);
    Some(spans)
}

/// Whether all tables together stay within the budget; the one that goes beyond is reported.
fn within<'p>(
    tables: impl Iterator<Item = (Option<u32>, &'p TableSpans)>,
    most: u32,
    what: &str,
    findings: &mut Findings,
) -> bool {
    let mut total = 0u32;
    for (count, spans) in tables {
        // Each count is within the budget itself, so the sum cannot overflow before it is found to be beyond.
        total = total.saturating_add(count.unwrap_or(1));
        if total > most {
            let message = format!("with these there are more than {most} {what}, which is the limit");
            findings.push(Diagnostic::error(message).at(spans.name, ""));
            return false;
        }
    }
    true
}

fn add_nodes(lower: &mut Lower) -> Vec<TableSpans> {
    let Tables { tables, mut spans } = std::mem::take(&mut lower.nodes);
    let refused = lower.model.add_all_nodes(tables);
    let refused_spans = take_out(&mut spans, &refused);
    lower.answers.nodes_hidden |= !refused.is_empty();
    for (Refused { table, error, .. }, at) in refused.into_iter().zip(refused_spans) {
        lower.findings.push(match error {
            ModelError::NameTaken { name: taken, table: number } => {
                let first = &lower.model.node_tables()[number as usize];
                let first = (&*first.name, first.count, spans[number as usize]);
                clash("node", &taken, (&table.name, table.count, at), first)
            }
            ModelError::Score(error) => score("node", &table.name, error, at),
        });
    }
    spans
}

fn add_workloads(lower: &mut Lower) -> Vec<TableSpans> {
    let Tables { tables, mut spans } = std::mem::take(&mut lower.workloads);
    let refused = lower.model.add_all_workloads(tables);
    let refused_spans = take_out(&mut spans, &refused);
    lower.answers.workloads_hidden |= !refused.is_empty();
    for (Refused { table, error, .. }, at) in refused.into_iter().zip(refused_spans) {
        lower.findings.push(match error {
            ModelError::NameTaken { name: taken, table: number } => {
                let first = &lower.model.workload_tables()[number as usize];
                let first = (&*first.name, first.replicas, spans[number as usize]);
                clash("workload", &taken, (&table.name, table.replicas, at), first)
            }
            ModelError::Score(error) => score("workload", &table.name, error, at),
        });
    }
    spans
}

/// Takes out the spans of refused tables, and leaves those of the others.
fn take_out<T>(spans: &mut Vec<TableSpans>, refused: &[Refused<T>]) -> Vec<TableSpans> {
    let taken = refused.iter().map(|refused| spans[refused.index]).collect();
    let mut indices = refused.iter().map(|refused| refused.index).peekable();
    let mut index = 0..;
    spans.retain(|_| {
        let at = index.next();
        indices.next_if(|&refused| Some(refused) == at).is_none()
    });
    taken
}

type Table<'t> = (&'t str, Option<u32>, TableSpans);

/// Two tables that expand to one name.
fn clash(
    what: &str,
    taken: &str,
    (name, count, at): Table<'_>,
    (first, first_count, first_at): Table<'_>,
) -> Diagnostic {
    let word = if what == "node" { "node" } else { "replica" };
    let second = which(word, number_of(name, taken), count);
    let first = match which(word, number_of(first, taken), first_count).as_str() {
        "" => "named first here".to_owned(),
        which => format!("named first here, {which}"),
    };
    let fault = Diagnostic::error(format!("{what} {} is named twice", quoted(taken)));
    fault.at(at.name, second).also(first_at.name, first)
}

fn score(what: &str, name: &str, error: ScoreError, at: TableSpans) -> Diagnostic {
    let span = at.amounts.unwrap_or(at.name);
    let fault = Diagnostic::error(format!("{what} {} has no size: {error}", quoted(name))).at(span, "");
    match error {
        ScoreError::BothInfinities => fault
            .note("bin-pack orders nodes by size")
            .help("give one of the two the weight 0, or take it out of the rubric"),
        ScoreError::Overflow | ScoreError::NoCommonPart(_) => fault.help("use smaller weights or amounts"),
    }
}

/// Each record serves one name, so an earlier name may be given once.
fn earlier_names(lower: &mut Lower, spans: &Spans) {
    let Lower { model, findings, was, .. } = lower;
    let nodes = model.node_tables().iter().zip(&spans.nodes);
    let nodes = nodes.filter_map(|(table, at)| Some((table.was.as_deref()?, table.count, *was.get(&at.header)?)));
    once(nodes, "node", findings);
    let workloads = model.workload_tables().iter().zip(&spans.workloads);
    let workloads =
        workloads.filter_map(|(table, at)| Some((table.was.as_deref()?, table.replicas, *was.get(&at.header)?)));
    once(workloads, "workload", findings);
}

fn once<'t>(tables: impl Iterator<Item = (&'t str, Option<u32>, Span)>, what: &str, findings: &mut Findings) {
    let mut seen: FxHashMap<String, Span> = FxHashMap::default();
    for (was, count, span) in tables {
        let expanded = (0..count.unwrap_or(0)).map(|number| numbered(was, Some(number)));
        for name in std::iter::once(was.to_owned()).chain(expanded) {
            if let Some(&first) = seen.get(&name) {
                let fault = Diagnostic::error(format!("two {what}s were {}", quoted(&name)));
                findings.push(fault.at(span, "").also(first, "given first here"));
                break;
            }
            seen.insert(name, span);
        }
    }
}

fn drains(lower: &mut Lower) {
    for named in std::mem::take(&mut lower.drains) {
        if let Some(node) = known(lower, "drain", &named) {
            lower.model.drains.entry(node).or_insert(named.reason);
        }
    }
    for named in std::mem::take(&mut lower.cordons) {
        if let Some(node) = known(lower, "cordon", &named) {
            lower.model.cordons.entry(node).or_insert(named.reason);
        }
    }
}

fn known(lower: &mut Lower, verb: &str, named: &Named) -> Option<NodeId> {
    let node = lower.model.node_named(&named.node);
    if node.is_none() && !lower.answers.nodes_hidden {
        let fault = Diagnostic::error(format!("there is no node {} to {verb}", quoted(&named.node)));
        let crowded = lower.findings.are_many();
        lower.findings.push(if crowded { fault.at(named.span, "") } else { suggest(fault, named, &lower.model) });
    }
    node
}

fn suggest(fault: Diagnostic, wanted: &Named, model: &Model) -> Diagnostic {
    let table = model.node_tables().iter().find(|table| table.name == wanted.node);
    if let Some(count) = table.and_then(|table| table.count).filter(|&count| count > 0) {
        let last = numbered(&wanted.node, Some(count - 1));
        let first = numbered(&wanted.node, Some(0));
        let range = if count == 1 { quoted(&first) } else { format!("{} to {}", quoted(&first), quoted(&last)) };
        return fault.at(wanted.span, "").help(format!("its nodes are {range}; name each"));
    }
    let names = model.nodes().iter().map(|node| &*node.name);
    match did_you_mean(&wanted.node, names.clone()) {
        Some(suggestion) => fault.at(wanted.span, suggestion),
        None if model.nodes().is_empty() => fault.at(wanted.span, "").note("there are no nodes"),
        None => fault.at(wanted.span, "").note(format!("nodes are {}", list(names.take(1_000)))),
    }
}
