//! Reasons of every node against an unplaced workload: at its turn, and after all other workloads are placed.
//!
//! At its turn at least as much is free as at the end, so remedies are looked for there. The answer shows the reasons
//! at the end.

use crate::explain::Context;
use crate::model::names::Symbol;
use crate::model::{Model, NodeId, WorkloadId, WorkloadTable};
use crate::place::Engine;
use crate::quantity::{Capacity, Quantity};
use crate::rules::{Reason, Shortfall, Standing, largest_shortfall, refusals};
use crate::scenario::{KnownPlan, ahead};

/// Reasons of one node.
#[derive(Clone, Debug)]
pub(crate) struct NodeRefusals {
    pub(crate) node: NodeId,
    pub(crate) refusals: Vec<Reason>,
}

/// Unplaced workload with the cluster at its turn.
pub(crate) struct Turn<'a> {
    pub(crate) model: &'a Model,
    pub(crate) workload: WorkloadId,
    /// The plan, for replaying it with a change.
    pub(crate) known: KnownPlan<'a>,
    /// Cluster at its turn.
    pub(crate) engine: Engine,
    /// Reasons of all nodes at its turn, in search order.
    pub(crate) before: Vec<NodeRefusals>,
    /// Reasons of all nodes after all other workloads are placed, in search order.
    pub(crate) after_all: Vec<NodeRefusals>,
    /// Other unplaced workloads that are tried before it.
    pub(crate) ahead: Vec<WorkloadId>,
}

impl<'a> Turn<'a> {
    pub(crate) fn new(context: Context<'a>, workload: WorkloadId, standing: Standing) -> Self {
        let (model, last) = (context.plan.model, &context.plan.outcome.engine);
        let known = KnownPlan::new(model, context.start(), &context.plan.outcome);
        let engine = known.moment(workload).map_or_else(|| last.clone(), |moment| moment.engine);
        let (before, after_all) =
            (answers(model, &engine, workload, standing), answers(model, last, workload, standing));
        let ahead = ahead(model, &context.plan.outcome, workload);
        Self { model, workload, known, engine, before, after_all, ahead }
    }

    pub(crate) fn table(&self) -> &'a WorkloadTable {
        self.model.workload_table(self.workload)
    }

    /// Number of unplaced workloads of the same table that are tried before it.
    pub(crate) fn replicas_ahead(&self) -> usize {
        let table = |each: WorkloadId| self.model.workloads()[each.index()].table;
        self.ahead.iter().filter(|&&each| table(each) == table(self.workload)).count()
    }

    /// Amount of a resource that was free at its turn.
    pub(crate) fn free(&self, node: NodeId, resource: Symbol) -> Option<Capacity> {
        self.engine.occupancy().free(node, resource)
    }
}

fn answers(model: &Model, engine: &Engine, workload: WorkloadId, standing: Standing) -> Vec<NodeRefusals> {
    let refusals_of = |node| refusals(model, engine.occupancy(), workload, standing, node);
    engine.nodes().map(|node| NodeRefusals { node, refusals: refusals_of(node) }).collect()
}

impl NodeRefusals {
    pub(crate) fn shortfall(&self) -> Option<Shortfall> {
        largest_shortfall(self.node, &self.refusals)
    }

    /// Whether nothing but amounts that the workload requires is in the way.
    pub(crate) fn is_short_only(&self) -> bool {
        self.refusals.iter().all(|each| matches!(each, Reason::Short { need, .. } if need.is_positive()))
    }

    /// Resources that are short, with need and free amount.
    pub(crate) fn shorts(&self) -> impl Iterator<Item = (Symbol, Quantity, Quantity)> + '_ {
        self.refusals.iter().filter_map(|each| match *each {
            Reason::Short { resource, need, free } => Some((resource, need, free)),
            _ => None,
        })
    }
}

/// Sorts by shortfall, nearest first. Equal ones keep their order; answers without a shortfall come last.
pub(crate) fn sort_by_shortfall(answers: &mut [&NodeRefusals]) {
    answers.sort_by(|a, b| match (a.shortfall(), b.shortfall()) {
        (Some(a), Some(b)) => a.compare(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
}
