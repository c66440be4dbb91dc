//! The rule that a node has to keep for the workloads recorded on it, whatever the order in which they came.
//!
//! For each resource, the balance is the capacity minus the requirements of all workloads on the node that are not
//! immune to it; negative requirements always count. A node holds its workloads if every
//! balance is at zero or above. A resource to which all of them are immune does not count.

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Requirement, WorkloadId, WorkloadTable};
use crate::quantity::{Capacity, Quantity};
use crate::rules::refusal::short_or_warded;
use crate::rules::sorted_lookup::AscendingLookup;
use crate::rules::{Reason, is_immune};

/// Balance of each resource of a node. The caller keeps the list of workloads.
pub(crate) struct NodeBalance<'a> {
    model: &'a Model,
    node: NodeId,
    /// Number of workloads on the node.
    workloads: usize,
    /// One row per resource, in the order of the node's offers.
    rows: Vec<Row>,
}

/// Balance of one resource.
struct Row {
    resource: Symbol,
    left: Capacity,
    /// Number of workloads on the node that are immune to it.
    immune: usize,
}

impl<'a> NodeBalance<'a> {
    pub(crate) fn new(model: &'a Model, node: NodeId, on: &[WorkloadId]) -> Self {
        let offers = model.node_table(node).resources.iter();
        let rows = offers.map(|offer| Row { resource: offer.resource, left: offer.capacity, immune: 0 }).collect();
        let mut held = Self { model, node, workloads: 0, rows };
        for &workload in on {
            held.add(workload);
        }
        held
    }

    pub(crate) fn add(&mut self, workload: WorkloadId) {
        self.workloads += 1;
        for resource in &self.model.workload_table(workload).immunities {
            self.row(*resource, |row| row.immune += 1);
        }
        self.count(workload, |amount| amount);
    }

    pub(crate) fn remove(&mut self, workload: WorkloadId) {
        self.workloads -= 1;
        for resource in &self.model.workload_table(workload).immunities {
            self.row(*resource, |row| row.immune -= 1);
        }
        self.count(workload, |amount| -amount);
    }

    /// Adds a workload if the node then still holds everything on it; returns whether it does.
    pub(crate) fn try_return(&mut self, workload: WorkloadId) -> bool {
        self.add(workload);
        let offers_all = first_not_offered(self.model, self.node, self.model.workload_table(workload)).is_none();
        let holds = offers_all && self.first_negative().is_none();
        if !holds {
            self.remove(workload);
        }
        holds
    }

    /// First resource, by name, whose balance is below zero and matters to a workload on the node.
    pub(crate) fn first_negative(&self) -> Option<Symbol> {
        let broken = self.rows.iter().filter(|row| row.left.is_negative() && row.immune < self.workloads);
        broken.map(|row| row.resource).min_by_key(|&each| self.model.text(each))
    }

    /// Reason for a workload to leave because of this resource: its need, and what the others leave it.
    pub(crate) fn reason_to_leave(&self, workload: WorkloadId, resource: Symbol) -> Reason {
        let need = amount_of(self.model.workload_table(workload), resource);
        let left = self.rows.iter().find(|row| row.resource == resource).map_or(Capacity::Ward, |row| row.left);
        short_or_warded(resource, need, left.minus(-need))
    }

    fn count(&mut self, workload: WorkloadId, sign: impl Fn(Quantity) -> Quantity) {
        let table = self.model.workload_table(workload);
        for requirement in &table.requirements {
            if !is_immune(table, requirement.resource) || requirement.is_negative() {
                self.row(requirement.resource, |row| row.left = row.left.minus(sign(requirement.amount())));
            }
        }
    }

    /// Changes the row of a resource if the node offers it.
    fn row(&mut self, resource: Symbol, change: impl FnOnce(&mut Row)) {
        if let Ok(at) = self.rows.binary_search_by_key(&resource, |row| row.resource) {
            change(&mut self.rows[at]);
        }
    }
}

/// First required resource, by name, that a node does not offer.
pub(crate) fn first_not_offered(model: &Model, node: NodeId, table: &WorkloadTable) -> Option<Symbol> {
    let (offers, mut lookup) = (&model.node_table(node).resources, AscendingLookup::default());
    let required = table.requirements.iter().map(|requirement| requirement.resource);
    let missing = required.filter(|&resource| lookup.find(offers, resource, |offer| offer.resource).is_none());
    missing.min_by_key(|&each| model.text(each))
}

/// Amount that a workload requires of a resource; 0 if it does not name the resource.
pub(crate) fn amount_of(table: &WorkloadTable, resource: Symbol) -> Quantity {
    table.requirement(resource).map_or(Quantity::ZERO, Requirement::amount)
}
