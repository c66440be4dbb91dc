//! The TOML of a state, field by field.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// The placement state that `lighthouse apply` writes next to a cluster manifest.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "lighthouse placement state")]
pub(super) struct StateShape {
    /// Version of the file format.
    #[schemars(range(min = 1, max = 1))]
    pub(super) format: i64,
    /// The cluster's name, if it has one.
    pub(super) cluster: Option<String>,
    /// Identity drawn at random by the first apply and kept from then on; a plan for another lineage is refused.
    #[schemars(regex(pattern = r"^[0-9A-Za-z-]{1,64}$"))]
    pub(super) lineage: String,
    /// Number of applies that changed something.
    pub(super) serial: u64,
    /// SHA-256 of the file without this line.
    // Checked against the raw text, so the parsed value is not used.
    #[serde(rename = "digest")]
    #[schemars(regex(pattern = r"^sha256:[0-9a-f]{64}$"))]
    pub(super) _digest: Option<String>,
    /// Position at which round robin continues.
    pub(super) cursor: Option<CursorShape>,
    /// Where each workload runs.
    pub(super) placements: BTreeMap<String, PlacementShape>,
    /// Evicted workloads, each with the node that it last ran on.
    #[serde(default)]
    pub(super) evicted: BTreeMap<String, String>,
}

/// Position at which round robin continues.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CursorShape {
    /// The node that took the last placed workload.
    pub(super) after: String,
}

/// Node of a workload, and the workload's requirements at the time of placement.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlacementShape {
    /// The node that the workload runs on.
    pub(super) node: String,
    /// The required amount of each resource.
    pub(super) requirements: BTreeMap<String, String>,
}
