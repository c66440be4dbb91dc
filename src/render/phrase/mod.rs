//! Sentences for people: one function per value, used by every format.
//!
//! Names are escaped here, once. Renderers decide only where a phrase stands and in which colour.

mod amount;
mod change;
mod names;
mod placed;
mod proof;
mod reason;
mod remedy;
mod summary;
mod unplaced;

pub use amount::{declared_family, offer, requirements};
pub use change::{change_reason, change_reasons, saved_reasons};
pub use names::{nodes, workloads};
pub use placed::{placed_by, verdict};
pub use proof::proof;
pub use reason::{closed, counted_reason, reasons, refused_move};
pub use remedy::{outlook, remedy};
pub use summary::{heading, short_summary, summary};
pub use unplaced::{counts, explain_hint, held, nearest, same_reasons, unplaced, unplaced_needs};
