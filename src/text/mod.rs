//! Text in and out: sources and positions, diagnostics, escaping, counting words, suggestions.

pub mod count;
pub mod diagnostic;
pub mod escape;
pub mod source;
pub mod suggestion;
