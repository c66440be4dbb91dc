//! Nodes in an order that may change, with the most that any of them has: a treap whose every branch knows its best.
//!
//! A branch is left out of a search when even the best of each column below it is not enough. What the columns are, and
//! whether a node that looks good enough takes a workload, is known elsewhere.
//! Source: C. R. Aragon and R. G. Seidel, "Randomized Search Trees", 1989. The priorities are a hash of the slot, so
//! the same operations make the same tree.

use crate::model::NodeId;

use super::order::Key;

/// A place in a tree, kept by a node as long as it is in there.
pub(super) type Slot = u32;

const NOBODY: Slot = Slot::MAX;

/// What a column has to have at least.
pub(super) type Need = (usize, i64);

#[derive(Clone, Copy, Debug)]
struct Branch {
    node: NodeId,
    key: Key,
    tier: usize,
    left: Slot,
    right: Slot,
}

/// A node with where it stands: on which tier, and by which key there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) node: NodeId,
    pub(super) key: Key,
    pub(super) tier: usize,
}

/// From one key on, before another.
#[derive(Clone, Copy, Debug)]
struct Range {
    from: Option<Key>,
    before: Option<Key>,
}

/// Nodes by key, with one row of columns each, on a few tiers that are searched one by one.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    width: usize,
    /// One a tier.
    roots: Vec<Slot>,
    branches: Vec<Branch>,
    /// `width` columns a slot: the node's own.
    own: Vec<i64>,
    /// The largest of each column in the branch.
    best: Vec<i64>,
}

impl Tree {
    /// These nodes, in order of keys, with their rows one after the other; slots number them as they come.
    pub(super) fn new(width: usize, tiers: usize, nodes: &[Spot], rows: Vec<i64>) -> Self {
        let branch = |&Spot { node, key, tier }| Branch { node, key, tier, left: NOBODY, right: NOBODY };
        let branches = nodes.iter().map(branch).collect::<Vec<_>>();
        let mut tree = Self { width, roots: vec![NOBODY; tiers], branches, best: rows.clone(), own: rows };
        for tier in 0..tiers {
            let on = (0..).zip(nodes).filter(|(_, node)| node.tier == tier).map(|(slot, _)| slot).collect::<Vec<_>>();
            tree.roots[tier] = tree.build(&on);
        }
        tree
    }

    fn build(&mut self, slots: &[Slot]) -> Slot {
        let Some(&middle) = slots.get(slots.len() / 2) else { return NOBODY };
        let (left, right) = slots.split_at(slots.len() / 2);
        let (left, right) = (self.build(left), self.build(&right[1..]));
        let left = self.merge(left, middle);
        self.merge(left, right)
    }

    /// Takes a node out.
    pub(super) fn remove(&mut self, slot: Slot) {
        let tier = self.branches[slot as usize].tier;
        self.roots[tier] = self.cut(self.roots[tier], slot);
    }

    /// Gives a node its row, its key and its tier anew.
    pub(super) fn update(&mut self, slot: Slot, key: Key, tier: usize, row: &[i64]) {
        let range = self.range(slot);
        let branch = self.branches[slot as usize];
        if (branch.key, branch.tier) == (key, tier) {
            self.own[range].copy_from_slice(row);
            self.refresh(self.roots[tier], slot);
            return;
        }
        self.remove(slot);
        self.own[range].copy_from_slice(row);
        self.branches[slot as usize] = Branch { key, tier, left: NOBODY, right: NOBODY, ..branch };
        self.hang(slot);
    }

    /// The first node, in order of keys from `from` on, whose row has all needs and that `takes`.
    pub(super) fn first(
        &self,
        needs: &[Need],
        from: Option<Key>,
        takes: &mut impl FnMut(NodeId) -> bool,
    ) -> Option<(Key, NodeId)> {
        let mut found = None;
        // The last tier is the one that has most room: what it gives ends the search on the others early.
        for &root in self.roots.iter().rev() {
            let range = Range { from, before: found.map(|(key, _)| key) };
            found = self.first_below(root, needs, range, takes).or(found);
        }
        found
    }

    fn first_below(
        &self,
        slot: Slot,
        needs: &[Need],
        range: Range,
        takes: &mut impl FnMut(NodeId) -> bool,
    ) -> Option<(Key, NodeId)> {
        if slot == NOBODY || !is_enough(&self.best[self.range(slot)], needs) {
            return None;
        }
        let Branch { node, key, left, right, .. } = self.branches[slot as usize];
        let is_before = range.from.is_some_and(|from| key < from);
        let is_after = range.before.is_some_and(|before| key >= before);
        if !is_before && let Some(found) = self.first_below(left, needs, range, takes) {
            return Some(found);
        }
        if is_after {
            return None;
        }
        if !is_before && is_enough(&self.own[self.range(slot)], needs) && takes(node) {
            return Some((key, node));
        }
        self.first_below(right, needs, range, takes)
    }

    /// Puts a branch that hangs nowhere where its key belongs.
    fn hang(&mut self, slot: Slot) {
        let Branch { key, tier, .. } = self.branches[slot as usize];
        let (left, right) = self.split(self.roots[tier], key);
        self.pull(slot);
        let left = self.merge(left, slot);
        self.roots[tier] = self.merge(left, right);
    }

    /// Takes a branch out of the tree below another, and gives what hangs there then.
    fn cut(&mut self, at: Slot, slot: Slot) -> Slot {
        let Branch { left, right, .. } = self.branches[at as usize];
        if at == slot {
            return self.merge(left, right);
        }
        if self.branches[slot as usize].key < self.branches[at as usize].key {
            self.branches[at as usize].left = self.cut(left, slot);
        } else {
            self.branches[at as usize].right = self.cut(right, slot);
        }
        self.pull(at);
        at
    }

    /// Works out the best again from the root to a slot.
    fn refresh(&mut self, at: Slot, slot: Slot) {
        let Branch { left, right, .. } = self.branches[at as usize];
        if at != slot {
            let is_left = self.branches[slot as usize].key < self.branches[at as usize].key;
            self.refresh(if is_left { left } else { right }, slot);
        }
        self.pull(at);
    }

    /// The branches below a key, and the others.
    fn split(&mut self, at: Slot, key: Key) -> (Slot, Slot) {
        if at == NOBODY {
            return (NOBODY, NOBODY);
        }
        let Branch { key: own, left, right, .. } = self.branches[at as usize];
        let halves = if own < key {
            let (less, more) = self.split(right, key);
            self.branches[at as usize].right = less;
            (at, more)
        } else {
            let (less, more) = self.split(left, key);
            self.branches[at as usize].left = more;
            (less, at)
        };
        self.pull(at);
        halves
    }

    /// One tree of two, all keys of the first before those of the second.
    fn merge(&mut self, first: Slot, second: Slot) -> Slot {
        if first == NOBODY || second == NOBODY {
            return first.min(second);
        }
        if priority(first) > priority(second) {
            let right = self.branches[first as usize].right;
            self.branches[first as usize].right = self.merge(right, second);
            self.pull(first);
            first
        } else {
            let left = self.branches[second as usize].left;
            self.branches[second as usize].left = self.merge(first, left);
            self.pull(second);
            second
        }
    }

    /// Works out the best of a branch from what hangs below it.
    fn pull(&mut self, slot: Slot) {
        let Branch { left, right, .. } = self.branches[slot as usize];
        let own = self.range(slot);
        self.best[own.clone()].copy_from_slice(&self.own[own.clone()]);
        for below in [left, right] {
            if below != NOBODY {
                let range = self.range(below);
                for (at, below) in own.clone().zip(range) {
                    self.best[at] = self.best[at].max(self.best[below]);
                }
            }
        }
    }

    fn range(&self, slot: Slot) -> std::ops::Range<usize> {
        let start = slot as usize * self.width;
        start..start + self.width
    }
}

fn is_enough(row: &[i64], needs: &[Need]) -> bool {
    needs.iter().all(|&(column, least)| row[column] >= least)
}

/// Any fixed numbers without a pattern do: here the finalizer of `SplitMix64`, which gives no two slots the same.
fn priority(slot: Slot) -> u64 {
    let mut mixed = u64::from(slot).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
