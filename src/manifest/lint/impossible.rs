//! What cannot be right, whatever the plan: warned of before anything is planned.
//!
//! Groups that nobody is in or whose label nodes lack, hard groups with more members than room, selectors that no node
//! matches, workloads whose every node is drained.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::manifest::expand::Spans;
use crate::manifest::group_options::{GroupSpans, Groups};
use crate::manifest::lint::eligible_nodes::{Labelled, Needs, Verdict};
use crate::manifest::lint::unmatched::{answered, labels};
use crate::manifest::list::list;
use crate::model::names::Symbol;
use crate::model::{Model, NAME_LABEL, WorkloadTable};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::Span;

/// Members of groups, counted after `replicas` are expanded.
type Members = BTreeMap<Symbol, u64>;

/// Warns of group options that nothing answers to.
pub(crate) fn warn_of_groups(model: &Model, groups: &Groups, findings: &mut Findings) {
    let aversion = members(model, |table| &table.aversion_groups);
    let affinity = members(model, |table| &table.affinity_groups);
    for (&group, spans) in &groups.aversion {
        memberless(model, group, spans, ("aversion", &aversion), findings);
        warn_of_label(model, group, model.aversion_group(group).over, spans, findings);
    }
    for (&group, spans) in &groups.affinity {
        memberless(model, group, spans, ("affinity", &affinity), findings);
        warn_of_label(model, group, model.affinity_group(group).over, spans, findings);
    }
}

fn members(model: &Model, groups: fn(&WorkloadTable) -> &[Symbol]) -> Members {
    let mut members = Members::new();
    for table in model.workload_tables().iter() {
        for &group in groups(table) {
            *members.entry(group).or_default() += u64::from(table.replicas.unwrap_or(1));
        }
    }
    members
}

fn memberless(
    model: &Model,
    group: Symbol,
    spans: &GroupSpans,
    (kind, members): (&str, &Members),
    findings: &mut Findings,
) {
    if members.get(&group).is_some_and(|&members| members > 0) {
        return;
    }
    let warning = Diagnostic::warning(format!("no workload is in the {kind} group {}", quoted(model.text(group))));
    let names = members.keys().map(|&group| model.text(group));
    let known = (&*format!("{kind} groups of workloads are"), names);
    findings.push(answered(warning, spans.key, model.text(group), known, findings.are_many()));
}

/// Warns of nodes that are no span for a group, as they lack its label.
fn warn_of_label(model: &Model, group: Symbol, over: Option<Symbol>, spans: &GroupSpans, findings: &mut Findings) {
    let (Some(label), Some(span)) = (over, spans.over) else { return };
    let lack: Vec<_> = model.node_ids().filter(|&node| model.node_label(node, label).is_none()).collect();
    if lack.is_empty() {
        return;
    }
    let (label, group) = (model.text(label), quoted(model.text(group)));
    if lack.len() == model.nodes().len() {
        let warning =
            Diagnostic::warning(format!("no node has the label {}, over which group {group} goes", quoted(label)));
        let crowded = findings.are_many();
        let known = if crowded { BTreeMap::new() } else { labels(model) };
        let names = known.keys().map(|&label| model.text(label)).chain([NAME_LABEL]);
        findings.push(answered(warning, span, label, ("nodes have the labels", names), crowded));
        return;
    }
    let has = if lack.len() == 1 { "1 node lacks".to_owned() } else { format!("{} nodes lack", lack.len()) };
    let warning = Diagnostic::warning(format!("{has} the label {}, over which group {group} goes", quoted(label)));
    let names = list(lack.iter().take(1_000).map(|&node| model.node_name(node)));
    findings.push(
        warning.at(span, "").note(format!("without it: {names}")).note("a node without it is no place for the group"),
    );
}

/// Warns of what no plan can satisfy.
pub(crate) fn warn_of_the_impossible(model: &Model, groups: &Groups, spans: &Spans, findings: &mut Findings) {
    if model.nodes().is_empty() {
        return;
    }
    let members = members(model, |table| &table.aversion_groups);
    for (&group, at) in &groups.aversion {
        crowded(model, group, at, members.get(&group).copied().unwrap_or(0), findings);
    }
    let labelled = Labelled::new(model);
    let mut judged = FxHashMap::default();
    for (table, at) in model.workload_tables().iter().zip(&spans.workloads) {
        let asks = !table.only_on.is_empty() || !table.never_on.is_empty();
        if (asks || !model.drains.is_empty()) && table.replicas != Some(0) {
            let verdict = judged.entry(Needs::of(table)).or_insert_with_key(|needs| needs.judge(model, &labelled));
            findings.extend(warning(verdict, table, at.header, model));
        }
    }
}

fn warning(verdict: &Verdict, table: &WorkloadTable, span: Span, model: &Model) -> Option<Diagnostic> {
    let name = quoted(&table.name);
    match verdict {
        Verdict::Fine => None,
        Verdict::NoneSelected => {
            let warning = Diagnostic::warning(format!("no node matches the selectors of {name}")).at(span, "");
            Some(warning.help("loosen `only_on` or `never_on`, or label a node"))
        }
        Verdict::AllDrained(nodes) => {
            let nodes = list(nodes.iter().take(1_000).map(|&node| model.node_name(node)));
            let warning = Diagnostic::warning(format!("every node that could take {name} is drained")).at(span, "");
            Some(warning.note(format!("drained: {nodes}")))
        }
    }
}

/// A hard group with more members than its spans take.
fn crowded(model: &Model, group: Symbol, at: &GroupSpans, members: u64, findings: &mut Findings) {
    let options = model.aversion_group(group);
    if !options.hard {
        return;
    }
    let (spans, what) = match options.over {
        Some(label) => {
            let values: BTreeSet<_> = model.node_ids().filter_map(|node| model.node_label(node, label)).collect();
            (values.len(), format!("values of {}", quoted(model.text(label))))
        }
        None => (model.nodes().len(), "nodes".to_owned()),
    };
    let room = (spans as u64).saturating_mul(u64::from(options.max));
    if members > room {
        let name = quoted(model.text(group));
        let warning =
            Diagnostic::warning(format!("the hard aversion group {name} has {members} members and room for {room}"));
        findings.push(warning.at(at.key, "").note(format!("{spans} {what}, {} each", options.max)));
    }
}
