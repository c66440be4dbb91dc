//! Exact decimal amounts with units.
//!
//! - A quantity is a whole number of attos (10⁻¹⁸), so `0.1 + 0.1 + 0.1` is `0.3` and sums are never rounded.
//! - A written quantity has at most 18 significant digits and is below 10³⁰, which takes 160 bits. The 256 bits here
//!   hold the sum of 10²⁸ of the largest, so sums in a manifest cannot overflow.
//! - A quantity does not know its resource.

mod compact;
mod decimal;
mod parse;
mod print;
mod unit;

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use ethnum::I256;

pub use self::compact::Compact;
pub use self::print::{CapacityText, QuantityText};

/// Maximum number of significant digits of a written quantity; leading and trailing zeros do not count.
pub const MAX_DIGITS: usize = 18;

/// Written quantities are below ten to this power.
pub const LIMIT_EXPONENT: u32 = 30;

/// Maximum number of decimal places of a quantity.
const FINEST: i64 = 18;

/// Number of attos in one.
const ATTOS: i128 = 1_000_000_000_000_000_000;

/// An exact finite amount, in whole attos.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(I256);

/// Capacity of a node for one resource, ordered: `-inf`, an amount, `inf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capacity {
    /// `-inf`: only workloads with an immunity are allowed.
    Ward,
    /// An amount: zero is a tag, a negative amount is a shortage.
    Finite(Quantity),
    /// `inf`: never used up.
    Unlimited,
}

/// Family of units in which an amount is written and printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Family {
    /// No unit: `1.5`.
    #[default]
    Plain,
    /// Thousandths and below: `n`, `u`, `m`.
    Small,
    /// Powers of a thousand: `k` to `E`.
    Decimal,
    /// Powers of 1024: `Ki` to `Ei`.
    Binary,
}

/// Why a text is not a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuantityError {
    /// Not of the form: optional sign, digits, optional fraction, optional unit.
    Malformed,
    /// The digits are valid, and an unknown unit follows.
    UnknownUnit(String),
    /// `nan`.
    NotANumber,
    /// `inf` or `-inf`; a quantity is finite.
    Infinite,
    /// More than [`MAX_DIGITS`] digits.
    TooPrecise,
    /// Has digits below 10⁻¹⁸.
    TooFine,
    /// Reaches 10³⁰.
    TooLarge,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("not a quantity"),
            Self::UnknownUnit(unit) => write!(f, "unknown unit `{unit}`"),
            Self::NotANumber => f.write_str("`nan` is not a quantity"),
            Self::Infinite => f.write_str("an infinite quantity is not allowed here"),
            Self::TooPrecise => write!(f, "more than {MAX_DIGITS} significant digits"),
            Self::TooFine => write!(f, "digits below 1e-{FINEST}"),
            Self::TooLarge => write!(f, "quantities must be below 1e{LIMIT_EXPONENT}"),
        }
    }
}

impl std::error::Error for QuantityError {}

impl Quantity {
    /// Zero.
    pub const ZERO: Self = Self(I256::ZERO);

    /// Parses the text of a TOML string: optional sign, digits, optional fraction, optional unit.
    ///
    /// ```
    /// # use lighthouse::quantity::{Family, Quantity};
    /// let (half, family) = Quantity::parse("512Mi").unwrap();
    /// assert_eq!(half, Quantity::parse("0.5GiB").unwrap().0);
    /// assert_eq!(half.display(family).to_string(), "512Mi");
    /// ```
    pub fn parse(text: &str) -> Result<(Self, Family), QuantityError> {
        Compact::parse(text).map(|(amount, family)| (Self::from(&amount), family))
    }

    /// Parses the source text of a finite TOML integer or float, exactly as written.
    pub fn parse_number(text: &str) -> Result<Self, QuantityError> {
        Compact::parse_number(text).map(|amount| Self::from(&amount))
    }

    /// Returns the amount in attos.
    pub fn attos(self) -> I256 {
        self.0
    }

    /// Returns whether the amount is below zero.
    pub fn is_negative(self) -> bool {
        self.0 < I256::ZERO
    }

    /// Returns whether the amount is above zero.
    pub fn is_positive(self) -> bool {
        self.0 > I256::ZERO
    }

    /// Returns the sum, or `None` if it exceeds 256 bits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Multiplies by a count. Products of a manifest's amounts and counts fit in 256 bits.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(self.0 * I256::from(count))
    }

    /// Divides by a count, rounded towards zero to whole attos.
    #[must_use]
    pub fn part(self, parts: u64) -> Self {
        Self(self.0 / I256::from(parts.max(1)))
    }

    /// Returns how many times `piece`, which is above zero, fits in the amount; 0 if the amount is negative.
    pub fn whole(self, piece: Self) -> u64 {
        let pieces = if self.is_negative() { I256::ZERO } else { self.0 / piece.0 };
        u64::try_from(pieces).unwrap_or(u64::MAX)
    }

    /// Returns `self * part / whole`, rounded down to whole attos, or `None` if the product exceeds 256 bits. `whole`
    /// is above zero.
    pub fn scaled(self, part: Self, whole: Self) -> Option<Self> {
        let small = || i128::try_from(self.0).ok()?.checked_mul(i128::try_from(part.0).ok()?);
        let product = small().map(I256::from).or_else(|| self.0.checked_mul(part.0))?;
        Some(Self(product.div_euclid(whole.0)))
    }

    /// Formats the amount exactly, in the largest unit of `family` in which it is short.
    pub fn display(self, family: Family) -> QuantityText {
        QuantityText { amount: self, family }
    }
}

impl From<i64> for Quantity {
    fn from(whole: i64) -> Self {
        Self(I256::from(whole) * I256::from(ATTOS))
    }
}

impl Add for Quantity {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Quantity {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Quantity {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Quantity {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Quantity {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.display(Family::Plain), f)
    }
}

impl Capacity {
    /// Subtracts an amount; infinite capacities do not change.
    #[must_use]
    pub fn minus(self, amount: Quantity) -> Self {
        match self {
            Self::Finite(capacity) => Self::Finite(capacity - amount),
            infinite => infinite,
        }
    }

    /// Returns whether the capacity is below zero: a ward or a shortage.
    pub fn is_negative(self) -> bool {
        self < Self::Finite(Quantity::ZERO)
    }

    /// Returns the amount if the capacity is finite.
    pub fn finite(self) -> Option<Quantity> {
        match self {
            Self::Finite(amount) => Some(amount),
            Self::Ward | Self::Unlimited => None,
        }
    }

    /// Formats the capacity, an amount in the units of `family`.
    pub fn display(self, family: Family) -> CapacityText {
        CapacityText { capacity: self, family }
    }
}

/// Returns ten to a power that is not negative.
fn power_of_ten(exponent: i64) -> I256 {
    let exponent = u32::try_from(exponent).unwrap_or(0);
    10_i128.checked_pow(exponent).map_or_else(|| I256::new(10).pow(exponent), I256::from)
}

#[cfg(test)]
mod tests;
