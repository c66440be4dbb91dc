//! Why a workload is where it is: it stays, or the strategy came to its node first.
//!
//! What the strategy saw is played again, up to the workload's turn. Every node that was tried before says why it was
//! not that one.

use crate::explain::Case;
use crate::model::names::Symbol;
use crate::model::score::Score;
use crate::model::{Model, NodeId, WorkloadId};
use crate::place::Engine;
use crate::plan::Change;
use crate::quantity::Capacity;
use crate::rules::{Domain, Reason, Standing, refusals};
use crate::scenario::{Known, Moment, Soft, given_up};

/// Why a workload is where it is.
#[derive(Clone, Debug)]
pub struct PlacedAnswer {
    /// The workload.
    pub workload: WorkloadId,
    /// Its node.
    pub node: NodeId,
    /// What the plan changes for it; nothing where it stays as it is.
    pub change: Option<Change>,
    /// How it came there.
    pub came: Came,
    /// What is left there when all are placed, by resource name.
    pub left: Vec<(Symbol, Capacity)>,
}

/// How a workload came to its node.
#[derive(Clone, Debug)]
pub enum Came {
    /// It holds where it is on record, or came back there: the strategy was not asked.
    Stays,
    /// It was sent there by hand.
    Asked,
    /// It has `stay`, and this is its node.
    Home,
    /// It was evicted earlier, and its last node was tried first.
    Returned,
    /// The strategy found it.
    Found {
        /// The nodes as they were tried, up to its own.
        steps: Vec<Step>,
        /// The node after which round robin went on.
        cursor: Option<NodeId>,
        /// What was given up, as no node kept it.
        given_up: Soft,
    },
}

/// One node that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The node.
    pub node: NodeId,
    /// Its score at that moment, under bin pack.
    pub score: Option<Score>,
    /// What it said.
    pub said: Said,
}

/// What a node said that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It takes the workload.
    Takes,
    /// It refuses.
    Refuses(Vec<Reason>),
    /// It would take it, but breaks a soft rule that another node keeps.
    Averts {
        /// A full aversion group, with a member there.
        aversion: Vec<(Symbol, Option<WorkloadId>)>,
        /// Affinity groups that are elsewhere.
        affinity: Vec<Symbol>,
    },
}

/// Explains why a workload is where it is; `None` when it is nowhere.
pub fn placed(case: Case<'_>, workload: WorkloadId) -> Option<PlacedAnswer> {
    let (model, outcome) = (case.plan.model, &case.plan.outcome);
    let node = outcome.assignment.of(workload)?;
    let change = case.plan.change_of(workload).cloned();
    let way = match Known::new(model, case.start(), outcome).moment(workload) {
        None if case.pins.iter().any(|pin| pin.workload == workload) => Came::Asked,
        None => Came::Stays,
        Some(moment) => match moment.standing {
            Standing::Bound(_) => Came::Home,
            Standing::Returning(last) if last == node => Came::Returned,
            Standing::Returning(_) | Standing::Free => found(model, &moment, workload, node),
        },
    };
    let now = outcome.engine.occupancy();
    let offers = model.node_table(node).resources.iter().map(|offer| offer.resource);
    let mut left = offers.filter_map(|each| Some((each, now.free(node, each)?))).collect::<Vec<_>>();
    left.sort_unstable_by_key(|&(resource, _)| model.text(resource));
    Some(PlacedAnswer { workload, node, change, came: way, left })
}

fn found(model: &Model, moment: &Moment, workload: WorkloadId, node: NodeId) -> Came {
    let engine = &moment.engine;
    let given_up = given_up(model, engine, workload, node);
    let before = engine.nodes().take_while(|&each| each != node);
    let mut steps = before.map(|each| step(model, moment, workload, each)).collect::<Vec<_>>();
    steps.push(Step { node, score: engine.score(node), said: Said::Takes });
    Came::Found { steps, cursor: engine.cursor(), given_up }
}

fn step(model: &Model, moment: &Moment, workload: WorkloadId, node: NodeId) -> Step {
    let engine = &moment.engine;
    let refusals = refusals(model, engine.occupancy(), workload, moment.standing, node);
    let said = if refusals.is_empty() { averse(model, engine, workload, node) } else { Said::Refuses(refusals) };
    Step { node, score: engine.score(node), said }
}

fn averse(model: &Model, engine: &Engine, workload: WorkloadId, node: NodeId) -> Said {
    let Soft { aversion, affinity } = given_up(model, engine, workload, node);
    let aversion = aversion.into_iter().map(|group| (group, member(model, engine, group, node)));
    Said::Averts { aversion: aversion.collect(), affinity }
}

/// The first member by name of an aversion group in a node's place.
fn member(model: &Model, engine: &Engine, group: Symbol, node: NodeId) -> Option<WorkloadId> {
    let over = model.aversion_group(group).over;
    let place = Domain::of(model, node, over)?;
    let nodes = model.node_ids().filter(|&each| Domain::of(model, each, over) == Some(place));
    let members = nodes.flat_map(|each| engine.occupancy().on(each)).copied();
    members
        .filter(|&each| model.workload_table(each).aversion_groups.contains(&group))
        .min_by_key(|&each| model.workload_name(each))
}
