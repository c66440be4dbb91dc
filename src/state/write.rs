//! From the values of a state to its text: sorted, one line per workload.

use std::fmt::{self, Write};

use super::amount::AmountTexts;
use super::digest::seal;
use super::quoting::{Key, Text};
use super::{FORMAT, State};
use crate::model::{Record, Recorded};

impl State {
    /// The state after an apply that made this record of it; `None` when the serial has come to its end.
    pub fn next(&self, cluster: Option<&str>, record: Record) -> Option<Self> {
        // TOML's integers are signed.
        let serial = self.serial.checked_add(1).filter(|serial| i64::try_from(*serial).is_ok())?;
        Some(Self { cluster: cluster.map(str::to_owned), lineage: self.lineage.clone(), serial, record })
    }

    /// The text of the state, with its digest.
    pub fn text(&self) -> String {
        seal(&self.head(), &format!("\n{}", record_text(&self.record)))
    }

    fn head(&self) -> String {
        let comment =
            "# Written by `lighthouse apply`. On a merge conflict take the side that your machines follow, then apply.";
        let cluster = self.cluster.as_ref().map_or_else(String::new, |name| format!("cluster = {}\n", Text(name)));
        let (lineage, serial) = (Text(self.lineage.as_str()), self.serial);
        format!("{comment}\nformat = {FORMAT}\n{cluster}lineage = {lineage}\nserial = {serial}\n")
    }
}

/// What `write` writes.
pub(super) fn written(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut text = String::new();
    write(&mut text).expect("a string takes everything");
    text
}

/// The tables of a record, as they stand in a state.
fn record_text(record: &Record) -> String {
    written(|out| write_record(out, record))
}

fn write_record(out: &mut String, record: &Record) -> fmt::Result {
    if let Some(cursor) = &record.cursor {
        writeln!(out, "[cursor]\nafter = {}\n", Text(cursor))?;
    }
    writeln!(out, "[placements]")?;
    let mut amounts = AmountTexts::default();
    record.placements.iter().try_for_each(|placement| write_placement(out, placement, &mut amounts))?;
    if !record.evicted.is_empty() {
        writeln!(out, "\n[evicted]")?;
    }
    record.evicted.iter().try_for_each(|(workload, node)| writeln!(out, "{} = {}", Key(workload), Text(node)))
}

fn write_placement(out: &mut String, placement: &Recorded, amounts: &mut AmountTexts) -> fmt::Result {
    write!(out, "{} = {{ node = {}, requirements = {{", Key(&placement.workload), Text(&placement.node))?;
    let mut separator = " ";
    for (resource, amount, family) in &placement.requirements {
        write!(out, "{separator}{} = \"{}\"", Key(resource), amounts.of(*amount, *family))?;
        separator = ", ";
    }
    out.write_str(if placement.requirements.is_empty() { "} }\n" } else { " } }\n" })
}
