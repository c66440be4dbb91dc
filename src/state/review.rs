//! How a saved plan stands to what is there now.
//!
//! A decision about values: who reads manifest and state, and what is said of it, is the binary's business.

use super::{Digest, SavedPlan, State, record_digest};

/// What may be done with a saved plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    /// The state is what the plan leads to.
    Applied,
    /// Manifest and state are those that the plan was made from.
    Current,
    /// The state descends from another first apply, whatever is in it.
    AnotherLineage,
    /// Something has moved since the plan was saved.
    Stale {
        /// Whether the manifest means something else.
        manifest: bool,
        /// Whether the state has other bytes.
        state: bool,
    },
}

impl SavedPlan {
    /// Holds the plan against the meaning of the manifest and the state with its bytes, where there is one.
    pub fn review(&self, manifest: Digest, state: Option<(&State, &[u8])>) -> Review {
        if state.is_some_and(|(state, _)| state.lineage != self.lineage) {
            return Review::AnotherLineage;
        }
        if state.is_some_and(|(state, _)| record_digest(&state.record) == self.result) {
            return Review::Applied;
        }
        match (manifest != self.manifest, state.map(|(_, bytes)| Digest::of(bytes)) != self.state) {
            (false, false) => Review::Current,
            (manifest, state) => Review::Stale { manifest, state },
        }
    }
}
