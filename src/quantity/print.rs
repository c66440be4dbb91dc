//! An amount as text: exact, and in the largest unit in which it is short.

use std::fmt;

use ethnum::I256;

use super::unit::UNITS;
use super::{ATTOS, Capacity, Family, Quantity};

/// A quantity that is about to be written, see [`Quantity::display`].
#[derive(Clone, Copy)]
pub struct QuantityText {
    pub(super) amount: Quantity,
    pub(super) family: Family,
}

/// Decimal places up to which an amount in a larger unit is easier to read than one in a smaller unit.
const READABLE_PLACES: u32 = 3;

/// A capacity that is about to be written, see [`Capacity::display`].
#[derive(Clone, Copy)]
pub struct CapacityText {
    pub(super) capacity: Capacity,
    pub(super) family: Family,
}

impl fmt::Display for CapacityText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.capacity {
            Capacity::Ward => f.pad("-inf"),
            Capacity::Finite(amount) => amount.display(self.family).fmt(f),
            Capacity::Unlimited => f.pad("inf"),
        }
    }
}

impl fmt::Display for QuantityText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.amount.0.abs();
        let sign = if self.amount.is_negative() { "-" } else { "" };
        let units = UNITS.iter().rev().filter(|unit| unit.family == self.family);
        for unit in units.filter(|unit| unit.family == Family::Small || magnitude >= unit.attos) {
            if self.family == Family::Small && magnitude >= ATTOS {
                break;
            }
            if let Some(text) = short_in(magnitude, unit.attos) {
                let suffix = if magnitude == I256::ZERO { "" } else { unit.suffix };
                return f.pad(&format!("{sign}{text}{suffix}"));
            }
        }
        let (whole, rest) = divided(magnitude, ATTOS);
        f.pad(&format!("{sign}{}", with_fraction(whole, rest, 18)))
    }
}

/// `magnitude / unit` as a decimal, where that ends within [`READABLE_PLACES`].
fn short_in(magnitude: I256, unit: i128) -> Option<String> {
    let (whole, rest) = divided(magnitude, unit);
    let finest = unit / 10_i128.pow(READABLE_PLACES);
    (rest == 0 || rest % finest == 0).then(|| with_fraction(whole, rest / finest, READABLE_PLACES as usize))
}

/// The whole part of a quotient, and the rest. Most amounts fit in 128 bits, where this takes a tenth of the time.
fn divided(magnitude: I256, unit: i128) -> (I256, i128) {
    match i128::try_from(magnitude) {
        Ok(small) => {
            let whole = small / unit;
            (I256::from(whole), small - whole * unit)
        }
        Err(_) => (magnitude / unit, (magnitude % unit).as_i128()),
    }
}

/// A decimal of a whole part and so many places.
fn with_fraction(whole: I256, fraction: i128, places: usize) -> String {
    let whole = u64::try_from(whole).map_or_else(|_| whole.to_string(), |small| small.to_string());
    if fraction == 0 {
        return whole;
    }
    let fraction = format!("{fraction:0places$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}
