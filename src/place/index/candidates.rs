//! Which nodes are enough to ask for a workload, when a rule confines it to few.
//!
//! A cover names nodes and fields that together hold every node which could take the workload; of several the one with
//! fewest nodes is chosen. A cover that is too large costs time, never the answer.

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Model, NAME_LABEL, NodeId};
use crate::place::engine::Cluster;
use crate::place::index::columns::Columns;
use crate::place::search::Pass;
use crate::rules;
use crate::rules::Demand;
use crate::rules::{Domain, Occupancy};

/// An aversion group with so many members has a field of the nodes that are open to it.
const LARGE: u32 = 64;

/// How many aversion groups may have a field: every placement is noted in each.
const MOST_APART: usize = 16;

/// A label with so many values is searched by value, when places are full; so many nodes need no field.
const FEW: usize = 16;

/// Nodes that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FieldName {
    /// All of them.
    Whole,
    /// Those that offer a resource which few offer.
    Offers(Symbol),
    /// Those with this value of a label.
    Value(Symbol, Symbol),
    /// Those in places where an aversion group has room.
    Apart(Symbol),
}

/// Nodes, alone and by fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cover {
    pub(crate) nodes: Vec<NodeId>,
    pub(crate) fields: Vec<FieldName>,
}

/// The open nodes, by the labels that rules name, and the groups that are large.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    nodes: Vec<NodeId>,
    /// The values of each label that a rule names, with the nodes that have them.
    values: FxHashMap<Symbol, FxHashMap<Symbol, Vec<NodeId>>>,
    /// The largest aversion groups.
    large: Vec<Symbol>,
}

impl Cover {
    /// Makes it all nodes there are.
    pub(crate) fn set_whole(&mut self) {
        self.nodes.clear();
        self.fields.clear();
        self.fields.push(FieldName::Whole);
    }
}

impl Places {
    /// Sorts open nodes by the labels that rules name.
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

    /// The nodes with this value of a label.
    pub(crate) fn with(&self, label: Symbol, value: Symbol) -> &[NodeId] {
        self.values.get(&label).and_then(|by_value| by_value.get(&value)).map_or(&[], Vec::as_slice)
    }

    /// The nodes that make up a field now.
    pub(crate) fn nodes(&self, model: &Model, now: &Occupancy, columns: &Columns, name: FieldName) -> Vec<NodeId> {
        match name {
            FieldName::Whole => self.nodes.clone(),
            FieldName::Offers(resource) => columns.rare(resource).unwrap_or(&[]).to_vec(),
            FieldName::Value(label, value) => self.with(label, value).to_vec(),
            FieldName::Apart(group) => {
                let open = self.nodes.iter().copied().filter(|&node| rules::aversion_allows(model, now, group, node));
                open.collect()
            }
        }
    }

    /// Finds the smallest known set of candidates for a workload.
    pub(crate) fn cover(
        &self,
        cluster: Cluster<'_>,
        columns: &Columns,
        demand: &Demand<'_>,
        pass: Pass,
        cover: &mut Cover,
    ) {
        if !is_confined(columns, demand) {
            cover.set_whole();
            return;
        }
        let Cluster { model, occupancy: now, .. } = cluster;
        cover.nodes.clear();
        cover.fields.clear();
        let rare = demand.requirements.iter().filter_map(|each| Some((each.resource, columns.rare(each.resource)?)));
        if let Some((resource, offering)) = rare.min_by_key(|(_, nodes)| nodes.len()) {
            // Other fields leave out what is below zero without a column, which may be just what it fills.
            let confined = self.confined(model, now, demand, pass).filter(|cover| cover.fields.is_empty());
            let few = confined.filter(|cover| cover.nodes.len() < offering.len());
            *cover = few.unwrap_or_else(|| offered(resource, offering));
            return;
        }
        match self.confined(model, now, demand, pass) {
            Some(confined) => *cover = confined,
            None => cover.fields.push(self.whole(model, demand, pass)),
        }
        // A rare ward keeps its nodes out of every other field, but for those that are immune to it.
        for &immunity in &demand.immunities {
            let warded = columns.rare(immunity).map(|nodes| offered(immunity, nodes)).unwrap_or_default();
            cover.nodes.extend(warded.nodes);
            cover.fields.extend(warded.fields);
        }
    }

    /// All nodes, or those in which a large group that is to be kept apart has room.
    fn whole(&self, model: &Model, demand: &Demand<'_>, pass: Pass) -> FieldName {
        let kept = averse(model, demand, pass).find(|group| self.large.contains(group));
        kept.map_or(FieldName::Whole, FieldName::Apart)
    }

    /// The smallest cover by labels and groups, where one of them confines the workload.
    fn confined(&self, model: &Model, now: &Occupancy, demand: &Demand<'_>, pass: Pass) -> Option<Cover> {
        let selected = demand.only_on.iter().map(|selector| {
            let is_name = model.text(selector.label) == NAME_LABEL;
            let named = selector.values.iter().filter_map(|&value| model.node_named(model.text(value)));
            let nodes = named.filter(|_| is_name).collect();
            let values = selector.values.iter().map(|&value| FieldName::Value(selector.label, value));
            Cover { nodes, fields: values.filter(|_| !is_name).collect() }
        });
        let apart = averse(model, demand, pass).filter_map(|group| self.apart(model, now, group));
        let gathered = affine(model, demand, pass).filter_map(|group| gathered(model, now, group));
        selected.chain(apart).chain(gathered).min_by_key(|cover| self.size(cover))
    }

    /// The values of a label in which a group has room, where they are few and some are full.
    fn apart(&self, model: &Model, now: &Occupancy, group: Symbol) -> Option<Cover> {
        let options = model.aversion_group(group);
        let label = options.over?;
        let values = self.values.get(&label).filter(|values| values.len() <= FEW)?;
        let is_open = |value: Symbol| now.averse_members(group, Domain::Value(value)) < options.max;
        let open = values.keys().copied().filter(|&value| is_open(value)).collect::<Vec<_>>();
        let fields = open.iter().map(|&value| FieldName::Value(label, value)).collect();
        (open.len() < values.len()).then_some(Cover { nodes: Vec::new(), fields })
    }

    fn size(&self, cover: &Cover) -> usize {
        let field = |name: &FieldName| match *name {
            FieldName::Value(label, value) => self.with(label, value).len(),
            _ => self.nodes.len(),
        };
        cover.nodes.len() + cover.fields.iter().map(field).sum::<usize>()
    }
}

/// Whether a rule may confine a workload to fewer nodes than all.
fn is_confined(columns: &Columns, demand: &Demand<'_>) -> bool {
    let groups = demand.aversion_groups.len() + demand.affinity_groups.len();
    let is_rare = || demand.requirements.iter().any(|each| columns.rare(each.resource).is_some());
    groups > 0 || !demand.only_on.is_empty() || !demand.immunities.is_empty() || is_rare()
}

/// The nodes that offer a resource, asked one by one where they are few.
fn offered(resource: Symbol, nodes: &[NodeId]) -> Cover {
    if nodes.len() <= FEW {
        return Cover { nodes: nodes.to_vec(), fields: Vec::new() };
    }
    Cover { nodes: Vec::new(), fields: vec![FieldName::Offers(resource)] }
}

/// The aversion groups that a workload keeps in a pass.
fn averse(model: &Model, demand: &Demand<'_>, pass: Pass) -> impl Iterator<Item = Symbol> {
    let groups = demand.aversion_groups.iter().copied();
    groups.filter(move |&group| pass.aversion || model.aversion_group(group).hard)
}

/// The affinity groups that a workload keeps in a pass.
fn affine(model: &Model, demand: &Demand<'_>, pass: Pass) -> impl Iterator<Item = Symbol> {
    let groups = demand.affinity_groups.iter().copied();
    groups.filter(move |&group| pass.affinity || model.affinity_group(group).hard)
}

/// Where the members of an affinity group are, where there are any.
fn gathered(model: &Model, now: &Occupancy, group: Symbol) -> Option<Cover> {
    let places = now.has_members(group).then(|| now.affine_domains(group))?;
    let mut cover = Cover::default();
    for &place in places {
        match (place, model.affinity_group(group).over) {
            (Domain::Value(value), Some(label)) => cover.fields.push(FieldName::Value(label, value)),
            (Domain::Node(node), _) => cover.nodes.push(node),
            (Domain::Value(_), None) => {}
        }
    }
    Some(cover)
}

/// The node labels that selectors and groups name.
pub(crate) fn named_labels(model: &Model) -> impl Iterator<Item = Symbol> {
    let tables = model.workload_tables().iter();
    let selected = tables.clone().flat_map(|table| &table.only_on).map(|selector| selector.label);
    let averse = tables.clone().flat_map(|table| &table.aversion_groups);
    let affine = tables.flat_map(|table| &table.affinity_groups);
    let averse = averse.filter_map(|&group| model.aversion_group(group).over);
    selected.chain(averse).chain(affine.filter_map(|&group| model.affinity_group(group).over))
}

/// The aversion groups with most members, as far as they are large.
fn large_groups(model: &Model) -> Vec<Symbol> {
    let mut members = FxHashMap::<Symbol, u32>::default();
    for table in model.workload_tables() {
        for &group in &table.aversion_groups {
            *members.entry(group).or_default() += table.replicas.unwrap_or(1);
        }
    }
    let mut large = members.into_iter().filter(|&(_, members)| members >= LARGE).collect::<Vec<_>>();
    large.sort_unstable_by_key(|&(group, members)| (std::cmp::Reverse(members), group));
    large.truncate(MOST_APART);
    large.into_iter().map(|(group, _)| group).collect()
}
