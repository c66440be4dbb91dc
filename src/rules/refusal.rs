//! Collects all reasons why a node refuses a workload.
//!
//! `attach` answers yes or no and stops at the first rule that says no; this file asks every rule, for explanations.

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, WorkloadId, WorkloadTable};
use crate::quantity::{Capacity, Quantity};
use crate::rules::{self, Occupancy, Reason, Standing};

/// All reasons of a node against a workload, in order of precedence. Empty if the node takes it; soft rules do not
/// count.
pub fn refusals(
    model: &Model,
    occupancy: &Occupancy,
    workload: WorkloadId,
    standing: Standing,
    node: NodeId,
) -> Vec<Reason> {
    let table = model.workload_table(workload);
    let mut refusals = Vec::new();
    refusals.extend(closed(model, standing, node));
    refusals.extend(rules::excluding_label(model, table, node).map(Reason::NotSelected));
    refusals.extend(group_refusals(model, occupancy, table, node));
    let start = refusals.len();
    refusals.extend(amount_refusals(occupancy, table, node));
    refusals[start..].sort_unstable_by_key(|each| each.order(model));
    refusals
}

/// Reason why a node is closed to a workload of this standing, whatever it requires; `None` if the node is open.
pub fn closed(model: &Model, standing: Standing, node: NodeId) -> Option<Reason> {
    match standing {
        _ if rules::is_open(model, standing, node) => None,
        Standing::Bound(_) => Some(Reason::StaysElsewhere),
        Standing::Free | Standing::Returning(_) if model.cordons.contains_key(&node) => Some(Reason::Cordoned),
        Standing::Free | Standing::Returning(_) => Some(Reason::Drained),
    }
}

fn group_refusals(model: &Model, occupancy: &Occupancy, table: &WorkloadTable, node: NodeId) -> Vec<Reason> {
    let averse = table.aversion_groups.iter().copied().filter(|&group| model.aversion_group(group).hard);
    let affine = table.affinity_groups.iter().copied().filter(|&group| model.affinity_group(group).hard);
    let full = averse.filter(|&group| !rules::aversion_allows(model, occupancy, group, node));
    let elsewhere = affine.filter(|&group| !rules::affinity_allows(model, occupancy, group, node));
    let mut refusals = full.map(Reason::GroupFull).chain(elsewhere.map(Reason::GroupElsewhere)).collect::<Vec<_>>();
    refusals.sort_by_key(|each| each.order(model));
    refusals
}

fn amount_refusals(occupancy: &Occupancy, table: &WorkloadTable, node: NodeId) -> Vec<Reason> {
    let required = table.requirements.iter().filter_map(|requirement| {
        let resource = requirement.resource;
        let Some(free) = occupancy.free(node, resource) else { return Some(Reason::Lacks(resource)) };
        let is_short = !rules::is_immune(table, resource) && free.minus(requirement.amount()).is_negative();
        is_short.then(|| short_or_warded(resource, requirement.amount(), free))
    });
    let negative = occupancy
        .below_zero(node)
        .iter()
        .copied()
        .filter(|&resource| !rules::is_immune(table, resource) && !rules::requires(&table.requirements, resource));
    let not_required = negative
        .filter_map(|resource| Some(short_or_warded(resource, Quantity::ZERO, occupancy.free(node, resource)?)));
    required.chain(not_required).collect()
}

/// Returns the reason for a free amount below the need: a finite amount is short, an infinite one is a ward.
pub(crate) fn short_or_warded(resource: Symbol, need: Quantity, free: Capacity) -> Reason {
    free.finite().map_or(Reason::Warded(resource), |free| Reason::Short { resource, need, free })
}
