//! Parses TOML numbers and strings with a unit.

use std::borrow::Cow;

use super::compact::Compact;
use super::decimal::{Decimal, parse_exponent};
use super::unit::Unit;
use super::{Family, QuantityError};

impl Compact {
    /// Parses like [`super::Quantity::parse`].
    pub fn parse(text: &str) -> Result<(Self, Family), QuantityError> {
        let is_number = |byte: u8| matches!(byte, b'0'..=b'9' | b'.' | b'+' | b'-');
        let unit_at = text.bytes().position(|byte| !is_number(byte)).unwrap_or(text.len());
        let (number, suffix) = text.split_at(unit_at);
        if matches!(suffix, "inf" | "nan") && number.bytes().all(|byte| matches!(byte, b'+' | b'-')) {
            return Err(if suffix == "nan" { QuantityError::NotANumber } else { QuantityError::Infinite });
        }
        let decimal = Decimal::parse(number)?;
        if suffix.is_empty() {
            return Ok((decimal.times(1, 0)?, Family::Plain));
        }
        let unit = Unit::of(suffix).ok_or_else(|| QuantityError::UnknownUnit(suffix.to_owned()))?;
        let value = match unit.base {
            2 => decimal.times(1 << unit.exponent, 0)?,
            _ => decimal.times(1, unit.exponent)?,
        };
        Ok((value, unit.family))
    }

    /// Parses like [`super::Quantity::parse_number`].
    pub fn parse_number(text: &str) -> Result<Self, QuantityError> {
        if let Some(digits) = Decimal::few_digits(text) {
            return digits.times(1, 0);
        }
        let text = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
        let unsigned = text.trim_start_matches(['+', '-']);
        match unsigned {
            "nan" => return Err(QuantityError::NotANumber),
            "inf" => return Err(QuantityError::Infinite),
            _ => {}
        }
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
            if let Some(digits) = unsigned.strip_prefix(prefix) {
                let value = u128::from_str_radix(digits, radix).map_err(|_| QuantityError::TooLarge)?;
                return Decimal::parse(&value.to_string())?.times(1, 0);
            }
        }
        let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
        let exponent = parse_exponent(exponent)?;
        Decimal::parse(number)?.times(1, exponent)
    }
}
