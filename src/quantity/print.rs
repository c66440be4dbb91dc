//! An amount as text: exact, and in the largest unit in which it is short.

use std::fmt;

use ethnum::I256;

use super::unit::UNITS;
use super::{FINEST, Family, Quantity, power_of_ten};

/// A quantity that is about to be written, see [`Quantity::display`].
#[derive(Clone, Copy)]
pub struct QuantityText {
    pub(super) amount: Quantity,
    pub(super) family: Family,
}

/// Decimal places up to which an amount in a larger unit is easier to read than one in a smaller unit.
const READABLE_PLACES: usize = 3;

impl fmt::Display for QuantityText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.amount.0.abs();
        let units = UNITS.iter().rev().filter(|unit| unit.family == self.family);
        for unit in units.filter(|unit| unit.family == Family::Small || magnitude >= unit.attos()) {
            if self.family == Family::Small && magnitude >= power_of_ten(FINEST) {
                break;
            }
            if let Some(text) = short_in(magnitude, unit.attos()) {
                let sign = if self.amount.is_negative() { "-" } else { "" };
                let suffix = if magnitude == I256::ZERO { "" } else { unit.suffix };
                return f.pad(&format!("{sign}{text}{suffix}"));
            }
        }
        f.pad(&plain(self.amount))
    }
}

/// `magnitude / unit` as a decimal, where that ends within [`READABLE_PLACES`].
fn short_in(magnitude: I256, unit: I256) -> Option<String> {
    let whole = magnitude / unit;
    let scaled = (magnitude % unit) * power_of_ten(3);
    (scaled % unit == I256::ZERO).then(|| {
        let places = format!("{:0width$}", (scaled / unit).as_u64(), width = READABLE_PLACES);
        with_fraction(&whole.to_string(), &places)
    })
}

/// The amount without a unit.
fn plain(amount: Quantity) -> String {
    let one = power_of_ten(FINEST);
    let magnitude = amount.0.abs();
    let sign = if amount.is_negative() { "-" } else { "" };
    let places = format!("{:018}", (magnitude % one).as_u64());
    format!("{sign}{}", with_fraction(&(magnitude / one).to_string(), &places))
}

fn with_fraction(whole: &str, places: &str) -> String {
    match places.trim_end_matches('0') {
        "" => whole.to_owned(),
        places => format!("{whole}.{places}"),
    }
}
