//! Index of the open nodes that finds the first node which takes a workload without trying nodes that cannot.
//!
//! The index only skips nodes; `rules` decides about the others, so the answer is that of the plain search. Nodes are
//! kept in a [`BlockTree`] in the strategy's order, once for each [`Subset`] that has been searched: all open nodes, or
//! the nodes with a rare resource, a label's value, or room for a large aversion group. `candidates` chooses the
//! subsets for a workload, and `node_order` where in them a search may begin.
//!
//! As long as amounts decide, a search tries few nodes. Two worst cases remain in which it tries nodes one by one:
//! - many different amounts share one level, and the nodes have slightly less free than the workload requires;
//! - only a rule refuses nodes that have room: `never_on`, an aversion group beyond the largest, an affinity group in
//!   many domains, a long list of names in `only_on`.

pub(crate) mod block;
mod block_tree;
pub(crate) mod candidates;
pub(crate) mod columns;
mod thresholds;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::names::Symbol;
use crate::model::{Model, NodeId};
use crate::place::engine::Cluster;
use crate::place::index::block::Level;
use crate::place::index::block_tree::{BlockTree, Position};
use crate::place::index::candidates::{Candidates, Subset};
use crate::place::index::columns::{Column, Columns};
use crate::place::node_order::{NodeKey, NodeOrder};
use crate::place::search::Pass;
use crate::place::sort_key::SortKey;
use crate::rules::{self, Demand, Domain, Standing, has_negative_amount};

/// Nodes of a subset, in the strategy's order.
#[derive(Clone, Debug)]
struct IndexedSubset {
    tree: BlockTree,
    /// Column that the rows of this subset have after the common ones.
    extra: Option<Column>,
}

/// Index of the open nodes. A subset is built when it is first searched.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    columns: Arc<Columns>,
    node_subsets: candidates::NodeSubsets,
    subsets: Vec<IndexedSubset>,
    by_subset: FxHashMap<Subset, usize>,
    /// Subsets that each node is in.
    memberships: Vec<Vec<usize>>,
    /// Tables of workloads that no node takes until a placement adds free amounts.
    unplaceable: FxHashSet<u32>,
    /// Buffer for the candidates of a search.
    candidates: Candidates,
    /// Buffer for a node's row, or for needs with an extra column.
    row: Vec<Level>,
    /// Result of the last search. The next change is usually to its node, which then needs no lookup.
    found: Option<Found>,
}

/// Node that a search found.
#[derive(Clone, Copy, Debug)]
struct Found {
    key: NodeKey,
    /// Subset and position in it; `None` for a node that was tried by itself.
    at: Option<(usize, Position)>,
}

impl Index {
    /// Creates an index of the nodes that are neither cordoned nor drained.
    pub(crate) fn new(model: &Model) -> Self {
        let nodes = model.node_ids().filter(|&node| rules::is_open(model, Standing::Free, node)).collect::<Vec<_>>();
        Self {
            columns: Arc::new(Columns::new(model, &nodes)),
            memberships: vec![Vec::new(); model.nodes().len()],
            node_subsets: candidates::NodeSubsets::new(model, nodes),
            subsets: Vec::new(),
            by_subset: FxHashMap::default(),
            unplaceable: FxHashSet::default(),
            candidates: Candidates::default(),
            row: Vec::new(),
            found: None,
        }
    }

    /// Returns the columns that all rows begin with.
    pub(crate) fn columns(&self) -> Arc<Columns> {
        Arc::clone(&self.columns)
    }

    /// Returns the first node in strategy order that takes a workload and keeps the soft rules of a pass. `needs` are
    /// the levels that the demand needs in the common columns.
    pub(crate) fn first(
        &mut self,
        cluster: Cluster<'_>,
        demand: &Demand<'_>,
        needs: &[Level],
        pass: Pass,
        takes: &mut impl FnMut(NodeId) -> bool,
    ) -> Option<NodeId> {
        let mut candidates = std::mem::take(&mut self.candidates);
        self.node_subsets.candidates(cluster, &self.columns, demand, pass, &mut candidates);
        let start = cluster.order.start_key();
        let from = start.or_else(|| cluster.order.lower_bound(demand));
        self.found = self
            .first_from_key(cluster, demand, needs, &candidates, from, takes)
            .or_else(|| start.and_then(|_| self.first_from_key(cluster, demand, needs, &candidates, None, takes)));
        self.candidates = candidates;
        self.found.map(|found| found.key.node)
    }

    /// Returns the first candidate that takes a workload, in order, from a key on.
    fn first_from_key(
        &mut self,
        cluster: Cluster<'_>,
        demand: &Demand<'_>,
        needs: &[Level],
        candidates: &Candidates,
        from: Option<SortKey>,
        takes: &mut impl FnMut(NodeId) -> bool,
    ) -> Option<Found> {
        let order = cluster.order;
        let first = |a: &Found, b: &Found| order.compare(a.key, b.key);
        let single = candidates.nodes.iter().map(|&node| order.key(node));
        let single = single.filter(|key| from.is_none_or(|from| key.sort_key >= from) && takes(key.node));
        let mut best = single.map(|key| Found { key, at: None }).min_by(first);
        for &name in &candidates.subsets {
            let at = self.number_of(cluster, name);
            let indexed = &mut self.subsets[at];
            let levels = match name {
                Subset::Offering(_) => {
                    self.row.clear();
                    self.columns.append_needs(demand, indexed.extra.as_ref(), false, &mut self.row);
                    &self.row
                }
                _ => needs,
            };
            let found = indexed.tree.first(levels, from, takes);
            let found = found.map(|(key, position)| Found { key, at: Some((at, position)) });
            best = best.into_iter().chain(found).min_by(first);
        }
        best
    }

    /// Removes a node from its subsets, before its place in the order changes.
    pub(crate) fn remove(&mut self, order: &NodeOrder, node: NodeId) {
        for &at in &self.memberships[node.index()] {
            let position = self.position(at);
            self.subsets[at].tree.remove(order, node, position);
        }
    }

    /// Returns where the last search found its node, if that was in this subset.
    fn position(&self, subset: usize) -> Option<Position> {
        let (at, position) = self.found?.at?;
        (at == subset).then_some(position)
    }

    /// Updates a node that a workload was attached to. If placements change the order, the node was removed before.
    pub(crate) fn attach(&mut self, cluster: Cluster<'_>, demand: &Demand<'_>, node: NodeId) {
        let Cluster { occupancy: now, order, .. } = cluster;
        if has_negative_amount(demand.requirements) {
            self.unplaceable.clear();
        }
        self.row.clear();
        self.columns.append_row(now, node, &mut self.row);
        let common = self.row.len();
        for &at in &self.memberships[node.index()] {
            let position = self.position(at);
            let indexed = &mut self.subsets[at];
            self.row.truncate(common);
            self.row.extend(indexed.extra.as_ref().map(|extra| extra.level(now, node)));
            if order.depends_on_placements() {
                indexed.tree.insert(order, node, &self.row);
            } else {
                indexed.tree.update(order, node, position, &self.row);
            }
        }
        for &group in demand.aversion_groups {
            self.remove_full_domain(cluster, group, node);
        }
    }

    /// Removes the nodes of a domain from the subset of an aversion group once the domain is full.
    fn remove_full_domain(&mut self, cluster: Cluster<'_>, group: Symbol, node: NodeId) {
        let Cluster { model, occupancy: now, order } = cluster;
        let Some(&at) = self.by_subset.get(&Subset::WithRoom(group)) else { return };
        if rules::aversion_allows(model, now, group, node) {
            return;
        }
        let over = model.aversion_group(group).over;
        let full = match Domain::of(model, node, over).zip(over) {
            Some((Domain::Value(value), label)) => self.node_subsets.with(label, value).to_vec(),
            _ => vec![node],
        };
        for node in full {
            let memberships = &mut self.memberships[node.index()];
            if let Some(position) = memberships.iter().position(|&subset| subset == at) {
                memberships.swap_remove(position);
                self.subsets[at].tree.remove(order, node, None);
            }
        }
    }

    /// Returns whether all nodes refused the workloads of a table, and no node can have opened since.
    pub(crate) fn is_unplaceable(&self, table: u32) -> bool {
        self.unplaceable.contains(&table)
    }

    /// Records that no node takes the workloads of a table. Only an affinity group may open a node by a placement that
    /// does not add free amounts.
    pub(crate) fn mark_unplaceable(&mut self, demand: &Demand<'_>) {
        if demand.affinity_groups.is_empty() {
            self.unplaceable.insert(demand.table);
        }
    }

    /// Returns the number of a subset, and builds the subset on its first use.
    fn number_of(&mut self, cluster: Cluster<'_>, name: Subset) -> usize {
        let Cluster { model, occupancy: now, order } = cluster;
        if let Some(&at) = self.by_subset.get(&name) {
            return at;
        }
        let mut nodes = self.node_subsets.nodes(model, now, &self.columns, name);
        let extra = match name {
            Subset::Offering(resource) => Some(self.columns.column(resource)),
            _ => None,
        };
        nodes.sort_unstable_by(|&a, &b| order.compare(order.key(a), order.key(b)));
        let mut rows = Vec::new();
        for &node in &nodes {
            self.columns.append_row(now, node, &mut rows);
            rows.extend(extra.as_ref().map(|extra| extra.level(now, node)));
        }
        let at = self.subsets.len();
        for node in &nodes {
            self.memberships[node.index()].push(at);
        }
        let keys = nodes.into_iter().map(|node| order.key(node)).collect::<Vec<_>>();
        let columns = self.columns.count() + usize::from(extra.is_some());
        let tree = BlockTree::new(columns, &keys, &rows);
        self.subsets.push(IndexedSubset { tree, extra });
        self.by_subset.insert(name, at);
        at
    }
}
