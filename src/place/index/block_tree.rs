//! Nodes in a changing order, in blocks of neighbours that are grouped into blocks themselves.
//!
//! A block stores for each column the highest level of its entries, so a search skips a block with too low a level and
//! all nodes in it. Moving a node changes at most two blocks. The caller decides what the columns mean, and whether a
//! node with high enough levels takes a workload.
//! Source: Z. Shao, J. H. Reppy and A. W. Appel, "Unrolling lists", 1994.

use crate::model::NodeId;
use crate::place::index::block::{Block, Level, bit_positions, mask_below};
use crate::place::node_order::{NodeKey, NodeOrder};
use crate::place::sort_key::SortKey;

/// Number of entries in a newly built block: fewer than its capacity, so that entries can be added without a split.
const INITIAL_LENGTH: usize = 48;

/// Nodes sorted by key, with a level in each column.
#[derive(Clone, Debug)]
pub(crate) struct BlockTree {
    columns: usize,
    /// Sorted by key; no block is empty.
    list: Vec<Block<Leaf>>,
}

/// Block of nodes.
type Leaf = Block<()>;

/// Position just after a node: index in the list, in the block of leaves, and in the leaf.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Position {
    outer: usize,
    inner: usize,
    after: usize,
}

impl BlockTree {
    /// Creates a tree of nodes sorted by key, with a row of `columns` levels each.
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

    /// Removes a node, whose key is still that of its insertion; `hint` is its likely position.
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

    /// Sets the levels of a node, whose key is still that of its insertion; `hint` is its likely position.
    pub(crate) fn update(&mut self, order: &NodeOrder, node: NodeId, hint: Option<Position>, row: &[Level]) {
        let Position { outer, inner, after } = self.position_of(order, node, hint);
        let blocks = &mut self.list[outer];
        blocks.entries[inner].set_row(after - 1, row);
        blocks.summarize(inner);
    }

    /// Inserts a node by its current key.
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

    /// Returns the first node, from a key on, with at least the needed levels and for which `takes` holds.
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

    /// Returns the position after a node: the hint if the node is there, else the result of a lookup.
    fn position_of(&self, order: &NodeOrder, node: NodeId, hint: Option<Position>) -> Position {
        let is_there = |&Position { outer, inner, after }: &Position| {
            let leaf = self.list.get(outer).and_then(|blocks| blocks.entries.get(inner));
            leaf.and_then(|leaf| leaf.keys.get(after - 1)).is_some_and(|key| key.node == node)
        };
        hint.filter(is_there).unwrap_or_else(|| self.find(order, order.key(node)))
    }

    /// Returns the position after a key, whether or not the tree contains it.
    fn find(&self, order: &NodeOrder, key: NodeKey) -> Position {
        self.seek(|other| order.compare(other, key).is_le())
    }

    /// Returns the position after the last key for which `is_before` holds, in the block of that key.
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
    /// Returns the first node from a position on with at least the needed levels and for which `takes` holds, as the
    /// index of its leaf and its index there.
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

    /// Updates the first key and the highest levels of a leaf.
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

    /// Highest level of each column.
    const HEIGHTS: [Level; 5] = [3, 1, 3, 2, 3];

    /// Number of low bits of a score that its sort key drops.
    const LEFT_OUT: u32 = 4;

    fn row() -> impl Strategy<Value = Vec<Level>> {
        HEIGHTS.map(|height| 0..=height).to_vec()
    }

    /// Needs that are mostly zero, so that some nodes meet them.
    fn needs() -> impl Strategy<Value = Vec<Level>> {
        HEIGHTS.map(|height| prop_oneof![3 => Just(0), 1 => 0..=height]).to_vec()
    }

    /// Nodes with their scores: mostly few, sometimes more than one block of blocks holds.
    fn nodes() -> impl Strategy<Value = Vec<(i64, Vec<Level>)>> {
        let node = || (0..1000_i64, row());
        prop_oneof![9 => vec(node(), 0..200), 1 => vec(node(), 2_000..5_000)]
    }

    /// Nodes without a score yet, whose order by name differs from the order in the manifest.
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
        fn the_first_node_with_all_needed_levels_is_found(
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
            // Result of the last search. Half of the changes are made to its node.
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
