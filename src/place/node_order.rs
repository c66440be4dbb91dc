//! In which order a strategy tries the nodes, and what of it changes while workloads are placed.
//!
//! Prioritized and round robin go by manifest order, round robin from where it was; bin pack goes by the current score.
//! Who in that order takes a workload is found in `index`.

use std::cmp::Ordering;

use ethnum::I256;

use crate::model::score::Score;
use crate::model::{Model, NodeId, Strategy};
use crate::place::sort_key::Scale;
use crate::rules::Demand;

/// Where a node stands among others, as a word; nodes with the same word are told apart by [`Order::compare`].
pub(crate) type Word = i64;

/// A node with its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) word: Word,
    pub(crate) node: NodeId,
}

/// The order of a strategy at this moment.
#[derive(Clone, Debug)]
pub(crate) enum Order {
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
        /// The current score of each node.
        scores: Vec<Score>,
        /// The same as words.
        words: Vec<Word>,
        /// What tells most of them apart.
        scale: Scale,
        /// Where each node's name stands among all names.
        name_ranks: Vec<u32>,
        /// Whether a score grows with every amount: no weight is below zero.
        is_growing: bool,
    },
}

impl Order {
    /// The order of the model's strategy while nothing is placed.
    pub(crate) fn new(model: &Model) -> Self {
        let nodes = u32::try_from(model.nodes().len()).unwrap_or(u32::MAX);
        match model.strategy() {
            Strategy::Prioritized => Self::Listed { nodes },
            Strategy::RoundRobin => Self::Round { nodes, after: None },
            Strategy::BinPack => Self::scored(model),
        }
    }

    fn scored(model: &Model) -> Self {
        let scores = model.node_ids().map(|node| model.node_score(node)).collect::<Vec<_>>();
        let scale = Scale::of(scores.iter().map(|score| score.parts()));
        Self::Scored {
            words: scores.iter().map(|&score| word(scale, score)).collect(),
            scores,
            scale,
            name_ranks: name_ranks(model),
            is_growing: model.rubric().weights().0.iter().all(|&(_, weight)| weight >= I256::ZERO),
        }
    }

    /// All nodes, in this order.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        let mut nodes = (0..self.len()).map(NodeId).collect::<Vec<_>>();
        match self {
            Self::Listed { .. } => {}
            Self::Round { after, .. } => nodes.rotate_left(after.map_or(0, |node| node.index() + 1)),
            Self::Scored { .. } => nodes.sort_unstable_by(|&a, &b| self.compare(self.key(a), self.key(b))),
        }
        nodes.into_iter()
    }

    fn len(&self) -> u32 {
        match self {
            Self::Listed { nodes } | Self::Round { nodes, .. } => *nodes,
            Self::Scored { name_ranks, .. } => u32::try_from(name_ranks.len()).unwrap_or(u32::MAX),
        }
    }

    /// Where a node stands now.
    pub(crate) fn key(&self, node: NodeId) -> Key {
        let word = match self {
            Self::Listed { .. } | Self::Round { .. } => node.0.into(),
            Self::Scored { words, .. } => words[node.index()],
        };
        Key { word, node }
    }

    /// Which of two nodes is tried first; their keys are those of now.
    #[inline]
    pub(crate) fn compare(&self, a: Key, b: Key) -> Ordering {
        if a.word == b.word { self.compare_exactly(a.node, b.node) } else { a.word.cmp(&b.word) }
    }

    /// The same for nodes with the same word, which are few.
    #[cold]
    fn compare_exactly(&self, a: NodeId, b: NodeId) -> Ordering {
        match self {
            Self::Listed { .. } | Self::Round { .. } => Ordering::Equal,
            Self::Scored { scores, name_ranks, .. } => {
                let exactly = |node: NodeId| (scores[node.index()], name_ranks[node.index()]);
                exactly(a).cmp(&exactly(b))
            }
        }
    }

    /// Whether nodes stand elsewhere when something is placed on them.
    pub(crate) fn changes(&self) -> bool {
        matches!(self, Self::Scored { .. })
    }

    /// The word from which a search starts; what is below it comes last. `None` is the very first.
    pub(crate) fn start(&self) -> Option<Word> {
        let after = self.cursor()?;
        Some(Word::from(after.0) + 1)
    }

    /// Returns a key below which no node takes a workload, if one is known.
    ///
    /// What is on a node requires only what the node offers, so under weights of at least zero the score counts what is
    /// free. Without an immunity a workload fits only if nothing is below zero afterwards, so the score of a node that
    /// takes it is at least the workload's size.
    pub(crate) fn lower_bound(&self, demand: &Demand<'_>) -> Option<Word> {
        match self {
            Self::Scored { scale, is_growing: true, .. } if demand.immunities.is_empty() => {
                Some(word(*scale, demand.score))
            }
            _ => None,
        }
    }

    /// The current score of a node, where the order has scores.
    pub(crate) fn score(&self, node: NodeId) -> Option<Score> {
        match self {
            Self::Scored { scores, .. } => Some(scores[node.index()]),
            Self::Listed { .. } | Self::Round { .. } => None,
        }
    }

    /// Notes that a workload is on a node now: its score shrinks.
    pub(crate) fn occupy(&mut self, demand: &Demand<'_>, node: NodeId) {
        if let Self::Scored { scores, words, scale, .. } = self {
            let score = scores[node.index()].minus(demand.score);
            (scores[node.index()], words[node.index()]) = (score, word(*scale, score));
        }
    }

    /// Notes a success of the search: round robin goes on after this node.
    pub(crate) fn succeed(&mut self, node: NodeId) {
        if let Self::Round { after, .. } = self {
            *after = Some(node);
        }
    }

    /// The node of round robin's last success.
    pub(crate) fn cursor(&self) -> Option<NodeId> {
        match self {
            Self::Round { after, .. } => *after,
            Self::Listed { .. } | Self::Scored { .. } => None,
        }
    }
}

fn word(scale: Scale, score: Score) -> Word {
    match score {
        Score::Lowest => Word::MIN,
        Score::Finite(parts) => scale.number(parts),
        Score::Highest => Word::MAX,
    }
}

/// Where each node's name stands among all names, by bytes.
fn name_ranks(model: &Model) -> Vec<u32> {
    let mut ranks = vec![0; model.nodes().len()];
    for (rank, node) in (0..).zip(model.nodes_by_name()) {
        ranks[node.index()] = rank;
    }
    ranks
}
