//! The names of a model's nodes, or of its workloads: all in order, and each once.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{ModelError, Node, Workload, index_u32, numbered};

/// One of those that a table stands for.
pub(super) trait Member {
    fn new(name: Arc<str>, table: u32, number: Option<u32>) -> Self;
    fn name(&self) -> &str;
    fn table(&self) -> u32;
}

impl Member for Node {
    fn new(name: Arc<str>, table: u32, number: Option<u32>) -> Self {
        Node { name, table, number }
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn table(&self) -> u32 {
        self.table
    }
}

impl Member for Workload {
    fn new(name: Arc<str>, table: u32, number: Option<u32>) -> Self {
        Workload { name, table, number }
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn table(&self) -> u32 {
        self.table
    }
}

/// All members in order, and their numbers by name.
#[derive(Clone, Debug)]
pub(super) struct Roster<M> {
    members: Vec<M>,
    numbers: FxHashMap<Arc<str>, u32>,
}

impl<M> Default for Roster<M> {
    fn default() -> Self {
        Self { members: Vec::new(), numbers: FxHashMap::default() }
    }
}

impl<M: Member> Roster<M> {
    pub(super) fn members(&self) -> &[M] {
        &self.members
    }

    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// Makes room for so many more.
    pub(super) fn reserve(&mut self, count: usize) {
        self.members.reserve(count);
        self.numbers.reserve(count);
    }

    /// Enters `count` members of a table, or one that has the name itself; where a name is taken, none.
    pub(super) fn enter(&mut self, name: &Arc<str>, count: Option<u32>, table: u32) -> Result<(), ModelError> {
        let Some(count) = count else { return self.enter_one(Arc::clone(name), table, None) };
        let first = self.members.len();
        for number in 0..count {
            let entered = self.enter_one(numbered(name, Some(number)).into(), table, Some(number));
            if entered.is_err() {
                self.leave(first);
                return entered;
            }
        }
        Ok(())
    }

    fn enter_one(&mut self, name: Arc<str>, table: u32, number: Option<u32>) -> Result<(), ModelError> {
        match self.numbers.entry(Arc::clone(&name)) {
            Entry::Occupied(taken) => {
                let table = self.members[*taken.get() as usize].table();
                return Err(ModelError::NameTaken { name: name.as_ref().to_owned(), table });
            }
            Entry::Vacant(free) => free.insert(index_u32(self.members.len())),
        };
        self.members.push(M::new(name, table, number));
        Ok(())
    }

    /// Takes back those from `first` on.
    pub(super) fn leave(&mut self, first: usize) {
        for member in self.members.drain(first..) {
            self.numbers.remove(member.name());
        }
    }
}
