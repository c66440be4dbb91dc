//! Nodes in an order that may change, in blocks of neighbours, which are in blocks themselves.
//!
//! What a block reaches is what any of its nodes does, and one that reaches too little is left out with all that is in
//! it. What the columns are, and whether a node that looks good enough takes a workload, is known elsewhere. A node
//! that moves costs no more than two blocks.
//! Source: Z. Shao, J. H. Reppy and A. W. Appel, "Unrolling lists", 1994.

use crate::model::NodeId;
use crate::place::index::block::{Block, Level, bit_positions, mask_below};
use crate::place::node_order::{NodeKey, NodeOrder};
use crate::place::sort_key::SortKey;

/// How many entries a new block has, so that some more can come.
const INITIAL_LENGTH: usize = 48;

/// Nodes by key, with a level in each column.
#[derive(Clone, Debug)]
pub(crate) struct BlockTree {
    columns: usize,
    /// In order of keys, none of them empty.
    list: Vec<Block<Leaf>>,
}

/// A block of nodes.
type Leaf = Block<()>;

/// A place in the list, one among the blocks there, and one among the nodes there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Position {
    outer: usize,
    inner: usize,
    after: usize,
}

impl BlockTree {
    /// These nodes, in order of keys, with a row of so many levels each.
    pub(crate) fn new(columns: usize, nodes: &[NodeKey], rows: &[Level]) -> Self {
        let leaves = nodes.chunks(INITIAL_LENGTH).zip(rows.chunks(INITIAL_LENGTH * columns)).map(|(nodes, rows)| {
            let mut leaf = Leaf::new(columns);
            for (place, (&key, row)) in nodes.iter().zip(rows.chunks_exact(columns)).enumerate() {
                leaf.insert(place, key, ());
                leaf.set_row(place, row);
            }
            leaf
        });
        let mut list = Vec::new();
        let mut leaves = leaves.peekable();
        while leaves.peek().is_some() {
            let mut blocks = Block::new(columns);
            for (place, leaf) in leaves.by_ref().take(INITIAL_LENGTH).enumerate() {
                blocks.insert(place, leaf.keys[0], leaf);
                blocks.summarize(place);
            }
            list.push(blocks);
        }
        Self { columns, list }
    }

    /// Takes a node out, which stands where it did when it was put in: hint at this position.
    pub(crate) fn remove(&mut self, order: &NodeOrder, node: NodeId, hint: Option<Position>) {
        let Position { outer, inner, after } = self.position_of(order, node, hint);
        let blocks = &mut self.list[outer];
        blocks.entries[inner].remove(after - 1);
        if !blocks.entries[inner].is_empty() {
            blocks.summarize(inner);
            return;
        }
        blocks.remove(inner);
        if blocks.is_empty() {
            self.list.remove(outer);
        }
    }

    /// Sets how far a node reaches, which stands where it did when it was put in: hint at this position.
    pub(crate) fn update(&mut self, order: &NodeOrder, node: NodeId, hint: Option<Position>, row: &[Level]) {
        let Position { outer, inner, after } = self.position_of(order, node, hint);
        let blocks = &mut self.list[outer];
        blocks.entries[inner].set_row(after - 1, row);
        blocks.summarize(inner);
    }

    /// Puts a node where it stands now.
    pub(crate) fn insert(&mut self, order: &NodeOrder, node: NodeId, row: &[Level]) {
        let key = order.key(node);
        let Position { outer, inner, after } = self.find(order, key);
        if self.list.is_empty() {
            self.list.push(Block::new(self.columns));
            self.list[0].insert(0, key, Leaf::new(self.columns));
        }
        let blocks = &mut self.list[outer];
        let leaf = &mut blocks.entries[inner];
        leaf.insert(after, key, ());
        leaf.set_row(after, row);
        let upper = leaf.split_if_full();
        blocks.summarize(inner);
        if let Some(upper) = upper {
            blocks.insert(inner + 1, upper.keys[0], upper);
            blocks.summarize(inner + 1);
            if let Some(upper) = blocks.split_if_full() {
                self.list.insert(outer + 1, upper);
            }
        }
    }

    /// The first node, in order and from a word on, that reaches the levels of a row and that `takes`; and its position.
    pub(crate) fn first(
        &self,
        needs: &[Level],
        from: Option<SortKey>,
        takes: &mut impl FnMut(NodeId) -> bool,
    ) -> Option<(NodeKey, Position)> {
        let mut start = from.map_or(Position::default(), |from| self.seek(|key| key.sort_key < from));
        for (outer, blocks) in self.list.iter().enumerate().skip(start.outer) {
            if let Some((inner, place)) = blocks.first(needs, start, takes) {
                let position = Position { outer, inner, after: place + 1 };
                return Some((blocks.entries[inner].keys[place], position));
            }
            start = Position::default();
        }
        None
    }

    /// Where a node stands: after what may be its position, or else it is looked for.
    fn position_of(&self, order: &NodeOrder, node: NodeId, hint: Option<Position>) -> Position {
        let is_there = |&Position { outer, inner, after }: &Position| {
            let leaf = self.list.get(outer).and_then(|blocks| blocks.entries.get(inner));
            leaf.and_then(|leaf| leaf.keys.get(after - 1)).is_some_and(|key| key.node == node)
        };
        hint.filter(is_there).unwrap_or_else(|| self.find(order, order.key(node)))
    }

    /// The place after a key, whether or not it is there.
    fn find(&self, order: &NodeOrder, key: NodeKey) -> Position {
        self.seek(|other| order.compare(other, key).is_le())
    }

    /// The place after the keys that come before; in the same block as the last of them.
    fn seek(&self, is_before: impl Fn(NodeKey) -> bool) -> Position {
        let outer = self.list.partition_point(|blocks| is_before(blocks.keys[0])).saturating_sub(1);
        let Some(blocks) = self.list.get(outer) else { return Position::default() };
        let inner = blocks.keys.partition_point(|&key| is_before(key)).saturating_sub(1);
        let after = blocks.entries[inner].keys.partition_point(|&key| is_before(key));
        Position { outer, inner, after }
    }
}

impl Leaf {
    fn set_row(&mut self, place: usize, row: &[Level]) {
        self.set_levels(place, |(), column| row[column]);
    }
}

impl Block<Leaf> {
    /// The first node from a position on that reaches these levels and that `takes`, as its block and its place there.
    fn first(
        &self,
        needs: &[Level],
        start: Position,
        takes: &mut impl FnMut(NodeId) -> bool,
    ) -> Option<(usize, usize)> {
        bit_positions(self.matching(needs) & !mask_below(start.inner)).find_map(|inner| {
            let leaf = &self.entries[inner];
            let before = if inner == start.inner { mask_below(start.after) } else { 0 };
            let place = bit_positions(leaf.matching(needs) & !before).find(|&place| takes(leaf.keys[place].node))?;
            Some((inner, place))
        })
    }

    /// Works out where a block begins, and how far it reaches.
    fn summarize(&mut self, place: usize) {
        self.keys[place] = self.entries[place].keys[0];
        self.set_levels(place, Leaf::highest);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::iter;

    use ethnum::I256;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::model::score::Score;
    use crate::place::sort_key::Scale;

    /// The highest levels.
    const HEIGHTS: [Level; 5] = [3, 1, 3, 2, 3];

    /// How many bits of a score its word leaves out.
    const LEFT_OUT: u32 = 4;

    fn row() -> impl Strategy<Value = Vec<Level>> {
        HEIGHTS.map(|height| 0..=height).to_vec()
    }

    /// Rarely much, so that some nodes have it.
    fn needs() -> impl Strategy<Value = Vec<Level>> {
        HEIGHTS.map(|height| prop_oneof![3 => Just(0), 1 => 0..=height]).to_vec()
    }

    /// Mostly few nodes, and sometimes more than there are in a block of blocks; with their scores.
    fn nodes() -> impl Strategy<Value = Vec<(i64, Vec<Level>)>> {
        let node = || (0..1000_i64, row());
        prop_oneof![9 => vec(node(), 0..200), 1 => vec(node(), 2_000..5_000)]
    }

    /// Nodes without a score yet. Their ranks by name are not those of the manifest.
    fn order(nodes: usize) -> NodeOrder {
        NodeOrder::ByScore {
            scores: vec![Score::Lowest; nodes],
            sort_keys: vec![SortKey::MIN; nodes],
            scale: Scale::of(iter::once(I256::ONE << (SortKey::BITS - 2 + LEFT_OUT))),
            name_ranks: (0..).take(nodes).map(|node| node ^ 1).collect(),
            is_monotone: true,
        }
    }

    fn set_score(order: &mut NodeOrder, node: NodeId, score: i64) {
        if let NodeOrder::ByScore { scores, sort_keys, .. } = order {
            (scores[node.index()], sort_keys[node.index()]) = (Score::Finite(score.into()), score >> LEFT_OUT);
        }
    }

    proptest! {
        #[test]
        fn the_first_that_reaches_all_is_found(
            nodes in nodes(),
            one_by_one in any::<bool>(),
            changes in vec(
                (any::<prop::sample::Index>(), 0..1000_i64, row(), 0..6_u8, needs(), 0..1000_i64),
                1..300,
            ),
        ) {
            let mut order = order(nodes.len());
            let mut expected = BTreeMap::new();
            for (node, (score, row)) in (0..).map(NodeId).zip(nodes) {
                set_score(&mut order, node, score);
                expected.insert((score, node.0 ^ 1), (node, row));
            }
            let all = if one_by_one { BTreeMap::new() } else { expected.clone() };
            let keys = all.values().map(|&(node, _)| order.key(node)).collect::<Vec<_>>();
            let rows = all.values().flat_map(|(_, row)| row.clone()).collect::<Vec<_>>();
            let mut blocks = BlockTree::new(HEIGHTS.len(), &keys, &rows);
            if one_by_one {
                for (node, row) in expected.values() {
                    blocks.insert(&order, *node, row);
                }
            }
            // What was found last, and where: half of the changes are made to it.
            let mut last = None::<(NodeKey, Position)>;
            for (index, score, row, change, needs, from) in changes {
                if !expected.is_empty() {
                    let is_last = |node| last.is_some_and(|(key, _)| key.node == node);
                    let found = expected.iter().find(|&(_, &(node, _))| change >= 3 && is_last(node));
                    let any = || expected.iter().nth(index.index(expected.len()));
                    let (&before, &(node, _)) = found.or_else(any).expect("one of them");
                    let hint = last.map(|(_, position)| position);
                    expected.remove(&before);
                    match change % 3 {
                        0 => blocks.remove(&order, node, hint),
                        1 => {
                            blocks.update(&order, node, hint, &row);
                            expected.insert(before, (node, row));
                        }
                        _ => {
                            blocks.remove(&order, node, hint);
                            set_score(&mut order, node, score);
                            blocks.insert(&order, node, &row);
                            expected.insert((score, node.0 ^ 1), (node, row));
                        }
                    }
                }
                let from = (from > 200).then_some(from >> LEFT_OUT);
                let reaches = |row: &[Level]| row.iter().zip(&needs).all(|(level, need)| level >= need);
                let first = |takes: fn(NodeId) -> bool| {
                    let is_beyond = |score: i64| from.is_none_or(|from| score >> LEFT_OUT >= from);
                    let beyond = expected.iter().filter(|((score, _), _)| is_beyond(*score));
                    let mut reaching = beyond.filter(|(_, (_, row))| reaches(row));
                    reaching.find(|(_, (node, _))| takes(*node)).map(|(_, &(node, _))| order.key(node))
                };
                for takes in [|_| true, |node: NodeId| node.0.is_multiple_of(3)] {
                    last = blocks.first(&needs, from, &mut { takes });
                    prop_assert_eq!(last.map(|(key, _)| key), first(takes));
                }
            }
        }
    }
}
