//! Who has room, in the order a strategy asks.
//!
//! One question is answered here: which is the first node, in this order, that takes a workload?
//! The search is the plain one: node after node. What "takes" means is `rule`'s business.

use std::collections::BTreeSet;

use crate::model::{Model, NodeId, Strategy, WorkloadId};
use crate::score::Score;

/// The nodes in the order in which a strategy tries them.
#[derive(Clone, Debug)]
pub(super) enum Order {
    /// Manifest order.
    Listed {
        /// How many nodes there are.
        nodes: u32,
    },
    /// Manifest order, from the node after the last success and once round.
    Round {
        /// How many nodes there are.
        nodes: u32,
        /// The node of the last success.
        after: Option<NodeId>,
    },
    /// Current score, smallest first, then name.
    Scored {
        /// Each node once, under its current score.
        ranked: BTreeSet<(Score, u32, NodeId)>,
        /// The current score of each node.
        scores: Vec<Score>,
        /// Where each node's name stands among all names.
        name_ranks: Vec<u32>,
    },
}

impl Order {
    /// The order of the model's strategy while nothing is placed.
    pub(super) fn new(model: &Model) -> Self {
        let nodes = u32::try_from(model.nodes().len()).unwrap_or(u32::MAX);
        match model.strategy() {
            Strategy::Prioritized => Self::Listed { nodes },
            Strategy::RoundRobin => Self::Round { nodes, after: None },
            Strategy::BinPack => {
                let name_ranks = name_ranks(model);
                let scores = model.node_ids().map(|node| model.node_score(node)).collect::<Vec<_>>();
                let ranked = model.node_ids().map(|node| (scores[node.index()], name_ranks[node.index()], node));
                Self::Scored { ranked: ranked.collect(), scores, name_ranks }
            }
        }
    }

    /// The first node in this order that takes what is to be placed.
    pub(super) fn first(&self, takes: impl FnMut(&NodeId) -> bool) -> Option<NodeId> {
        self.nodes().find(takes)
    }

    /// All nodes, in this order.
    pub(super) fn nodes(&self) -> Box<dyn Iterator<Item = NodeId> + '_> {
        match self {
            Self::Listed { nodes } => Box::new((0..*nodes).map(NodeId)),
            Self::Round { nodes, after } => {
                let start = after.map_or(0, |node| node.0 + 1);
                Box::new((start..*nodes).chain(0..start).map(NodeId))
            }
            Self::Scored { ranked, .. } => Box::new(ranked.iter().map(|&(_, _, node)| node)),
        }
    }

    /// The current score of a node, where the order has scores.
    pub(super) fn score(&self, node: NodeId) -> Option<Score> {
        match self {
            Self::Scored { scores, .. } => Some(scores[node.index()]),
            Self::Listed { .. } | Self::Round { .. } => None,
        }
    }

    /// Notes that a workload is on a node now: its score shrinks.
    pub(super) fn occupy(&mut self, model: &Model, workload: WorkloadId, node: NodeId) {
        if let Self::Scored { ranked, scores, name_ranks } = self {
            let (score, rank) = (&mut scores[node.index()], name_ranks[node.index()]);
            ranked.remove(&(*score, rank, node));
            *score = score.minus(model.workload_score(workload));
            ranked.insert((*score, rank, node));
        }
    }

    /// Notes a success of the search: round robin goes on after this node.
    pub(super) fn succeed(&mut self, node: NodeId) {
        if let Self::Round { after, .. } = self {
            *after = Some(node);
        }
    }

    /// The node of round robin's last success.
    pub(super) fn cursor(&self) -> Option<NodeId> {
        match self {
            Self::Round { after, .. } => *after,
            Self::Listed { .. } | Self::Scored { .. } => None,
        }
    }
}

/// Where each node's name stands among all names, by bytes.
fn name_ranks(model: &Model) -> Vec<u32> {
    let mut by_name = model.node_ids().collect::<Vec<_>>();
    by_name.sort_unstable_by_key(|&node| model.node_name(node));
    let mut ranks = vec![0; by_name.len()];
    for (rank, node) in (0..).zip(by_name) {
        ranks[node.index()] = rank;
    }
    ranks
}
