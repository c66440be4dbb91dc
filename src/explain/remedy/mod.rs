//! A change that could help, carried out on a copy of the model and planned.
//!
//! A change is an edit of one table, which changes all of its nodes or workloads, or moves by the operator's hand. What
//! the plan of the changed model does not confirm is not shown.

mod amounts;
mod moves;
pub(crate) mod search;

use std::borrow::Cow;

use crate::explain::Context;
use crate::explain::turn::Turn;
use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Offer, Requirement, WorkloadId, WorkloadTable};
use crate::place::{Engine, Pin, Start};
use crate::quantity::{Capacity, Family, Quantity};
use crate::scenario::{Attempt, Edit};

/// One amount of a table that would be another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The resource.
    pub resource: Symbol,
    /// What the table says now; `None` where it does not name the resource.
    pub before: Option<Quantity>,
    /// What it would say.
    pub after: Quantity,
    /// The units for writing it.
    pub family: Family,
}

/// What could be changed so that a workload finds a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Workloads are moved by hand.
    Move(Vec<Pin>),
    /// The workload's table requires less.
    Ask(Vec<Amount>),
    /// The workload's table is given an immunity.
    Immunity(Symbol),
    /// The workload's table is given a priority.
    Priority(i64),
    /// The node is neither cordoned nor drained any more.
    Open(NodeId),
    /// The table of this node offers more, or what it did not offer.
    Offer(NodeId, Vec<Amount>),
}

/// A change that places a workload: a plan with it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRemedy {
    /// The change.
    pub remedy: Remedy,
    /// Where the workload goes then.
    pub node: NodeId,
    /// The workloads that have a place now and none then, in manifest order.
    pub displaced: Vec<WorkloadId>,
}

impl Remedy {
    /// Whether it does nothing but put a workload before others.
    pub(crate) fn only_prefers(&self, workload: WorkloadId) -> bool {
        match self {
            Self::Move(pins) => pins.iter().all(|pin| pin.workload == workload),
            Self::Priority(_) => true,
            Self::Ask(_) | Self::Immunity(_) | Self::Open(_) | Self::Offer(..) => false,
        }
    }
}

/// What planning a change came to.
pub(crate) enum Trial {
    /// The workload has a place.
    Works(VerifiedRemedy),
    /// It has none: so the nodes are at its turn.
    Failed(Box<Engine>),
    /// The change cannot be made, or takes the places of more others than it may.
    Impossible,
}

/// Plans a change that may take so many places of others.
pub(crate) fn tried(context: Context<'_>, turn: &Turn<'_>, remedy: &Remedy, most: usize) -> Trial {
    let Some(edited) = edited(turn.model, turn.workload, remedy) else { return Trial::Impossible };
    let mut pins = context.pins.to_vec();
    if let Remedy::Move(moves) = remedy {
        pins.retain(|pin| moves.iter().all(|moved| moved.workload != pin.workload));
        pins.extend(moves);
    }
    let edit = match remedy {
        Remedy::Ask(_) | Remedy::Immunity(_) | Remedy::Priority(_) => {
            Edit::Workloads(turn.model.workloads()[turn.workload.index()].table)
        }
        Remedy::Move(_) | Remedy::Open(_) | Remedy::Offer(..) => Edit::Other,
    };
    let start = Start { record: Some(context.record), pins: &pins, ..Start::default() };
    match turn.known.attempt(&edited, edit, &start, turn.workload, most) {
        Ok(Attempt::Placed(node, displaced)) => {
            Trial::Works(VerifiedRemedy { remedy: remedy.clone(), node, displaced })
        }
        Ok(Attempt::Refused(engine)) => Trial::Failed(engine),
        Ok(Attempt::TooMany) | Err(_) => Trial::Impossible,
    }
}

/// The model with an edit; `None` where such an edit makes no manifest.
fn edited<'m>(model: &'m Model, workload: WorkloadId, remedy: &Remedy) -> Option<Cow<'m, Model>> {
    match remedy {
        Remedy::Move(_) => Some(Cow::Borrowed(model)),
        Remedy::Offer(node, amounts) => enlarged(model, *node, amounts).map(Cow::Owned),
        Remedy::Open(node) => Some(Cow::Owned(model.with_open_node(*node))),
        Remedy::Ask(amounts) => {
            let mut table = model.workload_table(workload).clone();
            for each in &mut table.requirements {
                if let Some(amount) = amounts.iter().find(|amount| amount.resource == each.resource) {
                    is_writable(amount).then_some(())?;
                    *each = Requirement::new(each.resource, amount.after, each.family);
                }
            }
            with_table(model, workload, table)
        }
        Remedy::Immunity(resource) => {
            let mut table = model.workload_table(workload).clone();
            table.options.get_or_insert_default().immunities.push(*resource);
            with_table(model, workload, table)
        }
        Remedy::Priority(priority) => {
            let mut table = model.workload_table(workload).clone();
            table.options.get_or_insert_default().priority = *priority;
            with_table(model, workload, table)
        }
    }
}

/// The model where a workload's table is another.
fn with_table(model: &Model, workload: WorkloadId, table: WorkloadTable) -> Option<Cow<'_, Model>> {
    model.with_workload_table(model.workloads()[workload.index()].table, table).ok().map(Cow::Owned)
}

fn enlarged(model: &Model, node: NodeId, amounts: &[Amount]) -> Option<Model> {
    let mut table = model.node_table(node).clone();
    for amount in amounts {
        is_writable(amount).then_some(())?;
        table.resources.retain(|each| each.resource != amount.resource);
        let Amount { resource, after, family, .. } = *amount;
        table.resources.push(Offer { resource, capacity: Capacity::Finite(after), family });
    }
    model.with_node_table(model.nodes()[node.index()].table, table).ok()
}

/// Whether a manifest can hold the amount: it has only so many digits.
fn is_writable(amount: &Amount) -> bool {
    let text = amount.after.display(amount.family).to_string();
    Quantity::parse(&text).is_ok_and(|(read, _)| read == amount.after)
}
