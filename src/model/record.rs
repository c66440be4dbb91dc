//! Assignment of workloads to nodes, and the record of an earlier assignment.

use std::sync::Arc;

use super::{NodeId, WorkloadId, index_u32};
use crate::quantity::{Family, Quantity};

/// Node of each workload; `None` for an unplaced one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment(pub Vec<Option<NodeId>>);

impl Assignment {
    /// Node of a workload; `None` if it is unplaced.
    pub fn of(&self, workload: WorkloadId) -> Option<NodeId> {
        self.0.get(workload.index()).copied().flatten()
    }

    /// Workloads of each node, in manifest order.
    pub fn by_node(&self, nodes: usize) -> Vec<Vec<WorkloadId>> {
        let mut on = vec![Vec::new(); nodes];
        for (workload, node) in self.0.iter().enumerate() {
            if let Some(node) = node {
                on[node.index()].push(WorkloadId(index_u32(workload)));
            }
        }
        on
    }
}

/// Record of an earlier assignment, by name. The names need not be in the manifest any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Placements, sorted by workload name, each name once.
    pub placements: Vec<Recorded>,
    /// Evicted workloads with the node where each was last, sorted by workload name, each name once.
    pub evicted: Vec<(Arc<str>, Arc<str>)>,
    /// Node where round robin last placed a workload.
    pub cursor: Option<Arc<str>>,
}

/// Recorded placement. Equal amounts are equal in whatever units they are written.
#[derive(Clone, Debug, Eq)]
pub struct Recorded {
    /// The workload's name.
    pub workload: Arc<str>,
    /// The node's name.
    pub node: Arc<str>,
    /// Requirements at the time, sorted by resource name, with the units for writing them.
    pub requirements: Vec<(Arc<str>, Quantity, Family)>,
}

impl PartialEq for Recorded {
    fn eq(&self, other: &Self) -> bool {
        let amounts = self.requirements.iter().map(|(name, amount, _)| (name, amount));
        (&self.workload, &self.node) == (&other.workload, &other.node)
            && amounts.eq(other.requirements.iter().map(|(name, amount, _)| (name, amount)))
    }
}

impl Record {
    /// Whether there is nothing on record.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
