//! Re-planning that moves only what must move: section 3 of the design, step by step.
//!
//! Everybody starts on the node of their record. Those leave that cannot stay, some come back because the others made
//! room, and only what is causes over or new is placed by the strategy. `hold` judges one node, `claim` knows whose
//! record is whose, and what changed is told by the plan.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Inheritance, Model, NodeId, Record, RecordEntry, Replan, WorkloadId, WorkloadTable};
use crate::place::{Engine, Start, workload_order};
use crate::quantity::Quantity;
use crate::rules;
use crate::rules::Domain;
use crate::rules::Standing;
use crate::rules::hold::{self, NodeBalance};
use crate::rules::{Demand, has_negative_amount};
use crate::rules::{Departure, Reason};

/// A workload that counts as recorded on a node, this once: the operator's hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The workload.
    pub workload: WorkloadId,
    /// The node.
    pub node: NodeId,
}

/// A node does not hold what the operator asked it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinError {
    /// What was asked.
    pub pin: Pin,
    /// Why it cannot be.
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
    let departures = reconciliation.departures();
    Ok(Reconciled { engine, inheritance, departures, queue })
}

/// Who sits on the node of their record, and who was sent away from it.
struct Reconciliation<'a> {
    model: &'a Model,
    record: &'a Record,
    inheritance: &'a Inheritance,
    /// The node of the record, while the workload may stay there.
    kept: Vec<Option<NodeId>>,
    /// Why workloads causes, by workload.
    causes: BTreeMap<WorkloadId, Departure>,
    /// Those who causes over a group or a shortage, with the node: they may come back.
    evicted: Vec<(WorkloadId, NodeId)>,
}

impl<'a> Reconciliation<'a> {
    fn new(model: &'a Model, record: &'a Record, inheritance: &'a Inheritance, pins: &[Pin]) -> Self {
        let pinned = pins.iter().map(|pin| (pin.workload, pin.node)).collect::<FxHashMap<_, _>>();
        let mut causes = BTreeMap::new();
        let mut kept = vec![None; model.workloads().len()];
        for workload in model.workload_ids() {
            let claim = inheritance.of(workload).filter(|claim| matches!(claim.entry, RecordEntry::Placement(_)));
            let node = pinned.get(&workload).copied().or(claim.and_then(|claim| claim.node));
            kept[workload.index()] = node;
            if node.is_none() && claim.is_some() {
                causes.insert(workload, Departure { workload, node: None, reason: Reason::NodeGone });
            }
        }
        Self { model, record, inheritance, kept, causes, evicted: Vec::new() }
    }

    fn kept_pairs(&self) -> impl Iterator<Item = (WorkloadId, NodeId)> + '_ {
        self.model.workload_ids().filter_map(|workload| Some((workload, self.kept[workload.index()]?)))
    }

    fn has_stay(&self, workload: WorkloadId) -> bool {
        self.model.workload_table(workload).stay
    }

    /// Those leave that a hard rule forbidding_cause on their node, whoever else is there.
    fn evict_forbidden(&mut self) {
        let forbidden = self.kept_pairs().filter_map(|(workload, node)| {
            let reason = self.forbidding_cause(workload, node)?;
            Some(Departure { workload, node: Some(node), reason })
        });
        for departure in forbidden.collect::<Vec<_>>() {
            self.kept[departure.workload.index()] = None;
            self.causes.insert(departure.workload, departure);
        }
    }

    fn forbidding_cause(&self, workload: WorkloadId, node: NodeId) -> Option<Reason> {
        let (model, table) = (self.model, self.model.workload_table(workload));
        if model.drains.contains_key(&node) && !table.stay {
            return Some(Reason::Drained);
        }
        let label = rules::excluding_label(model, table, node).map(Reason::NotSelected);
        let place = || rules::hard_group_without_domain(model, table, node).map(Reason::NoDomain);
        let offer = || hold::first_not_offered(model, node, table).map(Reason::Lacks);
        label.or_else(place).or_else(offer)
    }

    /// Those leave that are too many in a place of a hard aversion group: the last in strategy order, `stay` after all.
    fn evict_over_group_maximum(&mut self) {
        let model = self.model;
        for (group, members) in self.hard_groups(|group| model.aversion_group(group).hard, |of| &of.aversion_groups) {
            let options = model.aversion_group(group);
            for mut members in self.by_place(&members, options.over).into_values() {
                members.sort_by_cached_key(|&(each, _)| (!self.has_stay(each), workload_order::order_key(model, each)));
                for (workload, node) in members.into_iter().skip(options.max as usize) {
                    self.evict(workload, node, Reason::GroupFull(group));
                }
            }
        }
    }

    /// Those leave that are not in the one place of a hard affinity group.
    fn evict_scattered_members(&mut self) {
        let model = self.model;
        for (group, members) in self.hard_groups(|group| model.affinity_group(group).hard, |of| &of.affinity_groups) {
            let places = self.by_place(&members, model.affinity_group(group).over);
            let kept = self.affinity_domain(&places);
            for (place, members) in places {
                for (workload, node) in members.into_iter().filter(|_| Some(place) != kept) {
                    self.evict(workload, node, Reason::GroupElsewhere(group));
                }
            }
        }
    }

    /// Of the places with a member that has `stay`, else of all, the one with most members; ties by name.
    fn affinity_domain(&self, places: &BTreeMap<Domain, Vec<(WorkloadId, NodeId)>>) -> Option<Domain> {
        let has_stay = |members: &Vec<(WorkloadId, NodeId)>| members.iter().any(|&(each, _)| self.has_stay(each));
        let best = places
            .iter()
            .min_by_key(|(place, members)| (!has_stay(members), Reverse(members.len()), place.name(self.model)));
        best.map(|(&place, _)| place)
    }

    /// Node by node, those leave over whom a resource is below zero, until rule 1 holds for all that are causes.
    fn evict_until_nodes_hold(&mut self) {
        let mut held = self.model.node_ids().map(|node| NodeBalance::new(self.model, node, &[])).collect::<Vec<_>>();
        // In the order of the manifest, in which they lie in memory.
        for (workload, node) in self.kept_pairs() {
            held[node.index()].add(workload);
        }
        let broken = self.model.node_ids().zip(held).filter(|(_, held)| held.first_negative().is_some());
        let mut broken = broken.map(|(node, held)| (node, (held, Vec::new()))).collect::<BTreeMap<_, _>>();
        if broken.is_empty() {
            return;
        }
        for (workload, node) in self.kept_pairs() {
            if let Some((_, on)) = broken.get_mut(&node) {
                on.push(workload);
            }
        }
        for (node, (held, on)) in broken {
            self.evict_until_node_holds(node, held, &on);
        }
    }

    /// One at a time while any requires the resource, and then all that mind it.
    fn evict_until_node_holds(&mut self, node: NodeId, mut held: NodeBalance<'_>, on: &[WorkloadId]) {
        let mut queues = BTreeMap::new();
        while let Some(resource) = held.first_negative() {
            let queue = queues.entry(resource).or_insert_with(|| self.last_to_first(on, resource));
            let next = std::iter::from_fn(|| queue.pop()).find(|each| self.kept[each.index()].is_some());
            let leavers = next.map_or_else(|| self.concerned(on, resource), |next| vec![next]);
            for workload in leavers {
                let reason = held.reason_to_leave(workload, resource);
                held.remove(workload);
                self.evict(workload, node, reason);
            }
        }
    }

    /// The kept_pairs that are not immune to a resource.
    fn concerned(&self, on: &[WorkloadId], resource: Symbol) -> Vec<WorkloadId> {
        let minds = |each: &WorkloadId| !rules::is_immune(self.model.workload_table(*each), resource);
        on.iter().copied().filter(|each| self.kept[each.index()].is_some() && minds(each)).collect()
    }

    /// Those that require a resource and are not immune to it, from who leaves last to who leaves first: any without
    /// `stay`, of these any that grew, of these the last in strategy order.
    fn last_to_first(&self, on: &[WorkloadId], resource: Symbol) -> Vec<WorkloadId> {
        let mut queue = self.concerned(on, resource);
        queue.retain(|each| hold::amount_of(self.model.workload_table(*each), resource).is_positive());
        queue.sort_by_cached_key(|&each| {
            (!self.has_stay(each), self.grew(each, resource), workload_order::order_key(self.model, each))
        });
        queue
    }

    fn evict(&mut self, workload: WorkloadId, node: NodeId, reason: Reason) {
        self.kept[workload.index()] = None;
        self.causes.insert(workload, Departure { workload, node: Some(node), reason });
        self.evicted.push((workload, node));
    }

    /// Puts all that stay into the engine.
    fn attach_kept(&self, engine: &mut Engine) {
        for (workload, node) in self.kept_pairs() {
            engine.attach(self.model, workload, node);
        }
    }

    /// Those sent away come back where they can, one at a time, each time the first that can.
    ///
    /// Room and hard groups only become narrower with everyone who comes back, unless it fills a shortcoming: only then
    /// earlier ones of the same node are asked again.
    fn readmit(&mut self, engine: &mut Engine) {
        let mut order = std::mem::take(&mut self.evicted);
        order.sort_by_cached_key(|&(each, _)| {
            (!self.has_stay(each), self.grew_at_all(each), workload_order::order_key(self.model, each))
        });
        let mut nodes = BTreeMap::new();
        for (workload, node) in order {
            let (held, waiting) = nodes
                .entry(node)
                .or_insert_with(|| (NodeBalance::new(self.model, node, engine.occupancy.on(node)), Vec::new()));
            let mut at = waiting.len();
            waiting.push(workload);
            while let Some(&each) = waiting.get(at) {
                if !self.can_return(engine, held, each, node) {
                    at += 1;
                    continue;
                }
                waiting.remove(at);
                engine.attach(self.model, each, node);
                self.kept[each.index()] = Some(node);
                self.causes.remove(&each);
                if has_negative_amount(&self.model.workload_table(each).requirements) {
                    at = 0;
                }
            }
        }
    }

    fn can_return(&self, engine: &Engine, held: &mut NodeBalance<'_>, workload: WorkloadId, node: NodeId) -> bool {
        let demand = Demand::of(self.model, workload);
        rules::hard_groups_allow(self.model, &engine.occupancy, &demand, node) && held.try_return(workload)
    }

    fn broken_pin(&self, pins: &[Pin]) -> Option<PinError> {
        pins.iter().find_map(|&pin| {
            let reason = self.causes.get(&pin.workload)?.reason;
            Some(PinError { pin, reason })
        })
    }

    /// Who is to be placed: the displaced before the new, each in strategy order.
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

    fn departures(self) -> Vec<Departure> {
        self.causes.into_values().collect()
    }

    /// What the record says that a workload required of a resource; `None` when it is not on record.
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

    fn grew_at_all(&self, workload: WorkloadId) -> bool {
        let requirements = &self.model.workload_table(workload).requirements;
        requirements.iter().any(|requirement| self.grew(workload, requirement.resource))
    }

    /// The hard groups that anybody kept_pairs belongs to, in order of names, with these members.
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

    /// Those of the members that are kept_pairs still, by place.
    fn by_place(&self, members: &[WorkloadId], over: Option<Symbol>) -> BTreeMap<Domain, Vec<(WorkloadId, NodeId)>> {
        let mut places = BTreeMap::<_, Vec<_>>::new();
        for &workload in members {
            let Some(node) = self.kept[workload.index()] else { continue };
            if let Some(place) = Domain::of(self.model, node, over) {
                places.entry(place).or_default().push((workload, node));
            }
        }
        places
    }
}
