//! Node order of a strategy, and how it changes as workloads are placed.
//!
//! Prioritized tries nodes in manifest order. Round robin does, too, but starts after the node of its last placement.
//! Bin pack tries the node with the lowest current score first, and breaks ties by name. `index` finds the first node
//! in this order that takes a workload.

use std::cmp::Ordering;

use ethnum::I256;

use crate::model::score::Score;
use crate::model::{Model, NodeId, Strategy};
use crate::place::sort_key::{Scale, SortKey};
use crate::rules::Demand;

/// Place of a node in the order. [`NodeOrder::compare`] decides between nodes with equal sort keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeKey {
    pub(crate) sort_key: SortKey,
    pub(crate) node: NodeId,
}

/// Order in which a strategy currently tries nodes.
#[derive(Clone, Debug)]
pub(crate) enum NodeOrder {
    /// Manifest order.
    Manifest {
        /// Number of nodes.
        nodes: u32,
    },
    /// Manifest order, from the node after the last placement and once round.
    RoundRobin {
        /// Number of nodes.
        nodes: u32,
        /// Node of the last placement.
        after: Option<NodeId>,
    },
    /// Current score, lowest first, then name.
    ByScore {
        /// Current score of each node.
        scores: Vec<Score>,
        /// Sort key of each score.
        sort_keys: Vec<SortKey>,
        /// Scale of the sort keys.
        scale: Scale,
        /// Rank of each node's name among all names.
        name_ranks: Vec<u32>,
        /// Whether a score never falls as an amount grows: no weight is negative.
        is_monotone: bool,
    },
}

impl NodeOrder {
    /// Creates the order of the model's strategy while nothing is placed.
    pub(crate) fn new(model: &Model) -> Self {
        let nodes = u32::try_from(model.nodes().len()).unwrap_or(u32::MAX);
        match model.strategy() {
            Strategy::Prioritized => Self::Manifest { nodes },
            Strategy::RoundRobin => Self::RoundRobin { nodes, after: None },
            Strategy::BinPack => Self::by_score(model),
        }
    }

    fn by_score(model: &Model) -> Self {
        let scores = model.node_ids().map(|node| model.node_score(node)).collect::<Vec<_>>();
        let scale = Scale::of(scores.iter().map(|score| score.parts()));
        Self::ByScore {
            sort_keys: scores.iter().map(|&score| sort_key(scale, score)).collect(),
            scores,
            scale,
            name_ranks: name_ranks(model),
            is_monotone: model.rubric().weights().0.iter().all(|&(_, weight)| weight >= I256::ZERO),
        }
    }

    /// Returns all nodes, in this order.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        let mut nodes = (0..self.len()).map(NodeId).collect::<Vec<_>>();
        match self {
            Self::Manifest { .. } => {}
            Self::RoundRobin { after, .. } => nodes.rotate_left(after.map_or(0, |node| node.index() + 1)),
            Self::ByScore { .. } => nodes.sort_unstable_by(|&a, &b| self.compare(self.key(a), self.key(b))),
        }
        nodes.into_iter()
    }

    fn len(&self) -> u32 {
        match self {
            Self::Manifest { nodes } | Self::RoundRobin { nodes, .. } => *nodes,
            Self::ByScore { name_ranks, .. } => u32::try_from(name_ranks.len()).unwrap_or(u32::MAX),
        }
    }

    /// Returns the current key of a node.
    pub(crate) fn key(&self, node: NodeId) -> NodeKey {
        let sort_key = match self {
            Self::Manifest { .. } | Self::RoundRobin { .. } => node.0.into(),
            Self::ByScore { sort_keys, .. } => sort_keys[node.index()],
        };
        NodeKey { sort_key, node }
    }

    /// Compares two nodes by their current keys: the lesser is tried first.
    #[inline]
    pub(crate) fn compare(&self, a: NodeKey, b: NodeKey) -> Ordering {
        if a.sort_key == b.sort_key { self.compare_exactly(a.node, b.node) } else { a.sort_key.cmp(&b.sort_key) }
    }

    /// Compares nodes with equal sort keys, which are rare.
    #[cold]
    fn compare_exactly(&self, a: NodeId, b: NodeId) -> Ordering {
        match self {
            Self::Manifest { .. } | Self::RoundRobin { .. } => Ordering::Equal,
            Self::ByScore { scores, name_ranks, .. } => {
                let exactly = |node: NodeId| (scores[node.index()], name_ranks[node.index()]);
                exactly(a).cmp(&exactly(b))
            }
        }
    }

    /// Returns whether a placement changes the key of its node.
    pub(crate) fn depends_on_placements(&self) -> bool {
        matches!(self, Self::ByScore { .. })
    }

    /// Returns the key from which a search starts; nodes with smaller keys are tried last. `None` if the search starts
    /// at the first node.
    pub(crate) fn start_key(&self) -> Option<SortKey> {
        let after = self.cursor()?;
        Some(SortKey::from(after.0) + 1)
    }

    /// Returns a key below which no node takes a workload, if one is known.
    ///
    /// If no weight is negative and the workload has no immunity, a node that takes it has at least the required amount
    /// of each resource free, and nothing below zero. The score of a node is that of its free amounts, so it is at
    /// least the score of the workload.
    pub(crate) fn lower_bound(&self, demand: &Demand<'_>) -> Option<SortKey> {
        match self {
            Self::ByScore { scale, is_monotone: true, .. } if demand.immunities.is_empty() => {
                Some(sort_key(*scale, demand.score))
            }
            _ => None,
        }
    }

    /// Returns the current score of a node, if the order has scores.
    pub(crate) fn score(&self, node: NodeId) -> Option<Score> {
        match self {
            Self::ByScore { scores, .. } => Some(scores[node.index()]),
            Self::Manifest { .. } | Self::RoundRobin { .. } => None,
        }
    }

    /// Lowers the score of a node that a workload was attached to.
    pub(crate) fn attach(&mut self, demand: &Demand<'_>, node: NodeId) {
        if let Self::ByScore { scores, sort_keys, scale, .. } = self {
            let score = scores[node.index()].minus(demand.score);
            (scores[node.index()], sort_keys[node.index()]) = (score, sort_key(*scale, score));
        }
    }

    /// Continues round robin after this node.
    pub(crate) fn resume_after(&mut self, node: NodeId) {
        if let Self::RoundRobin { after, .. } = self {
            *after = Some(node);
        }
    }

    /// Returns the node of round robin's last placement.
    pub(crate) fn cursor(&self) -> Option<NodeId> {
        match self {
            Self::RoundRobin { after, .. } => *after,
            Self::Manifest { .. } | Self::ByScore { .. } => None,
        }
    }
}

fn sort_key(scale: Scale, score: Score) -> SortKey {
    match score {
        Score::Lowest => SortKey::MIN,
        Score::Finite(parts) => scale.sort_key(parts),
        Score::Highest => SortKey::MAX,
    }
}

/// Returns the rank of each node's name among all names, compared by bytes.
fn name_ranks(model: &Model) -> Vec<u32> {
    let mut ranks = vec![0; model.nodes().len()];
    for (rank, node) in (0..).zip(model.nodes_by_name()) {
        ranks[node.index()] = rank;
    }
    ranks
}
