//! Lookups in a sorted list, of what is asked for in the same order: mostly it is what comes next.

use crate::model::names::Symbol;

/// How far the lookups have come.
#[derive(Debug, Default)]
pub(crate) struct AscendingLookup(usize);

impl AscendingLookup {
    /// Where in the list this is, which comes after all that was found before.
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
