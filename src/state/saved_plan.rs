//! A plan that was saved for review, and is applied as it was reviewed or not at all.
//!
//! It is bound to what it was made of and to what comes of it by digests: of the manifest's meaning, of the state's
//! bytes, and of the record that it leads to. The changes are in it for the reader; what is applied is planned again
//! and compared.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use serde::Deserialize;

use super::decode::{check_format, check_names, check_whole, decode, decode_text};
use super::digest::{check_seal, seal};
use super::error::Error;
use super::quoting::{Key, Text};
use super::write::written;
use super::{Digest, FORMAT, Flags, Lineage};

/// The kinds of change that a saved plan shows.
const KINDS: [&str; 6] = ["place", "move", "rename", "update", "evict", "remove"];

/// A plan for one state of one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedPlan {
    /// The cluster's name, where it has one.
    pub cluster: Option<String>,
    /// The state's lineage; drawn by the plan where there is no state yet.
    pub lineage: Lineage,
    /// The state's serial; `None` where there is no state yet.
    pub serial: Option<u64>,
    /// Of the manifest's meaning, see [`super::manifest_digest`].
    pub manifest: Digest,
    /// Of the state's bytes; `None` where there is no state yet.
    pub state: Option<Digest>,
    /// Of the record that the plan leads to, see [`super::record_digest`].
    pub result: Digest,
    /// The flags that it was planned with.
    pub flags: Flags,
    /// What changes, in order of workloads.
    pub changes: Vec<SavedChange>,
    /// What finds no place, in order of workloads, with the reason.
    pub unplaced: Vec<(String, String)>,
}

/// One change of a saved plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedChange {
    /// The workload.
    pub workload: String,
    /// `place`, `move`, `rename`, `update`, `evict` or `remove`.
    pub kind: String,
    /// The node that it leaves, or stays on.
    pub from: Option<String>,
    /// The node that it goes to, or stays on.
    pub to: Option<String>,
    /// Why, in sentences.
    pub reasons: Vec<String>,
}

impl SavedPlan {
    /// The text of the plan, with its digest.
    pub fn text(&self) -> String {
        seal(&written(|out| self.write_head(out)), &written(|out| self.write_tables(out)))
    }

    /// Reads a saved plan. Whatever is wrong with it is an error.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let text = decode_text(bytes)?;
        check_whole(text)?;
        let shape: Shape = decode(text)?;
        check_seal(text)?;
        check_format(shape.format)?;
        Ok(Self {
            cluster: shape.cluster,
            lineage: Lineage::of_text(shape.lineage).ok_or_else(|| invalid("`lineage` is no lineage"))?,
            serial: shape.serial,
            manifest: digest("manifest", &shape.manifest)?,
            state: shape.state.map(|state| digest("state", &state)).transpose()?,
            result: digest("result", &shape.result)?,
            flags: Flags { fresh: shape.fresh, moves: shape.moves.into_iter().collect() },
            changes: shape
                .changes
                .into_iter()
                .map(|(workload, change)| change.lower(workload))
                .collect::<Result<_, _>>()?,
            unplaced: shape.unplaced.into_iter().collect(),
        })
    }

    /// Whether both show the same changes to a reader; how reasons are put is left to versions.
    pub fn shows_same_changes(&self, other: &Self) -> bool {
        self.changes.iter().map(SavedChange::shown).eq(other.changes.iter().map(SavedChange::shown))
            && self.unplaced.iter().map(workload_of).eq(other.unplaced.iter().map(workload_of))
    }

    fn write_head(&self, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "# Saved by `lighthouse plan --out`. `lighthouse apply FILE` makes exactly this plan so, or nothing."
        )?;
        writeln!(out, "format = {FORMAT}")?;
        if let Some(cluster) = &self.cluster {
            writeln!(out, "cluster = {}", Text(cluster))?;
        }
        writeln!(out, "lineage = {}", Text(self.lineage.as_str()))?;
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
    /// All but the reasons.
    fn shown(&self) -> (&str, &str, Option<&str>, Option<&str>) {
        (&self.workload, &self.kind, self.from.as_deref(), self.to.as_deref())
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        write!(out, "{} = {{ kind = {}", Key(&self.workload), Text(&self.kind))?;
        for (field, node) in [("from", &self.from), ("to", &self.to)] {
            if let Some(node) = node {
                write!(out, ", {field} = {}", Text(node))?;
            }
        }
        let mut separator = ", reasons = [";
        for reason in &self.reasons {
            write!(out, "{separator}{}", Text(reason))?;
            separator = ", ";
        }
        out.write_str(if self.reasons.is_empty() { " }\n" } else { "] }\n" })
    }
}

fn workload_of((workload, _): &(String, String)) -> &str {
    workload
}

/// A table of names and texts, where it holds any.
fn write_pairs(out: &mut String, table: &str, pairs: &[(String, String)]) -> fmt::Result {
    if !pairs.is_empty() {
        writeln!(out, "\n[{table}]")?;
    }
    pairs.iter().try_for_each(|(name, text)| writeln!(out, "{} = {}", Key(name), Text(text)))
}

fn digest(field: &str, text: &str) -> Result<Digest, Error> {
    text.parse().map_err(|error| invalid(&format!("`{field}` is {error}")))
}

fn invalid(message: &str) -> Error {
    Error::Invalid { at: None, message: message.to_owned() }
}

/// The TOML of a saved plan, one to one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
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
            return Err(invalid(&format!("`{}` is no kind of change", self.kind)));
        }
        Ok(SavedChange { workload, kind: self.kind, from: self.from, to: self.to, reasons: self.reasons })
    }
}
