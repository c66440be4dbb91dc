//! Rules that decide whether a workload may be put on a node now: amounts, selectors, groups, cordons and drains.
//!
//! Each rule is one small function over the model and the current occupancy. `place` decides in which order nodes are
//! asked; `refusal` collects the reasons of a node that says no.

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Requirement, WorkloadOptions, WorkloadTable};
use crate::rules::demand::Demand;
use crate::rules::domain::Domain;
use crate::rules::occupancy::Occupancy;

/// Effect of the record on the choice of a node for a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The record names no node for it.
    Free,
    /// It was evicted from this node earlier and tries that node first.
    Returning(NodeId),
    /// It has `stay` and is recorded on this node (`None` if the node is gone), so no other node may take it.
    Bound(Option<NodeId>),
}

/// Whether the node takes the workload now: it is open and selected, has room, and all hard groups allow it.
pub(crate) fn takes(
    model: &Model,
    occupancy: &Occupancy,
    demand: &Demand<'_>,
    standing: Standing,
    node: NodeId,
) -> bool {
    is_open(model, standing, node)
        && is_selected(model, demand, node)
        && has_room(occupancy, demand, node)
        && hard_groups_allow(model, occupancy, demand, node)
}

/// Whether a node is open to a workload. Cordoned and drained nodes take no new workload. A workload with `stay` may
/// only return to its recorded node, where it is not new.
pub fn is_open(model: &Model, standing: Standing, node: NodeId) -> bool {
    match standing {
        Standing::Bound(home) => home == Some(node),
        Standing::Free | Standing::Returning(_) => {
            !model.cordons.contains_key(&node) && !model.drains.contains_key(&node)
        }
    }
}

/// Whether `only_on` and `never_on` allow the node.
fn is_selected(model: &Model, options: &WorkloadOptions, node: NodeId) -> bool {
    excluding_label(model, options, node).is_none()
}

/// First label, by name, by which `only_on` or `never_on` excludes a node.
pub(crate) fn excluding_label(model: &Model, options: &WorkloadOptions, node: NodeId) -> Option<Symbol> {
    let missing = options.only_on.iter().filter(|selector| !model.selects(selector, node));
    let avoided = options.never_on.iter().filter(|selector| model.selects(selector, node));
    missing.chain(avoided).map(|selector| selector.label).min_by_key(|&label| model.text(label))
}

/// First hard group, aversion before affinity and then by name, over whose label the node has no domain.
pub(crate) fn hard_group_without_domain(model: &Model, table: &WorkloadTable, node: NodeId) -> Option<Symbol> {
    let by_name = |&group: &Symbol| model.text(group).to_owned();
    let has_none = |over| Domain::of(model, node, over).is_none();
    let averse = table.aversion_groups.iter().copied().filter(|&group| {
        let options = model.aversion_group(group);
        options.hard && has_none(options.over)
    });
    let affine = table.affinity_groups.iter().copied().filter(|&group| {
        let options = model.affinity_group(group);
        options.hard && has_none(options.over)
    });
    averse.min_by_key(by_name).or_else(|| affine.min_by_key(by_name))
}

/// Whether the node offers every required resource, and no resource would be below zero afterwards. Resources to which
/// the workload is immune may be below zero.
fn has_room(occupancy: &Occupancy, demand: &Demand<'_>, node: NodeId) -> bool {
    let mut free = occupancy.free_ascending(node);
    let fits = demand.requirements.iter().all(|requirement| match free(requirement.resource) {
        None => false,
        Some(free) => is_immune(demand, requirement.resource) || !free.minus(requirement.amount()).is_negative(),
    });
    let matters = |&resource: &Symbol| !is_immune(demand, resource) && !requires(demand.requirements, resource);
    fits && !occupancy.below_zero(node).iter().any(matters)
}

/// Whether all hard groups of the workload allow the node.
pub(crate) fn hard_groups_allow(model: &Model, occupancy: &Occupancy, demand: &Demand<'_>, node: NodeId) -> bool {
    aversion_groups_allow(model, occupancy, demand, node, true)
        && affinity_groups_allow(model, occupancy, demand, node, true)
}

/// Whether all hard, or all soft, aversion groups of the workload allow the node.
pub(crate) fn aversion_groups_allow(
    model: &Model,
    occupancy: &Occupancy,
    demand: &Demand<'_>,
    node: NodeId,
    hard: bool,
) -> bool {
    let mut groups = demand.aversion_groups.iter().filter(|&&group| model.aversion_group(group).hard == hard);
    groups.all(|&group| aversion_allows(model, occupancy, group, node))
}

/// Whether all hard, or all soft, affinity groups of the workload allow the node.
pub(crate) fn affinity_groups_allow(
    model: &Model,
    occupancy: &Occupancy,
    demand: &Demand<'_>,
    node: NodeId,
    hard: bool,
) -> bool {
    let mut groups = demand.affinity_groups.iter().filter(|&&group| model.affinity_group(group).hard == hard);
    groups.all(|&group| affinity_allows(model, occupancy, group, node))
}

/// Whether the node's domain has fewer members of an aversion group than its maximum.
pub(crate) fn aversion_allows(model: &Model, occupancy: &Occupancy, group: Symbol, node: NodeId) -> bool {
    let options = model.aversion_group(group);
    Domain::of(model, node, options.over).is_some_and(|domain| occupancy.averse_members(group, domain) < options.max)
}

/// Whether the node's domain has members of an affinity group, or the group has no members yet.
pub(crate) fn affinity_allows(model: &Model, occupancy: &Occupancy, group: Symbol, node: NodeId) -> bool {
    Domain::of(model, node, model.affinity_group(group).over)
        .is_some_and(|domain| !occupancy.has_members(group) || occupancy.affine_members(group, domain) > 0)
}

/// Whether the workload is immune to a resource, so that the amount on the node does not matter.
pub(crate) fn is_immune(options: &WorkloadOptions, resource: Symbol) -> bool {
    options.immunities.binary_search(&resource).is_ok()
}

/// Whether any requirement names the resource, whatever the amount.
pub(crate) fn requires(requirements: &[Requirement], resource: Symbol) -> bool {
    Requirement::of(requirements, resource).is_some()
}
