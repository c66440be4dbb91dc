//! Edited copies of a model for what-if questions.
//!
//! A copy shares everything with the original but what is edited: replacing one table, or opening and closing nodes,
//! costs O(groups + drained and cordoned nodes). These edits keep names and counts, so ids mean the same in both
//! models. Adding, removing and scaling tables renumber nodes or workloads, so they cost O(tables + members) of that
//! side; the other side stays shared. Every edited model equals the model that is built from the edited tables.

use std::sync::Arc;

use ethnum::I256;

use crate::model::score::ScoreError;
use crate::model::{
    Model, ModelError, NodeId, NodeTable, SharedList, WorkloadTable, sort_node_table, sort_workload_table,
};

impl Model {
    /// Copy in which a table of nodes has other resources and labels. Its name and count stay.
    ///
    /// # Errors
    /// If such nodes have no score.
    pub fn with_node_table(&self, number: u32, mut table: NodeTable) -> Result<Self, ScoreError> {
        let at = number as usize;
        sort_node_table(&mut table);
        table.name.clone_from(&self.node_tables[at].name);
        table.count = self.node_tables[at].count;
        let (score, largest) = self.score_nodes(&table)?;
        let mut edited = self.clone();
        edited.node_tables.replace(at, table);
        edited.node_scores.replace(at, score);
        edited.largest_node = largest;
        Ok(edited)
    }

    /// Copy in which a table of workloads has other requirements and options. Its name and replicas stay.
    ///
    /// # Errors
    /// If such workloads have no score.
    pub fn with_workload_table(&self, number: u32, mut table: WorkloadTable) -> Result<Self, ScoreError> {
        let at = number as usize;
        sort_workload_table(&mut table);
        table.name.clone_from(&self.workload_tables[at].name);
        table.replicas = self.workload_tables[at].replicas;
        let others = self.total_score - self.workload_scores[at].abs() * I256::from(table.replicas.unwrap_or(1));
        let (score, total) = self.score_workloads(&table, others)?;
        let mut edited = self.clone();
        edited.workload_tables.replace(at, table);
        edited.workload_scores.replace(at, score.parts());
        edited.total_score = total;
        Ok(edited)
    }

    /// Copy with a further table of nodes after the others.
    ///
    /// # Errors
    /// If a name is taken or the nodes have no score.
    pub fn with_added_nodes(&self, table: NodeTable) -> Result<Self, ModelError> {
        let mut edited = self.clone();
        edited.add_nodes(table).map(|_| edited)
    }

    /// Copy with a further table of workloads after the others.
    ///
    /// # Errors
    /// If a name is taken or the workloads have no score.
    pub fn with_added_workloads(&self, table: WorkloadTable) -> Result<Self, ModelError> {
        let mut edited = self.clone();
        edited.add_workloads(table).map(|_| edited)
    }

    /// Copy without a table of nodes. Nodes of the other tables stay drained or cordoned as they are.
    ///
    /// # Panics
    /// Never: fewer tables cannot make a name taken or a score too large.
    #[must_use]
    pub fn without_node_table(&self, number: u32) -> Self {
        let others = self.node_tables.iter().zip(0..).filter(|&(_, each)| each != number);
        let others = others.map(|(table, _)| table.clone()).collect();
        self.with_all_nodes(others).expect("the names and scores of the other tables have been checked")
    }

    /// Copy without a table of workloads.
    ///
    /// # Panics
    /// Never: fewer tables cannot make a name taken or a score too large.
    #[must_use]
    pub fn without_workload_table(&self, number: u32) -> Self {
        let others = self.workload_tables.iter().zip(0..).filter(|&(_, each)| each != number);
        let others = others.map(|(table, _)| table.clone()).collect();
        self.with_all_workloads(others).expect("the names and scores of the other tables have been checked")
    }

    /// Copy in which a table stands for another number of nodes. Nodes whose names remain stay drained or cordoned.
    ///
    /// # Errors
    /// If a name is taken.
    pub fn with_count(&self, number: u32, count: Option<u32>) -> Result<Self, ModelError> {
        let mut tables = self.node_tables.iter().cloned().collect::<Vec<_>>();
        tables[number as usize].count = count;
        self.with_all_nodes(tables)
    }

    /// Copy in which a table stands for another number of workloads.
    ///
    /// # Errors
    /// If a name is taken or the sum of all scores becomes too large.
    pub fn with_replicas(&self, number: u32, replicas: Option<u32>) -> Result<Self, ModelError> {
        let mut tables = self.workload_tables.iter().cloned().collect::<Vec<_>>();
        tables[number as usize].replicas = replicas;
        self.with_all_workloads(tables)
    }

    /// Copy in which a node is drained, for this reason.
    #[must_use]
    pub fn with_drain(&self, node: NodeId, reason: &str) -> Self {
        let mut edited = self.clone();
        edited.drains.insert(node, reason.to_owned());
        edited
    }

    /// Copy in which a node is cordoned, for this reason.
    #[must_use]
    pub fn with_cordon(&self, node: NodeId, reason: &str) -> Self {
        let mut edited = self.clone();
        edited.cordons.insert(node, reason.to_owned());
        edited
    }

    /// Copy in which a node is neither cordoned nor drained.
    #[must_use]
    pub fn with_open_node(&self, node: NodeId) -> Self {
        let mut edited = self.clone();
        edited.cordons.remove(&node);
        edited.drains.remove(&node);
        edited
    }

    fn with_all_nodes(&self, tables: Vec<NodeTable>) -> Result<Self, ModelError> {
        let mut edited = self.clone();
        (edited.node_tables, edited.node_scores) = (SharedList::default(), SharedList::default());
        (edited.nodes, edited.largest_node) = (Arc::default(), I256::ZERO);
        if let Some(refused) = edited.add_all_nodes(tables).pop() {
            return Err(refused.error);
        }
        let renumbered =
            |(node, reason): (&NodeId, &String)| Some((edited.node_named(self.node_name(*node))?, reason.clone()));
        let drains = self.drains.iter().filter_map(renumbered).collect();
        let cordons = self.cordons.iter().filter_map(renumbered).collect();
        (edited.drains, edited.cordons) = (drains, cordons);
        Ok(edited)
    }

    fn with_all_workloads(&self, tables: Vec<WorkloadTable>) -> Result<Self, ModelError> {
        let mut edited = self.clone();
        (edited.workload_tables, edited.workload_scores) = (SharedList::default(), SharedList::default());
        (edited.workloads, edited.total_score) = (Arc::default(), I256::ZERO);
        match edited.add_all_workloads(tables).pop() {
            Some(refused) => Err(refused.error),
            None => Ok(edited),
        }
    }
}
