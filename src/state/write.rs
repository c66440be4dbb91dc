//! Writes a state as text: sorted, one line per workload.

use std::fmt::{self, Write};

use super::amount::AmountTexts;
use super::digest::seal;
use super::quoting::{TomlKey, TomlString};
use super::{FORMAT, State};
use crate::model::{Record, Recorded};

impl State {
    /// Returns the state after an apply with this record; `None` if the serial has reached its maximum.
    pub fn next(&self, cluster: Option<&str>, record: Record) -> Option<Self> {
        // TOML integers are signed 64-bit.
        let serial = self.serial.checked_add(1).filter(|serial| i64::try_from(*serial).is_ok())?;
        Some(Self { cluster: cluster.map(str::to_owned), lineage: self.lineage.clone(), serial, record })
    }

    /// Returns the text of the state, with its digest.
    pub fn text(&self) -> String {
        seal(&self.head(), &format!("\n{}", record_text(&self.record)))
    }

    fn head(&self) -> String {
        let comment =
            "# Written by `lighthouse apply`. On a merge conflict take the side that your machines follow, then apply.";
        let cluster =
            self.cluster.as_ref().map_or_else(String::new, |name| format!("cluster = {}\n", TomlString(name)));
        let (lineage, serial) = (TomlString(self.lineage.as_str()), self.serial);
        format!("{comment}\nformat = {FORMAT}\n{cluster}lineage = {lineage}\nserial = {serial}\n")
    }
}

/// Returns the text that `write` writes.
pub(super) fn written(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut text = String::new();
    write(&mut text).expect("writing to a string cannot fail");
    text
}

/// Returns the tables of a record as TOML.
fn record_text(record: &Record) -> String {
    written(|out| write_record(out, record))
}

fn write_record(out: &mut String, record: &Record) -> fmt::Result {
    if let Some(cursor) = &record.cursor {
        writeln!(out, "[cursor]\nafter = {}\n", TomlString(cursor))?;
    }
    writeln!(out, "[placements]")?;
    let mut amounts = AmountTexts::default();
    record.placements.iter().try_for_each(|placement| write_placement(out, placement, &mut amounts))?;
    if !record.evicted.is_empty() {
        writeln!(out, "\n[evicted]")?;
    }
    record.evicted.iter().try_for_each(|(workload, node)| writeln!(out, "{} = {}", TomlKey(workload), TomlString(node)))
}

fn write_placement(out: &mut String, placement: &Recorded, amounts: &mut AmountTexts) -> fmt::Result {
    write!(out, "{} = {{ node = {}, requirements = {{", TomlKey(&placement.workload), TomlString(&placement.node))?;
    let mut separator = " ";
    for (resource, amount, family) in &placement.requirements {
        write!(out, "{separator}{} = \"{}\"", TomlKey(resource), amounts.text(*amount, *family))?;
        separator = ", ";
    }
    out.write_str(if placement.requirements.is_empty() { "} }\n" } else { " } }\n" })
}
