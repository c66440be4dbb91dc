//! A plan saved for review, which is applied exactly as reviewed or not at all.
//!
//! Digests bind it to its inputs and its outcome: the manifest's meaning, the state's bytes, and the resulting record.
//! Its changes are for the reader only: `apply` plans again and compares the result.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use serde::Deserialize;

use super::decode::{check_format, check_names, check_whole, decode, decode_text};
use super::digest::{check_seal, seal};
use super::error::Error;
use super::quoting::{TomlKey, TomlString};
use super::write::written;
use super::{Digest, FORMAT, Flags, Lineage};

/// Kinds of change that a saved plan can show.
const KINDS: [&str; 6] = ["place", "move", "rename", "update", "evict", "remove"];

/// A plan for one state of one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedPlan {
    /// The cluster's name, if it has one.
    pub cluster: Option<String>,
    /// The state's lineage; drawn by the plan if there is no state yet.
    pub lineage: Lineage,
    /// The state's serial; `None` if there is no state yet.
    pub serial: Option<u64>,
    /// Digest of the manifest's meaning, see [`super::manifest_digest`].
    pub manifest: Digest,
    /// Digest of the state's bytes; `None` if there is no state yet.
    pub state: Option<Digest>,
    /// Digest of the record that the plan leads to, see [`super::record_digest`].
    pub result: Digest,
    /// Flags that the plan was computed with.
    pub flags: Flags,
    /// The changes, sorted by workload.
    pub changes: Vec<SavedChange>,
    /// Unplaced workloads, sorted by name, each with the reason.
    pub unplaced: Vec<(String, String)>,
}

/// One change of a saved plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedChange {
    /// The workload that changes.
    pub workload: String,
    /// `place`, `move`, `rename`, `update`, `evict` or `remove`.
    pub kind: String,
    /// The node that the workload leaves or stays on.
    pub from: Option<String>,
    /// The node that the workload goes to or stays on.
    pub to: Option<String>,
    /// The reasons, as sentences.
    pub reasons: Vec<String>,
}

impl SavedPlan {
    /// Returns the text of the plan, with its digest.
    pub fn text(&self) -> String {
        seal(&written(|out| self.write_head(out)), &written(|out| self.write_tables(out)))
    }

    /// Reads a saved plan. Any damage is an error.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let text = decode_text(bytes)?;
        check_whole(text)?;
        let shape: PlanShape = decode(text)?;
        check_seal(text)?;
        check_format(shape.format)?;
        Ok(Self {
            cluster: shape.cluster,
            lineage: Lineage::from_text(shape.lineage)
                .ok_or_else(|| invalid("`lineage` must have 1 to 64 letters, digits and hyphens"))?,
            serial: shape.serial,
            manifest: parse_digest("manifest", &shape.manifest)?,
            state: shape.state.map(|state| parse_digest("state", &state)).transpose()?,
            result: parse_digest("result", &shape.result)?,
            flags: Flags { fresh: shape.fresh, moves: shape.moves.into_iter().collect() },
            changes: shape
                .changes
                .into_iter()
                .map(|(workload, change)| change.lower(workload))
                .collect::<Result<_, _>>()?,
            unplaced: shape.unplaced.into_iter().collect(),
        })
    }

    /// Whether both show a reader the same changes. Reasons may differ, because their wording varies between versions.
    pub fn shows_same_changes(&self, other: &Self) -> bool {
        self.changes.iter().map(SavedChange::without_reasons).eq(other.changes.iter().map(SavedChange::without_reasons))
            && self.unplaced.iter().map(workload_of).eq(other.unplaced.iter().map(workload_of))
    }

    fn write_head(&self, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "# Saved by `lighthouse plan --out`. `lighthouse apply FILE` applies exactly this plan, or nothing."
        )?;
        writeln!(out, "format = {FORMAT}")?;
        if let Some(cluster) = &self.cluster {
            writeln!(out, "cluster = {}", TomlString(cluster))?;
        }
        writeln!(out, "lineage = {}", TomlString(self.lineage.as_str()))?;
        if let Some(serial) = self.serial {
            writeln!(out, "serial = {serial}")?;
        }
        writeln!(out, "manifest = \"{}\"", self.manifest)?;
        if let Some(state) = self.state {
            writeln!(out, "state = \"{state}\"")?;
        }
        writeln!(out, "result = \"{}\"", self.result)?;
        if self.flags.fresh { writeln!(out, "fresh = true") } else { Ok(()) }
    }

    fn write_tables(&self, out: &mut String) -> fmt::Result {
        write_pairs(out, "moves", &self.flags.moves)?;
        writeln!(out, "\n[changes]")?;
        self.changes.iter().try_for_each(|change| change.write(out))?;
        write_pairs(out, "unplaced", &self.unplaced)
    }
}

impl SavedChange {
    /// Returns everything except the reasons.
    fn without_reasons(&self) -> (&str, &str, Option<&str>, Option<&str>) {
        (&self.workload, &self.kind, self.from.as_deref(), self.to.as_deref())
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        write!(out, "{} = {{ kind = {}", TomlKey(&self.workload), TomlString(&self.kind))?;
        for (field, node) in [("from", &self.from), ("to", &self.to)] {
            if let Some(node) = node {
                write!(out, ", {field} = {}", TomlString(node))?;
            }
        }
        let mut separator = ", reasons = [";
        for reason in &self.reasons {
            write!(out, "{separator}{}", TomlString(reason))?;
            separator = ", ";
        }
        out.write_str(if self.reasons.is_empty() { " }\n" } else { "] }\n" })
    }
}

fn workload_of((workload, _): &(String, String)) -> &str {
    workload
}

/// Writes a table of names and texts, unless it is empty.
fn write_pairs(out: &mut String, table: &str, pairs: &[(String, String)]) -> fmt::Result {
    if !pairs.is_empty() {
        writeln!(out, "\n[{table}]")?;
    }
    pairs.iter().try_for_each(|(name, text)| writeln!(out, "{} = {}", TomlKey(name), TomlString(text)))
}

fn parse_digest(field: &str, text: &str) -> Result<Digest, Error> {
    text.parse().map_err(|error| invalid(&format!("`{field}` is {error}")))
}

fn invalid(message: &str) -> Error {
    Error::Invalid { at: None, message: message.to_owned() }
}

/// The TOML of a saved plan, field by field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanShape {
    format: i64,
    cluster: Option<String>,
    lineage: String,
    serial: Option<u64>,
    manifest: String,
    state: Option<String>,
    result: String,
    #[serde(rename = "digest")]
    _digest: String,
    #[serde(default)]
    fresh: bool,
    #[serde(default)]
    moves: BTreeMap<String, String>,
    changes: BTreeMap<String, ChangeShape>,
    #[serde(default)]
    unplaced: BTreeMap<String, String>,
}

/// The TOML of one change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeShape {
    kind: String,
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    reasons: Vec<String>,
}

impl ChangeShape {
    fn lower(self, workload: String) -> Result<SavedChange, Error> {
        check_names([Some(&workload), self.from.as_ref(), self.to.as_ref()].into_iter().flatten())?;
        if !KINDS.contains(&self.kind.as_str()) {
            return Err(invalid(&format!("`{}` is not a kind of change", self.kind)));
        }
        Ok(SavedChange { workload, kind: self.kind, from: self.from, to: self.to, reasons: self.reasons })
    }
}
