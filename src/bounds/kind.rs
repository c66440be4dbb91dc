//! Kinds of equal nodes and of equal workloads, and which kinds fit together.
//!
//! A proof looks at every workload and every node. Clusters have few kinds of each, so it looks at the kinds instead.

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{AffinityGroup, Model, NAME_LABEL, NodeId, Requirement, Selector, WorkloadId, WorkloadTable};
use crate::quantity::{Capacity, Quantity};
use crate::rules::{self, Reason, hold};

/// Kinds of nodes and workloads of a cluster.
pub(super) struct Kinds<'m> {
    pub(super) model: &'m Model,
    /// The nodes of each kind.
    pub(super) nodes: Vec<Vec<NodeId>>,
    /// The workloads of each kind.
    pub(super) workloads: Vec<Vec<WorkloadId>>,
    /// The kind of each workload.
    kind_of: Vec<usize>,
    /// Amount that negative requirements would add to a resource of a node if all of them were there.
    relief: FxHashMap<Symbol, Quantity>,
    /// For each kind of workload, whether each kind of node could ever take it.
    meets: Vec<Vec<bool>>,
}

impl<'m> Kinds<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let (workloads, kind_of) = workload_kinds(model);
        let nodes = node_kinds(model);
        let relief = relief(model);
        let mut kinds = Self { model, nodes, workloads, kind_of, relief, meets: Vec::new() };
        kinds.meets = kinds.workloads.iter().map(|each| kinds.meeting(each[0])).collect();
        kinds
    }

    fn meeting(&self, workload: WorkloadId) -> Vec<bool> {
        self.nodes.iter().map(|nodes| never(self, workload, nodes[0]).is_none()).collect()
    }

    pub(super) fn of(&self, workload: WorkloadId) -> usize {
        self.kind_of[workload.index()]
    }

    pub(super) fn table(&self, kind: usize) -> &'m WorkloadTable {
        self.model.workload_table(self.workloads[kind][0])
    }

    /// Kinds of workloads that some node could take.
    pub(super) fn placeable(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.workloads.len()).filter(|&kind| self.meets[kind].contains(&true))
    }

    /// Whether every node that could take a kind of workload could also take the other kind.
    pub(super) fn is_within(&self, kind: usize, other: usize) -> bool {
        self.meets[kind].iter().zip(&self.meets[other]).all(|(here, there)| !here || *there)
    }

    /// Kinds of nodes that could take any of these kinds of workloads.
    pub(super) fn reached<'s>(&'s self, kinds: &'s [usize]) -> impl Iterator<Item = &'s Vec<NodeId>> + 's {
        let any = move |at: usize| kinds.iter().any(|&kind| self.meets[kind][at]);
        self.nodes.iter().enumerate().filter(move |&(at, _)| any(at)).map(|(_, nodes)| nodes)
    }

    /// All workloads of these kinds, in manifest order.
    pub(super) fn members(&self, kinds: &[usize]) -> Vec<WorkloadId> {
        let mut members = kinds.iter().flat_map(|&kind| &self.workloads[kind]).copied().collect::<Vec<_>>();
        members.sort_unstable();
        members
    }

    pub(super) fn relief(&self, resource: Symbol) -> Quantity {
        self.relief.get(&resource).copied().unwrap_or(Quantity::ZERO)
    }
}

/// Reason why a node could never take a workload, whatever else is placed; `None` if it could.
pub(super) fn never(kinds: &Kinds<'_>, workload: WorkloadId, node: NodeId) -> Option<Reason> {
    let (model, table) = (kinds.model, kinds.model.workload_table(workload));
    if model.drains.contains_key(&node) && !table.stay {
        return Some(Reason::Drained);
    }
    let label = rules::excluding_label(model, table, node).map(Reason::NotSelected);
    let place = || group_without_place(model, table, node).map(Reason::NoDomain);
    let lacks = || hold::first_not_offered(model, node, table).map(Reason::Lacks);
    label.or_else(place).or_else(lacks).or_else(|| too_small(kinds, table, node))
}

fn group_without_place(model: &Model, table: &WorkloadTable, node: NodeId) -> Option<Symbol> {
    hard_groups(model, table)
        .into_iter()
        .filter(|(_, over)| over.is_some_and(|label| model.node_label(node, label).is_none()))
        .map(|(group, _)| group)
        .min_by_key(|&group| model.text(group))
}

fn hard_groups(model: &Model, table: &WorkloadTable) -> Vec<(Symbol, Option<Symbol>)> {
    let averse = table.aversion_groups.iter().map(|&group| (group, model.aversion_group(group)));
    let averse = averse.filter(|(_, options)| options.hard).map(|(group, options)| (group, options.over));
    let affine = table.affinity_groups.iter().map(|&group| (group, model.affinity_group(group)));
    let affine = affine.filter(|(_, AffinityGroup { hard, .. })| *hard).map(|(group, options)| (group, options.over));
    averse.chain(affine).collect()
}

/// Reason for the first resource, by name, of which an empty node has too little, even with all negative requirements.
fn too_small(kinds: &Kinds<'_>, table: &WorkloadTable, node: NodeId) -> Option<Reason> {
    let model = kinds.model;
    let small = model.node_table(node).resources.iter().filter_map(|offer| {
        let resource = offer.resource;
        let need = table.requirement(resource).map_or(Quantity::ZERO, Requirement::amount);
        // The relief includes this workload, whose negative need is already taken off.
        let own = if need.is_negative() { -need } else { Quantity::ZERO };
        let left = offer.capacity.minus(need).minus(own - kinds.relief(resource));
        if !left.is_negative() || table.immunities.contains(&resource) {
            return None;
        }
        Some(match offer.capacity {
            Capacity::Finite(largest) => Reason::Short { resource, need, free: largest },
            Capacity::Ward | Capacity::Unlimited => Reason::Warded(resource),
        })
    });
    small.min_by_key(|each| each.order(model))
}

/// Sum of all negative requirements of each resource.
fn relief(model: &Model) -> FxHashMap<Symbol, Quantity> {
    let mut relief = FxHashMap::<_, Quantity>::default();
    for workload in model.workload_ids() {
        for each in model.workload_table(workload).requirements.iter().filter(|each| each.is_negative()) {
            *relief.entry(each.resource).or_default() += -each.amount();
        }
    }
    relief
}

/// Groups nodes with equal offers and labels. A node that a selector names is a kind of its own.
fn node_kinds(model: &Model) -> Vec<Vec<NodeId>> {
    let named = named_nodes(model);
    let mut places = FxHashMap::<_, usize>::default();
    let mut kinds = Vec::<Vec<NodeId>>::new();
    for node in model.node_ids() {
        let table = model.node_table(node);
        let offers = table.resources.iter().map(|offer| (offer.resource, offer.capacity)).collect::<Vec<_>>();
        let own = named.contains(&node).then_some(node);
        let at = *places.entry((offers, &table.labels, model.drains.contains_key(&node), own)).or_insert(kinds.len());
        if at == kinds.len() {
            kinds.push(Vec::new());
        }
        kinds[at].push(node);
    }
    kinds
}

/// Nodes that selectors name.
fn named_nodes(model: &Model) -> Vec<NodeId> {
    let selectors = model.workload_tables().iter().flat_map(|table| table.only_on.iter().chain(&table.never_on));
    let by_name = selectors.filter(|selector| model.text(selector.label) == NAME_LABEL);
    let mut named = by_name
        .flat_map(|Selector { values, .. }| values.iter().filter_map(|&value| model.node_named(model.text(value))))
        .collect::<Vec<_>>();
    named.sort_unstable();
    named.dedup();
    named
}

/// Groups workloads with equal requirements and rules.
fn workload_kinds(model: &Model) -> (Vec<Vec<WorkloadId>>, Vec<usize>) {
    let mut places = FxHashMap::<_, usize>::default();
    let mut kinds = Vec::<Vec<WorkloadId>>::new();
    let mut kind_of = Vec::with_capacity(model.workloads().len());
    for workload in model.workload_ids() {
        let at = *places.entry(needs(model.workload_table(workload))).or_insert(kinds.len());
        if at == kinds.len() {
            kinds.push(Vec::new());
        }
        kinds[at].push(workload);
        kind_of.push(at);
    }
    (kinds, kind_of)
}

type Selected<'m> = Vec<(Symbol, &'m [Symbol])>;
type Needs<'m> = (Vec<(Symbol, Quantity)>, &'m [Symbol], Selected<'m>, Selected<'m>, [&'m [Symbol]; 2], bool);

fn needs(table: &WorkloadTable) -> Needs<'_> {
    let amounts = table.requirements.iter().map(|each| (each.resource, each.amount())).collect();
    (
        amounts,
        &table.immunities,
        table.only_on.iter().map(|each| (each.label, each.values.as_slice())).collect(),
        table.never_on.iter().map(|each| (each.label, each.values.as_slice())).collect(),
        [&table.aversion_groups, &table.affinity_groups],
        table.stay,
    )
}
