//! The main loop: each workload, in strategy order, goes to the first node that takes it.
//!
//! A workload that no node takes stays unplaced, and the loop goes on with the next one. Placing a workload
//! never opens a node to a refused one, unless a negative requirement adds free amounts: only then is it tried again.

use std::convert::Infallible;

use crate::model::{Model, NodeId, WorkloadId};
use crate::parallel::{in_order, threads};
use crate::place::Engine;
use crate::place::demand_batch::DemandBatch;
use crate::rules::{Standing, has_negative_amount};

/// Number of workloads whose demands are laid out together.
const BATCH: usize = 512;

/// Places the workloads of a queue, and returns the node of each, if any.
pub(crate) fn place_all(model: &Model, engine: &mut Engine, queue: &[(WorkloadId, Standing)]) -> Vec<Option<NodeId>> {
    let mut nodes = vec![None; queue.len()];
    if queue.is_empty() {
        return nodes;
    }
    engine.build_index(model);
    let may_open_nodes = model.workload_tables().iter().any(|table| has_negative_amount(&table.requirements));
    let mut pending = (0..queue.len()).collect::<Vec<_>>();
    loop {
        place_once(model, engine, queue, &pending, &mut nodes);
        let before = pending.len();
        pending.retain(|&at| nodes[at].is_none());
        if pending.len() == before || !may_open_nodes {
            return nodes;
        }
    }
}

/// Tries each pending workload of the queue once. Demands are laid out in batches, ahead of the loop.
fn place_once(
    model: &Model,
    engine: &mut Engine,
    queue: &[(WorkloadId, Standing)],
    pending: &[usize],
    nodes: &mut [Option<NodeId>],
) {
    let columns = engine.columns();
    let lay_out = |batch: &&[usize]| DemandBatch::new(model, columns.as_deref(), batch.iter().map(|&at| queue[at].0));
    let batches = pending.chunks(BATCH).collect::<Vec<_>>();
    let Ok(()) = in_order(&batches, threads(), lay_out, |batch, demands| {
        for (&at, (demand, needs)) in batch.iter().zip(demands.iter()) {
            nodes[at] = engine.place_demand(model, &demand, needs, queue[at].1);
        }
        Ok::<_, Infallible>(())
    });
}
