//! Formats amounts exactly, in the largest unit in which they are short.

use std::fmt;

use ethnum::I256;

use super::unit::UNITS;
use super::{ATTOS, Capacity, Family, Quantity};

/// Formatter of a quantity; see [`Quantity::display`].
#[derive(Clone, Copy)]
pub struct QuantityText {
    pub(super) amount: Quantity,
    pub(super) family: Family,
}

/// Maximum number of decimal places for which a larger unit is easier to read than a smaller one.
const READABLE_PLACES: u32 = 3;

/// Formatter of a capacity; see [`Capacity::display`].
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

/// Returns `magnitude / unit` as a decimal, if it has at most [`READABLE_PLACES`].
fn short_in(magnitude: I256, unit: i128) -> Option<String> {
    let (whole, rest) = divided(magnitude, unit);
    let finest = unit / 10_i128.pow(READABLE_PLACES);
    (rest == 0 || rest % finest == 0).then(|| with_fraction(whole, rest / finest, READABLE_PLACES as usize))
}

/// Returns quotient and remainder. Most amounts fit in 128 bits, for which division is ten times faster.
fn divided(magnitude: I256, unit: i128) -> (I256, i128) {
    match i128::try_from(magnitude) {
        Ok(small) => {
            let whole = small / unit;
            (I256::from(whole), small - whole * unit)
        }
        Err(_) => (magnitude / unit, (magnitude % unit).as_i128()),
    }
}

/// Formats a decimal with a fraction of `places` digits.
fn with_fraction(whole: I256, fraction: i128, places: usize) -> String {
    let whole = u64::try_from(whole).map_or_else(|_| whole.to_string(), |small| small.to_string());
    if fraction == 0 {
        return whole;
    }
    let fraction = format!("{fraction:0places$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}
