//! Adds all tables to the model: limits first, then nodes and workloads with unique names, then references to them.

use rustc_hash::FxHashMap;

use super::list::list;
use super::names::{number_of, which};
use super::{MAX_NODES, MAX_WORKLOADS, TableSpans};
use crate::manifest::tables::{ClosedNode, Draft, Tables};
use crate::model::score::ScoreError;
use crate::model::{Model, ModelError, NodeId, Refused, numbered};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::Span;
use crate::text::suggestion::did_you_mean;

/// Spans of the tables in the model, by table number.
#[derive(Debug)]
pub(crate) struct ModelSpans {
    pub(crate) nodes: Vec<TableSpans>,
    pub(crate) workloads: Vec<TableSpans>,
}

/// Adds all tables to the model. Returns `None` if they exceed a limit.
pub(crate) fn expand(draft: &mut Draft) -> Option<ModelSpans> {
    let nodes = draft.nodes.tables.iter().map(|table| table.count).zip(&draft.nodes.spans);
    let fits = within(nodes, MAX_NODES, "nodes", &mut draft.findings);
    let workloads = draft.workloads.tables.iter().map(|table| table.replicas).zip(&draft.workloads.spans);
    if !(within(workloads, MAX_WORKLOADS, "workloads", &mut draft.findings) && fits) {
        return None;
    }
    let spans = ModelSpans { nodes: add_nodes(draft), workloads: add_workloads(draft) };
    earlier_names(draft, &spans);
    drains(draft);
    Some(spans)
}

/// Checks that all tables together stay within a limit, and reports the first table above it.
fn within<'p>(
    tables: impl Iterator<Item = (Option<u32>, &'p TableSpans)>,
    most: u32,
    what: &str,
    findings: &mut Findings,
) -> bool {
    let mut total = 0u32;
    for (count, spans) in tables {
        // Each count is within the limit, so the sum exceeds the limit before it can overflow.
        total = total.saturating_add(count.unwrap_or(1));
        if total > most {
            let message = format!("the manifest has more than {most} {what}, which is the limit");
            findings.push(Diagnostic::error(message).at(spans.name, "exceeded here"));
            return false;
        }
    }
    true
}

fn add_nodes(draft: &mut Draft) -> Vec<TableSpans> {
    let Tables { tables, mut spans } = std::mem::take(&mut draft.nodes);
    let refused = draft.model.add_all_nodes(tables);
    let refused_spans = take_out(&mut spans, &refused);
    draft.uses.nodes_incomplete |= !refused.is_empty();
    for (Refused { table, error, .. }, at) in refused.into_iter().zip(refused_spans) {
        draft.findings.push(match error {
            ModelError::NameTaken { name: taken, table: number } => {
                let first = &draft.model.node_tables()[number as usize];
                let first = Clashing { name: &first.name, count: first.count, spans: spans[number as usize] };
                clash("node", &taken, &first, &Clashing { name: &table.name, count: table.count, spans: at })
            }
            ModelError::Score(error) => score("node", &table.name, error, at),
        });
    }
    spans
}

fn add_workloads(draft: &mut Draft) -> Vec<TableSpans> {
    let Tables { tables, mut spans } = std::mem::take(&mut draft.workloads);
    let refused = draft.model.add_all_workloads(tables);
    let refused_spans = take_out(&mut spans, &refused);
    draft.uses.workloads_incomplete |= !refused.is_empty();
    for (Refused { table, error, .. }, at) in refused.into_iter().zip(refused_spans) {
        draft.findings.push(match error {
            ModelError::NameTaken { name: taken, table: number } => {
                let first = &draft.model.workload_tables()[number as usize];
                let first = Clashing { name: &first.name, count: first.replicas, spans: spans[number as usize] };
                clash("workload", &taken, &first, &Clashing { name: &table.name, count: table.replicas, spans: at })
            }
            ModelError::Score(error) => score("workload", &table.name, error, at),
        });
    }
    spans
}

/// Removes the spans of refused tables and returns them.
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

/// A table that expands to a name that another table has, too.
struct Clashing<'t> {
    name: &'t str,
    count: Option<u32>,
    spans: TableSpans,
}

/// Error for two tables that expand to the same name.
fn clash(what: &str, taken: &str, first: &Clashing<'_>, second: &Clashing<'_>) -> Diagnostic {
    let word = if what == "node" { "node" } else { "replica" };
    let which = |table: &Clashing<'_>| which(word, number_of(table.name, taken), table.count);
    let label = match which(first).as_str() {
        "" => "named first here".to_owned(),
        which => format!("named first here, {which}"),
    };
    let fault = Diagnostic::error(format!("{what} {} is named twice", quoted(taken)));
    fault.at(second.spans.name, which(second)).also(first.spans.name, label)
}

fn score(what: &str, name: &str, error: ScoreError, at: TableSpans) -> Diagnostic {
    let span = at.amounts.unwrap_or(at.name);
    let fault = Diagnostic::error(format!("{what} {} has no size: {error}", quoted(name))).at(span, "");
    match error {
        ScoreError::BothInfinities => fault
            .note("`bin-pack` orders nodes by size")
            .help("give one of the two the weight 0, or remove it from the rubric"),
        ScoreError::Overflow | ScoreError::NoCommonPart(_) => fault.help("use smaller weights or amounts"),
    }
}

/// Reports earlier names that are given twice: the record of a name can be inherited only once.
fn earlier_names(draft: &mut Draft, spans: &ModelSpans) {
    let Draft { model, findings, was, .. } = draft;
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
                let fault = Diagnostic::error(format!("two {what}s have the earlier name {}", quoted(&name)));
                findings.push(fault.at(span, "").also(first, "given first here"));
                break;
            }
            seen.insert(name, span);
        }
    }
}

fn drains(draft: &mut Draft) {
    for named in std::mem::take(&mut draft.drains) {
        if let Some(node) = known(draft, "drain", &named) {
            draft.model.drains.entry(node).or_insert(named.reason);
        }
    }
    for named in std::mem::take(&mut draft.cordons) {
        if let Some(node) = known(draft, "cordon", &named) {
            draft.model.cordons.entry(node).or_insert(named.reason);
        }
    }
}

fn known(draft: &mut Draft, verb: &str, named: &ClosedNode) -> Option<NodeId> {
    let node = draft.model.node_named(&named.node);
    if node.is_none() && !draft.uses.nodes_incomplete {
        let fault = Diagnostic::error(format!("there is no node {} to {verb}", quoted(&named.node)));
        let many = draft.findings.are_many();
        draft.findings.push(if many { fault.at(named.span, "") } else { suggest(fault, named, &draft.model) });
    }
    node
}

fn suggest(fault: Diagnostic, wanted: &ClosedNode, model: &Model) -> Diagnostic {
    let table = model.node_tables().iter().find(|table| table.name == wanted.node);
    if let Some(count) = table.and_then(|table| table.count).filter(|&count| count > 0) {
        let last = numbered(&wanted.node, Some(count - 1));
        let first = numbered(&wanted.node, Some(0));
        let range = if count == 1 { quoted(&first) } else { format!("{} to {}", quoted(&first), quoted(&last)) };
        return fault.at(wanted.span, "").help(format!("its nodes are {range}; list each of them"));
    }
    let names = model.nodes().iter().map(|node| &*node.name);
    match did_you_mean(&wanted.node, names.clone()) {
        Some(suggestion) => fault.at(wanted.span, suggestion),
        None if model.nodes().is_empty() => fault.at(wanted.span, "").note("the manifest has no nodes"),
        None => fault.at(wanted.span, "").note(format!("the nodes are {}", list(names.take(1_000)))),
    }
}
