//! Texts as small numbers: each resource, group and label is kept once and compared as a number.
//!
//! Symbols number texts in the order of their first appearance, which means nothing to a reader:
//! whatever is shown or decided "by name" compares [`Names::text`], never symbols.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// Characters that a name has at most: of a node, a workload or whatever else a manifest names.
pub const MAX_NAME_CHARS: usize = 253;

/// Whether a text is as long as a name may be.
pub fn is_of_right_length(name: &str) -> bool {
    // Bytes are at least characters: most names are never counted.
    (1..=MAX_NAME_CHARS).contains(&name.len()) || (!name.is_empty() && name.chars().count() <= MAX_NAME_CHARS)
}

/// A text of a [`Names`], as its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u32);

impl Symbol {
    /// The number, for tables with one row a symbol.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The texts and their symbols.
#[derive(Clone, Debug, Default)]
pub struct Names {
    texts: Vec<Arc<str>>,
    symbols: FxHashMap<Arc<str>, Symbol>,
}

impl Names {
    /// The symbol of a text, a new one when the text is new.
    ///
    /// # Panics
    /// On more than 2³² different texts.
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

    /// The symbol of a text that is there.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.symbols.get(text).copied()
    }

    /// The text of a symbol of these names.
    pub fn text(&self, symbol: Symbol) -> &str {
        &self.texts[symbol.index()]
    }

    /// The text of a symbol, shared.
    pub fn shared(&self, symbol: Symbol) -> Arc<str> {
        Arc::clone(&self.texts[symbol.index()])
    }

    /// All symbols in order of first appearance.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol> + use<> {
        (0..self.texts.len()).filter_map(|index| u32::try_from(index).ok()).map(Symbol)
    }

    /// How many different texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}
