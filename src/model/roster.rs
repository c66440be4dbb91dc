//! Roster of all nodes, or of all workloads: in manifest order, each name once.

use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxBuildHasher;

use crate::model::{ModelError, index_u32, numbered};

/// One node, or one workload, that a table stands for.
#[derive(Clone, Debug)]
pub struct Member {
    /// Unique name.
    pub name: Arc<str>,
    /// Number of its table, an index of [`Model::node_tables`](crate::model::Model::node_tables) or
    /// [`Model::workload_tables`](crate::model::Model::workload_tables).
    pub table: u32,
    /// Number within its table; `None` if the table has neither `count` nor `replicas`.
    pub number: Option<u32>,
}

/// All members in order, and an index by name. `Id` is the type that numbers them.
#[derive(Clone, Debug)]
pub(super) struct Roster<Id> {
    members: Vec<Member>,
    /// Numbers of the members, hashed by name.
    numbers: HashTable<u32>,
    /// Members sorted by name, once they have been asked for.
    by_name: OnceLock<Vec<Id>>,
}

impl<Id> Default for Roster<Id> {
    fn default() -> Self {
        Self { members: Vec::new(), numbers: HashTable::new(), by_name: OnceLock::new() }
    }
}

impl<Id> Roster<Id> {
    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Number of the member with this name.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        let has_name = |&number: &u32| *self.members[number as usize].name == *name;
        self.numbers.find(hash(name), has_name).copied()
    }

    /// All members sorted by name, bytewise.
    pub(super) fn by_name(&self, id: fn(u32) -> Id) -> &[Id] {
        self.by_name.get_or_init(|| {
            let mut numbers = (0..index_u32(self.members.len())).collect::<Vec<_>>();
            numbers.sort_unstable_by_key(|&number| &*self.members[number as usize].name);
            numbers.into_iter().map(id).collect()
        })
    }

    /// Reserves room for this number of further members.
    pub(super) fn reserve(&mut self, count: usize) {
        self.members.reserve(count);
        self.numbers.reserve(count, |&number| hash(&self.members[number as usize].name));
    }

    /// Enters `count` members of a table, or one that has the name itself. If a name is taken, enters none.
    pub(super) fn enter(&mut self, name: &Arc<str>, count: Option<u32>, table: u32) -> Result<(), ModelError> {
        let Some(count) = count else { return self.enter_one(Arc::clone(name), table, None) };
        let first = self.members.len();
        for number in 0..count {
            let entered = self.enter_one(numbered(name, Some(number)).into(), table, Some(number));
            if entered.is_err() {
                self.truncate(first);
                return entered;
            }
        }
        Ok(())
    }

    fn enter_one(&mut self, name: Arc<str>, table: u32, number: Option<u32>) -> Result<(), ModelError> {
        let member = |&number: &u32| &self.members[number as usize];
        let entry =
            self.numbers.entry(hash(&name), |other| member(other).name == name, |other| hash(&member(other).name));
        match entry {
            Entry::Occupied(taken) => {
                let table = member(taken.get()).table;
                return Err(ModelError::NameTaken { name: name.as_ref().to_owned(), table });
            }
            Entry::Vacant(free) => free.insert(index_u32(self.members.len())),
        };
        self.members.push(Member { name, table, number });
        self.by_name.take();
        Ok(())
    }

    /// Removes the members from `first` on.
    pub(super) fn truncate(&mut self, first: usize) {
        self.by_name.take();
        for (number, member) in (index_u32(first)..).zip(self.members.drain(first..)) {
            if let Ok(entry) = self.numbers.find_entry(hash(&member.name), |&other| other == number) {
                entry.remove();
            }
        }
    }
}

fn hash(name: &str) -> u64 {
    FxBuildHasher.hash_one(name)
}
