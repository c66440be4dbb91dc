//! Workloads on their nodes, and what is left there: the state that attaching and detaching change.
//!
//! Free amounts are kept in one row per node, sorted by resource. Members of groups are counted per domain. Occupancy
//! does not judge whether a workload *may* be on a node; the rules in `attach` do.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Requirement, WorkloadId};
use crate::quantity::{Capacity, Quantity};
use crate::rules::demand::Demand;
use crate::rules::domain::Domain;
use crate::rules::sorted_lookup::AscendingLookup;

/// Number of members of each group, by domain; `None` counts all of them.
type Members = FxHashMap<(Symbol, Option<Domain>), u32>;

/// Free amount of one resource on one node.
#[derive(Clone, Copy, Debug)]
struct Free {
    resource: Symbol,
    amount: Capacity,
}

/// Workloads by node, free amounts, and members of groups by domain.
///
/// [`detach`](Self::detach) is the exact inverse of [`attach`](Self::attach): after any sequence of both, every method
/// answers as if only the workloads that are still attached had been attached, in the same order.
///
/// ```
/// use lighthouse::model::{Model, NodeId, NodeTable, Strategy, WorkloadId, WorkloadTable};
/// use lighthouse::rules::Occupancy;
///
/// let mut model = Model::new(Strategy::Prioritized, &[])?;
/// model.add_nodes(NodeTable { name: "harbor".into(), ..NodeTable::default() })?;
/// model.add_workloads(WorkloadTable { name: "boat".into(), ..WorkloadTable::default() })?;
/// let (boat, harbor) = (WorkloadId(0), NodeId(0));
/// let mut occupancy = Occupancy::empty(&model);
/// occupancy.attach(&model, boat, harbor);
/// assert_eq!(occupancy.on(harbor), [boat]);
/// occupancy.detach(&model, boat, harbor);
/// assert!(occupancy.on(harbor).is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Occupancy {
    /// Rows of all nodes, one after the other.
    free: Vec<Free>,
    /// Start of each node's row, and the end of the last one.
    starts: Vec<usize>,
    /// Resources below zero on each node, sorted.
    below_zero: Vec<Vec<Symbol>>,
    /// Workloads on each node, in the order in which they were attached.
    on: Vec<Vec<WorkloadId>>,
    averse: Members,
    affine: Members,
    /// Domains with members of each affinity group, in no particular order.
    affine_domains: FxHashMap<Symbol, Vec<Domain>>,
}

impl Occupancy {
    /// Occupancy of empty nodes.
    pub fn empty(model: &Model) -> Self {
        let offers = |node: NodeId| &model.node_table(node).resources;
        let mut starts = vec![0];
        starts.extend(model.node_ids().scan(0, |end, node| {
            *end += offers(node).len();
            Some(*end)
        }));
        let negative = |node| offers(node).iter().filter(|offer| offer.capacity.is_negative());
        let all = model.node_ids().flat_map(offers);
        Self {
            free: all.map(|offer| Free { resource: offer.resource, amount: offer.capacity }).collect(),
            starts,
            below_zero: model.node_ids().map(|node| negative(node).map(|offer| offer.resource).collect()).collect(),
            on: vec![Vec::new(); model.nodes().len()],
            averse: Members::default(),
            affine: Members::default(),
            affine_domains: FxHashMap::default(),
        }
    }

    /// Puts a workload on a node, whether or not it fits. Cost: O(requirements + groups).
    pub fn attach(&mut self, model: &Model, workload: WorkloadId, node: NodeId) {
        self.attach_demand(model, &Demand::of(model, workload), node);
    }

    /// Puts a workload on a node, given the demand of the workload.
    pub(crate) fn attach_demand(&mut self, model: &Model, demand: &Demand<'_>, node: NodeId) {
        self.change_free(demand, node, Requirement::amount);
        self.on[node.index()].push(demand.workload);
        for &group in demand.aversion_groups {
            if let Some(domain) = Domain::of(model, node, model.aversion_group(group).over) {
                *self.averse.entry((group, Some(domain))).or_default() += 1;
            }
        }
        for &group in &demand.affinity_groups {
            *self.affine.entry((group, None)).or_default() += 1;
            if let Some(domain) = Domain::of(model, node, model.affinity_group(group).over) {
                let members = self.affine.entry((group, Some(domain))).or_default();
                *members += 1;
                if *members == 1 {
                    self.affine_domains.entry(group).or_default().push(domain);
                }
            }
        }
    }

    /// Takes a workload off its node. Amounts of `inf` and `-inf` stay what they are.
    ///
    /// Cost: O(requirements + groups), plus the workloads that were attached to the node later, plus, where the last
    /// member of an affinity group leaves a domain, the domains that the group came to later.
    ///
    /// # Panics
    /// If the workload is not on the node.
    pub fn detach(&mut self, model: &Model, workload: WorkloadId, node: NodeId) {
        let demand = Demand::of(model, workload);
        let on = &mut self.on[node.index()];
        let at = on.iter().rposition(|&each| each == workload).expect("the workload is on the node");
        on.remove(at);
        self.change_free(&demand, node, |requirement| -requirement.amount());
        for &group in demand.aversion_groups {
            if let Some(domain) = Domain::of(model, node, model.aversion_group(group).over) {
                remove_member(&mut self.averse, group, Some(domain));
            }
        }
        for &group in &demand.affinity_groups {
            remove_member(&mut self.affine, group, None);
            if let Some(domain) = Domain::of(model, node, model.affinity_group(group).over)
                && remove_member(&mut self.affine, group, Some(domain)) == 0
            {
                let domains = self.affine_domains.entry(group).or_default();
                let at = domains.iter().rposition(|&each| each == domain);
                domains.swap_remove(at.expect("a domain with members is listed"));
            }
        }
    }

    /// Takes an amount per requirement off the free amounts of a node. Resources that the node lacks do not count.
    fn change_free(&mut self, demand: &Demand<'_>, node: NodeId, amount: impl Fn(&Requirement) -> Quantity) {
        let (range, mut lookup) = (self.row(node), AscendingLookup::default());
        let row = &mut self.free[range];
        for requirement in demand.requirements {
            if let Some(at) = lookup.find(row, requirement.resource, |free| free.resource) {
                take_off(&mut row[at], amount(requirement), &mut self.below_zero[node.index()]);
            }
        }
    }

    /// Free amount of a resource on a node; `None` if the node does not offer it.
    pub fn free(&self, node: NodeId, resource: Symbol) -> Option<Capacity> {
        let row = &self.free[self.row(node)];
        row.binary_search_by_key(&resource, |free| free.resource).ok().map(|at| row[at].amount)
    }

    /// Lookup of free amounts on a node for resources that are asked for in ascending order.
    pub(crate) fn free_ascending(&self, node: NodeId) -> impl FnMut(Symbol) -> Option<Capacity> {
        let (row, mut lookup) = (&self.free[self.row(node)], AscendingLookup::default());
        move |resource| lookup.find(row, resource, |free| free.resource).map(|at| row[at].amount)
    }

    fn row(&self, node: NodeId) -> Range<usize> {
        self.starts[node.index()]..self.starts[node.index() + 1]
    }

    /// Sum of what the workloads on a node require of a resource. For finite amounts, capacity minus free amount.
    pub fn used(&self, model: &Model, node: NodeId, resource: Symbol) -> Quantity {
        let capacity = model.offer(node, resource).map(|offer| offer.capacity);
        if let (Some(Capacity::Finite(capacity)), Some(Capacity::Finite(free))) = (capacity, self.free(node, resource))
        {
            return capacity - free;
        }
        let required = self.on(node).iter().filter_map(|&each| model.workload_table(each).requirement(resource));
        required.map(Requirement::amount).sum()
    }

    /// Resources of a node whose free amount is below zero, sorted by symbol.
    pub fn below_zero(&self, node: NodeId) -> &[Symbol] {
        &self.below_zero[node.index()]
    }

    /// Workloads on a node, in the order in which they were attached.
    pub fn on(&self, node: NodeId) -> &[WorkloadId] {
        &self.on[node.index()]
    }

    /// Number of members of an aversion group in a domain.
    pub fn averse_members(&self, group: Symbol, domain: Domain) -> u32 {
        self.averse.get(&(group, Some(domain))).copied().unwrap_or(0)
    }

    /// Domains with members of aversion groups and the number of members, in no particular order.
    pub(crate) fn averse_domains(&self) -> impl Iterator<Item = (Symbol, Domain, u32)> {
        self.averse.iter().filter_map(|(&(group, domain), &members)| Some((group, domain?, members)))
    }

    /// Number of members of an affinity group in a domain.
    pub fn affine_members(&self, group: Symbol, domain: Domain) -> u32 {
        self.affine.get(&(group, Some(domain))).copied().unwrap_or(0)
    }

    /// Domains with members of an affinity group, in no particular order.
    pub fn affine_domains(&self, group: Symbol) -> &[Domain] {
        self.affine_domains.get(&group).map_or(&[], Vec::as_slice)
    }

    /// Whether any member of an affinity group is on any node.
    pub fn has_members(&self, group: Symbol) -> bool {
        self.affine.get(&(group, None)).is_some_and(|&members| members > 0)
    }
}

/// Takes one member off a count and returns the number of members left. A count of 0 is not kept.
fn remove_member(members: &mut Members, group: Symbol, domain: Option<Domain>) -> u32 {
    let left = members.get(&(group, domain)).map_or(0, |&count| count - 1);
    if left == 0 {
        members.remove(&(group, domain));
    } else {
        members.insert((group, domain), left);
    }
    left
}

/// Takes an amount off a free amount and keeps the sorted list of resources below zero up to date.
fn take_off(free: &mut Free, amount: Quantity, below_zero: &mut Vec<Symbol>) {
    let was_negative = free.amount.is_negative();
    free.amount = free.amount.minus(amount);
    match (was_negative, free.amount.is_negative()) {
        (false, true) => below_zero.insert(below_zero.partition_point(|&each| each < free.resource), free.resource),
        (true, false) => below_zero.retain(|&negative| negative != free.resource),
        _ => {}
    }
}
