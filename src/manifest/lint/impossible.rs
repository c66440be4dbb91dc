//! Warns of rules that no plan can satisfy.
//!
//! These are groups without members or with a label that nodes lack, hard groups with more members than room, selectors
//! that match no node, and workloads whose eligible nodes are all drained.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::manifest::expand::ModelSpans;
use crate::manifest::group_options::{GroupSpans, Groups};
use crate::manifest::lint::eligible_nodes::{Constraints, NodeIndex, Verdict};
use crate::manifest::lint::unmatched::{Known, labels, with_suggestion};
use crate::manifest::list::list;
use crate::model::names::Symbol;
use crate::model::{Model, NAME_LABEL, WorkloadTable};
use crate::text::count::counted;
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::Span;

/// Number of members per group, with `replicas` expanded.
type MemberCounts = BTreeMap<Symbol, u64>;

/// Members of the groups of one kind.
struct GroupMembers {
    /// `aversion` or `affinity`.
    kind: &'static str,
    counts: MemberCounts,
}

/// Warns of options of groups without members, and of labels that nodes lack.
pub(crate) fn warn_of_groups(model: &Model, groups: &Groups, findings: &mut Findings) {
    let aversion = GroupMembers { kind: "aversion", counts: count_members(model, |table| &table.aversion_groups) };
    let affinity = GroupMembers { kind: "affinity", counts: count_members(model, |table| &table.affinity_groups) };
    for (&group, spans) in &groups.aversion {
        warn_if_memberless(model, group, spans, &aversion, findings);
        warn_of_label(model, group, model.aversion_group(group).over, spans, findings);
    }
    for (&group, spans) in &groups.affinity {
        warn_if_memberless(model, group, spans, &affinity, findings);
        warn_of_label(model, group, model.affinity_group(group).over, spans, findings);
    }
}

fn count_members(model: &Model, groups: fn(&WorkloadTable) -> &[Symbol]) -> MemberCounts {
    let mut members = MemberCounts::new();
    for table in model.workload_tables().iter() {
        for &group in groups(table) {
            *members.entry(group).or_default() += u64::from(table.replicas.unwrap_or(1));
        }
    }
    members
}

fn warn_if_memberless(
    model: &Model,
    group: Symbol,
    spans: &GroupSpans,
    members: &GroupMembers,
    findings: &mut Findings,
) {
    if members.counts.get(&group).is_some_and(|&members| members > 0) {
        return;
    }
    let warning =
        Diagnostic::warning(format!("the {} group {} has no members", members.kind, quoted(model.text(group))));
    let names = members.counts.keys().map(|&group| model.text(group));
    let known = Known { intro: format!("workloads are in the {} groups", members.kind), names };
    findings.push(with_suggestion(warning, spans.key, model.text(group), known, findings.are_many()));
}

/// Warns of nodes without the label in a group's `over`: they belong to no domain of the group.
fn warn_of_label(model: &Model, group: Symbol, over: Option<Symbol>, spans: &GroupSpans, findings: &mut Findings) {
    let (Some(label), Some(span)) = (over, spans.over) else { return };
    let lack: Vec<_> = model.node_ids().filter(|&node| model.node_label(node, label).is_none()).collect();
    if lack.is_empty() {
        return;
    }
    let (label, group) = (model.text(label), quoted(model.text(group)));
    if lack.len() == model.nodes().len() {
        let warning =
            Diagnostic::warning(format!("group {group} is over the label {}, but no node has it", quoted(label)));
        let are_many = findings.are_many();
        let known = if are_many { BTreeMap::new() } else { labels(model) };
        let names = known.keys().map(|&label| model.text(label)).chain([NAME_LABEL]);
        findings.push(with_suggestion(
            warning,
            span,
            label,
            Known { intro: "nodes have the labels".to_owned(), names },
            are_many,
        ));
        return;
    }
    let has = if lack.len() == 1 { "1 node lacks".to_owned() } else { format!("{} nodes lack", lack.len()) };
    let warning = Diagnostic::warning(format!("group {group} is over the label {}, but {has} it", quoted(label)));
    let names = list(lack.iter().take(1_000).map(|&node| model.node_name(node)));
    findings.push(
        warning
            .at(span, "")
            .note(format!("nodes without it: {names}"))
            .note("those nodes belong to no domain of the group"),
    );
}

/// Warns of hard groups without room and of workloads without eligible nodes.
pub(crate) fn warn_of_the_impossible(model: &Model, groups: &Groups, spans: &ModelSpans, findings: &mut Findings) {
    if model.nodes().is_empty() {
        return;
    }
    let members = count_members(model, |table| &table.aversion_groups);
    for (&group, at) in &groups.aversion {
        warn_if_crowded(model, group, at, members.get(&group).copied().unwrap_or(0), findings);
    }
    let index = NodeIndex::new(model);
    let mut verdicts = FxHashMap::default();
    for (table, at) in model.workload_tables().iter().zip(&spans.workloads) {
        let has_selectors = !table.only_on.is_empty() || !table.never_on.is_empty();
        if (has_selectors || !model.drains.is_empty()) && table.replicas != Some(0) {
            let verdict = verdicts
                .entry(Constraints::of(table))
                .or_insert_with_key(|constraints| constraints.verdict(model, &index));
            findings.extend(warning_of(verdict, table, at.header, model));
        }
    }
}

fn warning_of(verdict: &Verdict, table: &WorkloadTable, span: Span, model: &Model) -> Option<Diagnostic> {
    let name = quoted(&table.name);
    match verdict {
        Verdict::Fine => None,
        Verdict::NoneSelected => {
            let warning = Diagnostic::warning(format!("no node matches the selectors of {name}")).at(span, "");
            Some(warning.help("relax `only_on` or `never_on`, or add the labels to a node"))
        }
        Verdict::AllDrained(nodes) => {
            let nodes = list(nodes.iter().take(1_000).map(|&node| model.node_name(node)));
            let warning = Diagnostic::warning(format!("all nodes that {name} may run on are drained")).at(span, "");
            Some(warning.note(format!("drained: {nodes}")))
        }
    }
}

/// Warns of a hard group that has more members than its domains can take.
fn warn_if_crowded(model: &Model, group: Symbol, at: &GroupSpans, members: u64, findings: &mut Findings) {
    let options = model.aversion_group(group);
    if !options.hard {
        return;
    }
    let (domains, what) = match options.over {
        Some(label) => {
            let values: BTreeSet<_> = model.node_ids().filter_map(|node| model.node_label(node, label)).collect();
            (values.len(), format!("values of {}", quoted(model.text(label))))
        }
        None => (model.nodes().len(), "nodes".to_owned()),
    };
    let room = (domains as u64).saturating_mul(u64::from(options.max));
    if members > room {
        let name = quoted(model.text(group));
        let warning = Diagnostic::warning(format!(
            "the hard aversion group {name} has {members} members, but room for only {room}"
        ));
        findings.push(
            warning
                .at(at.key, "")
                .note(format!("{domains} {what}, at most {} each", counted(options.max as usize, "member"))),
        );
    }
}
