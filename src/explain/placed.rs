//! Explains why a workload is on its node: it stays there, or the search came to this node first.
//!
//! The plan is replayed up to the workload's turn. Every node that was tried before gives its reasons.

use crate::explain::Context;
use crate::model::names::Symbol;
use crate::model::score::Score;
use crate::model::{Model, NodeId, WorkloadId};
use crate::place::Engine;
use crate::plan::Change;
use crate::quantity::Capacity;
use crate::rules::{Domain, Reason, Standing, refusals};
use crate::scenario::{BrokenSoftRules, KnownPlan, Moment, broken_soft_rules};

/// Answer about a placed workload.
#[derive(Clone, Debug)]
pub struct PlacedAnswer {
    /// The workload.
    pub workload: WorkloadId,
    /// Its node.
    pub node: NodeId,
    /// Change of the plan; `None` if it stays as recorded.
    pub change: Option<Change>,
    /// How it came to its node.
    pub how: HowPlaced,
    /// Free amounts of the node after all workloads are placed, sorted by resource name.
    pub left: Vec<(Symbol, Capacity)>,
}

/// How a workload came to its node.
#[derive(Clone, Debug)]
pub enum HowPlaced {
    /// It stays on its recorded node, so no node was searched for.
    Recorded,
    /// The operator moved it there.
    Requested,
    /// It has `stay` and is recorded on this node.
    Bound,
    /// It was evicted earlier, and the node where it was last was tried first.
    Returned,
    /// The search found it.
    Searched {
        /// Nodes that were tried, in order; the last one is its own.
        steps: Vec<Step>,
        /// Node after which round robin went on.
        cursor: Option<NodeId>,
        /// Soft rules that the node breaks, because no node keeps them.
        given_up: BrokenSoftRules,
    },
}

/// Node that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The node.
    pub node: NodeId,
    /// Its score at that moment; bin pack only.
    pub score: Option<Score>,
    /// Its verdict.
    pub verdict: Verdict,
}

/// Verdict of a node that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It takes the workload.
    Takes,
    /// It refuses.
    Refuses(Vec<Reason>),
    /// It would take it, but would break a soft rule that another node keeps.
    BreaksSoftRules {
        /// Full aversion groups, each with a member in the domain.
        aversion: Vec<(Symbol, Option<WorkloadId>)>,
        /// Affinity groups whose members are in another domain.
        affinity: Vec<Symbol>,
    },
}

/// Explains why a workload is on its node; `None` if it is unplaced.
pub fn placed(context: Context<'_>, workload: WorkloadId) -> Option<PlacedAnswer> {
    let (model, outcome) = (context.plan.model, &context.plan.outcome);
    let node = outcome.assignment.of(workload)?;
    let change = context.plan.change_of(workload).cloned();
    let how = match KnownPlan::new(model, context.start(), outcome).moment(workload) {
        None if context.pins.iter().any(|pin| pin.workload == workload) => HowPlaced::Requested,
        None => HowPlaced::Recorded,
        Some(moment) => match moment.standing {
            Standing::Bound(_) => HowPlaced::Bound,
            Standing::Returning(last) if last == node => HowPlaced::Returned,
            Standing::Returning(_) | Standing::Free => found(model, &moment, workload, node),
        },
    };
    let now = outcome.engine.occupancy();
    let offers = model.node_table(node).resources.iter().map(|offer| offer.resource);
    let mut left = offers.filter_map(|each| Some((each, now.free(node, each)?))).collect::<Vec<_>>();
    left.sort_unstable_by_key(|&(resource, _)| model.text(resource));
    Some(PlacedAnswer { workload, node, change, how, left })
}

fn found(model: &Model, moment: &Moment, workload: WorkloadId, node: NodeId) -> HowPlaced {
    let engine = &moment.engine;
    let given_up = broken_soft_rules(model, engine, workload, node);
    let before = engine.nodes().take_while(|&each| each != node);
    let mut steps = before.map(|each| step(model, moment, workload, each)).collect::<Vec<_>>();
    steps.push(Step { node, score: engine.score(node), verdict: Verdict::Takes });
    HowPlaced::Searched { steps, cursor: engine.cursor(), given_up }
}

fn step(model: &Model, moment: &Moment, workload: WorkloadId, node: NodeId) -> Step {
    let engine = &moment.engine;
    let refusals = refusals(model, engine.occupancy(), workload, moment.standing, node);
    let verdict = if refusals.is_empty() { averse(model, engine, workload, node) } else { Verdict::Refuses(refusals) };
    Step { node, score: engine.score(node), verdict }
}

fn averse(model: &Model, engine: &Engine, workload: WorkloadId, node: NodeId) -> Verdict {
    let BrokenSoftRules { aversion, affinity } = broken_soft_rules(model, engine, workload, node);
    let aversion = aversion.into_iter().map(|group| (group, member(model, engine, group, node)));
    Verdict::BreaksSoftRules { aversion: aversion.collect(), affinity }
}

/// First member, by name, of an aversion group in the domain of a node.
fn member(model: &Model, engine: &Engine, group: Symbol, node: NodeId) -> Option<WorkloadId> {
    let over = model.aversion_group(group).over;
    let domain = Domain::of(model, node, over)?;
    let nodes = model.node_ids().filter(|&each| Domain::of(model, each, over) == Some(domain));
    let members = nodes.flat_map(|each| engine.occupancy().on(each)).copied();
    members
        .filter(|&each| model.workload_table(each).aversion_groups.contains(&group))
        .min_by_key(|&each| model.workload_name(each))
}
