//! The placement state and saved plans: versioned text to values and back.
//!
//! A state is read by people in reviews and by Git in merges, so it is sorted TOML, one line per workload, with nothing
//! in it that changes by itself. It carries a digest of its own bytes: a merge can be clean and still be wrong, and no
//! reader can see that. Damage is told and never repaired; where the bytes come from and how they are replaced is the
//! store's business.

mod amount;
mod canonical;
mod decode;
mod digest;
mod error;
mod lineage;
mod lines;
mod quoting;
mod read;
mod review;
mod saved_plan;
mod shape;
mod write;

pub use canonical::{Flags, manifest_digest, record_digest};
pub use decode::{has_format, is_newer};
pub use digest::Digest;
pub use error::{Error, Spot};
pub use lineage::Lineage;
pub use read::{adopt, parse, schema};
pub use review::Review;
pub use saved_plan::{SavedChange, SavedPlan};

use crate::model::Record;

/// The format that is written, and the newest that is read.
pub const FORMAT: i64 = 1;

/// A placement state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The cluster's name, where it has one.
    pub cluster: Option<String>,
    /// Whose child it is: set once, so that no other cluster's state is taken for this one.
    pub lineage: Lineage,
    /// How many applies changed something.
    pub serial: u64,
    /// Where everything is.
    pub record: Record,
}
