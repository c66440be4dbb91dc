//! What is where at this moment, and what that leaves: the state that attaching changes.
//!
//! Free amounts are kept for each node as one row, sorted by resource; members of groups are counted for each place.
//! Whether anything *may* be attached is `rule`'s business.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Requirement, WorkloadId};
use crate::quantity::{Capacity, Quantity};
use crate::rules::demand::Demand;
use crate::rules::sorted_lookup::AscendingLookup;

/// What a group counts its members by: a node, or all nodes with one value of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// The node itself.
    Node(NodeId),
    /// The nodes whose label has this value.
    Value(Symbol),
}

impl Domain {
    /// Where a node belongs for a group over this label; `None` when the node has no such label.
    pub fn of(model: &Model, node: NodeId, over: Option<Symbol>) -> Option<Self> {
        match over {
            None => Some(Self::Node(node)),
            Some(label) if model.text(label) == crate::model::NAME_LABEL => Some(Self::Node(node)),
            Some(label) => {
                let labels = &model.node_table(node).labels;
                labels.iter().find(|(key, _)| *key == label).map(|(_, value)| Self::Value(*value))
            }
        }
    }

    /// The node's name, or the label's value.
    pub fn name(self, model: &Model) -> &str {
        match self {
            Self::Node(node) => model.node_name(node),
            Self::Value(value) => model.text(value),
        }
    }
}

/// Members of a group, by place and in all.
type Members = FxHashMap<(Symbol, Option<Domain>), u32>;

/// What is left of one resource of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    pub(crate) resource: Symbol,
    pub(crate) free: Capacity,
}

/// Who is where, and what is free.
#[derive(Clone, Debug)]
pub struct Occupancy {
    /// The rows of all nodes, one after the other, and where each begins and the last one ends.
    free: Vec<Left>,
    starts: Vec<usize>,
    below_zero: Vec<Vec<Symbol>>,
    on: Vec<Vec<WorkloadId>>,
    averse: Members,
    affine: Members,
    /// The places of each affinity group, in the order in which its members came.
    affine_domains: FxHashMap<Symbol, Vec<Domain>>,
}

impl Occupancy {
    /// Nothing anywhere.
    pub(crate) fn empty(model: &Model) -> Self {
        let offers = |node: NodeId| &model.node_table(node).resources;
        let mut starts = vec![0];
        starts.extend(model.node_ids().scan(0, |end, node| {
            *end += offers(node).len();
            Some(*end)
        }));
        let negative = |node| offers(node).iter().filter(|offer| offer.capacity.is_negative());
        let all = model.node_ids().flat_map(offers);
        Self {
            free: all.map(|offer| Left { resource: offer.resource, free: offer.capacity }).collect(),
            starts,
            below_zero: model.node_ids().map(|node| negative(node).map(|offer| offer.resource).collect()).collect(),
            on: vec![Vec::new(); model.nodes().len()],
            averse: Members::default(),
            affine: Members::default(),
            affine_domains: FxHashMap::default(),
        }
    }

    /// What is free of a resource on a node; `None` where the node does not offer it.
    pub fn free(&self, node: NodeId, resource: Symbol) -> Option<Capacity> {
        let row = &self.free[self.row(node)];
        row.binary_search_by_key(&resource, |left| left.resource).ok().map(|at| row[at].free)
    }

    /// The same for what is asked in ascending order.
    pub(crate) fn free_ascending(&self, node: NodeId) -> impl FnMut(Symbol) -> Option<Capacity> {
        let (row, mut along) = (&self.free[self.row(node)], AscendingLookup::default());
        move |resource| along.find(row, resource, |left| left.resource).map(|at| row[at].free)
    }

    fn row(&self, node: NodeId) -> Range<usize> {
        self.starts[node.index()]..self.starts[node.index() + 1]
    }

    /// What the workloads on a node take of a resource; from capacity and what is free, unless those are infinite.
    pub fn used(&self, model: &Model, node: NodeId, resource: Symbol) -> Quantity {
        let capacity = model.offer(node, resource).map(|offer| offer.capacity);
        if let (Some(Capacity::Finite(capacity)), Some(Capacity::Finite(free))) = (capacity, self.free(node, resource))
        {
            return capacity - free;
        }
        let required = self.on(node).iter().filter_map(|&each| model.workload_table(each).requirement(resource));
        required.map(Requirement::amount).sum()
    }

    /// The resources of a node that are below zero now.
    pub(crate) fn below_zero(&self, node: NodeId) -> &[Symbol] {
        &self.below_zero[node.index()]
    }

    /// The workloads on a node, in the order in which they came.
    pub fn on(&self, node: NodeId) -> &[WorkloadId] {
        &self.on[node.index()]
    }

    /// How many members of an aversion group are in a place.
    pub(crate) fn averse_members(&self, group: Symbol, place: Domain) -> u32 {
        self.averse.get(&(group, Some(place))).copied().unwrap_or(0)
    }

    /// Where members of aversion groups are and how many, in no order.
    pub(crate) fn averse_domains(&self) -> impl Iterator<Item = (Symbol, Domain, u32)> {
        self.averse.iter().filter_map(|(&(group, place), &members)| Some((group, place?, members)))
    }

    /// How many members of an affinity group are in a place.
    pub(crate) fn affine_members(&self, group: Symbol, place: Domain) -> u32 {
        self.affine.get(&(group, Some(place))).copied().unwrap_or(0)
    }

    /// The places in which members of an affinity group are.
    pub(crate) fn affine_domains(&self, group: Symbol) -> &[Domain] {
        self.affine_domains.get(&group).map_or(&[], Vec::as_slice)
    }

    /// Whether any member of an affinity group is placed anywhere.
    pub(crate) fn has_members(&self, group: Symbol) -> bool {
        self.affine.get(&(group, None)).is_some_and(|&members| members > 0)
    }

    /// Puts a workload on a node, whether or not it fits.
    pub(crate) fn attach(&mut self, model: &Model, demand: &Demand<'_>, node: NodeId) {
        let (range, mut along) = (self.row(node), AscendingLookup::default());
        let row = &mut self.free[range];
        for requirement in demand.requirements {
            if let Some(at) = along.find(row, requirement.resource, |left| left.resource) {
                take_off(&mut row[at], requirement.amount(), &mut self.below_zero[node.index()]);
            }
        }
        self.on[node.index()].push(demand.workload);
        self.count(model, demand, node);
    }

    fn count(&mut self, model: &Model, demand: &Demand<'_>, node: NodeId) {
        for &group in demand.aversion_groups {
            if let Some(place) = Domain::of(model, node, model.aversion_group(group).over) {
                *self.averse.entry((group, Some(place))).or_default() += 1;
            }
        }
        for &group in &demand.affinity_groups {
            *self.affine.entry((group, None)).or_default() += 1;
            if let Some(place) = Domain::of(model, node, model.affinity_group(group).over) {
                let members = self.affine.entry((group, Some(place))).or_default();
                *members += 1;
                if *members == 1 {
                    self.affine_domains.entry(group).or_default().push(place);
                }
            }
        }
    }
}

/// Takes an amount off what is left of a resource, and keeps the list of those below zero right.
fn take_off(left: &mut Left, amount: Quantity, below_zero: &mut Vec<Symbol>) {
    let was_negative = left.free.is_negative();
    left.free = left.free.minus(amount);
    match (was_negative, left.free.is_negative()) {
        (false, true) => below_zero.push(left.resource),
        (true, false) => below_zero.retain(|&negative| negative != left.resource),
        _ => {}
    }
}
