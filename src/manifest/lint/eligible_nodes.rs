//! Decides whether a workload has any eligible node, by selectors, offered resources and drains.
//!
//! Thousands of workloads may each select a value of their own, so nodes are looked up by label value instead of being
//! tested one by one.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::names::Symbol;
use crate::model::{Model, NAME_LABEL, NodeId, Selector, WorkloadTable};

/// Constraints of a workload table that decide which nodes are eligible.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Constraints<'m> {
    only_on: &'m [Selector],
    never_on: &'m [Selector],
    resources: Vec<Symbol>,
}

/// Whether a workload has eligible nodes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There is an eligible node, or another warning says what is missing.
    Fine,
    /// Each selector matches some node, but no node matches all of them.
    NoneSelected,
    /// All eligible nodes are drained.
    AllDrained(Vec<NodeId>),
}

/// Index of nodes by the label values in `only_on`, and the set of all offered resources.
pub(crate) struct NodeIndex {
    nodes: FxHashMap<(Symbol, Symbol), Vec<NodeId>>,
    offered: FxHashSet<Symbol>,
}

impl NodeIndex {
    pub(crate) fn new(model: &Model) -> Self {
        let selectors = model.workload_tables().iter().flat_map(|table| &table.only_on);
        let labels = selectors.map(|selector| selector.label).collect::<FxHashSet<_>>();
        let mut nodes = FxHashMap::<_, Vec<_>>::default();
        for node in model.node_ids().filter(|_| !labels.is_empty()) {
            for &(label, value) in &model.node_table(node).labels {
                if labels.contains(&label) {
                    nodes.entry((label, value)).or_default().push(node);
                }
            }
        }
        let offers = model.node_tables().iter().flat_map(|table| &table.resources);
        Self { nodes, offered: offers.map(|offer| offer.resource).collect() }
    }

    /// Returns the nodes with one of the values of a selector; a node can occur more than once.
    fn nodes<'a>(&'a self, model: &'a Model, selector: &'a Selector) -> impl Iterator<Item = NodeId> + 'a {
        let is_name = model.text(selector.label) == NAME_LABEL;
        selector.values.iter().flat_map(move |&value| {
            let named = if is_name { model.node_named(model.text(value)) } else { None };
            named.into_iter().chain(self.nodes.get(&(selector.label, value)).into_iter().flatten().copied())
        })
    }

    /// Counts the nodes that [`Self::nodes`] returns.
    fn count(&self, model: &Model, selector: &Selector) -> usize {
        if model.text(selector.label) == NAME_LABEL {
            return self.nodes(model, selector).count();
        }
        selector.values.iter().filter_map(|&value| self.nodes.get(&(selector.label, value))).map(Vec::len).sum()
    }
}

impl<'m> Constraints<'m> {
    pub(crate) fn of(table: &'m WorkloadTable) -> Self {
        let resources = table.requirements.iter().map(|each| each.resource).collect();
        Self { only_on: &table.only_on, never_on: &table.never_on, resources }
    }

    pub(crate) fn verdict(&self, model: &Model, index: &NodeIndex) -> Verdict {
        let counts = self.only_on.iter().map(|selector| (index.count(model, selector), selector));
        match counts.clone().min_by_key(|&(count, _)| count) {
            // A selector that matches no node has its own warning.
            Some((0, _)) if counts.clone().any(|(count, each)| count == 0 && !each.values.is_empty()) => Verdict::Fine,
            Some((_, fewest)) => self.verdict_among(model, index, index.nodes(model, fewest)),
            None => self.verdict_among(model, index, model.node_ids()),
        }
    }

    /// Returns the verdict if only `nodes` can match. The first eligible node usually decides it.
    fn verdict_among(&self, model: &Model, index: &NodeIndex, nodes: impl Iterator<Item = NodeId>) -> Verdict {
        let mut selected = nodes.filter(|&node| self.is_selected(model, node)).peekable();
        if selected.peek().is_none() {
            return Verdict::NoneSelected;
        }
        if !self.resources.iter().all(|resource| index.offered.contains(resource)) {
            return Verdict::Fine;
        }
        let mut drained = Vec::new();
        for node in selected.filter(|&node| self.is_offered_by(model, node)) {
            if !model.drains.contains_key(&node) {
                return Verdict::Fine;
            }
            drained.push(node);
        }
        drained.sort_unstable();
        drained.dedup();
        if drained.is_empty() { Verdict::Fine } else { Verdict::AllDrained(drained) }
    }

    fn is_selected(&self, model: &Model, node: NodeId) -> bool {
        self.only_on.iter().all(|selector| model.selects(selector, node))
            && !self.never_on.iter().any(|selector| model.selects(selector, node))
    }

    fn is_offered_by(&self, model: &Model, node: NodeId) -> bool {
        self.resources.iter().all(|&resource| model.offer(node, resource).is_some())
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::model::{NodeTable, Offer, Requirement, Strategy as Placing, WorkloadOptions};
    use crate::quantity::{Capacity, Family, Quantity};

    /// Oracle that tests every node.
    fn slow_verdict(model: &Model, table: &WorkloadTable) -> Verdict {
        let matches = |selectors: &[Selector], node| selectors.iter().all(|each| model.selects(each, node));
        let avoided = |node| table.never_on.iter().any(|each| model.selects(each, node));
        let mut selected = model.node_ids().collect::<Vec<_>>();
        selected.retain(|&node| matches(&table.only_on, node) && !avoided(node));
        if selected.is_empty() {
            let is_met =
                |each: &Selector| each.values.is_empty() || model.node_ids().any(|node| model.selects(each, node));
            return if table.only_on.iter().all(is_met) { Verdict::NoneSelected } else { Verdict::Fine };
        }
        selected.retain(|&node| table.requirements.iter().all(|each| model.offer(node, each.resource).is_some()));
        let all_drained = selected.iter().all(|node| model.drains.contains_key(node));
        if all_drained && !selected.is_empty() { Verdict::AllDrained(selected) } else { Verdict::Fine }
    }

    type Selectors = Vec<(usize, Vec<usize>)>;

    const LABELS: [&str; 3] = [NAME_LABEL, "rack", "zone"];

    fn selectors(most: usize) -> impl Strategy<Value = Selectors> {
        vec((0..3_usize, vec(0..4_usize, 0..3)), 0..most)
    }

    proptest! {
        #[test]
        fn the_verdict_equals_that_of_testing_every_node(
            nodes in vec((0..5_usize, 0..5_usize, 0..3_usize, any::<bool>()), 1..6),
            (only_on, never_on) in (selectors(3), selectors(2)),
            asked in 0..3_usize,
        ) {
            let mut model = Model::new(Placing::Prioritized, &[]).expect("a model");
            let labels = LABELS.map(|label| model.intern(label));
            // The first values are also names of nodes.
            let values = ["n-0", "n-1", "n-2", "n-3"].map(|value| model.intern(value));
            let resources = ["cpu", "mem", "gpu"].map(|resource| model.intern(resource));
            for (at, &(rack, zone, offered, is_drained)) in nodes.iter().enumerate() {
                let given = [(labels[1], values.get(rack)), (labels[2], values.get(zone))];
                let offer = |&resource| Offer { resource, capacity: Capacity::Unlimited, family: Family::Plain };
                let range = model.add_nodes(NodeTable {
                    name: format!("n-{at}"),
                    labels: given.into_iter().filter_map(|(label, value)| Some((label, *value?))).collect(),
                    resources: resources[..offered].iter().map(offer).collect(),
                    ..NodeTable::default()
                });
                if is_drained {
                    model.drains.insert(NodeId(range.expect("a node").start), String::new());
                }
            }
            let interned = |selectors: &Selectors| {
                let selector = |(label, of): &(usize, Vec<usize>)| {
                    Selector { label: labels[*label], values: of.iter().map(|&value| values[value]).collect() }
                };
                selectors.iter().map(selector).collect::<Vec<_>>()
            };
            let requirement = |&resource| Requirement::new(resource, Quantity::from(1), Family::Plain);
            let (only_on, never_on) = (interned(&only_on), interned(&never_on));
            let options = WorkloadOptions { only_on, never_on, ..WorkloadOptions::default() };
            model.add_workloads(WorkloadTable {
                name: "w".into(),
                requirements: resources[..asked].iter().map(requirement).collect(),
                options: options.boxed(),
                ..WorkloadTable::default()
            }).expect("a workload");
            let table = &model.workload_tables()[0];
            let verdict = Constraints::of(table).verdict(&model, &NodeIndex::new(&model));
            prop_assert_eq!(verdict, slow_verdict(&model, table));
        }
    }
}
