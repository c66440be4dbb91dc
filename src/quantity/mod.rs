//! Exact decimal amounts with units.
//!
//! A quantity is a whole number of attos (10⁻¹⁸), so `0.1 + 0.1 + 0.1` is `0.3` and nothing is ever rounded.
//! A written quantity has at most 18 significant digits and lies below 10³⁰: 160 bits. The 256 bits here leave room for
//! the sum of 10²⁸ of the largest, so sums of a manifest cannot overflow.
//! What a quantity is *of*, and whether it may be infinite, is the model's business.

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

/// Significant digits that a written quantity may have; outer zeros do not count.
pub const MAX_DIGITS: usize = 18;

/// Written quantities are below ten to this power.
pub const LIMIT_EXPONENT: u32 = 30;

/// The finest digit that a quantity can have stands for ten to minus this power.
const FINEST: i64 = 18;

/// How many attos make one.
const ATTOS: i128 = 1_000_000_000_000_000_000;

/// An exact finite amount, in whole attos.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(I256);

/// What a node offers of one resource: `-inf`, an amount, or `inf`, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capacity {
    /// `-inf`: no workload passes without an immunity.
    Ward,
    /// An amount: zero is a tag, below zero is a shortcoming.
    Finite(Quantity),
    /// `inf`: never used up.
    Unlimited,
}

/// The unit family in which an amount was written, and in which it is printed again.
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
    /// Not a sign or none, digits, a fraction or none, a unit or none.
    Malformed,
    /// The digits are fine, what follows is no unit.
    UnknownUnit(String),
    /// `nan`, which no quantity is.
    NotANumber,
    /// `inf` or `-inf`, where only a finite amount may stand.
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
            Self::Infinite => f.write_str("an infinite quantity cannot stand here"),
            Self::TooPrecise => write!(f, "more than {MAX_DIGITS} significant digits"),
            Self::TooFine => write!(f, "digits below 1e-{FINEST}"),
            Self::TooLarge => write!(f, "quantities stay below 1e{LIMIT_EXPONENT}"),
        }
    }
}

impl std::error::Error for QuantityError {}

impl Quantity {
    /// Nothing at all.
    pub const ZERO: Self = Self(I256::ZERO);

    /// Reads what a TOML string says: a sign or none, digits, a fraction or none, a unit or none.
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

    /// Reads the source text of a finite TOML integer or float, exactly as it was written.
    pub fn parse_number(text: &str) -> Result<Self, QuantityError> {
        Compact::parse_number(text).map(|amount| Self::from(&amount))
    }

    /// The amount in attos.
    pub fn attos(self) -> I256 {
        self.0
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.0 < I256::ZERO
    }

    /// Whether it is above zero.
    pub fn is_positive(self) -> bool {
        self.0 > I256::ZERO
    }

    /// The sum, or `None` where 256 bits do not hold it.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// So many times the amount. The 256 bits hold any sum of a manifest, and so as many of its amounts.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(self.0 * I256::from(count))
    }

    /// One of so many equal parts, rounded towards zero in the finest digit.
    #[must_use]
    pub fn part(self, parts: u64) -> Self {
        Self(self.0 / I256::from(parts.max(1)))
    }

    /// How many whole pieces of this size, which is above zero, fit in the amount; none where it is below zero.
    pub fn whole(self, piece: Self) -> u64 {
        let pieces = if self.is_negative() { I256::ZERO } else { self.0 / piece.0 };
        u64::try_from(pieces).unwrap_or(u64::MAX)
    }

    /// The amount times `part` for each `whole`, which is above zero, rounded down in the finest digit; `None` where
    /// 256 bits do not hold the product.
    pub fn scaled(self, part: Self, whole: Self) -> Option<Self> {
        let small = || i128::try_from(self.0).ok()?.checked_mul(i128::try_from(part.0).ok()?);
        let product = small().map(I256::from).or_else(|| self.0.checked_mul(part.0))?;
        Some(Self(product.div_euclid(whole.0)))
    }

    /// The amount as text in the units of `family`: the largest unit in which it is short, and always exact.
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
    /// What is left after `amount` is taken off; infinities stay what they are.
    #[must_use]
    pub fn minus(self, amount: Quantity) -> Self {
        match self {
            Self::Finite(capacity) => Self::Finite(capacity - amount),
            infinite => infinite,
        }
    }

    /// Whether it is below zero, a ward or a shortcoming.
    pub fn is_negative(self) -> bool {
        self < Self::Finite(Quantity::ZERO)
    }

    /// The amount, unless infinite.
    pub fn finite(self) -> Option<Quantity> {
        match self {
            Self::Finite(amount) => Some(amount),
            Self::Ward | Self::Unlimited => None,
        }
    }

    /// The capacity as text, an amount in the units of `family`.
    pub fn display(self, family: Family) -> CapacityText {
        CapacityText { capacity: self, family }
    }
}

/// Ten to a power that is not negative.
fn power_of_ten(exponent: i64) -> I256 {
    let exponent = u32::try_from(exponent).unwrap_or(0);
    10_i128.checked_pow(exponent).map_or_else(|| I256::new(10).pow(exponent), I256::from)
}

#[cfg(test)]
mod tests;
