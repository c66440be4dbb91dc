//! Amounts in a state.
//!
//! A manifest takes 18 significant digits, but the same amount in another unit may need more of them
//! (`123456789012345678Ki` has 21 without its unit), and a state must read whatever it has written.

use rustc_hash::FxHashMap;

use crate::quantity::{Family, Quantity, QuantityError};

/// Digits that are read at once; a manifest's limit is above it.
const PIECE: usize = 15;

/// Reads what [`Quantity::display`] writes.
pub(super) fn parse_amount(text: &str) -> Result<(Quantity, Family), QuantityError> {
    match Quantity::parse(text) {
        Err(QuantityError::TooPrecise) => parse_long(text),
        read => read,
    }
}

/// The texts of amounts; few occur, but each in many places.
#[derive(Default)]
pub(super) struct AmountTexts(FxHashMap<(Quantity, Family), String>);

impl AmountTexts {
    pub(super) fn of(&mut self, amount: Quantity, family: Family) -> &str {
        self.0.entry((amount, family)).or_insert_with(|| amount.display(family).to_string())
    }
}

/// Reads an amount of however many digits, as the sum of its pieces: each is the text with zeros for all other digits.
fn parse_long(text: &str) -> Result<(Quantity, Family), QuantityError> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let (mut sum, mut family) = (Quantity::ZERO, Family::Plain);
    for first in (0..digits).step_by(PIECE) {
        let (part, written_in) = Quantity::parse(&piece(text, first))?;
        sum = sum.checked_add(part).ok_or(QuantityError::TooLarge)?;
        family = written_in;
    }
    Ok((sum, family))
}

/// The text with only the [`PIECE`] digits from the one with number `first`.
fn piece(text: &str, first: usize) -> String {
    let mut number = 0;
    let keep = |c: char| {
        if !c.is_ascii_digit() {
            return c;
        }
        number += 1;
        if (first + 1..=first + PIECE).contains(&number) { c } else { '0' }
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
        fn every_amount_in_every_unit_is_read_back(
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
