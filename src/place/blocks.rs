//! Nodes in an order that may change, in blocks of neighbours, which are in blocks themselves.
//!
//! What a block reaches is what any of its nodes does, and one that reaches too little is left out with all that is in
//! it. What the columns are, and whether a node that looks good enough takes a workload, is known elsewhere. A node
//! that moves costs no more than two blocks.
//! Source: Z. Shao, J. H. Reppy and A. W. Appel, "Unrolling lists", 1994.

use std::ops::Range;

use super::block::{Block, Level};
use super::order::{Key, Order, Word};
use crate::model::NodeId;

/// How many entries a new block has, so that some more can come.
const FEWER: usize = 48;

/// Nodes by key, with a level in each column.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    layout: Layout,
    /// In order of keys, none of them empty.
    list: Vec<Block<Block<()>>>,
}

/// Which words of a block are those of each column.
#[derive(Clone, Debug)]
struct Layout {
    of_nodes: Vec<Range<usize>>,
    /// Which of them neighbours may all reach between them though none reaches all: what most workloads require.
    wanted: Vec<usize>,
    /// One more column, which blocks of blocks have: how far the best node reaches in all that is wanted.
    in_all: Range<usize>,
}

/// What a search asks of blocks; kept by who searches often.
#[derive(Clone, Debug, Default)]
pub(super) struct Question {
    /// The words of nodes that tell who reaches the levels.
    of_nodes: Vec<usize>,
    /// Those of blocks.
    of_blocks: Vec<usize>,
}

/// A place in the list, one in the order of the blocks there, and one in the order of the nodes there.
#[derive(Clone, Copy, Debug, Default)]
struct Spot {
    outer: usize,
    inner: usize,
    after: usize,
}

impl Blocks {
    /// These nodes, in order of keys, with a row of levels each; `heights` are the highest that there are, and `wanted`
    /// the columns of what most workloads require.
    pub(super) fn new(heights: &[Level], wanted: &[usize], nodes: &[Key], rows: &[Level]) -> Self {
        let layout = Layout::new(heights, wanted);
        let mut inner = Vec::new();
        for (nodes, rows) in nodes.chunks(FEWER).zip(rows.chunks(FEWER * heights.len())) {
            let mut block = Block::new(layout.in_all.start);
            for (place, (&key, row)) in nodes.iter().zip(rows.chunks_exact(heights.len())).enumerate() {
                block.insert(place, key, ());
                block.set_row(place, &layout, row);
            }
            inner.push(block);
        }
        let mut list = Vec::new();
        let mut inner = inner.into_iter().peekable();
        while inner.peek().is_some() {
            let mut blocks = Block::new(layout.in_all.end);
            for (place, block) in inner.by_ref().take(FEWER).enumerate() {
                blocks.insert(place, block.first_key(), block);
                blocks.measure(place, &layout);
            }
            list.push(blocks);
        }
        Self { layout, list }
    }

    /// Takes a node out, which stands where it did when it was put in.
    pub(super) fn remove(&mut self, order: &Order, node: NodeId) {
        let Spot { outer, inner, after } = self.find(order, order.key(node));
        let blocks = &mut self.list[outer];
        let slot = blocks.slot(inner);
        blocks.entries[slot].take_out(after - 1);
        if !blocks.entries[slot].keys.is_empty() {
            blocks.measure(slot, &self.layout);
            return;
        }
        blocks.take_out(inner);
        if blocks.keys.is_empty() {
            self.list.remove(outer);
        }
    }

    /// Sets how far a node reaches, which stands where it did when it was put in.
    pub(super) fn update(&mut self, order: &Order, node: NodeId, row: &[Level]) {
        let Spot { outer, inner, after } = self.find(order, order.key(node));
        let blocks = &mut self.list[outer];
        let slot = blocks.slot(inner);
        let block = &mut blocks.entries[slot];
        block.set_row(block.slot(after - 1), &self.layout, row);
        blocks.measure(slot, &self.layout);
    }

    /// The first node, in order and from a word on, that reaches the levels of a row and that `takes`.
    pub(super) fn first(
        &self,
        needs: &[Level],
        question: &mut Question,
        from: Option<Word>,
        takes: &mut impl FnMut(NodeId) -> bool,
    ) -> Option<Key> {
        question.ask(&self.layout, needs);
        let start = from.map_or(Spot::default(), |from| self.seek(|key| key.word < from));
        for (outer, blocks) in self.list.iter().enumerate().skip(start.outer) {
            let first = if outer == start.outer { start.inner } else { 0 };
            for inner in blocks.reaching(&question.of_blocks, first) {
                let block = &blocks.entries[inner];
                let keys = block.reaching(&question.of_nodes, 0).map(|slot| block.keys[slot]);
                let mut keys = keys.filter(|key| from.is_none_or(|from| key.word >= from));
                if let Some(found) = keys.find(|key| takes(key.node)) {
                    return Some(found);
                }
            }
        }
        None
    }

    /// Puts a node where it stands now.
    pub(super) fn insert(&mut self, order: &Order, node: NodeId, row: &[Level]) {
        let key = order.key(node);
        let Spot { outer, inner, after } = self.find(order, key);
        if self.list.is_empty() {
            self.list.push(Block::new(self.layout.in_all.end));
            self.list[0].insert(0, key, Block::new(self.layout.in_all.start));
        }
        let blocks = &mut self.list[outer];
        let slot = blocks.slot(inner);
        let block = &mut blocks.entries[slot];
        let slot_of_node = block.insert(after, key, ());
        block.set_row(slot_of_node, &self.layout, row);
        let upper = block.split_if_full();
        blocks.measure(slot, &self.layout);
        if let Some(upper) = upper {
            let slot = blocks.insert(inner + 1, upper.first_key(), upper);
            blocks.measure(slot, &self.layout);
            if let Some(upper) = blocks.split_if_full() {
                self.list.insert(outer + 1, upper);
            }
        }
    }

    /// The place after a key, whether or not it is there.
    fn find(&self, order: &Order, key: Key) -> Spot {
        self.seek(|other| order.compare(other, key).is_le())
    }

    /// The place after the keys that come before; in the same block as the last of them.
    fn seek(&self, is_before: impl Fn(Key) -> bool) -> Spot {
        let outer = self.list.partition_point(|blocks| is_before(blocks.first_key())).saturating_sub(1);
        let Some(blocks) = self.list.get(outer) else { return Spot::default() };
        let inner = blocks.place_of(&is_before).saturating_sub(1);
        let after = blocks.entries[blocks.slot(inner)].place_of(&is_before);
        Spot { outer, inner, after }
    }
}

impl Layout {
    fn new(heights: &[Level], wanted: &[usize]) -> Self {
        let mut end = 0;
        let mut column = |height: Level| {
            end += usize::from(height);
            end - usize::from(height)..end
        };
        let of_nodes = heights.iter().map(|&height| column(height)).collect();
        let in_all = column(wanted.iter().map(|&at| heights[at]).min().unwrap_or(0));
        Self { of_nodes, wanted: wanted.to_vec(), in_all }
    }
}

impl Question {
    fn ask(&mut self, layout: &Layout, needs: &[Level]) {
        let word = |column: &Range<usize>, need: Level| (need > 0).then(|| column.start + usize::from(need) - 1);
        self.of_nodes.clear();
        self.of_nodes.extend(layout.of_nodes.iter().zip(needs).filter_map(|(column, &need)| word(column, need)));
        let in_all = layout.wanted.iter().map(|&at| needs[at]).min().unwrap_or(0);
        self.of_blocks.clone_from(&self.of_nodes);
        self.of_blocks.extend(word(&layout.in_all, in_all));
    }
}

impl Block<()> {
    /// Sets how far a node reaches in each column.
    fn set_row(&mut self, slot: usize, layout: &Layout, row: &[Level]) {
        for (column, &level) in layout.of_nodes.iter().zip(row) {
            self.set(slot, column, level);
        }
    }
}

impl Block<Block<()>> {
    /// Works out where a block begins, and how far it reaches.
    fn measure(&mut self, slot: usize, layout: &Layout) {
        self.keys[slot] = self.entries[slot].first_key();
        for column in &layout.of_nodes {
            self.set(slot, column, self.entries[slot].highest(column));
        }
        let wanted = layout.wanted.iter().map(|&at| layout.of_nodes[at].clone());
        self.set(slot, &layout.in_all, self.entries[slot].highest_in_all(&wanted));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::iter;

    use ethnum::I256;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::scale::Scale;
    use super::*;
    use crate::score::Score;

    const HEIGHTS: [Level; 5] = [3, 1, 3, 2, 3];

    /// What is wanted of them.
    const WANTED: [usize; 3] = [0, 2, 4];

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
    fn order(nodes: usize) -> Order {
        Order::Scored {
            scores: vec![Score::Lowest; nodes],
            scale: Scale::of(iter::once(I256::ONE << (Word::BITS - 2 + LEFT_OUT))),
            name_ranks: (0..).take(nodes).map(|node| node ^ 1).collect(),
            is_growing: true,
        }
    }

    fn set_score(order: &mut Order, node: NodeId, score: i64) {
        if let Order::Scored { scores, .. } = order {
            scores[node.index()] = Score::Finite(score.into());
        }
    }

    proptest! {
        #[test]
        fn the_first_that_reaches_all_is_found(
            nodes in nodes(),
            one_by_one in any::<bool>(),
            changes in vec(
                (any::<prop::sample::Index>(), 0..1000_i64, row(), 0..3_u8, needs(), 0..1000_i64),
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
            let mut blocks = Blocks::new(&HEIGHTS, &WANTED, &keys, &rows);
            if one_by_one {
                for (node, row) in expected.values() {
                    blocks.insert(&order, *node, row);
                }
            }
            for (index, score, row, change, needs, from) in changes {
                if !expected.is_empty() {
                    let (&before, &(node, _)) = expected.iter().nth(index.index(expected.len())).expect("one of them");
                    expected.remove(&before);
                    match change {
                        0 => blocks.remove(&order, node),
                        1 => {
                            blocks.update(&order, node, &row);
                            expected.insert(before, (node, row));
                        }
                        _ => {
                            blocks.remove(&order, node);
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
                    prop_assert_eq!(blocks.first(&needs, &mut Question::default(), from, &mut { takes }), first(takes));
                }
            }
        }
    }
}
