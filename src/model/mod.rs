//! Model of a cluster as plain values: nodes, workloads, rules and strategy.
//!
//! A table of the manifest (`[[nodes]]`, `[[workloads]]`) stands for `count` nodes or `replicas` workloads that share
//! all but their names. The model keeps each table once, and its nodes and workloads point to it.
//!
//! - Names are unique, numbers are within bounds, and every node and workload has a score.
//! - Copies of a model share its tables and names, so cloning is cheap.

mod inherit;
pub mod names;
mod overlay;
mod record;
mod roster;
pub mod score;
mod shared_list;
mod table;

use ethnum::I256;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use self::inherit::{Inheritance, Inherited, RecordEntry};
pub use self::record::{Assignment, Record, Recorded};
pub use self::roster::Member;
use self::roster::Roster;
pub use self::shared_list::SharedList;
pub use self::table::{
    AffinityGroup, AversionGroup, Guards, NAME_LABEL, NodeId, NodeTable, Offer, Replan, Requirement, Selector,
    Strategy, WorkloadId, WorkloadOptions, WorkloadTable,
};
use crate::model::names::{Names, Symbol};
use crate::model::score::{Rubric, Score, ScoreError, Weight};
use crate::quantity::Capacity;

/// Table that cannot be added to a model.
#[derive(Clone, Debug)]
pub struct Refused<T> {
    /// Index among the tables that were to be added.
    pub index: usize,
    /// The table.
    pub table: T,
    /// Reason why it cannot be added.
    pub error: ModelError,
}

/// Reason why a table cannot be added to a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelError {
    /// Another node, or another workload, already has the name.
    NameTaken {
        /// The name after expansion.
        name: String,
        /// Number of the table that the other one belongs to.
        table: u32,
    },
    /// The table has no score under the rubric.
    Score(ScoreError),
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken { name, .. } => write!(f, "the name `{name}` is taken"),
            Self::Score(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ModelError {}

impl From<ScoreError> for ModelError {
    fn from(error: ScoreError) -> Self {
        Self::Score(error)
    }
}

/// Whole cluster: everything that decides where workloads should run.
///
/// Cloning costs O(groups + drained and cordoned nodes); tables, names and scores are shared.
#[derive(Clone, Debug)]
pub struct Model {
    /// Name of the cluster, if it has one.
    pub cluster: Option<String>,
    /// Starting point of a plan.
    pub replan: Replan,
    /// Limits on what one `apply` may change.
    pub guards: Guards,
    /// Options of aversion groups; a group that is not listed has the defaults.
    pub aversion_groups: BTreeMap<Symbol, AversionGroup>,
    /// Options of affinity groups; a group that is not listed has the defaults.
    pub affinity_groups: BTreeMap<Symbol, AffinityGroup>,
    /// Drained nodes, which take no new workload and have to be emptied, with the reason.
    pub drains: BTreeMap<NodeId, String>,
    /// Cordoned nodes, which take no new workload, with the reason.
    pub cordons: BTreeMap<NodeId, String>,
    strategy: Strategy,
    names: Arc<Names>,
    rubric: Rubric,
    node_tables: SharedList<NodeTable>,
    node_scores: SharedList<Score>,
    nodes: Arc<Roster<NodeId>>,
    workload_tables: SharedList<WorkloadTable>,
    /// Scores in parts of the rubric. Requirements are finite, and so are these scores.
    workload_scores: SharedList<I256>,
    workloads: Arc<Roster<WorkloadId>>,
    /// Sum of the magnitudes of all workload scores. Together with `largest_node` it bounds every score of a plan.
    total_score: I256,
    /// Upper bound of the magnitude of all node scores.
    largest_node: I256,
}

impl Model {
    /// Cluster without nodes and workloads. Only bin pack uses the rubric.
    ///
    /// # Errors
    /// [`ScoreError::NoCommonPart`] if the weights cannot be compared exactly.
    pub fn new(strategy: Strategy, rubric: &[(&str, Weight)]) -> Result<Self, ScoreError> {
        let mut names = Names::default();
        let weights = rubric.iter().map(|&(resource, weight)| (names.intern(resource), weight)).collect::<Vec<_>>();
        Ok(Self {
            cluster: None,
            replan: Replan::default(),
            guards: Guards::default(),
            aversion_groups: BTreeMap::new(),
            affinity_groups: BTreeMap::new(),
            drains: BTreeMap::new(),
            cordons: BTreeMap::new(),
            strategy,
            rubric: Rubric::new(if strategy == Strategy::BinPack { &weights } else { &[] })?,
            names: Arc::new(names),
            node_tables: SharedList::default(),
            node_scores: SharedList::default(),
            nodes: Arc::default(),
            workload_tables: SharedList::default(),
            workload_scores: SharedList::default(),
            workloads: Arc::default(),
            total_score: I256::ZERO,
            largest_node: I256::ZERO,
        })
    }

    /// Symbol of a resource, group, label or label value, for the tables that are added.
    pub fn intern(&mut self, text: &str) -> Symbol {
        // A known text is looked up first, so that shared names are copied for a new one only.
        self.names.find(text).unwrap_or_else(|| Arc::make_mut(&mut self.names).intern(text))
    }

    /// Adds the nodes of a table after the others and returns the range of their numbers. On error nothing is added.
    pub fn add_nodes(&mut self, table: NodeTable) -> Result<Range<u32>, ModelError> {
        let first = index_u32(self.nodes().len());
        let refused = self.add_all_nodes(vec![table]).pop();
        refused.map_or_else(|| Ok(first..index_u32(self.nodes().len())), |refused| Err(refused.error))
    }

    /// Adds the workloads of a table after the others and returns the range of their numbers. On error it adds nothing.
    pub fn add_workloads(&mut self, table: WorkloadTable) -> Result<Range<u32>, ModelError> {
        let first = index_u32(self.workloads().len());
        let refused = self.add_all_workloads(vec![table]).pop();
        refused.map_or_else(|| Ok(first..index_u32(self.workloads().len())), |refused| Err(refused.error))
    }

    /// Adds the nodes of many tables in order and returns the tables that cannot be added.
    pub fn add_all_nodes(&mut self, mut tables: Vec<NodeTable>) -> Vec<Refused<NodeTable>> {
        Arc::make_mut(&mut self.nodes).reserve(tables.iter().map(|table| table.count.unwrap_or(1) as usize).sum());
        self.node_scores.to_mut().reserve(tables.len());
        let mut refused = Vec::new();
        for (index, table) in tables.iter_mut().enumerate() {
            sort_node_table(table);
            refused.extend(self.enter_nodes(table).err().map(|error| (index, error)));
        }
        add_all(self.node_tables.to_mut(), tables, refused)
    }

    fn enter_nodes(&mut self, table: &NodeTable) -> Result<(), ModelError> {
        let (first, number) = (self.nodes().len(), index_u32(self.node_scores.len()));
        Arc::make_mut(&mut self.nodes).enter(&table.name.as_str().into(), table.count, number)?;
        let scored = self.score_nodes(table);
        let (score, largest) = scored.inspect_err(|_| Arc::make_mut(&mut self.nodes).truncate(first))?;
        self.largest_node = largest;
        self.node_scores.to_mut().push(score);
        Ok(())
    }

    /// Adds the workloads of many tables in order and returns the tables that cannot be added.
    pub fn add_all_workloads(&mut self, mut tables: Vec<WorkloadTable>) -> Vec<Refused<WorkloadTable>> {
        Arc::make_mut(&mut self.workloads)
            .reserve(tables.iter().map(|table| table.replicas.unwrap_or(1) as usize).sum());
        self.workload_scores.to_mut().reserve(tables.len());
        let mut refused = Vec::new();
        for (index, table) in tables.iter_mut().enumerate() {
            sort_workload_table(table);
            refused.extend(self.enter_workloads(table).err().map(|error| (index, error)));
        }
        add_all(self.workload_tables.to_mut(), tables, refused)
    }

    fn enter_workloads(&mut self, table: &WorkloadTable) -> Result<(), ModelError> {
        let (first, number) = (self.workloads().len(), index_u32(self.workload_scores.len()));
        Arc::make_mut(&mut self.workloads).enter(&table.name, table.replicas, number)?;
        let scored = self.score_workloads(table, self.total_score);
        let (score, total) = scored.inspect_err(|_| Arc::make_mut(&mut self.workloads).truncate(first))?;
        self.total_score = total;
        self.workload_scores.to_mut().push(score.parts());
        Ok(())
    }

    /// Returns the score of a table's nodes, and the largest score of any node with them.
    fn score_nodes(&self, table: &NodeTable) -> Result<(Score, I256), ScoreError> {
        let score = self.rubric.score(table.resources.iter().map(|offer| (offer.resource, offer.capacity)))?;
        let largest = self.largest_node.max(score.magnitude());
        self.total_score.checked_add(largest).map(|_| (score, largest)).ok_or(ScoreError::Overflow)
    }

    /// Returns the score of a table's workloads, and the total of all scores with them; `others` is the total without.
    fn score_workloads(&self, table: &WorkloadTable, others: I256) -> Result<(Score, I256), ScoreError> {
        let required = table.requirements.iter().map(|each| (each.resource, Capacity::Finite(each.amount())));
        let score = self.rubric.score(required)?;
        let total = grown_total(others, score, table.replicas.unwrap_or(1))?;
        total.checked_add(self.largest_node).map(|_| (score, total)).ok_or(ScoreError::Overflow)
    }

    /// Order in which workloads are placed and nodes are tried.
    pub fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// Weights that make up a score; empty unless the strategy is bin pack.
    pub fn rubric(&self) -> &Rubric {
        &self.rubric
    }

    /// Names of resources, groups, labels and label values.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The text of a symbol.
    pub fn text(&self, symbol: Symbol) -> &str {
        self.names.text(symbol)
    }

    /// All nodes in manifest order, indexed by [`NodeId`].
    pub fn nodes(&self) -> &[Member] {
        self.nodes.members()
    }

    /// All workloads in manifest order, indexed by [`WorkloadId`].
    pub fn workloads(&self) -> &[Member] {
        self.workloads.members()
    }

    /// The `[[nodes]]` tables in manifest order.
    pub fn node_tables(&self) -> &SharedList<NodeTable> {
        &self.node_tables
    }

    /// The `[[workloads]]` tables in manifest order.
    pub fn workload_tables(&self) -> &SharedList<WorkloadTable> {
        &self.workload_tables
    }

    /// Ids of all nodes in manifest order.
    pub fn node_ids(&self) -> impl ExactSizeIterator<Item = NodeId> + DoubleEndedIterator + use<> {
        (0..index_u32(self.nodes().len())).map(NodeId)
    }

    /// Ids of all workloads in manifest order.
    pub fn workload_ids(&self) -> impl ExactSizeIterator<Item = WorkloadId> + DoubleEndedIterator + use<> {
        (0..index_u32(self.workloads().len())).map(WorkloadId)
    }

    /// All nodes sorted by name, bytewise. The order is computed once.
    pub fn nodes_by_name(&self) -> &[NodeId] {
        self.nodes.by_name(NodeId)
    }

    /// All workloads sorted by name, bytewise. The order is computed once.
    pub fn workloads_by_name(&self) -> &[WorkloadId] {
        self.workloads.by_name(WorkloadId)
    }

    /// The node of this name.
    pub fn node_named(&self, name: &str) -> Option<NodeId> {
        self.nodes.number(name).map(NodeId)
    }

    /// The workload of this name.
    pub fn workload_named(&self, name: &str) -> Option<WorkloadId> {
        self.workloads.number(name).map(WorkloadId)
    }

    /// The name of a node.
    pub fn node_name(&self, node: NodeId) -> &str {
        &self.nodes()[node.index()].name
    }

    /// The name of a workload.
    pub fn workload_name(&self, workload: WorkloadId) -> &str {
        &self.workloads()[workload.index()].name
    }

    /// The table that a node comes from.
    pub fn node_table(&self, node: NodeId) -> &NodeTable {
        &self.node_tables[self.nodes()[node.index()].table as usize]
    }

    /// The table that a workload comes from.
    pub fn workload_table(&self, workload: WorkloadId) -> &WorkloadTable {
        &self.workload_tables[self.workloads()[workload.index()].table as usize]
    }

    /// Score of a node while it is empty.
    pub fn node_score(&self, node: NodeId) -> Score {
        self.node_scores[self.nodes()[node.index()].table as usize]
    }

    /// Score of a workload.
    pub fn workload_score(&self, workload: WorkloadId) -> Score {
        Score::Finite(self.workload_scores[self.workloads()[workload.index()].table as usize])
    }

    /// Offer of a resource by a node; `None` if the node does not offer it.
    pub fn offer(&self, node: NodeId, resource: Symbol) -> Option<&Offer> {
        let offers = &self.node_table(node).resources;
        offers.binary_search_by_key(&resource, |offer| offer.resource).ok().map(|at| &offers[at])
    }

    /// Value of a node's label; the label `name` is the node's own name.
    pub fn node_label(&self, node: NodeId, label: Symbol) -> Option<&str> {
        if self.text(label) == NAME_LABEL {
            return Some(self.node_name(node));
        }
        let labels = &self.node_table(node).labels;
        labels.iter().find(|(key, _)| *key == label).map(|(_, value)| self.text(*value))
    }

    /// Whether a node's label has one of a selector's values.
    pub fn selects(&self, selector: &Selector, node: NodeId) -> bool {
        let value = self.node_label(node, selector.label);
        value.is_some_and(|value| selector.values.iter().any(|&wanted| self.text(wanted) == value))
    }

    /// The options of an aversion group.
    pub fn aversion_group(&self, group: Symbol) -> AversionGroup {
        self.aversion_groups.get(&group).copied().unwrap_or_default()
    }

    /// The options of an affinity group.
    pub fn affinity_group(&self, group: Symbol) -> AffinityGroup {
        self.affinity_groups.get(&group).copied().unwrap_or_default()
    }

    /// Earlier name of a node, if it has one.
    pub fn node_was(&self, node: NodeId) -> Option<String> {
        let was = self.node_table(node).was.as_ref()?;
        Some(numbered(was, self.nodes()[node.index()].number))
    }

    /// Earlier name of a workload, if it has one.
    pub fn workload_was(&self, workload: WorkloadId) -> Option<String> {
        let was = self.workload_table(workload).was.as_ref()?;
        Some(numbered(was, self.workloads()[workload.index()].number))
    }
}

/// A name with its number: `rack-a` and 2 are `rack-a-2`.
pub fn numbered(name: &str, number: Option<u32>) -> String {
    number.map_or_else(|| name.to_owned(), |number| format!("{name}-{number}"))
}

/// Adds tables after the others, apart from the refused ones, which are returned. Indices of refused tables ascend.
fn add_all<T>(tables: &mut Vec<T>, new: Vec<T>, refused: Vec<(usize, ModelError)>) -> Vec<Refused<T>> {
    if tables.is_empty() && refused.is_empty() {
        *tables = new;
        return Vec::new();
    }
    let mut errors = refused.into_iter().peekable();
    let mut refused = Vec::new();
    for (index, table) in new.into_iter().enumerate() {
        match errors.next_if(|&(at, _)| at == index) {
            Some((_, error)) => refused.push(Refused { index, table, error }),
            None => tables.push(table),
        }
    }
    refused
}

/// Sum of all workload scores after `count` more workloads of this score.
fn grown_total(total: I256, score: Score, count: u32) -> Result<I256, ScoreError> {
    let added = score.magnitude().checked_mul(I256::from(count)).ok_or(ScoreError::Overflow)?;
    total.checked_add(added).ok_or(ScoreError::Overflow)
}

fn sort_node_table(table: &mut NodeTable) {
    table.resources.sort_unstable_by_key(|offer| offer.resource);
    table.labels.sort_unstable();
}

fn sort_workload_table(table: &mut WorkloadTable) {
    table.requirements.sort_unstable_by_key(|each| each.resource);
    sort_symbols(&mut table.aversion_groups);
    if let Some(options) = &mut table.options {
        options.labels.sort_unstable();
        sort_symbols(&mut options.immunities);
        sort_symbols(&mut options.affinity_groups);
    }
}

fn sort_symbols(symbols: &mut Vec<Symbol>) {
    symbols.sort_unstable();
    symbols.dedup();
}

/// Index as a `u32`. The limits of a manifest keep every count far below 2³².
fn index_u32(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than 2^32 nodes and workloads")
}
