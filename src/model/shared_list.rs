//! List that copies share, with the few entries that differ in this copy.

use std::ops::Index;
use std::sync::Arc;

/// List whose copies share the entries. Cloning costs O(replaced entries).
#[derive(Clone, Debug)]
pub struct SharedList<T> {
    entries: Arc<Vec<T>>,
    /// Entries that this copy replaces, with their index.
    replaced: Vec<(usize, Arc<T>)>,
}

impl<T> Default for SharedList<T> {
    fn default() -> Self {
        Self { entries: Arc::new(Vec::new()), replaced: Vec::new() }
    }
}

impl<T: Clone> SharedList<T> {
    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &T> + DoubleEndedIterator + Clone {
        (0..self.len()).map(|at| &self[at])
    }

    /// Replaces one entry in this copy; other copies keep theirs. Cost: O(replaced entries).
    pub(super) fn replace(&mut self, at: usize, entry: T) {
        self.replaced.retain(|&(each, _)| each != at);
        self.replaced.push((at, Arc::new(entry)));
    }

    /// Gives access to all entries. If another copy shares them, they are cloned first.
    pub(super) fn to_mut(&mut self) -> &mut Vec<T> {
        let entries = Arc::make_mut(&mut self.entries);
        for (at, entry) in self.replaced.drain(..) {
            entries[at] = Arc::unwrap_or_clone(entry);
        }
        entries
    }
}

impl<T> Index<usize> for SharedList<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        // Nearly every list has nothing replaced, and lookups are frequent.
        if self.replaced.is_empty() {
            return &self.entries[at];
        }
        self.replaced.iter().find(|&&(each, _)| each == at).map_or(&self.entries[at], |(_, entry)| entry)
    }
}
