//! What if: the same cluster with one table that says something else.
//!
//! Names, counts and numbers stay what they are, so ids of the one model mean the same in the other.

use ethnum::I256;

use crate::model::score::ScoreError;
use crate::model::{Model, NodeTable, WorkloadTable, grown_total, sort_workload_table};
use crate::quantity::Capacity;

impl Model {
    /// The same cluster where a table of nodes, by its number, offers and is labelled as this one.
    ///
    /// # Errors
    /// Where such nodes have no size.
    pub fn with_node_table(&self, number: u32, mut table: NodeTable) -> Result<Self, ScoreError> {
        let at = number as usize;
        table.resources.sort_unstable_by_key(|offer| offer.resource);
        table.labels.sort_unstable();
        table.name.clone_from(&self.node_tables[at].name);
        table.count = self.node_tables[at].count;
        let score = self.rubric.score(table.resources.iter().map(|offer| (offer.resource, offer.capacity)))?;
        let largest = self.largest_node.max(score.magnitude());
        self.total_score.checked_add(largest).ok_or(ScoreError::Overflow)?;
        let mut edited = self.clone();
        (edited.node_tables[at], edited.node_scores[at], edited.largest_node) = (table, score, largest);
        Ok(edited)
    }

    /// The same cluster where a table of workloads, by its number, asks for what this one does.
    ///
    /// # Errors
    /// Where such workloads have no size.
    pub fn with_workload_table(&self, number: u32, mut table: WorkloadTable) -> Result<Self, ScoreError> {
        let at = number as usize;
        sort_workload_table(&mut table);
        table.name.clone_from(&self.workload_tables[at].name);
        table.replicas = self.workload_tables[at].replicas;
        let amounts = table.requirements.iter().map(|each| (each.resource, Capacity::Finite(each.amount())));
        let score = self.rubric.score(amounts)?;
        let replicas = table.replicas.unwrap_or(1);
        let mut edited = self.clone();
        let others = self.total_score - self.workload_scores[at].abs() * I256::from(replicas);
        edited.total_score = grown_total(others, score, replicas)?;
        edited.total_score.checked_add(self.largest_node).ok_or(ScoreError::Overflow)?;
        (edited.workload_tables[at], edited.workload_scores[at]) = (table, score.parts());
        Ok(edited)
    }
}
