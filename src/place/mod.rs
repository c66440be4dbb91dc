//! The engine: where every workload goes, and what every node that refused has to say.
//!
//! [`place`] answers for a whole model, from a record or from empty nodes; [`Engine`] is the same for a program that
//! brings its workloads bit by bit. Nothing here can fail: a workload without a place is an outcome.
//! No files, no clock, no randomness, and never the order of a hash map.

mod demand_batch;
mod index;
mod node_order;
mod reconcile;
mod search;
mod sort_key;
mod tally;
pub(crate) mod workload_order;

use std::convert::Infallible;
use std::iter;

use crate::model::score::Score;
use crate::model::{Assignment, Claims, Model, NodeId, Record, Replan, WorkloadId};
use crate::parallel::{in_order, threads};
use crate::rules::{self, Demand, Departure, Occupancy, Standing, fills_a_shortcoming};
use demand_batch::{Ask, Asker};
use index::Index;
use node_order::Order;
pub use reconcile::{Pin, PinError};
pub use tally::{Shortage, Unplaced, unplaced};

/// Nodes with what is on them, and the strategy's memory: it sees everything that it placed before.
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
    search: Search,
    occupancy: Occupancy,
    order: Order,
    /// Made when the first workload looks for a node, so that what is held needs no place in it.
    index: Option<Index>,
    reluctant: Vec<WorkloadId>,
}

/// How the first node that takes a workload is found. The answer is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Search {
    /// By an index, which leaves out nodes that cannot take it.
    #[default]
    Indexed,
    /// Node after node, as the rules are written: what the index is compared with.
    Plain,
}

/// For how many workloads at a time it is laid out what they ask.
const PART: usize = 512;

impl Engine {
    /// Empty nodes. Which nodes there are, and which are cordoned or drained, is seen once.
    pub fn new(model: &Model) -> Self {
        Self::searching(model, Search::default())
    }

    /// Empty nodes, searched this way.
    fn searching(model: &Model, search: Search) -> Self {
        let (occupancy, order) = (Occupancy::empty(model), Order::new(model));
        Self { search, occupancy, order, index: None, reluctant: Vec::new() }
    }

    /// Places a batch of workloads beside what is there, in strategy order, and says where each went.
    ///
    /// The nodes are those that the model had when the engine was made; workloads may have been added since.
    pub fn assign(
        &mut self,
        model: &Model,
        batch: impl IntoIterator<Item = WorkloadId>,
    ) -> Vec<(WorkloadId, Option<NodeId>)> {
        let mut batch = batch.into_iter().collect::<Vec<_>>();
        workload_order::sort(model, &mut batch);
        let mut answers = batch.iter().map(|&workload| (workload, None)).collect::<Vec<_>>();
        let queue = batch.into_iter().map(|workload| (workload, Standing::Free)).collect::<Vec<_>>();
        self.run(model, &queue, |at, node| answers[at].1 = Some(node));
        answers
    }

    /// Who is where now, and what is free.
    pub fn occupancy(&self) -> &Occupancy {
        &self.occupancy
    }

    /// All nodes in the order in which the strategy would try them now.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.order.nodes()
    }

    /// The current score of a node, under bin pack.
    pub fn score(&self, node: NodeId) -> Option<Score> {
        self.order.score(node)
    }

    /// The node after which round robin goes on.
    pub fn cursor(&self) -> Option<NodeId> {
        self.order.cursor()
    }

    /// Puts a workload where it is on record, without asking.
    pub(crate) fn hold(&mut self, model: &Model, workload: WorkloadId, node: NodeId) {
        self.put(model, &Demand::of(model, workload), node);
    }

    /// The same where what it asks is near at hand.
    fn put(&mut self, model: &Model, demand: &Demand<'_>, node: NodeId) {
        if let Some(index) = self.index.as_mut().filter(|_| self.order.changes()) {
            index.take_out(&self.order, node);
        }
        self.occupancy.attach(model, demand, node);
        self.order.occupy(demand, node);
        if let Some(index) = &mut self.index {
            index.occupy((model, &self.occupancy, &self.order), demand, node);
        }
    }

    /// Goes over the queue, and again over what it left, until a round places nothing; says of who is placed where in
    /// the queue it was, and on which node it is.
    fn run(&mut self, model: &Model, queue: &[(WorkloadId, Standing)], mut placed: impl FnMut(usize, NodeId)) {
        if !queue.is_empty() {
            self.make_index(model);
        }
        let mut left = (0..queue.len()).collect::<Vec<_>>();
        // Only what fills a shortcoming can open a node for one that was refused before.
        let can_open = model.workload_tables().iter().any(|table| fills_a_shortcoming(&table.requirements));
        loop {
            let before = left.len();
            left = self.round(model, queue, &left, &mut placed);
            if !can_open || left.is_empty() || left.len() == before {
                return;
            }
        }
    }

    /// Goes once over those that are left of the queue, and gives those that are left then.
    fn round(
        &mut self,
        model: &Model,
        queue: &[(WorkloadId, Standing)],
        left: &[usize],
        placed: &mut impl FnMut(usize, NodeId),
    ) -> Vec<usize> {
        let parts = left.chunks(PART).collect::<Vec<_>>();
        let (asker, mut refused) = (self.asker(), Vec::new());
        let Ok(()) = in_order(
            &parts,
            threads(),
            |part| asker.asks(model, part.iter().map(|&at| queue[at].0)),
            |part, asks| {
                for (&at, ask) in part.iter().zip(asks.iter()) {
                    match self.try_to_place(model, queue[at].1, ask) {
                        Some(node) => placed(at, node),
                        None => refused.push(at),
                    }
                }
                Ok::<_, Infallible>(())
            },
        );
        refused
    }

    /// Who lays out what searches ask; what that is does not change any more.
    fn asker(&self) -> Asker {
        Asker::new(self.index.as_ref().map(Index::columns), self.order.floors())
    }

    /// Makes the index, for what looks for a node from now on.
    pub(crate) fn make_index(&mut self, model: &Model) {
        if self.search == Search::Indexed && self.index.is_none() {
            self.index = Some(Index::new(model));
        }
    }

    /// The first node that takes a workload, by itself.
    pub(crate) fn search(&mut self, model: &Model, workload: WorkloadId, standing: Standing) -> Option<NodeId> {
        let asks = self.asker().asks(model, iter::once(workload));
        asks.iter().find_map(|ask| search::search(model, self, standing, ask))
    }

    /// Notes a placement that the search made earlier: round robin goes on after its node.
    pub(crate) fn resume_after(&mut self, node: NodeId) {
        self.order.succeed(node);
    }

    /// Places a workload by itself.
    pub(crate) fn try_place(&mut self, model: &Model, workload: WorkloadId, standing: Standing) -> Option<NodeId> {
        let asks = self.asker().asks(model, iter::once(workload));
        asks.iter().find_map(|ask| self.try_to_place(model, standing, ask))
    }

    fn try_to_place(&mut self, model: &Model, standing: Standing, ask: Ask<'_>) -> Option<NodeId> {
        let node = search::search(model, self, standing, ask)?;
        if !rules::keeps_aversion(model, &self.occupancy, &ask.demand, node, false) {
            self.reluctant.push(ask.demand.workload);
        }
        self.put(model, &ask.demand, node);
        self.order.succeed(node);
        Some(node)
    }
}

/// What a plan starts from, beside the model.
#[derive(Clone, Debug, Default)]
pub struct Start<'a> {
    /// What is on record.
    pub record: Option<&'a Record>,
    /// Workloads that count as recorded on another node, this once.
    pub pins: &'a [Pin],
    /// How nodes are found.
    pub search: Search,
}

/// Where everything goes.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// A node or none for each workload.
    pub assignment: Assignment,
    /// The nodes as they are then.
    pub engine: Engine,
    /// Whose record serves which workload.
    pub claims: Claims,
    /// Who left the node of its record, and why; by workload.
    pub departures: Vec<Departure>,
    /// What the record said of each workload that was to be placed, by workload.
    pub standings: Vec<(WorkloadId, Standing)>,
    /// Workloads that were placed beside one that they avert, in the order in which that happened.
    pub reluctant: Vec<WorkloadId>,
}

impl Outcome {
    /// What the record said of a workload that was to be placed; `None` where it stays as it is on record.
    pub fn standing(&self, workload: WorkloadId) -> Option<Standing> {
        let at = self.standings.binary_search_by_key(&workload, |&(each, _)| each).ok()?;
        Some(self.standings[at].1)
    }
}

/// Places every workload of the model: by `keep` only those that must move or are new, by `fresh` all.
pub fn place(model: &Model, start: &Start<'_>) -> Result<Outcome, PinError> {
    Ok(finish(model, prepare(model, start)?))
}

/// What the strategy begins with.
pub(crate) struct Prepared {
    pub(crate) engine: Engine,
    pub(crate) claims: Claims,
    pub(crate) departures: Vec<Departure>,
    /// Who is to be placed, in the order in which they are tried.
    pub(crate) queue: Vec<(WorkloadId, Standing)>,
}

pub(crate) fn prepare(model: &Model, start: &Start<'_>) -> Result<Prepared, PinError> {
    let empty = Record::default();
    let record = start.record.unwrap_or(&empty);
    let claims = Claims::new(model, record);
    match model.replan {
        Replan::Keep => reconcile::keep(model, record, claims, start),
        Replan::Fresh => Ok(fresh(model, claims, start.search)),
    }
}

/// The one-shot answer of section 3: from empty nodes, whatever runs where; only `stay` looks at the record.
fn fresh(model: &Model, claims: Claims, search: Search) -> Prepared {
    let mut order = model.workload_ids().collect::<Vec<_>>();
    workload_order::sort(model, &mut order);
    let standing = |workload| match claims.of(workload) {
        Some(claim) if model.workload_table(workload).stay => Standing::Bound(claim.node),
        _ => Standing::Free,
    };
    let queue = order.into_iter().map(|workload| (workload, standing(workload))).collect::<Vec<_>>();
    Prepared { engine: Engine::searching(model, search), claims, departures: Vec::new(), queue }
}

/// Runs the strategy over the queue and gathers what came of it.
fn finish(model: &Model, prepared: Prepared) -> Outcome {
    let Prepared { mut engine, claims, departures, queue } = prepared;
    engine.run(model, &queue, |_, _| {});
    // Who asks more of the nodes makes another.
    engine.index = None;
    let mut assignment = Assignment(vec![None; model.workloads().len()]);
    for node in model.node_ids() {
        for workload in engine.occupancy.on(node) {
            assignment.0[workload.index()] = Some(node);
        }
    }
    let reluctant = std::mem::take(&mut engine.reluctant);
    let mut standings = queue;
    standings.sort_unstable_by_key(|&(workload, _)| workload);
    Outcome { assignment, engine, claims, departures, standings, reluctant }
}
