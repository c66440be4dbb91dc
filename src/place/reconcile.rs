//! Reconciles the model with the record: keeps every recorded placement that still holds, and queues the rest.
//!
//! Under `replan = "keep"`:
//! 1. Every workload starts on the node of its record, or of its pin.
//! 2. Evict workloads that a drain, a selector, a missing domain or a missing resource forbids on their node.
//! 3. Evict members beyond the maximum of a hard aversion group, and those outside the domain of a hard affinity group.
//! 4. Evict workloads from nodes on which a resource is below zero.
//! 5. Attach the workloads that stay. Readmit those evicted by 3 or 4 whose node has room after all.
//! 6. Queue evicted workloads, then new ones, each in strategy order.
//!
//! Under `replan = "fresh"` every workload is queued, and only `stay` looks at the record.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Inheritance, Model, NodeId, Record, RecordEntry, Replan, WorkloadId, WorkloadTable};
use crate::place::{Engine, Start, workload_order};
use crate::quantity::Quantity;
use crate::rules::hold::{self, NodeBalance};
use crate::rules::{self, Demand, Departure, Domain, Reason, Standing, has_negative_amount};

/// Workload that counts as recorded on a node, for this plan only, because the operator moved it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The workload.
    pub workload: WorkloadId,
    /// The node.
    pub node: NodeId,
}

/// Error for a pin whose node cannot keep the workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinError {
    /// The pin.
    pub pin: Pin,
    /// Reason why the workload would leave the node.
    pub reason: Reason,
}

impl fmt::Display for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the node does not hold the workload")
    }
}

impl std::error::Error for PinError {}

/// Start of the main loop: recorded placements that stay, and the queue of workloads to place.
pub(crate) struct Reconciled {
    pub(crate) engine: Engine,
    pub(crate) inheritance: Inheritance,
    pub(crate) departures: Vec<Departure>,
    /// Workloads to place, in the order in which they are tried.
    pub(crate) queue: Vec<(WorkloadId, Standing)>,
}

/// Compares the model with the record: decides what stays where it is on record and what is to be placed.
pub(crate) fn reconcile(model: &Model, start: &Start<'_>) -> Result<Reconciled, PinError> {
    let empty = Record::default();
    let record = start.record.unwrap_or(&empty);
    let inheritance = Inheritance::new(model, record);
    match model.replan {
        Replan::Keep => keep(model, record, inheritance, start),
        Replan::Fresh => Ok(fresh(model, inheritance, start)),
    }
}

/// Starts from empty nodes, whatever runs where; only workloads with `stay` look at the record.
fn fresh(model: &Model, inheritance: Inheritance, start: &Start<'_>) -> Reconciled {
    let mut order = model.workload_ids().collect::<Vec<_>>();
    workload_order::sort(model, &mut order);
    let standing = |workload| match inheritance.of(workload) {
        Some(claim) if model.workload_table(workload).stay => Standing::Bound(claim.node),
        _ => Standing::Free,
    };
    let queue = order.into_iter().map(|workload| (workload, standing(workload))).collect::<Vec<_>>();
    Reconciled { engine: Engine::with_search(model, start.search), inheritance, departures: Vec::new(), queue }
}

/// Keeps every recorded placement that still holds, and queues the other workloads.
fn keep(model: &Model, record: &Record, inheritance: Inheritance, start: &Start<'_>) -> Result<Reconciled, PinError> {
    let pins = start.pins;
    let mut reconciliation = Reconciliation::new(model, record, &inheritance, pins);
    reconciliation.evict_forbidden();
    reconciliation.evict_over_group_maximum();
    reconciliation.evict_scattered_members();
    reconciliation.evict_until_nodes_hold();
    let mut engine = Engine::with_search(model, start.search);
    if let Some(cursor) = inheritance.cursor {
        engine.resume_after(cursor);
    }
    reconciliation.attach_kept(&mut engine);
    reconciliation.readmit(&mut engine);
    if let Some(error) = reconciliation.broken_pin(pins) {
        return Err(error);
    }
    let queue = reconciliation.queue();
    let departures = reconciliation.into_departures();
    Ok(Reconciled { engine, inheritance, departures, queue })
}

/// Reconciliation in progress: workloads kept on the node of their record, and workloads that left it.
struct Reconciliation<'a> {
    model: &'a Model,
    record: &'a Record,
    inheritance: &'a Inheritance,
    /// Node of the record or the pin, as long as the workload may stay there.
    kept: Vec<Option<NodeId>>,
    /// Departures so far, by workload.
    departures: BTreeMap<WorkloadId, Departure>,
    /// Workloads that left because of a group or a shortage, with their node: they may be readmitted.
    evicted: Vec<(WorkloadId, NodeId)>,
}

impl<'a> Reconciliation<'a> {
    fn new(model: &'a Model, record: &'a Record, inheritance: &'a Inheritance, pins: &[Pin]) -> Self {
        let pinned = pins.iter().map(|pin| (pin.workload, pin.node)).collect::<FxHashMap<_, _>>();
        let mut departures = BTreeMap::new();
        let mut kept = vec![None; model.workloads().len()];
        for workload in model.workload_ids() {
            let claim = inheritance.of(workload).filter(|claim| matches!(claim.entry, RecordEntry::Placement(_)));
            let node = pinned.get(&workload).copied().or(claim.and_then(|claim| claim.node));
            kept[workload.index()] = node;
            if node.is_none() && claim.is_some() {
                departures.insert(workload, Departure { workload, node: None, reason: Reason::NodeGone });
            }
        }
        Self { model, record, inheritance, kept, departures, evicted: Vec::new() }
    }

    /// Returns the workloads that are kept, with their nodes, in manifest order.
    fn kept_pairs(&self) -> impl Iterator<Item = (WorkloadId, NodeId)> + '_ {
        self.model.workload_ids().filter_map(|workload| Some((workload, self.kept[workload.index()]?)))
    }

    fn has_stay(&self, workload: WorkloadId) -> bool {
        self.model.workload_table(workload).stay
    }

    /// Evicts workloads that a hard rule forbids on their node whatever else runs there.
    fn evict_forbidden(&mut self) {
        let forbidden = self.kept_pairs().filter_map(|(workload, node)| {
            let reason = self.forbidding_reason(workload, node)?;
            Some(Departure { workload, node: Some(node), reason })
        });
        for departure in forbidden.collect::<Vec<_>>() {
            self.kept[departure.workload.index()] = None;
            self.departures.insert(departure.workload, departure);
        }
    }

    fn forbidding_reason(&self, workload: WorkloadId, node: NodeId) -> Option<Reason> {
        let (model, table) = (self.model, self.model.workload_table(workload));
        if model.drains.contains_key(&node) && !table.stay {
            return Some(Reason::Drained);
        }
        let label = rules::excluding_label(model, table, node).map(Reason::NotSelected);
        let domain = || rules::hard_group_without_domain(model, table, node).map(Reason::NoDomain);
        let offer = || hold::first_not_offered(model, node, table).map(Reason::Lacks);
        label.or_else(domain).or_else(offer)
    }

    /// Evicts members beyond the maximum of a hard aversion group in a domain: the last in strategy order, and
    /// members with `stay` only if no others are left.
    fn evict_over_group_maximum(&mut self) {
        let model = self.model;
        for (group, members) in self.hard_groups(|group| model.aversion_group(group).hard, |of| &of.aversion_groups) {
            let options = model.aversion_group(group);
            for mut members in self.by_domain(&members, options.over).into_values() {
                members.sort_by_cached_key(|&(each, _)| (!self.has_stay(each), workload_order::order_key(model, each)));
                for (workload, node) in members.into_iter().skip(options.max as usize) {
                    self.evict(workload, node, Reason::GroupFull(group));
                }
            }
        }
    }

    /// Evicts members of a hard affinity group outside its domain.
    fn evict_scattered_members(&mut self) {
        let model = self.model;
        for (group, members) in self.hard_groups(|group| model.affinity_group(group).hard, |of| &of.affinity_groups) {
            let domains = self.by_domain(&members, model.affinity_group(group).over);
            let kept = self.affinity_domain(&domains);
            for (domain, members) in domains {
                for (workload, node) in members.into_iter().filter(|_| Some(domain) != kept) {
                    self.evict(workload, node, Reason::GroupElsewhere(group));
                }
            }
        }
    }

    /// Returns the domain that an affinity group keeps: if possible one with a member that has `stay`, then the one
    /// with most members; ties by name.
    fn affinity_domain(&self, domains: &BTreeMap<Domain, Vec<(WorkloadId, NodeId)>>) -> Option<Domain> {
        let has_stay = |members: &Vec<(WorkloadId, NodeId)>| members.iter().any(|&(each, _)| self.has_stay(each));
        let best = domains
            .iter()
            .min_by_key(|(domain, members)| (!has_stay(members), Reverse(members.len()), domain.name(self.model)));
        best.map(|(&domain, _)| domain)
    }

    /// Evicts workloads, node by node, until each that is left accepts what is below zero on its node.
    fn evict_until_nodes_hold(&mut self) {
        let mut balances =
            self.model.node_ids().map(|node| NodeBalance::new(self.model, node, &[])).collect::<Vec<_>>();
        // Workloads are added in manifest order, not node by node, because their tables lie in memory in that order.
        for (workload, node) in self.kept_pairs() {
            balances[node.index()].add(workload);
        }
        let broken = self.model.node_ids().zip(balances).filter(|(_, balance)| balance.first_negative().is_some());
        let mut broken = broken.map(|(node, balance)| (node, (balance, Vec::new()))).collect::<BTreeMap<_, _>>();
        if broken.is_empty() {
            return;
        }
        for (workload, node) in self.kept_pairs() {
            if let Some((_, on)) = broken.get_mut(&node) {
                on.push(workload);
            }
        }
        for (node, (balance, on)) in broken {
            self.evict_until_node_holds(node, balance, &on);
        }
    }

    /// Evicts workloads that require the resource one at a time; if none is left, all that are not immune to it.
    fn evict_until_node_holds(&mut self, node: NodeId, mut balance: NodeBalance<'_>, on: &[WorkloadId]) {
        let mut queues = BTreeMap::new();
        while let Some(resource) = balance.first_negative() {
            let queue = queues.entry(resource).or_insert_with(|| self.last_to_first(on, resource));
            let next = std::iter::from_fn(|| queue.pop()).find(|each| self.kept[each.index()].is_some());
            let victims = next.map_or_else(|| self.affected(on, resource), |next| vec![next]);
            for workload in victims {
                let reason = balance.reason_to_leave(workload, resource);
                balance.remove(workload);
                self.evict(workload, node, reason);
            }
        }
    }

    /// Returns the kept workloads that are not immune to a resource.
    fn affected(&self, on: &[WorkloadId], resource: Symbol) -> Vec<WorkloadId> {
        let is_affected = |each: &WorkloadId| !rules::is_immune(self.model.workload_table(*each), resource);
        on.iter().copied().filter(|each| self.kept[each.index()].is_some() && is_affected(each)).collect()
    }

    /// Returns the workloads that require a resource and are not immune to it; the last of them leaves first.
    ///
    /// Workloads without `stay` leave first. Among equals, workloads that grew leave first, then the last in strategy
    /// order.
    fn last_to_first(&self, on: &[WorkloadId], resource: Symbol) -> Vec<WorkloadId> {
        let mut queue = self.affected(on, resource);
        queue.retain(|each| hold::amount_of(self.model.workload_table(*each), resource).is_positive());
        queue.sort_by_cached_key(|&each| {
            (!self.has_stay(each), self.grew(each, resource), workload_order::order_key(self.model, each))
        });
        queue
    }

    fn evict(&mut self, workload: WorkloadId, node: NodeId, reason: Reason) {
        self.kept[workload.index()] = None;
        self.departures.insert(workload, Departure { workload, node: Some(node), reason });
        self.evicted.push((workload, node));
    }

    /// Attaches the kept workloads to their nodes.
    fn attach_kept(&self, engine: &mut Engine) {
        for (workload, node) in self.kept_pairs() {
            engine.attach(self.model, workload, node);
        }
    }

    /// Readmits evicted workloads to their nodes, one at a time, each time the first that fits.
    ///
    /// A workload that returns leaves less room for the others, unless one of its requirements is negative. Only then
    /// are earlier workloads of the same node tried again.
    fn readmit(&mut self, engine: &mut Engine) {
        let mut order = std::mem::take(&mut self.evicted);
        order.sort_by_cached_key(|&(each, _)| {
            (!self.has_stay(each), self.grew_in_any_resource(each), workload_order::order_key(self.model, each))
        });
        let mut nodes = BTreeMap::new();
        for (workload, node) in order {
            let (balance, waiting) = nodes
                .entry(node)
                .or_insert_with(|| (NodeBalance::new(self.model, node, engine.occupancy.on(node)), Vec::new()));
            let mut at = waiting.len();
            waiting.push(workload);
            while let Some(&each) = waiting.get(at) {
                if !self.can_return(engine, balance, each, node) {
                    at += 1;
                    continue;
                }
                waiting.remove(at);
                engine.attach(self.model, each, node);
                self.kept[each.index()] = Some(node);
                self.departures.remove(&each);
                if has_negative_amount(&self.model.workload_table(each).requirements) {
                    at = 0;
                }
            }
        }
    }

    fn can_return(&self, engine: &Engine, balance: &mut NodeBalance<'_>, workload: WorkloadId, node: NodeId) -> bool {
        let demand = Demand::of(self.model, workload);
        rules::hard_groups_allow(self.model, &engine.occupancy, &demand, node) && balance.try_return(workload)
    }

    fn broken_pin(&self, pins: &[Pin]) -> Option<PinError> {
        pins.iter().find_map(|&pin| {
            let reason = self.departures.get(&pin.workload)?.reason;
            Some(PinError { pin, reason })
        })
    }

    /// Returns the workloads to place: evicted ones before new ones, each in strategy order.
    fn queue(&self) -> Vec<(WorkloadId, Standing)> {
        let unplaced = self.model.workload_ids().filter(|each| self.kept[each.index()].is_none());
        let (mut displaced, mut new) = unplaced.partition::<Vec<_>, _>(|&each| self.inheritance.of(each).is_some());
        workload_order::sort(self.model, &mut displaced);
        workload_order::sort(self.model, &mut new);
        displaced.into_iter().chain(new).map(|workload| (workload, self.standing(workload))).collect()
    }

    fn standing(&self, workload: WorkloadId) -> Standing {
        let Some(claim) = self.inheritance.of(workload) else { return Standing::Free };
        if self.has_stay(workload) {
            return Standing::Bound(claim.node);
        }
        match (claim.entry, claim.node) {
            (RecordEntry::Eviction(_), Some(last)) => Standing::Returning(last),
            _ => Standing::Free,
        }
    }

    fn into_departures(self) -> Vec<Departure> {
        self.departures.into_values().collect()
    }

    /// Returns the recorded requirement of a workload; `None` if it has no recorded placement.
    fn recorded(&self, workload: WorkloadId, resource: Symbol) -> Option<Quantity> {
        let Some(RecordEntry::Placement(at)) = self.inheritance.of(workload).map(|claim| claim.entry) else {
            return None;
        };
        let name = self.model.text(resource);
        let requirements = &self.record.placements[at].requirements;
        Some(requirements.iter().find(|(each, ..)| &**each == name).map_or(Quantity::ZERO, |(_, amount, _)| *amount))
    }

    fn grew(&self, workload: WorkloadId, resource: Symbol) -> bool {
        let now = hold::amount_of(self.model.workload_table(workload), resource);
        self.recorded(workload, resource).is_some_and(|before| now > before)
    }

    fn grew_in_any_resource(&self, workload: WorkloadId) -> bool {
        let requirements = &self.model.workload_table(workload).requirements;
        requirements.iter().any(|requirement| self.grew(workload, requirement.resource))
    }

    /// Returns the hard groups of the kept workloads with their kept members, sorted by name.
    fn hard_groups(
        &self,
        is_hard: impl Fn(Symbol) -> bool,
        groups: impl Fn(&WorkloadTable) -> &Vec<Symbol>,
    ) -> Vec<(Symbol, Vec<WorkloadId>)> {
        let mut members = BTreeMap::<_, Vec<_>>::new();
        for (workload, _) in self.kept_pairs() {
            for &group in groups(self.model.workload_table(workload)).iter().filter(|&&group| is_hard(group)) {
                members.entry(group).or_default().push(workload);
            }
        }
        let mut members = members.into_iter().collect::<Vec<_>>();
        members.sort_unstable_by_key(|&(group, _)| self.model.text(group));
        members
    }

    /// Returns the members that are still kept, by domain.
    fn by_domain(&self, members: &[WorkloadId], over: Option<Symbol>) -> BTreeMap<Domain, Vec<(WorkloadId, NodeId)>> {
        let mut domains = BTreeMap::<_, Vec<_>>::new();
        for &workload in members {
            let Some(node) = self.kept[workload.index()] else { continue };
            if let Some(domain) = Domain::of(self.model, node, over) {
                domains.entry(domain).or_default().push((workload, node));
            }
        }
        domains
    }
}
