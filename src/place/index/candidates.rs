//! Candidates for a workload that a rule restricts to part of the cluster.
//!
//! Candidates are nodes and subsets that together contain every node which could take the workload; of several choices
//! the smallest is used. Candidates that are too many cost time, never the answer.

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Model, NAME_LABEL, NodeId};
use crate::place::engine::Cluster;
use crate::place::index::columns::Columns;
use crate::place::search::Pass;
use crate::rules;
use crate::rules::Demand;
use crate::rules::{Domain, Occupancy};

/// Smallest number of members for which an aversion group gets a subset of the nodes that are open to it.
const LARGE_GROUP: u32 = 64;

/// Maximum number of aversion groups with a subset: every placement updates each of them.
const MAX_GROUP_SUBSETS: usize = 16;

/// Maximum number of values of a label for which a group with full domains is searched value by value.
const MAX_SPLIT_VALUES: usize = 16;

/// Maximum number of nodes that are tried one by one, without a subset of their own.
const MAX_SCANNED: usize = 16;

/// Name of a set of nodes that the index can search by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subset {
    /// All open nodes.
    All,
    /// Nodes that offer a rare resource.
    Offering(Symbol),
    /// Nodes with this value of a label.
    Labelled(Symbol, Symbol),
    /// Nodes in domains where an aversion group has room.
    WithRoom(Symbol),
}

/// Nodes to search: single nodes, and whole subsets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Candidates {
    pub(crate) nodes: Vec<NodeId>,
    pub(crate) subsets: Vec<Subset>,
}

/// Open nodes, grouped by the labels that rules name, and the large aversion groups.
#[derive(Clone, Debug)]
pub(crate) struct NodeSubsets {
    nodes: Vec<NodeId>,
    /// Nodes with each value of each label that a rule names.
    values: FxHashMap<Symbol, FxHashMap<Symbol, Vec<NodeId>>>,
    /// Aversion groups with most members.
    large: Vec<Symbol>,
}

impl Candidates {
    /// Replaces the candidates by all open nodes.
    pub(crate) fn set_all(&mut self) {
        self.nodes.clear();
        self.subsets.clear();
        self.subsets.push(Subset::All);
    }
}

impl NodeSubsets {
    /// Groups open nodes by the labels that rules name.
    pub(crate) fn new(model: &Model, nodes: Vec<NodeId>) -> Self {
        let mut values = FxHashMap::<Symbol, FxHashMap<Symbol, Vec<NodeId>>>::default();
        for label in named_labels(model) {
            values.entry(label).or_default();
        }
        if !values.is_empty() {
            for &node in &nodes {
                for (label, value) in &model.node_table(node).labels {
                    if let Some(by_value) = values.get_mut(label) {
                        by_value.entry(*value).or_default().push(node);
                    }
                }
            }
        }
        Self { nodes, values, large: large_groups(model) }
    }

    /// Returns the nodes with this value of a label.
    pub(crate) fn with(&self, label: Symbol, value: Symbol) -> &[NodeId] {
        self.values.get(&label).and_then(|by_value| by_value.get(&value)).map_or(&[], Vec::as_slice)
    }

    /// Returns the nodes of a subset as things stand.
    pub(crate) fn nodes(&self, model: &Model, now: &Occupancy, columns: &Columns, name: Subset) -> Vec<NodeId> {
        match name {
            Subset::All => self.nodes.clone(),
            Subset::Offering(resource) => columns.rare(resource).unwrap_or(&[]).to_vec(),
            Subset::Labelled(label, value) => self.with(label, value).to_vec(),
            Subset::WithRoom(group) => {
                let open = self.nodes.iter().copied().filter(|&node| rules::aversion_allows(model, now, group, node));
                open.collect()
            }
        }
    }

    /// Sets `candidates` to the fewest known nodes that contain every node which could take a workload.
    pub(crate) fn candidates(
        &self,
        cluster: Cluster<'_>,
        columns: &Columns,
        demand: &Demand<'_>,
        pass: Pass,
        candidates: &mut Candidates,
    ) {
        if !may_be_restricted(columns, demand) {
            candidates.set_all();
            return;
        }
        let Cluster { model, occupancy: now, .. } = cluster;
        candidates.nodes.clear();
        candidates.subsets.clear();
        let rare = demand.requirements.iter().filter_map(|each| Some((each.resource, columns.rare(each.resource)?)));
        if let Some((resource, offering)) = rare.min_by_key(|(_, nodes)| nodes.len()) {
            // Other subsets skip nodes on which a rare resource is below zero, which this workload may raise.
            let restricted =
                self.restricted(model, now, demand, pass).filter(|candidates| candidates.subsets.is_empty());
            let few = restricted.filter(|candidates| candidates.nodes.len() < offering.len());
            *candidates = few.unwrap_or_else(|| offered_by(resource, offering));
            return;
        }
        match self.restricted(model, now, demand, pass) {
            Some(restricted) => *candidates = restricted,
            None => candidates.subsets.push(self.unrestricted(model, demand, pass)),
        }
        // Other subsets skip nodes with a rare ward, to which this workload may be immune.
        for &immunity in &demand.immunities {
            let warded = columns.rare(immunity).map(|nodes| offered_by(immunity, nodes)).unwrap_or_default();
            candidates.nodes.extend(warded.nodes);
            candidates.subsets.extend(warded.subsets);
        }
    }

    /// Returns all nodes, or those where a large aversion group of the workload has room.
    fn unrestricted(&self, model: &Model, demand: &Demand<'_>, pass: Pass) -> Subset {
        let kept = averse(model, demand, pass).find(|group| self.large.contains(group));
        kept.map_or(Subset::All, Subset::WithRoom)
    }

    /// Returns the fewest candidates by selectors and groups, if one of them restricts the workload.
    fn restricted(&self, model: &Model, now: &Occupancy, demand: &Demand<'_>, pass: Pass) -> Option<Candidates> {
        let selected = demand.only_on.iter().map(|selector| {
            let is_name = model.text(selector.label) == NAME_LABEL;
            let named = selector.values.iter().filter_map(|&value| model.node_named(model.text(value)));
            let nodes = named.filter(|_| is_name).collect();
            let values = selector.values.iter().map(|&value| Subset::Labelled(selector.label, value));
            Candidates { nodes, subsets: values.filter(|_| !is_name).collect() }
        });
        let with_room = averse(model, demand, pass).filter_map(|group| self.with_room(model, now, group));
        let near_members = affine(model, demand, pass).filter_map(|group| near_members(model, now, group));
        selected.chain(with_room).chain(near_members).min_by_key(|candidates| self.size(candidates))
    }

    /// Returns the label values in which a group has room, if the values are few and some are full.
    fn with_room(&self, model: &Model, now: &Occupancy, group: Symbol) -> Option<Candidates> {
        let options = model.aversion_group(group);
        let label = options.over?;
        let values = self.values.get(&label).filter(|values| values.len() <= MAX_SPLIT_VALUES)?;
        let is_open = |value: Symbol| now.averse_members(group, Domain::Value(value)) < options.max;
        let open = values.keys().copied().filter(|&value| is_open(value)).collect::<Vec<_>>();
        let subsets = open.iter().map(|&value| Subset::Labelled(label, value)).collect();
        (open.len() < values.len()).then_some(Candidates { nodes: Vec::new(), subsets })
    }

    fn size(&self, candidates: &Candidates) -> usize {
        let size_of = |name: &Subset| match *name {
            Subset::Labelled(label, value) => self.with(label, value).len(),
            _ => self.nodes.len(),
        };
        candidates.nodes.len() + candidates.subsets.iter().map(size_of).sum::<usize>()
    }
}

/// Returns whether a rule may restrict a workload to part of the nodes.
fn may_be_restricted(columns: &Columns, demand: &Demand<'_>) -> bool {
    let groups = demand.aversion_groups.len() + demand.affinity_groups.len();
    let is_rare = || demand.requirements.iter().any(|each| columns.rare(each.resource).is_some());
    groups > 0 || !demand.only_on.is_empty() || !demand.immunities.is_empty() || is_rare()
}

/// Returns the nodes that offer a resource: one by one if they are few, else as a subset.
fn offered_by(resource: Symbol, nodes: &[NodeId]) -> Candidates {
    if nodes.len() <= MAX_SCANNED {
        return Candidates { nodes: nodes.to_vec(), subsets: Vec::new() };
    }
    Candidates { nodes: Vec::new(), subsets: vec![Subset::Offering(resource)] }
}

/// Returns the aversion groups that a pass keeps.
fn averse(model: &Model, demand: &Demand<'_>, pass: Pass) -> impl Iterator<Item = Symbol> {
    let groups = demand.aversion_groups.iter().copied();
    groups.filter(move |&group| pass.aversion || model.aversion_group(group).hard)
}

/// Returns the affinity groups that a pass keeps.
fn affine(model: &Model, demand: &Demand<'_>, pass: Pass) -> impl Iterator<Item = Symbol> {
    let groups = demand.affinity_groups.iter().copied();
    groups.filter(move |&group| pass.affinity || model.affinity_group(group).hard)
}

/// Returns the domains of an affinity group's members, if any member is placed.
fn near_members(model: &Model, now: &Occupancy, group: Symbol) -> Option<Candidates> {
    let places = now.has_members(group).then(|| now.affine_domains(group))?;
    let mut candidates = Candidates::default();
    for &place in places {
        match (place, model.affinity_group(group).over) {
            (Domain::Value(value), Some(label)) => candidates.subsets.push(Subset::Labelled(label, value)),
            (Domain::Node(node), _) => candidates.nodes.push(node),
            (Domain::Value(_), None) => {}
        }
    }
    Some(candidates)
}

/// Returns the node labels that selectors and groups name.
pub(crate) fn named_labels(model: &Model) -> impl Iterator<Item = Symbol> {
    let tables = model.workload_tables().iter();
    let selected = tables.clone().flat_map(|table| &table.only_on).map(|selector| selector.label);
    let averse = tables.clone().flat_map(|table| &table.aversion_groups);
    let affine = tables.flat_map(|table| &table.affinity_groups);
    let averse = averse.filter_map(|&group| model.aversion_group(group).over);
    selected.chain(averse).chain(affine.filter_map(|&group| model.affinity_group(group).over))
}

/// Returns the aversion groups with most members, if they are large.
fn large_groups(model: &Model) -> Vec<Symbol> {
    let mut members = FxHashMap::<Symbol, u32>::default();
    for table in model.workload_tables().iter() {
        for &group in &table.aversion_groups {
            *members.entry(group).or_default() += table.replicas.unwrap_or(1);
        }
    }
    let mut large = members.into_iter().filter(|&(_, members)| members >= LARGE_GROUP).collect::<Vec<_>>();
    large.sort_unstable_by_key(|&(group, members)| (std::cmp::Reverse(members), group));
    large.truncate(MAX_GROUP_SUBSETS);
    large.into_iter().map(|(group, _)| group).collect()
}
