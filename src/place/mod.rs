//! The strategies: which node each workload runs on.
//!
//! [`place`] plans a whole model, from a record or from empty nodes, in two steps: `reconcile` keeps every recorded
//! placement that still holds and queues the other workloads; `first_fit` places the queue. [`Engine`] is for a
//! program that adds its workloads bit by bit. [`unplaced`] counts the refusals of what stays unplaced.
//!
//! Nothing here fails: a workload without a node is an outcome. Nothing here sees files, a clock, randomness, or the
//! order of a hash map.
//!
//! | file | what it is for |
//! |---|---|
//! | `first_fit` | the main loop: each workload in turn, to the first node that takes it |
//! | `workload_order` | the order in which a strategy takes workloads: by priority, then by manifest or size |
//! | `node_order` | the order in which a strategy tries nodes: by manifest, round robin, or bin pack's score |
//! | `demand_batch` | demands of the next workloads, laid out ahead of the loop |
//! | `search` | the first node that takes one workload, soft rules included |
//! | `index` | skips nodes that cannot take a workload |
//! | `reconcile` | what stays where it is on record, and the queue of the rest |
//! | `engine` | the placement in progress |
//! | `tally` | why nodes refuse what stays unplaced |

mod demand_batch;
mod engine;
mod first_fit;
mod index;
mod node_order;
mod reconcile;
mod search;
mod sort_key;
mod tally;
pub(crate) mod workload_order;

use crate::model::{Assignment, Inheritance, Model, Record, WorkloadId};
use crate::rules::{Departure, Standing};
pub use engine::{Engine, Search};
pub use reconcile::{Pin, PinError};
pub(crate) use reconcile::{Reconciled, reconcile};
pub use tally::{Shortage, Unplaced, unplaced};

/// Input of a placement, besides the model.
#[derive(Clone, Debug, Default)]
pub struct Start<'a> {
    /// Record of the previous placement.
    pub record: Option<&'a Record>,
    /// Workloads that count as recorded on another node, this once.
    pub pins: &'a [Pin],
    /// Algorithm that finds nodes.
    pub search: Search,
}

/// Result of a placement.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Node of each workload, if any.
    pub assignment: Assignment,
    /// State of the nodes after everything is placed.
    pub engine: Engine,
    /// Recorded entry that each workload continues, if any.
    pub inheritance: Inheritance,
    /// Workloads that left the node of their record, with the cause; sorted by workload.
    pub departures: Vec<Departure>,
    /// Workloads that the strategy was asked to place, with what the record says of each; sorted by workload.
    pub standings: Vec<(WorkloadId, Standing)>,
    /// Workloads placed against a soft aversion, because no node keeps it; in the order of their placement.
    pub reluctant: Vec<WorkloadId>,
}

impl Outcome {
    /// Returns what the record says of a workload that was to be placed; `None` if it stays where it is on record.
    pub fn standing(&self, workload: WorkloadId) -> Option<Standing> {
        let at = self.standings.binary_search_by_key(&workload, |&(each, _)| each).ok()?;
        Some(self.standings[at].1)
    }
}

/// Places every workload of the model. With `replan = "keep"` a recorded placement that still holds stays; with `fresh`
/// every workload is placed again.
///
/// # Errors
/// If a pinned workload cannot stay on the node of its pin.
pub fn place(model: &Model, start: &Start<'_>) -> Result<Outcome, PinError> {
    let Reconciled { mut engine, inheritance, departures, queue } = reconcile(model, start)?;
    first_fit::place_all(model, &mut engine, &queue);
    // The index is no longer needed; an engine that searches again rebuilds it.
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
    Ok(Outcome { assignment, engine, inheritance, departures, standings, reluctant })
}
