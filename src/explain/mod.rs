//! Answers of `lighthouse explain` as data: why a workload is on its node, why it is unplaced, and what would help.
//!
//! Each question has a file. Reasons of nodes come from `rules`, impossibility from `bounds`. A remedy is shown only if
//! a plan with it places the workload. Sentences are made in `render::phrase`.

mod cluster;
mod nearest;
mod node;
mod node_class;
mod placed;
mod remedy;
mod turn;
mod unplaced;

pub use cluster::{ClusterAnswer, ResourceTotal, ScarceResource, cluster};
pub use nearest::{Holders, Nearest, holders, nearest};
pub use node::{NodeAnswer, PlacedWorkload, RefusedWorkload, ResourceUse, node};
pub use node_class::NodeClass;
pub use placed::{HowPlaced, PlacedAnswer, Step, Verdict, placed};
pub use remedy::{Amount, Remedy, VerifiedRemedy};
pub use unplaced::{UnplacedAnswer, unplaced};

use crate::model::{Record, WorkloadId};
use crate::place::{Pin, Start};
use crate::plan::Plan;

/// Plan to explain, with what it was made from.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The plan.
    pub plan: &'a Plan<'a>,
    /// Record that the plan started from.
    pub record: &'a Record,
    /// Moves that the operator requested.
    pub pins: &'a [Pin],
}

impl<'a> Context<'a> {
    fn start(&self) -> Start<'a> {
        Start { record: Some(self.record), pins: self.pins, ..Start::default() }
    }
}

/// Answer to one question.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Why a workload is unplaced.
    Unplaced(Box<UnplacedAnswer>),
    /// Why a workload is on its node.
    Placed(Box<PlacedAnswer>),
    /// Resources and workloads of a node, and the workloads that it refuses.
    Node(NodeAnswer),
    /// Totals of the cluster.
    Cluster(ClusterAnswer),
}

/// Explains a workload, placed or not.
///
/// # Panics
/// Never: a workload without a node is among the unplaced.
pub fn workload(context: Context<'_>, workload: WorkloadId) -> Answer {
    let placed = placed(context, workload).map(|answer| Answer::Placed(Box::new(answer)));
    let answer = placed.or_else(|| unplaced(context, workload).map(|answer| Answer::Unplaced(Box::new(answer))));
    answer.expect("a workload is placed or not")
}
