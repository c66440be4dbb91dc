//! May this workload be on that node? The attach rule, the hard rules, the soft ones.
//!
//! Each rule is one small function over the model and what is where; the order in which nodes are asked is `strategy`'s
//! business, why a node refused is `refusal`'s.

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Requirement, WorkloadOptions, WorkloadTable};
use crate::rules::demand::Demand;
use crate::rules::occupancy::{Domain, Occupancy};

/// What is known of a workload before it is placed: where the record binds or draws it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// No node is special to it.
    Free,
    /// It was evicted from this node earlier and tries it first.
    Returning(NodeId),
    /// It has `stay` and was recorded on this node, or on one that is gone: no other takes it.
    Bound(Option<NodeId>),
}

/// Rule 2.1 and the hard rules of 2.8 together: whether the node takes the workload now.
pub(crate) fn takes(model: &Model, now: &Occupancy, demand: &Demand<'_>, standing: Standing, node: NodeId) -> bool {
    is_open(model, standing, node)
        && is_selected(model, demand, node)
        && has_room(now, demand, node)
        && hard_groups_allow(model, now, demand, node)
}

/// Cordoned and drained nodes take nothing new; what has `stay` goes home only, and there it is not new.
pub fn is_open(model: &Model, standing: Standing, node: NodeId) -> bool {
    match standing {
        Standing::Bound(home) => home == Some(node),
        Standing::Free | Standing::Returning(_) => {
            !model.cordons.contains_key(&node) && !model.drains.contains_key(&node)
        }
    }
}

/// `only_on` and `never_on`.
fn is_selected(model: &Model, options: &WorkloadOptions, node: NodeId) -> bool {
    excluding_label(model, options, node).is_none()
}

/// The first label, by name, over which `only_on` or `never_on` forbids a node.
pub(crate) fn excluding_label(model: &Model, options: &WorkloadOptions, node: NodeId) -> Option<Symbol> {
    let missing = options.only_on.iter().filter(|selector| !model.selects(selector, node));
    let avoided = options.never_on.iter().filter(|selector| model.selects(selector, node));
    missing.chain(avoided).map(|selector| selector.label).min_by_key(|&label| model.text(label))
}

/// The first hard group, aversion before affinity and then by name, for which a node lacks the label.
pub(crate) fn hard_group_without_domain(model: &Model, table: &WorkloadTable, node: NodeId) -> Option<Symbol> {
    let by_name = |&group: &Symbol| model.text(group).to_owned();
    let lacks = |over| Domain::of(model, node, over).is_none();
    let averse = table.aversion_groups.iter().copied().filter(|&group| {
        let options = model.aversion_group(group);
        options.hard && lacks(options.over)
    });
    let affine = table.affinity_groups.iter().copied().filter(|&group| {
        let options = model.affinity_group(group);
        options.hard && lacks(options.over)
    });
    averse.min_by_key(by_name).or_else(|| affine.min_by_key(by_name))
}

/// Rule 2.1: every required resource is offered, and afterwards none is below zero but those that it is immune to.
fn has_room(now: &Occupancy, demand: &Demand<'_>, node: NodeId) -> bool {
    let mut free = now.free_ascending(node);
    let fits = demand.requirements.iter().all(|requirement| match free(requirement.resource) {
        None => false,
        Some(free) => is_immune(demand, requirement.resource) || !free.minus(requirement.amount()).is_negative(),
    });
    let minds = |&resource: &Symbol| !is_immune(demand, resource) && !requires(demand.requirements, resource);
    fits && !now.below_zero(node).iter().any(minds)
}

/// Hard groups: below `max` in a place of their own, or where the others are.
pub(crate) fn hard_groups_allow(model: &Model, now: &Occupancy, demand: &Demand<'_>, node: NodeId) -> bool {
    aversion_groups_allow(model, now, demand, node, true) && affinity_groups_allow(model, now, demand, node, true)
}

/// Whether the node's places have room in all aversion groups that are hard, or all that are soft.
pub(crate) fn aversion_groups_allow(
    model: &Model,
    now: &Occupancy,
    demand: &Demand<'_>,
    node: NodeId,
    hard: bool,
) -> bool {
    let mut groups = demand.aversion_groups.iter().filter(|&&group| model.aversion_group(group).hard == hard);
    groups.all(|&group| aversion_allows(model, now, group, node))
}

/// Whether the node's places are where the members are of all affinity groups that are hard, or all that are soft.
pub(crate) fn affinity_groups_allow(
    model: &Model,
    now: &Occupancy,
    demand: &Demand<'_>,
    node: NodeId,
    hard: bool,
) -> bool {
    let mut groups = demand.affinity_groups.iter().filter(|&&group| model.affinity_group(group).hard == hard);
    groups.all(|&group| affinity_allows(model, now, group, node))
}

/// Whether a node's place has fewer members of an aversion group than may be there.
pub(crate) fn aversion_allows(model: &Model, now: &Occupancy, group: Symbol, node: NodeId) -> bool {
    let options = model.aversion_group(group);
    Domain::of(model, node, options.over).is_some_and(|place| now.averse_members(group, place) < options.max)
}

/// Whether a node's place is where an affinity group is, or could begin.
pub(crate) fn affinity_allows(model: &Model, now: &Occupancy, group: Symbol, node: NodeId) -> bool {
    Domain::of(model, node, model.affinity_group(group).over)
        .is_some_and(|place| !now.has_members(group) || now.affine_members(group, place) > 0)
}

/// Whether the value of a resource on a node is irrelevant to the workload.
pub(crate) fn is_immune(options: &WorkloadOptions, resource: Symbol) -> bool {
    options.immunities.binary_search(&resource).is_ok()
}

/// Whether one of these names the resource, at whatever amount.
pub(crate) fn requires(requirements: &[Requirement], resource: Symbol) -> bool {
    Requirement::of(requirements, resource).is_some()
}
