//! Nodes in an order that may change, in blocks of neighbours: who of a block reaches what is known as bits.
//!
//! Of each column a node has a level. For each level of each column a block has one word that says which of its nodes
//! reach it, so one `and` a column tells who has all that is needed, of sixty-four nodes at once. A block whose best
//! levels are not enough is left out before. What the columns are, and whether a node that looks good enough takes a
//! workload, is known elsewhere. A search reads one word for each block that it passes, and some more for those that
//! are not left out; a node that moves costs no more than two blocks.
//! Sources: Z. Shao, J. H. Reppy and A. W. Appel, "Unrolling lists", 1994, for the blocks; P. O'Neil and D. Quass,
//! "Improved query performance with variant indexes", 1997, for the words.

use std::iter;
use std::ops::Range;

use crate::model::NodeId;

use super::order::Key;

/// How far a node reaches in one column; 0 is nowhere.
pub(super) type Level = u8;

/// The highest level that there may be: seven bits of eight.
pub(super) const HIGHEST: Level = 127;

/// Levels side by side, eight bits each: of all of them at once a subtraction tells whether one is above another.
type Lanes = u64;

/// How many levels are side by side.
const LANES: usize = 8;

/// The bits that no level uses.
const SPARE: Lanes = 0x8080_8080_8080_8080;

/// A block that has as many nodes as a word has bits is divided.
const MOST: usize = 64;

/// So many nodes a block keeps when it is divided.
const HALF: usize = MOST / 2;

/// How many nodes a new block has, so that some more can come.
const FEWER: usize = 48;

/// Nodes by key, with a level in each column.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    /// Which words of a block are those of each column.
    columns: Vec<Range<usize>>,
    /// In order of keys, none of them empty.
    list: Vec<Block>,
    /// What divides the blocks: no key of one but the first is below its own, and none of the one before reaches it.
    starts: Vec<Key>,
    /// The highest level of each column in a block, and the same for the next block.
    best: Vec<Lanes>,
}

/// What a search asks of blocks; kept by who searches often.
#[derive(Clone, Debug, Default)]
pub(super) struct Question {
    /// Which words of a block tell who reaches the levels.
    word_indexes: Vec<usize>,
    lanes: Vec<Lanes>,
}

/// Nodes that are neighbours: their keys in ascending order.
#[derive(Clone, Debug)]
struct Block {
    keys: Vec<Key>,
    nodes: Vec<NodeId>,
    /// For each level of each column, from 1 on, which nodes reach it.
    words: Vec<u64>,
}

impl Blocks {
    /// These nodes, in order of keys, with a row of levels each; `heights` are the highest that there are.
    pub(super) fn new(heights: &[Level], nodes: &[(Key, NodeId)], rows: &[Level]) -> Self {
        let mut words = 0;
        let columns = heights.iter().map(|&height| {
            words += usize::from(height);
            words - usize::from(height)..words
        });
        let mut all = Self { columns: columns.collect(), list: Vec::new(), starts: Vec::new(), best: Vec::new() };
        for (nodes, rows) in nodes.chunks(FEWER).zip(rows.chunks(FEWER * heights.len())) {
            let mut block = Block { keys: Vec::new(), nodes: Vec::new(), words: vec![0; words] };
            for (place, (&(key, node), row)) in nodes.iter().zip(rows.chunks_exact(heights.len())).enumerate() {
                block.insert(place, key, node);
                block.set(place, &all.columns, row);
            }
            all.push(all.list.len(), block);
        }
        all
    }

    /// Takes the node with this key out.
    pub(super) fn remove(&mut self, key: Key) {
        let (at, place) = self.find(key);
        self.list[at].remove(place);
        if self.list[at].keys.is_empty() {
            self.list.remove(at);
            self.starts.remove(at);
            self.best.drain(self.lanes(at));
        } else {
            self.measure(at);
        }
    }

    /// Gives the node that has the key `before` its key and its row anew.
    pub(super) fn update(&mut self, before: Key, key: Key, node: NodeId, row: &[Level]) {
        let (at, place) = if before == key {
            self.find(key)
        } else {
            self.remove(before);
            self.insert(key, node)
        };
        self.list[at].set(place, &self.columns, row);
        self.measure(at);
    }

    /// The first node, in order of keys from `from` on, that reaches the levels of a row and that `takes`.
    pub(super) fn first(
        &self,
        needs: &[Level],
        question: &mut Question,
        from: Option<Key>,
        takes: &mut impl FnMut(NodeId) -> bool,
    ) -> Option<(Key, NodeId)> {
        let columns = self.columns.iter().zip(needs).filter(|&(_, &need)| need > 0);
        question.word_indexes.clear();
        question.word_indexes.extend(columns.map(|(column, &need)| column.start + usize::from(need) - 1));
        question.lanes.clear();
        question.lanes.extend(needs.chunks(LANES).map(|needs| join(needs.iter().copied())));
        let (start, place) = from.map_or((0, 0), |from| self.find(from));
        let mut next = self.next(&question.lanes, start);
        while let Some(at) = next {
            let block = &self.list[at];
            let mut left = block.reaching(&question.word_indexes, if at == start { place } else { 0 });
            while left != 0 {
                let place = left.trailing_zeros() as usize;
                if takes(block.nodes[place]) {
                    return Some((block.keys[place], block.nodes[place]));
                }
                left &= left - 1;
            }
            next = self.next(&question.lanes, at + 1);
        }
        None
    }

    /// The first block, from one on, whose best levels are enough.
    fn next(&self, needs: &[Lanes], from: usize) -> Option<usize> {
        let best = &self.best[from * needs.len()..];
        let found = match needs {
            [needs] => best.iter().position(|&best| has_all(best, *needs)),
            _ => best.chunks_exact(needs.len()).position(|best| best.iter().zip(needs).all(|(&a, &b)| has_all(a, b))),
        };
        found.map(|further| from + further)
    }

    /// Puts a node where its key belongs: in which block, and at which place there. It reaches nothing yet.
    fn insert(&mut self, key: Key, node: NodeId) -> (usize, usize) {
        let (at, place) = self.find(key);
        let Some(block) = self.list.get_mut(at) else {
            let words = self.columns.last().map_or(0, |column| column.end);
            self.push(at, Block { keys: vec![key], nodes: vec![node], words: vec![0; words] });
            return (at, place);
        };
        block.insert(place, key, node);
        if block.nodes.len() < MOST {
            return (at, place);
        }
        let upper = block.split();
        self.measure(at);
        self.push(at + 1, upper);
        if place < HALF { (at, place) } else { (at + 1, place - HALF) }
    }

    /// The block that a key belongs to, and the place there of the first key that is not below it.
    fn find(&self, key: Key) -> (usize, usize) {
        let at = self.starts.partition_point(|start| start.cmp(&key).is_le()).saturating_sub(1);
        let place = self.list.get(at).map_or(0, |block| block.keys.partition_point(|each| each.cmp(&key).is_lt()));
        (at, place)
    }

    /// Puts a block among the others.
    fn push(&mut self, at: usize, block: Block) {
        self.starts.insert(at, block.keys[0]);
        self.list.insert(at, block);
        let lanes = self.lanes(at);
        self.best.splice(lanes.start..lanes.start, iter::repeat_n(0, lanes.len()));
        self.measure(at);
    }

    /// Works out the best levels of a block.
    fn measure(&mut self, at: usize) {
        let range = self.lanes(at);
        let Self { columns, list, best, .. } = self;
        for (best, columns) in best[range].iter_mut().zip(columns.chunks(LANES)) {
            *best = join(columns.iter().map(|column| list[at].highest(column.clone())));
        }
    }

    /// Where the best levels of a block are.
    fn lanes(&self, at: usize) -> Range<usize> {
        let width = self.columns.len().div_ceil(LANES);
        at * width..(at + 1) * width
    }
}

impl Block {
    /// Puts a node in; it reaches nothing yet.
    fn insert(&mut self, place: usize, key: Key, node: NodeId) {
        self.keys.insert(place, key);
        self.nodes.insert(place, node);
        let below = below(place);
        self.words.iter_mut().for_each(|word| *word = (*word & !below) << 1 | *word & below);
    }

    fn remove(&mut self, place: usize) {
        self.keys.remove(place);
        self.nodes.remove(place);
        let below = below(place);
        self.words.iter_mut().for_each(|word| *word = *word >> 1 & !below | *word & below);
    }

    /// Takes out the upper half.
    fn split(&mut self) -> Self {
        let (keys, nodes) = (self.keys.split_off(HALF), self.nodes.split_off(HALF));
        let words = self.words.iter().map(|word| word >> HALF).collect();
        self.words.iter_mut().for_each(|word| *word &= below(HALF));
        Self { keys, nodes, words }
    }

    /// Sets how far a node reaches in each column.
    fn set(&mut self, place: usize, columns: &[Range<usize>], row: &[Level]) {
        for (column, &level) in columns.iter().zip(row) {
            let (reached, beyond) = self.words[column.clone()].split_at_mut(level.into());
            for word in reached {
                *word |= 1 << place;
            }
            for word in beyond {
                *word &= !(1 << place);
            }
        }
    }

    /// The nodes from a place on that are in all of these words.
    fn reaching(&self, words: &[usize], from: usize) -> u64 {
        let there = below(self.nodes.len()) & !below(from);
        words.iter().fold(there, |left, &word| left & self.words[word])
    }

    /// The highest level of a column that a node reaches.
    fn highest(&self, column: Range<usize>) -> Level {
        let place = self.words[column].iter().rposition(|&word| word != 0);
        place.and_then(|place| Level::try_from(place + 1).ok()).unwrap_or(0)
    }
}

/// The bits of the places before one.
fn below(place: usize) -> u64 {
    (1 << place) - 1
}

/// A few levels side by side.
fn join(levels: impl DoubleEndedIterator<Item = Level>) -> Lanes {
    levels.rev().fold(0, |lanes, level| lanes << Level::BITS | Lanes::from(level))
}

/// Whether no level is below what is needed.
fn has_all(best: Lanes, needs: Lanes) -> bool {
    // Where it is, the subtraction borrows the spare bit.
    ((best | SPARE) - needs) & SPARE == SPARE
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::order::Order;
    use super::*;

    /// More columns than lanes, of few levels each.
    const HEIGHTS: [Level; 10] = [3, 1, 3, 3, 3, 3, 3, 3, 3, 2];

    fn row() -> impl Strategy<Value = Vec<Level>> {
        HEIGHTS.map(|height| 0..=height).to_vec()
    }

    /// Rarely much, so that some nodes have it.
    fn needs() -> impl Strategy<Value = Vec<Level>> {
        HEIGHTS.map(|height| prop_oneof![3 => Just(0), 1 => 0..=height]).to_vec()
    }

    proptest! {
        #[test]
        fn the_first_that_reaches_all_is_found(
            rows in vec(row(), 0..200),
            changes in vec(
                (any::<prop::sample::Index>(), 0..400_u32, row(), any::<bool>(), needs(), 0..400_u32),
                1..300,
            ),
        ) {
            let key = |place: u32, node: u32| Order::Listed { nodes: 0 }.key(NodeId(place * 1000 + node));
            let ids = (0..).zip(&rows).map(|(id, row)| (key(200, id), (NodeId(id), row.clone())));
            let mut expected = ids.collect::<BTreeMap<_, _>>();
            let nodes = expected.iter().map(|(&key, &(node, _))| (key, node)).collect::<Vec<_>>();
            let mut blocks = Blocks::new(&HEIGHTS, &nodes, &rows.concat());
            for (index, place, row, goes, needs, from) in changes {
                if !expected.is_empty() {
                    let (&before, &(node, _)) = expected.iter().nth(index.index(expected.len())).expect("one of them");
                    expected.remove(&before);
                    if goes {
                        blocks.remove(before);
                    } else {
                        let after = if place < 40 { before } else { key(place, node.0) };
                        blocks.update(before, after, node, &row);
                        expected.insert(after, (node, row));
                    }
                }
                let from = (from > 50).then(|| key(from, 0));
                let reaches = |row: &[Level]| row.iter().zip(&needs).all(|(level, need)| level >= need);
                let first = |takes: fn(NodeId) -> bool| {
                    let mut found = expected.iter().filter(|&(key, _)| from.is_none_or(|from| *key >= from));
                    found.find(|(_, (node, row))| reaches(row) && takes(*node)).map(|(&key, &(node, _))| (key, node))
                };
                for takes in [|_| true, |node: NodeId| node.0.is_multiple_of(3)] {
                    prop_assert_eq!(blocks.first(&needs, &mut Question::default(), from, &mut { takes }), first(takes));
                }
            }
        }
    }
}
