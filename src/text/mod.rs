//! Text for people: sources and spans, diagnostics, escaping, plurals, suggestions.

pub mod count;
pub mod diagnostic;
pub mod escape;
pub mod source;
pub mod suggestion;
