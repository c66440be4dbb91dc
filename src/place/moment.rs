//! The moment at which the strategy came to a workload: what it saw then, played again.
//!
//! A plan keeps where everything went, not what each search saw. Who asks why a workload is where it is gets that
//! moment by running the same engine once more, up to the workload's turn.

use super::rule::{self, Standing};
use super::{Engine, Outcome, PinError, Prepared, Start, fills_a_shortcoming, prepare, strategy};
use crate::model::{Model, NodeId, Replan, WorkloadId};
use crate::names::Symbol;

/// The nodes as they were when it was a workload's turn.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The nodes, in the order in which they were tried.
    pub engine: Engine,
    /// What was known of the workload.
    pub standing: Standing,
    /// The node that took it.
    pub node: Option<NodeId>,
}

/// Soft rules that a node would break.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Soft {
    /// The aversion groups that are full there.
    pub aversion: Vec<Symbol>,
    /// The affinity groups that are elsewhere.
    pub affinity: Vec<Symbol>,
}

/// The turn at which a workload was placed or, when no node took it, its last one; `None` when the strategy was not
/// asked, as it stays where it is on record.
pub fn moment(model: &Model, start: &Start<'_>, workload: WorkloadId) -> Result<Option<Moment>, PinError> {
    let Prepared { mut engine, queue, .. } = prepare(model, start)?;
    if queue.iter().all(|&(each, _)| each != workload) {
        return Ok(None);
    }
    // Only what fills a shortcoming can open a node in a later round.
    let can_open = queue.iter().any(|&(each, _)| fills_a_shortcoming(model, each));
    engine.make_index(model);
    let mut last = None;
    let mut left = queue;
    loop {
        let mut refused = Vec::new();
        for &(each, standing) in &left {
            if each == workload {
                let node = strategy::search(model, &mut engine, workload, standing);
                if node.is_some() || !can_open {
                    return Ok(Some(Moment { engine, standing, node }));
                }
                last = Some(Moment { engine: engine.clone(), standing, node });
            }
            if engine.try_place(model, each, standing).is_none() {
                refused.push((each, standing));
            }
        }
        if refused.len() == left.len() {
            return Ok(last);
        }
        left = refused;
    }
}

/// The workloads without a place that are tried before one that has none either, in that order.
pub fn ahead(model: &Model, outcome: &Outcome, workload: WorkloadId) -> Vec<WorkloadId> {
    let tried = outcome.standings.iter().map(|&(each, _)| each);
    let mut queue = tried.filter(|&each| outcome.assignment.of(each).is_none()).collect::<Vec<_>>();
    strategy::sort(model, &mut queue);
    if model.replan == Replan::Keep {
        queue.sort_by_key(|&each| outcome.claims.of(each).is_none());
    }
    queue.into_iter().take_while(|&each| each != workload).collect()
}

/// The soft rules of a workload that a node would break now, each list by name.
pub fn given_up(model: &Model, engine: &Engine, workload: WorkloadId, node: NodeId) -> Soft {
    let (table, now) = (model.workload_table(workload), &engine.occupancy);
    let averse = table.aversion_groups.iter().copied().filter(|&group| !model.aversion_group(group).hard);
    let affine = table.affinity_groups.iter().copied().filter(|&group| !model.affinity_group(group).hard);
    Soft {
        aversion: by_name(model, averse.filter(|&group| !rule::takes_member(model, now, group, node))),
        affinity: by_name(model, affine.filter(|&group| !rule::gathers(model, now, group, node))),
    }
}

fn by_name(model: &Model, groups: impl Iterator<Item = Symbol>) -> Vec<Symbol> {
    let mut groups = groups.collect::<Vec<_>>();
    groups.sort_unstable_by_key(|&group| model.text(group));
    groups
}
