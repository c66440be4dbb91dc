//! Reads and writes the amounts in a state.
//!
//! A manifest allows 18 significant digits, but the same amount in another unit may need more
//! (`123456789012345678Ki` has 21 digits without its unit). Every amount that a state writes can be read back.

use rustc_hash::FxHashMap;

use crate::quantity::{Family, Quantity, QuantityError};

/// Number of digits parsed at a time, below the 18 that [`Quantity::parse`] accepts.
const CHUNK: usize = 15;

/// Parses an amount as [`Quantity::display`] writes it.
pub(super) fn parse_amount(text: &str) -> Result<(Quantity, Family), QuantityError> {
    match Quantity::parse(text) {
        Err(QuantityError::TooPrecise) => parse_long(text),
        result => result,
    }
}

/// Cache of the texts of amounts: a state repeats a few amounts many times.
#[derive(Default)]
pub(super) struct AmountTexts(FxHashMap<(Quantity, Family), String>);

impl AmountTexts {
    pub(super) fn text(&mut self, amount: Quantity, family: Family) -> &str {
        self.0.entry((amount, family)).or_insert_with(|| amount.display(family).to_string())
    }
}

/// Parses an amount with any number of digits: adds up its chunks, each with all other digits replaced by zeros.
fn parse_long(text: &str) -> Result<(Quantity, Family), QuantityError> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let (mut sum, mut family) = (Quantity::ZERO, Family::Plain);
    for first in (0..digits).step_by(CHUNK) {
        let (part, part_family) = Quantity::parse(&chunk(text, first))?;
        sum = sum.checked_add(part).ok_or(QuantityError::TooLarge)?;
        family = part_family;
    }
    Ok((sum, family))
}

/// Keeps [`CHUNK`] digits, counted from the digit at index `first`, and replaces all others by zeros.
fn chunk(text: &str, first: usize) -> String {
    let mut index = 0;
    let keep = |c: char| {
        if !c.is_ascii_digit() {
            return c;
        }
        let kept = (first..first + CHUNK).contains(&index);
        index += 1;
        if kept { c } else { '0' }
    };
    text.chars().map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UNITS: [&str; 9] = ["", "n", "m", "k", "E", "Ki", "Gi", "Pi", "Ei"];
    const FAMILIES: [Family; 4] = [Family::Plain, Family::Small, Family::Decimal, Family::Binary];

    proptest! {
        #[test]
        fn every_amount_in_every_unit_reads_back_unchanged(
            digits in 0_u64..1_000_000_000_000_000_000, places in 0_u32..18, negative: bool,
            unit in prop::sample::select(&UNITS[..]), family in prop::sample::select(&FAMILIES[..]),
        ) {
            let power = 10_u64.pow(places);
            let sign = if negative { "-" } else { "" };
            let (whole, fraction, width) = (digits / power, digits % power, places.max(1) as usize);
            let text = format!("{sign}{whole}.{fraction:0width$}{unit}");
            if let Ok((amount, _)) = Quantity::parse(&text) {
                let written = amount.display(family).to_string();
                let (read, family_read) = parse_amount(&written).expect("an amount");
                prop_assert_eq!(read, amount);
                prop_assert_eq!(read.display(family_read).to_string(), written);
            }
        }
    }
}
