//! Interned names: each resource, group, label and label value is kept once and compared as a number.
//!
//! Symbols number the texts in order of first appearance. Whatever is shown or decided "by name" compares
//! [`Names::text`], never symbols.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// Maximum number of characters of a name: of a node, a workload or anything else that a manifest names.
pub const MAX_NAME_CHARS: usize = 253;

/// Whether a text is neither empty nor longer than a name may be.
pub fn is_of_right_length(name: &str) -> bool {
    // A text has no more characters than bytes, so most names need no counting.
    (1..=MAX_NAME_CHARS).contains(&name.len()) || (!name.is_empty() && name.chars().count() <= MAX_NAME_CHARS)
}

/// Number of a text in a [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u32);

impl Symbol {
    /// Index for tables with one row per symbol.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Texts and their symbols.
#[derive(Clone, Debug, Default)]
pub struct Names {
    texts: Vec<Arc<str>>,
    symbols: FxHashMap<Arc<str>, Symbol>,
}

impl Names {
    /// Symbol of a text; a new symbol if the text is new.
    ///
    /// # Panics
    /// If there are more than 2³² different texts.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.find(text) {
            return symbol;
        }
        let symbol = Symbol(u32::try_from(self.texts.len()).expect("fewer than 2^32 names"));
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.symbols.insert(text, symbol);
        symbol
    }

    /// Symbol of a text; `None` if the text is not interned.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.symbols.get(text).copied()
    }

    /// Text of a symbol of these names.
    pub fn text(&self, symbol: Symbol) -> &str {
        &self.texts[symbol.index()]
    }

    /// Text of a symbol, shared.
    pub fn shared(&self, symbol: Symbol) -> Arc<str> {
        Arc::clone(&self.texts[symbol.index()])
    }

    /// All symbols in order of first appearance.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol> + use<> {
        (0..self.texts.len()).filter_map(|index| u32::try_from(index).ok()).map(Symbol)
    }

    /// Number of different texts.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}
