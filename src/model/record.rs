//! Where workloads are: an assignment of the model, and what is on record.

use std::sync::Arc;

use super::{NodeId, WorkloadId, index_u32};
use crate::quantity::{Family, Quantity};

/// Who goes where: a node or none for each workload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment(pub Vec<Option<NodeId>>);

impl Assignment {
    /// Where a workload goes.
    pub fn of(&self, workload: WorkloadId) -> Option<NodeId> {
        self.0.get(workload.index()).copied().flatten()
    }

    /// The workloads of each node, in manifest order.
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

/// What is on record: the names of an earlier assignment, whatever the manifest says now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Where workloads are, by workload name ascending, each name once.
    pub placements: Vec<Recorded>,
    /// Workloads that have no place now, with the node where they were last; by workload name, each once.
    pub evicted: Vec<(Arc<str>, Arc<str>)>,
    /// The node of round robin's last success.
    pub cursor: Option<Arc<str>>,
}

/// One recorded placement; equal amounts that are written in other units are equal.
#[derive(Clone, Debug, Eq)]
pub struct Recorded {
    /// The workload's name.
    pub workload: Arc<str>,
    /// The node's name.
    pub node: Arc<str>,
    /// What it required then, by resource name ascending, with the units for writing it.
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
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
