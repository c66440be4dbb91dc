//! Reads a state from its bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::amount::parse_amount;
use super::decode::{check_format, check_names, check_whole, decode, decode_text};
use super::digest::check_seal;
use super::error::Error;
use super::fast::{Split, split};
use super::shape::{PlacementShape, StateShape};
use super::{Lineage, State};
use crate::model::{Record, Recorded};
use crate::quantity::{Family, Quantity, QuantityError};

/// Reads a state. Any damage is an error: a state is never repaired.
pub fn parse(bytes: &[u8]) -> Result<State, Error> {
    read(bytes, DigestCheck::Required)
}

/// Reads a state without checking its digest, for content that a person vouches for: merged by hand, or from an older
/// commit.
pub fn parse_unverified(bytes: &[u8]) -> Result<State, Error> {
    read(bytes, DigestCheck::Skipped)
}

/// Returns the JSON Schema of a state.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(StateShape)
}

/// Whether the digest must match.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DigestCheck {
    Required,
    Skipped,
}

fn read(bytes: &[u8], check: DigestCheck) -> Result<State, Error> {
    let text = decode_text(bytes)?;
    if check == DigestCheck::Required {
        check_whole(text)?;
    }
    let state = read_fast(text).map_or_else(|| read_toml(text), Ok)?;
    if check == DigestCheck::Required {
        check_seal(text)?;
    }
    Ok(state)
}

/// Reads a state in exactly the layout that `write` produces; `None` if anything deviates from it.
fn read_fast(text: &str) -> Option<State> {
    let Split { rest, placements } = split(text)?;
    let shape: StateShape = toml::from_str(&rest).ok()?;
    let is_placed = |workload: &String| placements.binary_search_by(|each| (*each.workload).cmp(workload)).is_ok();
    if !shape.placements.is_empty() || shape.evicted.keys().any(is_placed) {
        return None;
    }
    lower(shape, placements).ok()
}

/// Reads a state as TOML in any layout.
fn read_toml(text: &str) -> Result<State, Error> {
    let mut shape: StateShape = decode(text)?;
    if let Some(workload) = shape.evicted.keys().find(|workload| shape.placements.contains_key(*workload)) {
        return Err(Error::PlacedAndEvicted { workload: workload.clone() });
    }
    let placements = lower_placements(std::mem::take(&mut shape.placements))?;
    lower(shape, placements)
}

/// Converts all of a shape except its placements, which are passed in.
fn lower(shape: StateShape, placements: Vec<Recorded>) -> Result<State, Error> {
    check_format(shape.format)?;
    if i64::try_from(shape.serial).is_err() {
        return Err(invalid("`serial` is larger than any TOML integer"));
    }
    check_names(shape.evicted.iter().flat_map(|(workload, node)| [workload, node]))?;
    check_names(shape.cursor.as_ref().map(|cursor| &cursor.after))?;
    Ok(State {
        cluster: shape.cluster,
        lineage: Lineage::from_text(shape.lineage)
            .ok_or_else(|| invalid("`lineage` must have 1 to 64 letters, digits and hyphens"))?,
        serial: shape.serial,
        record: Record {
            placements,
            evicted: shape.evicted.into_iter().map(|(workload, node)| (workload.into(), node.into())).collect(),
            cursor: shape.cursor.map(|cursor| cursor.after.into()),
        },
    })
}

/// Converts the placements, in the map's order, which is by workload.
fn lower_placements(shapes: BTreeMap<String, PlacementShape>) -> Result<Vec<Recorded>, Error> {
    let mut interner = Interner::default();
    shapes
        .into_iter()
        .map(|(workload, shape)| {
            check_names([&workload, &shape.node])?;
            let node = interner.shared(&shape.node);
            let amounts = shape.requirements.iter().map(|(resource, amount)| {
                let invalid_amount =
                    |error| invalid(&format!("`{amount}` of `{resource}` for workload `{workload}`: {error}"));
                let (amount, family) = interner.amount(amount).map_err(invalid_amount)?;
                Ok((interner.shared(resource), amount, family))
            });
            let requirements = amounts.collect::<Result<_, Error>>()?;
            Ok(Recorded { workload: workload.into(), node, requirements })
        })
        .collect()
}

fn invalid(message: &str) -> Error {
    Error::Invalid { at: None, message: message.to_owned() }
}

/// Keeps one copy of each repeated text, and parses each distinct amount once.
#[derive(Default)]
pub(super) struct Interner {
    shared: FxHashSet<Arc<str>>,
    amounts: FxHashMap<Arc<str>, (Quantity, Family)>,
}

impl Interner {
    /// Returns the shared copy of a text.
    pub(super) fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.shared.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.shared.insert(Arc::clone(&new));
        new
    }

    /// Parses an amount, or returns the earlier result for the same text.
    pub(super) fn amount(&mut self, text: &str) -> Result<(Quantity, Family), QuantityError> {
        if let Some(known) = self.amounts.get(text) {
            return Ok(*known);
        }
        let amount = parse_amount(text)?;
        self.amounts.insert(text.into(), amount);
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SAMPLE: &str = "format = 1\nlineage = \"a\"\nserial = 1\n\n[placements]\n\
        \"a b\" = { node = \"n\", requirements = {} }\n\
        b = { node = \"n\", requirements = { cpu = \"1\", mem = \"2Gi\" } }\n\
        c = { node = \"m\", requirements = { cpu = \"1\" } }\n\n[evicted]\nd = \"n\"\n";

    /// Fragments of states, and text that resembles them, for random edits.
    const FRAGMENTS: [&str; 24] = [
        "\n",
        "\n\n",
        "[placements]\n",
        "\n[placements]\n",
        "[evicted]\n",
        "[placements.e]\n",
        "\"\"\"",
        "'''",
        "\"",
        "\\",
        "#",
        " ",
        "\t",
        "{",
        "}",
        ", ",
        "=",
        ".",
        "cluster = \"\"\"",
        "a",
        "b",
        "d = { node = \"n\", requirements = {} }\n",
        "cpu = \"1\"",
        "\u{7f}",
    ];

    /// Draws a random edit: its position, the number of bytes to remove, and the fragment to insert.
    fn edit() -> impl Strategy<Value = (prop::sample::Index, usize, &'static str)> {
        (any::<prop::sample::Index>(), 0_usize..12, prop::sample::select(&FRAGMENTS[..]))
    }

    #[test]
    fn the_fast_reader_accepts_the_written_layout() {
        assert_eq!(read_fast(SAMPLE), Some(read_toml(SAMPLE).expect("a state")));
        let no_placements = SAMPLE.split_once("\"a b\"").expect("two parts").0;
        assert_eq!(read_fast(no_placements), Some(read_toml(no_placements).expect("a state")));
    }

    #[test]
    fn a_header_in_a_multi_line_string_opens_no_table() {
        for quotes in ["\"\"\"", "'''"] {
            let name = "\n[placements]\nb = { node = 'n', requirements = {} }\n\n".replace('\'', "\"");
            let text =
                format!("format = 1\nlineage = \"a\"\nserial = 1\ncluster = {quotes}{name}{quotes}\n[placements]\n");
            assert_eq!(read_fast(&text), None);
            let state = read_toml(&text).expect("a state");
            assert_eq!((state.cluster.as_deref(), state.record.placements.len()), (name.strip_prefix('\n'), 0));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn the_fast_reader_agrees_with_the_toml_reader(
            edits in prop::collection::vec(edit(), 1..4),
        ) {
            let mut text = SAMPLE.to_owned();
            for (at, cut, fragment) in edits {
                let at = at.index(text.len() + 1);
                text.replace_range(at..(at + cut * usize::from(cut > 6)).min(text.len()), fragment);
            }
            if let Some(state) = read_fast(&text) {
                prop_assert_eq!(Ok(state), read_toml(&text));
            }
        }
    }
}
