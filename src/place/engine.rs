//! The placement in progress: what runs where, the strategy's node order, and the index that searches use.

use std::sync::Arc;

use crate::model::score::Score;
use crate::model::{Model, NodeId, WorkloadId};
use crate::place::demand_batch::DemandBatch;
use crate::place::index::Index;
use crate::place::index::block::Level;
use crate::place::index::columns::Columns;
use crate::place::node_order::NodeOrder;
use crate::place::{first_fit, search, workload_order};
use crate::rules::{self, Demand, Occupancy, Standing};

/// Placement in progress: the occupancy of the nodes and the strategy's memory of what it has placed so far.
///
/// ```
/// use lighthouse::model::{Model, NodeTable, Strategy};
/// use lighthouse::place::Engine;
/// let mut model = Model::new(Strategy::Prioritized, &[])?;
/// model.add_nodes(NodeTable { name: "parent".to_owned(), ..NodeTable::default() })?;
/// assert!(Engine::new(&model).assign(&model, model.workload_ids()).is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    pub(super) search: Search,
    pub(super) occupancy: Occupancy,
    pub(super) order: NodeOrder,
    /// Built for the first search, so that attaching recorded placements before it costs nothing here.
    pub(super) index: Option<Index>,
    /// Workloads placed against a soft aversion, because no node keeps it; in the order of their placement.
    pub(super) reluctant: Vec<WorkloadId>,
}

/// Algorithm that finds the first node for a workload. Both give the same answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Search {
    /// Skips nodes that cannot fit, by an index.
    #[default]
    Indexed,
    /// Tries node after node by the rules alone: the oracle for tests of the index.
    Plain,
}

/// A cluster as a search sees it: the model, what runs where, and the order in which nodes are tried.
#[derive(Clone, Copy)]
pub(crate) struct Cluster<'a> {
    pub(crate) model: &'a Model,
    pub(crate) occupancy: &'a Occupancy,
    pub(crate) order: &'a NodeOrder,
}

impl Engine {
    /// Creates an engine with nothing placed. Later changes to the model's nodes, cordons and drains have no effect.
    pub fn new(model: &Model) -> Self {
        Self::with_search(model, Search::default())
    }

    /// Creates an engine with nothing placed that uses the given search.
    pub(crate) fn with_search(model: &Model, search: Search) -> Self {
        let (occupancy, order) = (Occupancy::empty(model), NodeOrder::new(model));
        Self { search, occupancy, order, index: None, reluctant: Vec::new() }
    }

    /// Places a batch of workloads in strategy order, and returns the node of each, if any.
    ///
    /// The nodes are those the model had when the engine was created; workloads may have been added since.
    pub fn assign(
        &mut self,
        model: &Model,
        batch: impl IntoIterator<Item = WorkloadId>,
    ) -> Vec<(WorkloadId, Option<NodeId>)> {
        let mut batch = batch.into_iter().collect::<Vec<_>>();
        workload_order::sort(model, &mut batch);
        let queue = batch.iter().map(|&workload| (workload, Standing::Free)).collect::<Vec<_>>();
        let nodes = first_fit::place_all(model, self, &queue);
        batch.into_iter().zip(nodes).collect()
    }

    /// Returns what runs where, and what is free.
    pub fn occupancy(&self) -> &Occupancy {
        &self.occupancy
    }

    /// Returns all nodes in the order in which the strategy would try them now.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.order.nodes()
    }

    /// Returns the current score of a node; only bin pack has scores.
    pub fn score(&self, node: NodeId) -> Option<Score> {
        self.order.score(node)
    }

    /// Returns the node after which round robin continues.
    pub fn cursor(&self) -> Option<NodeId> {
        self.order.cursor()
    }

    /// Builds the index for the searches to come, if this engine uses one.
    pub(crate) fn build_index(&mut self, model: &Model) {
        if self.search == Search::Indexed && self.index.is_none() {
            self.index = Some(Index::new(model));
        }
    }

    /// Attaches a workload to a node without a search: by record, or by a placement known from an earlier plan.
    pub(crate) fn attach(&mut self, model: &Model, workload: WorkloadId, node: NodeId) {
        self.attach_demand(model, &Demand::of(model, workload), node);
    }

    /// Continues round robin after this node, as if a search had just chosen it.
    pub(crate) fn resume_after(&mut self, node: NodeId) {
        self.order.resume_after(node);
    }

    /// Finds the first node that takes a workload, and leaves the workload unplaced.
    pub(crate) fn find(&mut self, model: &Model, workload: WorkloadId, standing: Standing) -> Option<NodeId> {
        let batch = DemandBatch::new(model, self.columns().as_deref(), [workload]);
        batch.iter().find_map(|(demand, needs)| search::first_node(model, self, &demand, needs, standing))
    }

    /// Places a workload on the first node that takes it.
    pub(crate) fn place(&mut self, model: &Model, workload: WorkloadId, standing: Standing) -> Option<NodeId> {
        let batch = DemandBatch::new(model, self.columns().as_deref(), [workload]);
        batch.iter().find_map(|(demand, needs)| self.place_demand(model, &demand, needs, standing))
    }

    /// Places a workload, given its demand and the levels that the demand needs in the index.
    pub(crate) fn place_demand(
        &mut self,
        model: &Model,
        demand: &Demand<'_>,
        needs: &[Level],
        standing: Standing,
    ) -> Option<NodeId> {
        let node = search::first_node(model, self, demand, needs, standing)?;
        if !rules::aversion_groups_allow(model, &self.occupancy, demand, node, false) {
            self.reluctant.push(demand.workload);
        }
        self.attach_demand(model, demand, node);
        self.order.resume_after(node);
        Some(node)
    }

    /// Returns the columns of the index, if there is one.
    pub(crate) fn columns(&self) -> Option<Arc<Columns>> {
        self.index.as_ref().map(Index::columns)
    }

    fn attach_demand(&mut self, model: &Model, demand: &Demand<'_>, node: NodeId) {
        // The index finds a node by its key. The placement may change the key, so the node is removed first.
        if let Some(index) = self.index.as_mut().filter(|_| self.order.depends_on_placements()) {
            index.remove(&self.order, node);
        }
        self.occupancy.attach_demand(model, demand, node);
        self.order.attach(demand, node);
        if let Some(index) = &mut self.index {
            let cluster = Cluster { model, occupancy: &self.occupancy, order: &self.order };
            index.attach(cluster, demand, node);
        }
    }
}
