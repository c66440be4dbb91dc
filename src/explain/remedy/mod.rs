//! Remedies: changes that would place an unplaced workload, each tried on an overlay of the model.
//!
//! A remedy edits one table, and thereby all of its nodes or workloads, or moves workloads. A remedy is shown
//! only if a plan of the edited model confirms it.

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

/// Change of one amount of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The resource.
    pub resource: Symbol,
    /// Amount now; `None` if the table does not name the resource.
    pub before: Option<Quantity>,
    /// Amount after the change.
    pub after: Quantity,
    /// Units in which it is written.
    pub family: Family,
}

/// Change that could place a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Move workloads, with `--move`.
    Move(Vec<Pin>),
    /// Lower requirements of the workload's table.
    Ask(Vec<Amount>),
    /// Add an immunity to the workload's table.
    Immunity(Symbol),
    /// Set the priority of the workload's table.
    Priority(i64),
    /// End the cordon or drain of the node.
    Open(NodeId),
    /// Raise amounts of the node's table, or add resources to it.
    Offer(NodeId, Vec<Amount>),
}

/// Remedy that places a workload, as confirmed by a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRemedy {
    /// The remedy.
    pub remedy: Remedy,
    /// Node that then takes the workload.
    pub node: NodeId,
    /// Workloads that are placed now and then no longer are, in manifest order.
    pub displaced: Vec<WorkloadId>,
}

impl Remedy {
    /// Whether the remedy only prefers the workload to others.
    pub(crate) fn only_prefers(&self, workload: WorkloadId) -> bool {
        match self {
            Self::Move(pins) => pins.iter().all(|pin| pin.workload == workload),
            Self::Priority(_) => true,
            Self::Ask(_) | Self::Immunity(_) | Self::Open(_) | Self::Offer(..) => false,
        }
    }
}

/// Result of planning a remedy.
pub(crate) enum Trial {
    /// The workload is placed.
    Works(VerifiedRemedy),
    /// The workload is unplaced; the cluster is as it is at its turn.
    Failed(Box<Engine>),
    /// The change is not possible, or displaces more workloads than allowed.
    Impossible,
}

/// Plans a remedy that may displace at most `most` other workloads.
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

/// Model with a remedy applied; `None` if no manifest can say so.
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

/// Model in which the table of a workload is replaced.
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

/// Whether a manifest can state the amount exactly, in its limited number of digits.
fn is_writable(amount: &Amount) -> bool {
    let text = amount.after.display(amount.family).to_string();
    Quantity::parse(&text).is_ok_and(|(read, _)| read == amount.after)
}
