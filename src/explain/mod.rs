//! Why here, why not there, what would help: the answers of `explain`, as data.
//!
//! Each question has a file. What is said of nodes comes from the engine; that something cannot be, whatever the order,
//! comes from `proof`; a change is shown only when a plan with it places the workload. Sentences are made in `explain`.

mod answers_by_turn;
mod cluster;
mod nearest;
mod node;
mod node_class;
mod placed;
mod remedy;
mod unplaced;

pub use cluster::{ClusterAnswer, Fullness, ShortCluster, cluster};
pub use nearest::{Holders, Nearest, holders, nearest};
pub use node::{Guest, NodeAnswer, Rejection, Stock, node};
pub use node_class::Class;
pub use placed::{Came, PlacedAnswer, Said, Step, placed};
pub use remedy::{Amount, Remedy, Way};
pub use unplaced::{UnplacedAnswer, unplaced};

use crate::model::{Record, WorkloadId};
use crate::place::{Pin, Start};
use crate::plan::Plan;

/// A plan with what it was made from.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What is asked about.
    pub plan: &'a Plan<'a>,
    /// What was on record.
    pub record: &'a Record,
    /// What the operator moved by hand.
    pub pins: &'a [Pin],
}

impl<'a> Case<'a> {
    fn start(&self) -> Start<'a> {
        Start { record: Some(self.record), pins: self.pins, ..Start::default() }
    }
}

/// The answer to one question.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Why a workload has no place.
    Unplaced(Box<UnplacedAnswer>),
    /// Why a workload is where it is.
    Placed(Box<PlacedAnswer>),
    /// What a node has, and whom it refuses.
    Node(NodeAnswer),
    /// What is left in the cluster.
    Cluster(ClusterAnswer),
}

/// Explains a workload, wherever it is.
///
/// # Panics
/// Never: what has no place is among the unplaced.
pub fn workload(case: Case<'_>, workload: WorkloadId) -> Answer {
    let placed = placed(case, workload).map(|answer| Answer::Placed(Box::new(answer)));
    let answer = placed.or_else(|| unplaced(case, workload).map(|answer| Answer::Unplaced(Box::new(answer))));
    answer.expect("a workload is placed or not")
}
