//! Why a workload leaves the node of its record: causes as data.
//!
//! Sentences are made of them elsewhere, and last.

use crate::model::names::Symbol;
use crate::model::{NodeId, WorkloadId};
use crate::quantity::{Capacity, Quantity};

/// A workload that left the node of its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// Who left.
    pub workload: WorkloadId,
    /// Why.
    pub cause: Cause,
}

/// Why a node does not hold a workload any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The node is not in the manifest any more.
    NodeGone,
    /// The node is drained.
    Drained(NodeId),
    /// `only_on` or `never_on` forbids the node, by this label.
    NotSelected(NodeId, Symbol),
    /// The node lacks the label of a hard group.
    NoPlace(NodeId, Symbol),
    /// The node does not offer a required resource.
    NotOffered(NodeId, Symbol),
    /// More members of a hard aversion group were there than may be.
    GroupFull(NodeId, Symbol),
    /// The members of a hard affinity group are elsewhere.
    GroupElsewhere(NodeId, Symbol),
    /// A resource went below zero.
    Short {
        /// The node.
        node: NodeId,
        /// The resource.
        resource: Symbol,
        /// What the workload requires of it.
        need: Quantity,
        /// What the others left it.
        free: Capacity,
    },
}
