//! Compares a saved plan with the present manifest and state.
//!
//! The comparison is between values: the binary reads the files and words the messages.

use super::{Digest, SavedPlan, State, record_digest};

/// Result of comparing a saved plan with the present manifest and state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanStatus {
    /// The state already has the record that the plan leads to.
    Applied,
    /// The plan was made from this manifest and this state.
    Current,
    /// The state descends from another first apply; its content is not compared.
    AnotherLineage,
    /// The manifest or the state has changed since the plan was saved.
    Stale {
        /// Whether the manifest's meaning differs.
        manifest: bool,
        /// Whether the state's bytes differ.
        state: bool,
    },
}

impl SavedPlan {
    /// Compares the plan with the digest of the manifest's meaning and with the state and its bytes, if there is one.
    pub fn status(&self, manifest: Digest, state: Option<(&State, &[u8])>) -> PlanStatus {
        if state.is_some_and(|(state, _)| state.lineage != self.lineage) {
            return PlanStatus::AnotherLineage;
        }
        if state.is_some_and(|(state, _)| record_digest(&state.record) == self.result) {
            return PlanStatus::Applied;
        }
        match (manifest != self.manifest, state.map(|(_, bytes)| Digest::of(bytes)) != self.state) {
            (false, false) => PlanStatus::Current,
            (manifest, state) => PlanStatus::Stale { manifest, state },
        }
    }
}
