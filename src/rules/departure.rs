//! Workloads that leave the node of their record.

use crate::model::{NodeId, WorkloadId};
use crate::rules::Reason;

/// Workload that has to leave the node of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The workload.
    pub workload: WorkloadId,
    /// Node that it leaves; `None` if that node is no longer in the manifest.
    pub node: Option<NodeId>,
    /// Reason why the node no longer holds it.
    pub reason: Reason,
}
