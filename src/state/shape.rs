//! The TOML of a state, one to one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// The placement state that `lighthouse apply` writes beside a cluster manifest.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "lighthouse placement state")]
pub(super) struct StateShape {
    /// The version of the format.
    #[schemars(range(min = 1, max = 1))]
    pub(super) format: i64,
    /// The cluster's name, where it has one.
    pub(super) cluster: Option<String>,
    /// Drawn once at random; a plan for another lineage is refused.
    #[schemars(regex(pattern = r"^[0-9A-Za-z-]{1,64}$"))]
    pub(super) lineage: String,
    /// One up for each apply that changes something.
    pub(super) serial: u64,
    /// Of all bytes but this line, which is why it is checked elsewhere.
    #[serde(rename = "digest")]
    #[schemars(regex(pattern = r"^sha256:[0-9a-f]{64}$"))]
    pub(super) _digest: Option<String>,
    /// Where round robin goes on.
    pub(super) cursor: Option<CursorShape>,
    /// Where each workload runs.
    pub(super) placements: BTreeMap<String, PlacementShape>,
    /// Workloads without a place, and the node where each was last.
    #[serde(default)]
    pub(super) evicted: BTreeMap<String, String>,
}

/// Where round robin goes on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CursorShape {
    /// The node of the last success.
    pub(super) after: String,
}

/// Where a workload runs, and what it required when it was placed there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlacementShape {
    /// The node.
    pub(super) node: String,
    /// Resources and how much of each it required.
    pub(super) requirements: BTreeMap<String, String>,
}
