//! Reasons why a workload may not be on a node, as data.
//!
//! The same enum answers for a node that refuses a workload, for a workload that has to leave its node, and for a node
//! that could never take a workload. Sentences about reasons are made in `render::phrase`.

use crate::model::Model;
use crate::model::names::Symbol;
use crate::quantity::Quantity;

/// Reason why a workload may not be on a node. Variants are listed in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The node is no longer in the manifest. Only a recorded placement can have this reason.
    NodeGone,
    /// The workload has `stay` and is recorded on another node.
    StaysElsewhere,
    /// The node is cordoned.
    Cordoned,
    /// The node is drained.
    Drained,
    /// `only_on` or `never_on` excludes the node, by this label.
    NotSelected(Symbol),
    /// The node lacks the label over which this hard group is counted, so it has no domain for the group. Only
    /// evictions and proofs give this reason.
    NoDomain(Symbol),
    /// The node's domain has the maximum number of members of this hard aversion group. In refusals, also for a node
    /// without a domain.
    GroupFull(Symbol),
    /// The members of this hard affinity group are in another domain. In refusals, also for a node without a domain.
    GroupElsewhere(Symbol),
    /// The node does not offer this required resource.
    Lacks(Symbol),
    /// The node's amount of this resource is `-inf`: it repels every workload that is not immune to the resource.
    Warded(Symbol),
    /// The node has too little of a resource.
    Short {
        /// The resource.
        resource: Symbol,
        /// Amount that the workload requires; 0 if the node is below zero and the workload does not require the
        /// resource.
        need: Quantity,
        /// Amount that is free for the workload.
        free: Quantity,
    },
}

impl Reason {
    /// Position among the reasons of one node; the lowest is named first.
    pub fn precedence(&self) -> u8 {
        match self {
            Self::NodeGone => 0,
            Self::StaysElsewhere => 1,
            Self::Cordoned => 2,
            Self::Drained => 3,
            Self::NotSelected(_) => 4,
            Self::NoDomain(_) => 5,
            Self::GroupFull(_) => 6,
            Self::GroupElsewhere(_) => 7,
            Self::Lacks(_) => 8,
            Self::Warded(_) => 9,
            Self::Short { .. } => 10,
        }
    }

    /// Label, group or resource that the reason is about.
    pub fn subject(&self) -> Option<Symbol> {
        match *self {
            Self::NodeGone | Self::StaysElsewhere | Self::Cordoned | Self::Drained => None,
            Self::NotSelected(subject)
            | Self::NoDomain(subject)
            | Self::GroupFull(subject)
            | Self::GroupElsewhere(subject)
            | Self::Lacks(subject)
            | Self::Warded(subject)
            | Self::Short { resource: subject, .. } => Some(subject),
        }
    }

    /// Whether both are the same reason about the same subject; amounts may differ.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.precedence(), self.subject()) == (other.precedence(), other.subject())
    }

    /// Sort key: precedence, then the name of the subject.
    pub fn order<'m>(&self, model: &'m Model) -> (u8, Option<&'m str>) {
        (self.precedence(), self.subject().map(|subject| model.text(subject)))
    }
}
