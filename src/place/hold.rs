//! Does a node hold what is on it? The order-free rule 1 of section 3, and who leaves until it does.
//!
//! For each resource that a workload is not immune to, capacity minus the requirements of all that are not immune to it
//! (negative ones count in any case) is at zero or above.

use super::departure::Cause;
use super::rule::is_immune;
use crate::model::{Model, NodeId, WorkloadId, WorkloadTable};
use crate::names::Symbol;
use crate::quantity::{Capacity, Quantity};

/// The workloads on a node with what rule 1 leaves of each resource.
pub(super) struct Held<'a> {
    model: &'a Model,
    node: NodeId,
    on: Vec<WorkloadId>,
    /// In the order of the node's offers.
    left: Vec<(Symbol, Capacity)>,
}

impl<'a> Held<'a> {
    pub(super) fn new(model: &'a Model, node: NodeId, on: &[WorkloadId]) -> Self {
        let offers = model.node_table(node).resources.iter();
        let left = offers.map(|offer| (offer.resource, offer.capacity)).collect();
        let mut held = Self { model, node, on: Vec::new(), left };
        for &workload in on {
            held.add(workload);
        }
        held
    }

    pub(super) fn add(&mut self, workload: WorkloadId) {
        self.on.push(workload);
        self.count(workload, |amount| amount);
    }

    pub(super) fn remove(&mut self, workload: WorkloadId) {
        self.on.retain(|&other| other != workload);
        self.count(workload, |amount| -amount);
    }

    /// Whether all that is on the node holds.
    pub(super) fn holds(&self) -> bool {
        self.first_broken().is_none()
    }

    /// Whether a workload may come back: everything there holds then, too.
    pub(super) fn takes_back(&mut self, workload: WorkloadId) -> bool {
        self.add(workload);
        let holds = self.holds() && offers_all(self.model, self.node, self.model.workload_table(workload));
        if !holds {
            self.remove(workload);
        }
        holds
    }

    /// The first resource, by name, that is below zero for a workload there.
    pub(super) fn first_broken(&self) -> Option<Symbol> {
        let negative = self.left.iter().filter(|(_, left)| left.is_negative()).map(|(resource, _)| *resource);
        negative.filter(|&resource| self.concerned(resource).next().is_some()).min_by_key(|&each| self.model.text(each))
    }

    /// The workloads there that are not immune to a resource.
    pub(super) fn concerned(&self, resource: Symbol) -> impl Iterator<Item = WorkloadId> + '_ {
        self.on.iter().copied().filter(move |&each| !is_immune(self.model.workload_table(each), resource))
    }

    /// Why a workload leaves over this resource: what it needs, and what the others leave it.
    pub(super) fn shortage(&self, workload: WorkloadId, resource: Symbol) -> Cause {
        let need = amount_of(self.model.workload_table(workload), resource);
        let left = self.left.iter().find(|(each, _)| *each == resource).map_or(Capacity::Ward, |(_, left)| *left);
        Cause::Short { node: self.node, resource, need, free: left.minus(-need) }
    }

    fn count(&mut self, workload: WorkloadId, sign: impl Fn(Quantity) -> Quantity) {
        let table = self.model.workload_table(workload);
        for requirement in &table.requirements {
            if !is_immune(table, requirement.resource) || requirement.amount.is_negative() {
                let row = self.left.binary_search_by_key(&requirement.resource, |(resource, _)| *resource);
                if let Ok(at) = row {
                    self.left[at].1 = self.left[at].1.minus(sign(requirement.amount));
                }
            }
        }
    }
}

/// Whether a node offers every resource that a workload requires.
fn offers_all(model: &Model, node: NodeId, table: &WorkloadTable) -> bool {
    first_not_offered(model, node, table).is_none()
}

/// The first required resource, by name, that a node does not offer.
pub(super) fn first_not_offered(model: &Model, node: NodeId, table: &WorkloadTable) -> Option<Symbol> {
    let required = table.requirements.iter().map(|requirement| requirement.resource);
    required.filter(|&resource| model.offer(node, resource).is_none()).min_by_key(|&each| model.text(each))
}

/// What a workload requires of a resource; 0 when it does not name it.
pub(super) fn amount_of(table: &WorkloadTable, resource: Symbol) -> Quantity {
    let row = table.requirements.binary_search_by_key(&resource, |requirement| requirement.resource);
    row.map_or(Quantity::ZERO, |at| table.requirements[at].amount)
}
