//! The placement state and saved plans: versioned text to values and back.
//!
//! People read a state in reviews and Git merges it, so it is sorted TOML with one line per workload, and it contains
//! nothing that changes by itself, such as a date. It carries a digest of its own bytes, because a merge without
//! conflicts can still be wrong and no reader would notice. Damage is reported, never repaired. Reading and replacing
//! the file is left to `store`.

mod amount;
mod content_digest;
mod decode;
mod digest;
mod error;
mod fast;
mod lineage;
mod plan_status;
mod quoting;
mod read;
mod saved_plan;
mod shape;
mod write;

pub use content_digest::{Flags, manifest_digest, record_digest};
pub use decode::{has_format, is_newer};
pub use digest::Digest;
pub use error::{Error, Location};
pub use lineage::Lineage;
pub use plan_status::PlanStatus;
pub use read::{parse, parse_unverified, schema};
pub use saved_plan::{SavedChange, SavedPlan};

use crate::model::Record;

/// Version of the format that is written, and the newest that can be read.
pub const FORMAT: i64 = 1;

/// A placement state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The cluster's name, if it has one.
    pub cluster: Option<String>,
    /// Identity that is kept by every later state, so that another cluster's state is never mistaken for this one.
    pub lineage: Lineage,
    /// Number of applies that changed something.
    pub serial: u64,
    /// Where each workload runs.
    pub record: Record,
}
