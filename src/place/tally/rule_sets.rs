//! Sets of nodes that a selector or a hard group allows, for a finished placement.
//!
//! `refusal_sets` numbers the nodes, and decides how a refusal is reported and which comes first.

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Model, NAME_LABEL, NodeId, Selector};
use crate::place::index::candidates::named_labels;
use crate::place::tally::node_set::{FixedNodeSet, NodeSet};
use crate::rules::{Domain, Occupancy};

/// Nodes by the labels that rules name, and the domains in which hard aversion groups are full.
pub(crate) struct RuleSets<'a> {
    model: &'a Model,
    occupancy: &'a Occupancy,
    /// Number of each node.
    numbers: &'a [u32],
    /// Nodes with each value of each label.
    values: FxHashMap<Symbol, FxHashMap<Symbol, FixedNodeSet>>,
    full: FxHashMap<Symbol, Vec<Domain>>,
}

impl<'a> RuleSets<'a> {
    pub(crate) fn new(model: &'a Model, occupancy: &'a Occupancy, numbers: &'a [u32]) -> Self {
        let avoided = model.workload_tables().iter().flat_map(|table| &table.never_on).map(|selector| selector.label);
        let labels = named_labels(model).chain(avoided).map(|label| (label, FxHashMap::<Symbol, Vec<u32>>::default()));
        let mut lists = labels.collect::<FxHashMap<_, _>>();
        for node in model.node_ids() {
            for (label, value) in &model.node_table(node).labels {
                if let Some(values) = lists.get_mut(label) {
                    values.entry(*value).or_default().push(numbers[node.index()]);
                }
            }
        }
        let sets = |lists: FxHashMap<Symbol, Vec<u32>>| {
            lists.into_iter().map(|(value, list)| (value, FixedNodeSet::new(list, numbers.len()))).collect()
        };
        let values = lists.into_iter().map(|(label, lists)| (label, sets(lists))).collect();
        let mut full = FxHashMap::<Symbol, Vec<Domain>>::default();
        for (group, domain, members) in occupancy.averse_domains() {
            let options = model.aversion_group(group);
            if options.hard && members >= options.max {
                full.entry(group).or_default().push(domain);
            }
        }
        Self { model, occupancy, numbers, values, full }
    }

    /// Returns the nodes whose label has one of the selector's values.
    pub(crate) fn selected(&self, selector: &Selector) -> NodeSet {
        let is_name = self.model.text(selector.label) == NAME_LABEL;
        let domains = selector.values.iter().filter_map(|&value| {
            let named = || self.model.node_named(self.model.text(value)).map(Domain::Node);
            if is_name { named() } else { Some(Domain::Value(value)) }
        });
        self.within(domains, Some(selector.label))
    }

    /// Returns the nodes in domains where a hard aversion group has room.
    pub(crate) fn with_room(&self, group: Symbol) -> NodeSet {
        let over = self.model.aversion_group(group).over;
        let mut room = self.in_any_domain(over);
        let full = self.full.get(&group).map_or(&[][..], Vec::as_slice);
        room.subtract(&self.within(full.iter().copied(), over));
        room
    }

    /// Returns the nodes in the domains of a hard affinity group; in any domain as long as no member is placed.
    pub(crate) fn near_members(&self, group: Symbol) -> NodeSet {
        let over = self.model.affinity_group(group).over;
        if !self.occupancy.has_members(group) {
            return self.in_any_domain(over);
        }
        self.within(self.occupancy.affine_domains(group).iter().copied(), over)
    }

    fn in_any_domain(&self, over: Option<Symbol>) -> NodeSet {
        let Some(label) = over.filter(|&label| self.model.text(label) != NAME_LABEL) else {
            return NodeSet::all(self.numbers.len());
        };
        let mut labelled = NodeSet::none(self.numbers.len());
        let sets = self.values.get(&label).into_iter().flat_map(FxHashMap::values);
        sets.for_each(|nodes| nodes.add_to(&mut labelled));
        labelled
    }

    /// Returns the nodes in some domains; `label` is the label that the values belong to.
    fn within(&self, domains: impl Iterator<Item = Domain>, label: Option<Symbol>) -> NodeSet {
        let mut nodes = NodeSet::none(self.numbers.len());
        let values = label.and_then(|label| self.values.get(&label));
        for domain in domains {
            match domain {
                Domain::Node(node) => nodes.insert(self.numbers[node.index()]),
                Domain::Value(value) => {
                    values.and_then(|values| values.get(&value)).into_iter().for_each(|set| set.add_to(&mut nodes));
                }
            }
        }
        nodes
    }
}

/// Returns the index of each node in `nodes`, by its index in the manifest.
pub(crate) fn numbers(nodes: &[NodeId]) -> Vec<u32> {
    let mut numbers = vec![0; nodes.len()];
    for (number, node) in (0..).zip(nodes) {
        numbers[node.index()] = number;
    }
    numbers
}
