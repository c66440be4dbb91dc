//! The main loop: each workload, in strategy order, goes to the first node that takes it.
//!
//! A workload that no node takes stays unplaced, and the loop goes on with the next one. Only a placement with a
//! negative requirement adds free amounts, so only then is a refused workload tried again.

use crate::model::{Model, NodeId, WorkloadId};
use crate::place::Engine;
use crate::rules::{Standing, has_negative_amount};

/// Places the workloads of a queue, and returns the node of each, if any.
pub(crate) fn place_all(model: &Model, engine: &mut Engine, queue: &[(WorkloadId, Standing)]) -> Vec<Option<NodeId>> {
    let mut nodes = vec![None; queue.len()];
    if queue.is_empty() {
        return nodes;
    }
    engine.build_index(model);
    let may_open_nodes = model.workload_tables().iter().any(|table| has_negative_amount(&table.requirements));
    loop {
        let mut placed_any = false;
        for (&(workload, standing), node) in queue.iter().zip(&mut nodes).filter(|(_, node)| node.is_none()) {
            *node = engine.place(model, workload, standing);
            placed_any |= node.is_some();
        }
        if !placed_any || !may_open_nodes {
            return nodes;
        }
    }
}
