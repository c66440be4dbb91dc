//! The names of a model's nodes, or of its workloads: all in order, and each once.

use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxBuildHasher;

use super::{ModelError, Node, NodeId, Workload, WorkloadId, index_u32, numbered};

/// One of those that a table stands for.
pub(super) trait Member {
    type Id: Copy;

    fn id(number: u32) -> Self::Id;
    fn new(name: Arc<str>, table: u32, number: Option<u32>) -> Self;
    fn name(&self) -> &str;
    fn table(&self) -> u32;
}

impl Member for Node {
    type Id = NodeId;

    fn id(number: u32) -> NodeId {
        NodeId(number)
    }

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
    type Id = WorkloadId;

    fn id(number: u32) -> WorkloadId {
        WorkloadId(number)
    }

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

/// All members in order, and their numbers by name; the names are those of the members.
#[derive(Clone, Debug)]
pub(super) struct Roster<M: Member> {
    members: Vec<M>,
    numbers: HashTable<u32>,
    /// All of them by name, once somebody has asked.
    by_name: OnceLock<Vec<M::Id>>,
}

impl<M: Member> Default for Roster<M> {
    fn default() -> Self {
        Self { members: Vec::new(), numbers: HashTable::new(), by_name: OnceLock::new() }
    }
}

impl<M: Member> Roster<M> {
    pub(super) fn members(&self) -> &[M] {
        &self.members
    }

    pub(super) fn number(&self, name: &str) -> Option<u32> {
        let is_it = |&number: &u32| self.members[number as usize].name() == name;
        self.numbers.find(hash(name), is_it).copied()
    }

    /// All members in the order of their names, by bytes.
    pub(super) fn by_name(&self) -> &[M::Id] {
        self.by_name.get_or_init(|| {
            let mut numbers = (0..index_u32(self.members.len())).collect::<Vec<_>>();
            numbers.sort_unstable_by_key(|&number| self.members[number as usize].name());
            numbers.into_iter().map(M::id).collect()
        })
    }

    /// Makes room for so many more.
    pub(super) fn reserve(&mut self, count: usize) {
        self.members.reserve(count);
        self.numbers.reserve(count, |&number| hash(self.members[number as usize].name()));
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
        let member = |&number: &u32| &self.members[number as usize];
        let entry =
            self.numbers.entry(hash(&name), |other| member(other).name() == &*name, |other| hash(member(other).name()));
        match entry {
            Entry::Occupied(taken) => {
                let table = member(taken.get()).table();
                return Err(ModelError::NameTaken { name: name.as_ref().to_owned(), table });
            }
            Entry::Vacant(free) => free.insert(index_u32(self.members.len())),
        };
        self.members.push(M::new(name, table, number));
        self.by_name.take();
        Ok(())
    }

    /// Takes back those from `first` on.
    pub(super) fn leave(&mut self, first: usize) {
        self.by_name.take();
        for (number, member) in (index_u32(first)..).zip(self.members.drain(first..)) {
            if let Ok(entry) = self.numbers.find_entry(hash(member.name()), |&other| other == number) {
                entry.remove();
            }
        }
    }
}

fn hash(name: &str) -> u64 {
    FxBuildHasher.hash_one(name)
}
