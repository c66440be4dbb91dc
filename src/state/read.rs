//! From the bytes of a state to its values.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::amount::parse_amount;
use super::decode::{Seal, check_format, decode, decode_text};
use super::error::Error;
use super::shape::{PlacementShape, StateShape};
use super::{Lineage, State};
use crate::model::{Record, Recorded};
use crate::quantity::{Family, Quantity};

/// Reads a state. Whatever is wrong with it is an error: a state is never repaired.
pub fn parse(bytes: &[u8]) -> Result<State, Error> {
    read(bytes, Seal::Checked)
}

/// Reads a state whose digest need not be right, because a person says that its content is: merged by hand, or an older one.
pub fn adopt(bytes: &[u8]) -> Result<State, Error> {
    read(bytes, Seal::Ignored)
}

/// The JSON Schema of a state.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(StateShape)
}

fn read(bytes: &[u8], seal: Seal) -> Result<State, Error> {
    let shape: StateShape = decode(decode_text(bytes)?, seal)?;
    check_format(shape.format)?;
    if let Some(workload) = shape.evicted.keys().find(|workload| shape.placements.contains_key(*workload)) {
        return Err(Error::PlacedAndEvicted { workload: workload.clone() });
    }
    if i64::try_from(shape.serial).is_err() {
        return Err(invalid("`serial` is past the largest integer of TOML"));
    }
    Ok(State {
        cluster: shape.cluster,
        lineage: Lineage::of_text(shape.lineage).ok_or_else(|| invalid("`lineage` is no lineage"))?,
        serial: shape.serial,
        record: Record {
            placements: placements(shape.placements)?,
            evicted: shape.evicted.into_iter().map(|(workload, node)| (workload.into(), node.into())).collect(),
            cursor: shape.cursor.map(|cursor| cursor.after.into()),
        },
    })
}

/// The placements in order of names, which is that of the map.
fn placements(shapes: BTreeMap<String, PlacementShape>) -> Result<Vec<Recorded>, Error> {
    let mut texts = Texts::default();
    shapes
        .into_iter()
        .map(|(workload, shape)| {
            let node = texts.shared(&shape.node);
            let amounts = shape.requirements.iter().map(|(resource, amount)| {
                let (amount, family) = amount_of(&workload, resource, amount)?;
                Ok((texts.shared(resource), amount, family))
            });
            let requirements = amounts.collect::<Result<_, Error>>()?;
            Ok(Recorded { workload: workload.into(), node, requirements })
        })
        .collect()
}

fn amount_of(workload: &str, resource: &str, amount: &str) -> Result<(Quantity, Family), Error> {
    parse_amount(amount)
        .map_err(|error| invalid(&format!("`{amount}` of `{resource}` for workload `{workload}`: {error}")))
}

fn invalid(message: &str) -> Error {
    Error::Invalid { line: None, message: message.to_owned() }
}

/// Texts that occur often and are kept once.
#[derive(Default)]
struct Texts(FxHashSet<Arc<str>>);

impl Texts {
    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}
