//! Parses decimal digits and scales them to an amount.

use ethnum::I256;

use super::compact::Compact;
use super::{FINEST, LIMIT_EXPONENT, MAX_DIGITS, Quantity, QuantityError, power_of_ten};

/// A parsed decimal: `mantissa * 10^exponent`.
pub(super) struct Decimal {
    mantissa: i64,
    exponent: i64,
}

impl Decimal {
    pub(super) fn parse(number: &str) -> Result<Self, QuantityError> {
        Self::few_digits(number).map_or_else(|| Self::parse_any(number), Ok)
    }

    /// Parses plain digits, the most common form; `None` for anything else and for more than 18 digits.
    pub(super) fn few_digits(number: &str) -> Option<Self> {
        let is_few = (1..=MAX_DIGITS).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        let mantissa = || number.bytes().fold(0, |mantissa, digit| mantissa * 10 + i64::from(digit - b'0'));
        is_few.then(|| Self { mantissa: mantissa(), exponent: 0 })
    }

    fn parse_any(number: &str) -> Result<Self, QuantityError> {
        let unsigned = number.strip_prefix(['+', '-']).unwrap_or(number);
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((_, "")) => return Err(QuantityError::Malformed),
            Some(parts) => parts,
            None => (unsigned, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(QuantityError::Malformed);
        }
        let (magnitude, dropped) = significant(whole.bytes().chain(fraction.bytes()))?;
        Ok(Self {
            mantissa: if number.starts_with('-') { -magnitude } else { magnitude },
            exponent: as_i64(dropped) - as_i64(fraction.len()),
        })
    }

    /// Returns `self * factor * 10^exponent` if it is within the limits of a quantity.
    pub(super) fn times(&self, factor: i64, exponent: i64) -> Result<Compact, QuantityError> {
        if self.mantissa == 0 {
            return Ok(Quantity::ZERO.into());
        }
        let exponent = self.exponent.saturating_add(exponent);
        if exponent >= i64::from(LIMIT_EXPONENT) {
            return Err(QuantityError::TooLarge);
        }
        let attos = exponent.saturating_add(FINEST);
        // The common case; the small form is always below the limit.
        if let Some(small) = self.mantissa.checked_mul(factor).and_then(|count| Compact::small(count, attos)) {
            return Ok(small);
        }
        let scaled = I256::from(self.mantissa) * I256::from(factor);
        let value = if attos >= 0 {
            scaled * power_of_ten(attos)
        } else if attos < -60 || scaled % power_of_ten(-attos) != I256::ZERO {
            return Err(QuantityError::TooFine);
        } else {
            scaled / power_of_ten(-attos)
        };
        if value.abs() >= power_of_ten(FINEST + i64::from(LIMIT_EXPONENT)) {
            return Err(QuantityError::TooLarge);
        }
        Ok(Quantity(value).into())
    }
}

/// Returns the number without leading and trailing zeros, and the number of trailing zeros.
fn significant(digits: impl Iterator<Item = u8>) -> Result<(i64, usize), QuantityError> {
    let (mut number, mut length, mut zeros) = (0_i64, 0, 0);
    for digit in digits {
        if digit == b'0' {
            zeros += usize::from(number != 0);
            continue;
        }
        length += zeros + 1;
        if length > MAX_DIGITS {
            return Err(QuantityError::TooPrecise);
        }
        // Cannot overflow: 18 digits, including zeros between them, fit.
        number = (0..=zeros).fold(number, |number, _| number * 10) + i64::from(digit - b'0');
        zeros = 0;
    }
    Ok((number, zeros))
}

/// Parses an exponent. One that is too long to matter is clamped.
pub(super) fn parse_exponent(text: &str) -> Result<i64, QuantityError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(QuantityError::Malformed);
    }
    let magnitude = digits.parse().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    Ok(if text.starts_with('-') { -magnitude } else { magnitude })
}

pub(super) fn as_i64(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
