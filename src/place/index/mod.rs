//! Who has room: the first node in the strategy's order that takes a workload, found without asking those that cannot.
//!
//! The index only leaves nodes out; `rule` decides about those that are left, so the answer is that of the plain
//! search. Nodes are kept in [`Blocks`] by their key, once for each *field*: the whole cluster, or those with a rare
//! resource, a label's value, or room for a large aversion group. `cover` knows which fields are enough for a workload,
//! and `order` where among them a search may begin.
//! A search looks at one in fifty nodes or fewer while amounts decide, however many resources are scarce at once. Two
//! worst cases remain, in which nodes are asked one by one. Nodes may have just less than is needed, when workloads
//! require so many different amounts that both count as one step. And nodes may have room that only the rule itself
//! refuses: `never_on`, an aversion group beyond the largest, an affinity group that is in many places, a long list of
//! names in `only_on`.

pub(crate) mod block;
mod block_tree;
pub(crate) mod candidates;
pub(crate) mod columns;
mod thresholds;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::names::Symbol;
use crate::model::{Model, NodeId};
use crate::place::engine::Cluster;
use crate::place::index::block::Level;
use crate::place::index::block_tree::{Blocks, Spot};
use crate::place::index::candidates::{Cover, FieldName};
use crate::place::index::columns::{Column, Columns};
use crate::place::node_order::{Key, Order, Word};
use crate::place::search::Pass;
use crate::rules;
use crate::rules::Domain;
use crate::rules::Standing;
use crate::rules::{Demand, has_negative_amount};

/// Nodes that a search may be confined to.
#[derive(Clone, Debug)]
struct Field {
    blocks: Blocks,
    /// The column that its rows have beside the common ones.
    extra: Option<Column>,
}

/// The fields, each made when it is first searched.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    columns: Columns,
    places: candidates::Places,
    fields: Vec<Field>,
    names: FxHashMap<FieldName, usize>,
    /// In which fields a node is.
    belongs: Vec<Vec<usize>>,
    /// Tables of workloads that no node takes until a shortcoming is filled.
    hopeless: FxHashSet<u32>,
    /// Where a search looks.
    cover: Cover,
    /// Levels that a workload needs, while a search looks for them.
    needs: Vec<Level>,
    /// A row, while it is written or asked for.
    row: Vec<Level>,
    /// Where the last search found its node: mostly that is what changes next.
    found: Option<Found>,
}

/// Where a search found a node.
#[derive(Clone, Copy, Debug)]
struct Found {
    key: Key,
    /// The field and the spot there; none for a node that was asked alone.
    at: Option<(usize, Spot)>,
}

impl Index {
    /// An index of the nodes that are neither cordoned nor drained.
    pub(crate) fn new(model: &Model) -> Self {
        let nodes = model.node_ids().filter(|&node| rules::is_open(model, Standing::Free, node)).collect::<Vec<_>>();
        Self {
            columns: Columns::new(model, &nodes),
            belongs: vec![Vec::new(); model.nodes().len()],
            places: candidates::Places::new(model, nodes),
            fields: Vec::new(),
            names: FxHashMap::default(),
            hopeless: FxHashSet::default(),
            cover: Cover::default(),
            needs: Vec::new(),
            row: Vec::new(),
            found: None,
        }
    }

    /// Returns the first node in strategy order that takes a workload, among those that keep the soft rules of a pass.
    pub(crate) fn first(
        &mut self,
        cluster: Cluster<'_>,
        demand: &Demand<'_>,
        pass: Pass,
        takes: &mut impl FnMut(NodeId) -> bool,
    ) -> Option<NodeId> {
        let mut cover = std::mem::take(&mut self.cover);
        self.places.cover(cluster, &self.columns, demand, pass, &mut cover);
        self.needs.clear();
        self.columns.needs(demand, None, true, &mut self.needs);
        let start = cluster.order.start();
        let from = start.or_else(|| cluster.order.lower_bound(demand));
        self.found = self
            .first_from(cluster, demand, &cover, from, takes)
            .or_else(|| start.and_then(|_| self.first_from(cluster, demand, &cover, None, takes)));
        self.cover = cover;
        self.found.map(|found| found.key.node)
    }

    fn first_from(
        &mut self,
        cluster: Cluster<'_>,
        demand: &Demand<'_>,
        cover: &Cover,
        start: Option<Word>,
        takes: &mut impl FnMut(NodeId) -> bool,
    ) -> Option<Found> {
        let order = cluster.order;
        let first = |a: &Found, b: &Found| order.compare(a.key, b.key);
        let alone = cover.nodes.iter().map(|&node| order.key(node));
        let alone = alone.filter(|key| start.is_none_or(|start| key.word >= start) && takes(key.node));
        let mut best = alone.map(|key| Found { key, at: None }).min_by(first);
        for &name in &cover.fields {
            let at = self.field(cluster, name);
            let field = &mut self.fields[at];
            let needs = match name {
                FieldName::Offers(_) => {
                    self.row.clear();
                    self.columns.needs(demand, field.extra.as_ref(), false, &mut self.row);
                    &self.row
                }
                _ => &self.needs,
            };
            let found = field.blocks.first(needs, start, takes);
            let found = found.map(|(key, spot)| Found { key, at: Some((at, spot)) });
            best = best.into_iter().chain(found).min_by(first);
        }
        best
    }

    /// Takes a node out of its fields, before it changes its place in the order.
    pub(crate) fn take_out(&mut self, order: &Order, node: NodeId) {
        for &at in &self.belongs[node.index()] {
            let spot = self.spot(at);
            self.fields[at].blocks.remove(order, node, spot);
        }
    }

    /// Where the last search found its node, if it was in this field.
    fn spot(&self, field: usize) -> Option<Spot> {
        let (at, spot) = self.found?.at?;
        (at == field).then_some(spot)
    }

    /// Notes that a workload is on a node now, which was taken out before where the order changes.
    pub(crate) fn occupy(&mut self, cluster: Cluster<'_>, demand: &Demand<'_>, node: NodeId) {
        let Cluster { occupancy: now, order, .. } = cluster;
        if has_negative_amount(demand.requirements) {
            self.hopeless.clear();
        }
        self.row.clear();
        self.columns.fill(now, node, &mut self.row);
        let common = self.row.len();
        for &at in &self.belongs[node.index()] {
            let spot = self.spot(at);
            let field = &mut self.fields[at];
            self.row.truncate(common);
            self.row.extend(field.extra.as_ref().map(|extra| extra.of(now, node)));
            if order.changes() {
                field.blocks.insert(order, node, &self.row);
            } else {
                field.blocks.update(order, node, spot, &self.row);
            }
        }
        for &group in demand.aversion_groups {
            self.close(cluster, group, node);
        }
    }

    /// Takes the nodes of a place out of a group's field, once the place is full.
    fn close(&mut self, cluster: Cluster<'_>, group: Symbol, node: NodeId) {
        let Cluster { model, occupancy: now, order } = cluster;
        let Some(&at) = self.names.get(&FieldName::Apart(group)) else { return };
        if rules::aversion_allows(model, now, group, node) {
            return;
        }
        let over = model.aversion_group(group).over;
        let full = match Domain::of(model, node, over).zip(over) {
            Some((Domain::Value(value), label)) => self.places.with(label, value).to_vec(),
            _ => vec![node],
        };
        for node in full {
            let belongs = &mut self.belongs[node.index()];
            if let Some(position) = belongs.iter().position(|&field| field == at) {
                belongs.swap_remove(position);
                self.fields[at].blocks.remove(order, node, None);
            }
        }
    }

    /// Whether a table's workloads were refused everywhere, and nothing has opened since.
    pub(crate) fn is_hopeless(&self, table: u32) -> bool {
        self.hopeless.contains(&table)
    }

    /// Notes that no node takes the workloads of a table: free amounts and aversion groups only become narrower.
    pub(crate) fn give_up(&mut self, demand: &Demand<'_>) {
        if demand.affinity_groups.is_empty() {
            self.hopeless.insert(demand.table);
        }
    }

    /// The number of a field, which is made when it is not there yet.
    fn field(&mut self, cluster: Cluster<'_>, name: FieldName) -> usize {
        let Cluster { model, occupancy: now, order } = cluster;
        if let Some(&at) = self.names.get(&name) {
            return at;
        }
        let mut nodes = self.places.nodes(model, now, &self.columns, name);
        let extra = match name {
            FieldName::Offers(resource) => Some(self.columns.column(resource)),
            _ => None,
        };
        nodes.sort_unstable_by(|&a, &b| order.compare(order.key(a), order.key(b)));
        let mut rows = Vec::new();
        for &node in &nodes {
            self.columns.fill(now, node, &mut rows);
            rows.extend(extra.as_ref().map(|extra| extra.of(now, node)));
        }
        let at = self.fields.len();
        for node in &nodes {
            self.belongs[node.index()].push(at);
        }
        let keys = nodes.into_iter().map(|node| order.key(node)).collect::<Vec<_>>();
        let columns = self.columns.count() + usize::from(extra.is_some());
        let blocks = Blocks::new(columns, &keys, &rows);
        self.fields.push(Field { blocks, extra });
        self.names.insert(name, at);
        at
    }
}
