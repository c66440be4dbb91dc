//! Independent judge of an assignment. It shares no code with `rules` and `place`, and ignores the order of placement.
//!
//! A plan is shown or saved only if the judge finds no violation. It checks amounts, selectors, drains and hard groups.
//! Cordons and `stay` depend on the record, which the judge does not see.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::model::names::Symbol;
use crate::model::{Assignment, Model, NodeId, Offer, Selector, WorkloadId, WorkloadTable};
use crate::quantity::{Capacity, Quantity};

/// Rule that an assignment breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// The workload requires a resource that its node does not offer.
    NotOffered(String, String),
    /// The workload's node is below zero in a resource that it is not immune to.
    BelowZero(String, String),
    /// `only_on` or `never_on` of the workload excludes its node, by this label.
    NotSelected(String, String),
    /// The workload is on a drained node without `stay`.
    Drained(String),
    /// A hard aversion group has too many members in a domain.
    TooMany(String, String),
    /// The members of a hard affinity group are in several domains.
    Scattered(String),
    /// The workload is in a hard group whose label its node lacks.
    NoPlace(String, String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOffered(workload, resource) => write!(f, "`{workload}` lacks `{resource}` on its node"),
            Self::BelowZero(workload, resource) => write!(f, "`{workload}` is on a node that is short of `{resource}`"),
            Self::NotSelected(workload, label) => write!(f, "`{workload}` may not be on its node by `{label}`"),
            Self::Drained(workload) => write!(f, "`{workload}` is on a drained node"),
            Self::TooMany(group, place) => write!(f, "too many of hard group `{group}` are in `{place}`"),
            Self::Scattered(group) => write!(f, "the members of hard group `{group}` are in several places"),
            Self::NoPlace(workload, group) => write!(f, "`{workload}` is on a node that is no place of `{group}`"),
        }
    }
}

/// All violations of an assignment; empty for every assignment that `place` makes.
pub fn judge(model: &Model, assignment: &Assignment) -> Vec<Violation> {
    let mut violations = Vec::new();
    judge_amounts(model, assignment, &mut violations);
    for (workload, node) in placed(model, assignment) {
        judge_node(model, workload, node, &mut violations);
    }
    judge_aversion(model, assignment, &mut violations);
    judge_affinity(model, assignment, &mut violations);
    violations
}

/// Placed workloads with their nodes, in manifest order, which is also their order in memory.
fn placed(model: &Model, assignment: &Assignment) -> impl Iterator<Item = (WorkloadId, NodeId)> {
    model.workload_ids().filter_map(|workload| Some((workload, assignment.of(workload)?)))
}

/// Checks that each node offers what its workloads require, and is below zero only in resources to which all of them
/// are immune.
fn judge_amounts(model: &Model, assignment: &Assignment, violations: &mut Vec<Violation>) {
    let capacity = |offer: &Offer| (offer.resource, offer.capacity);
    let capacities = model.node_ids().map(|node| model.node_table(node).resources.iter().map(capacity).collect());
    let mut left = capacities.collect::<Vec<Vec<_>>>();
    for (workload, node) in placed(model, assignment) {
        let table = model.workload_table(workload);
        for each in &table.requirements {
            match left[node.index()].iter_mut().find(|(resource, _)| *resource == each.resource) {
                None => violations.push(Violation::NotOffered(name(model, workload), text(model, each.resource))),
                Some(_) if table.immunities.contains(&each.resource) && !each.is_negative() => {}
                Some((_, left)) => *left = left.minus(each.amount()),
            }
        }
    }
    for left in &mut left {
        left.retain(|&(_, left)| left < Capacity::Finite(Quantity::ZERO));
    }
    for (workload, node) in placed(model, assignment) {
        for &(resource, _) in &left[node.index()] {
            if !model.workload_table(workload).immunities.contains(&resource) {
                violations.push(Violation::BelowZero(name(model, workload), text(model, resource)));
            }
        }
    }
}

/// Checks selectors and drains.
fn judge_node(model: &Model, workload: WorkloadId, node: NodeId, violations: &mut Vec<Violation>) {
    let table = model.workload_table(workload);
    for (selectors, wanted) in [(&table.only_on, true), (&table.never_on, false)] {
        for selector in selectors.iter().filter(|selector| matches(model, selector, node) != wanted) {
            violations.push(Violation::NotSelected(name(model, workload), text(model, selector.label)));
        }
    }
    if model.drains.contains_key(&node) && !table.stay {
        violations.push(Violation::Drained(name(model, workload)));
    }
}

fn judge_aversion(model: &Model, assignment: &Assignment, violations: &mut Vec<Violation>) {
    let hard = model.aversion_groups.iter().filter(|(_, options)| options.hard).map(|(&group, _)| group);
    for (group, members) in by_group(model, &hard.collect(), |table| &table.aversion_groups) {
        let options = model.aversion_group(group);
        let mut counts = BTreeMap::<&str, u32>::new();
        for workload in members {
            let Some(node) = assignment.of(workload) else { continue };
            match domain(model, node, options.over) {
                Some(domain) => *counts.entry(domain).or_default() += 1,
                None => violations.push(Violation::NoPlace(name(model, workload), text(model, group))),
            }
        }
        for (domain, _) in counts.into_iter().filter(|&(_, count)| count > options.max) {
            violations.push(Violation::TooMany(text(model, group), domain.to_owned()));
        }
    }
}

fn judge_affinity(model: &Model, assignment: &Assignment, violations: &mut Vec<Violation>) {
    let hard = model.affinity_groups.iter().filter(|(_, options)| options.hard).map(|(&group, _)| group);
    for (group, members) in by_group(model, &hard.collect(), |table| &table.affinity_groups) {
        let over = model.affinity_group(group).over;
        let mut domains = BTreeSet::new();
        for workload in members {
            let Some(node) = assignment.of(workload) else { continue };
            match domain(model, node, over) {
                Some(domain) => drop(domains.insert(domain)),
                None => violations.push(Violation::NoPlace(name(model, workload), text(model, group))),
            }
        }
        if domains.len() > 1 {
            violations.push(Violation::Scattered(text(model, group)));
        }
    }
}

/// Members of each of these groups, from one pass over all workloads.
fn by_group(
    model: &Model,
    groups: &BTreeSet<Symbol>,
    groups_of: impl Fn(&WorkloadTable) -> &Vec<Symbol>,
) -> BTreeMap<Symbol, Vec<WorkloadId>> {
    let mut members = BTreeMap::<_, Vec<_>>::new();
    if groups.is_empty() {
        return members;
    }
    for workload in model.workload_ids() {
        for &group in groups_of(model.workload_table(workload)).iter().filter(|group| groups.contains(group)) {
            members.entry(group).or_default().push(workload);
        }
    }
    members
}

fn matches(model: &Model, selector: &Selector, node: NodeId) -> bool {
    let value = label(model, node, model.text(selector.label));
    selector.values.iter().any(|&wanted| value == Some(model.text(wanted)))
}

fn domain(model: &Model, node: NodeId, over: Option<Symbol>) -> Option<&str> {
    match over {
        None => Some(model.node_name(node)),
        Some(over) => label(model, node, model.text(over)),
    }
}

fn label<'a>(model: &'a Model, node: NodeId, label: &str) -> Option<&'a str> {
    if label == "name" {
        return Some(model.node_name(node));
    }
    let labels = model.node_table(node).labels.iter();
    labels.map(|&(key, value)| (model.text(key), model.text(value))).find(|(key, _)| *key == label).map(|(_, v)| v)
}

fn name(model: &Model, workload: WorkloadId) -> String {
    model.workload_name(workload).to_owned()
}

fn text(model: &Model, symbol: Symbol) -> String {
    model.text(symbol).to_owned()
}
