//! From the bytes of a state to its values.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::amount::parse_amount;
use super::decode::{check_format, check_names, check_whole, decode, decode_text};
use super::digest::check_seal;
use super::error::Error;
use super::lines::{Split, split};
use super::shape::{PlacementShape, StateShape};
use super::{Lineage, State};
use crate::model::{Record, Recorded};
use crate::quantity::{Family, Quantity, QuantityError};

/// Reads a state. Whatever is wrong with it is an error: a state is never repaired.
pub fn parse(bytes: &[u8]) -> Result<State, Error> {
    read(bytes, Seal::Checked)
}

/// Reads a state whose digest need not be right, because a person says that its content is: merged by hand, or an older
/// one.
pub fn adopt(bytes: &[u8]) -> Result<State, Error> {
    read(bytes, Seal::Ignored)
}

/// The JSON Schema of a state.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(StateShape)
}

/// Whether the digest must be right.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seal {
    Checked,
    Ignored,
}

fn read(bytes: &[u8], seal: Seal) -> Result<State, Error> {
    let text = decode_text(bytes)?;
    if seal == Seal::Checked {
        check_whole(text)?;
    }
    let state = read_lines(text).map_or_else(|| read_tables(text), Ok)?;
    if seal == Seal::Checked {
        check_seal(text)?;
    }
    Ok(state)
}

/// The short way, for a text that is exactly as it is written; nothing where anything is otherwise.
fn read_lines(text: &str) -> Option<State> {
    let Split { rest, placements } = split(text)?;
    let shape: StateShape = toml::from_str(&rest).ok()?;
    let placed = |workload: &String| placements.binary_search_by(|each| (*each.workload).cmp(workload)).is_ok();
    if !shape.placements.is_empty() || shape.evicted.keys().any(placed) {
        return None;
    }
    lower(shape, placements).ok()
}

/// The long way.
fn read_tables(text: &str) -> Result<State, Error> {
    let mut shape: StateShape = decode(text)?;
    if let Some(workload) = shape.evicted.keys().find(|workload| shape.placements.contains_key(*workload)) {
        return Err(Error::PlacedAndEvicted { workload: workload.clone() });
    }
    let placements = recorded(std::mem::take(&mut shape.placements))?;
    lower(shape, placements)
}

/// The values of a shape, but for its placements.
fn lower(shape: StateShape, placements: Vec<Recorded>) -> Result<State, Error> {
    check_format(shape.format)?;
    if i64::try_from(shape.serial).is_err() {
        return Err(invalid("`serial` is past the largest integer of TOML"));
    }
    check_names(shape.evicted.iter().flat_map(|(workload, node)| [workload, node]))?;
    check_names(shape.cursor.as_ref().map(|cursor| &cursor.after))?;
    Ok(State {
        cluster: shape.cluster,
        lineage: Lineage::of_text(shape.lineage).ok_or_else(|| invalid("`lineage` is no lineage"))?,
        serial: shape.serial,
        record: Record {
            placements,
            evicted: shape.evicted.into_iter().map(|(workload, node)| (workload.into(), node.into())).collect(),
            cursor: shape.cursor.map(|cursor| cursor.after.into()),
        },
    })
}

/// The placements in order of names, which is that of the map.
fn recorded(shapes: BTreeMap<String, PlacementShape>) -> Result<Vec<Recorded>, Error> {
    let mut texts = Texts::default();
    shapes
        .into_iter()
        .map(|(workload, shape)| {
            check_names([&workload, &shape.node])?;
            let node = texts.shared(&shape.node);
            let amounts = shape.requirements.iter().map(|(resource, amount)| {
                let wrong = |error| invalid(&format!("`{amount}` of `{resource}` for workload `{workload}`: {error}"));
                let (amount, family) = texts.amount(amount).map_err(wrong)?;
                Ok((texts.shared(resource), amount, family))
            });
            let requirements = amounts.collect::<Result<_, Error>>()?;
            Ok(Recorded { workload: workload.into(), node, requirements })
        })
        .collect()
}

fn invalid(message: &str) -> Error {
    Error::Invalid { at: None, message: message.to_owned() }
}

/// Texts that occur often, and the amounts that they stand for: each is kept once and read once.
#[derive(Default)]
pub(super) struct Texts {
    shared: FxHashSet<Arc<str>>,
    amounts: FxHashMap<Arc<str>, (Quantity, Family)>,
}

impl Texts {
    pub(super) fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.shared.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.shared.insert(Arc::clone(&new));
        new
    }

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

    /// What may stand in or around a state, and what looks as if it did.
    const PIECES: [&str; 24] = [
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

    /// Where to cut, how much, and what to put there.
    fn edit() -> impl Strategy<Value = (prop::sample::Index, usize, &'static str)> {
        (any::<prop::sample::Index>(), 0_usize..12, prop::sample::select(&PIECES[..]))
    }

    #[test]
    fn what_is_written_goes_the_short_way() {
        assert_eq!(read_lines(SAMPLE), Some(read_tables(SAMPLE).expect("a state")));
        let no_placements = SAMPLE.split_once("\"a b\"").expect("two parts").0;
        assert_eq!(read_lines(no_placements), Some(read_tables(no_placements).expect("a state")));
    }

    #[test]
    fn what_stands_in_a_string_of_several_lines_is_no_table() {
        for quotes in ["\"\"\"", "'''"] {
            let name = "\n[placements]\nb = { node = 'n', requirements = {} }\n\n".replace('\'', "\"");
            let text =
                format!("format = 1\nlineage = \"a\"\nserial = 1\ncluster = {quotes}{name}{quotes}\n[placements]\n");
            assert_eq!(read_lines(&text), None);
            let state = read_tables(&text).expect("a state");
            assert_eq!((state.cluster.as_deref(), state.record.placements.len()), (name.strip_prefix('\n'), 0));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn the_short_way_and_the_long_way_say_the_same(
            edits in prop::collection::vec(edit(), 1..4),
        ) {
            let mut text = SAMPLE.to_owned();
            for (at, cut, piece) in edits {
                let at = at.index(text.len() + 1);
                text.replace_range(at..(at + cut * usize::from(cut > 6)).min(text.len()), piece);
            }
            if let Some(state) = read_lines(&text) {
                prop_assert_eq!(Ok(state), read_tables(&text));
            }
        }
    }
}
