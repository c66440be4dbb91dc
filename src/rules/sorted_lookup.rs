//! Lookups in a sorted list for keys that come in ascending order. The next key is mostly the next entry.

use crate::model::names::Symbol;

/// Position up to which the list has been searched.
#[derive(Debug, Default)]
pub(crate) struct AscendingLookup(usize);

impl AscendingLookup {
    /// Index of a symbol in the list. Symbols have to be asked for in ascending order.
    pub(crate) fn find<T>(&mut self, list: &[T], wanted: Symbol, symbol: impl Fn(&T) -> Symbol) -> Option<usize> {
        let rest = &list[self.0..];
        let at = match rest.first() {
            Some(next) if symbol(next) == wanted => 0,
            _ => rest.binary_search_by_key(&wanted, symbol).ok()?,
        };
        self.0 += at + 1;
        Some(self.0 - 1)
    }
}
