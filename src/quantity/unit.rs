//! Units of quantities, and their sizes.

use super::{FINEST, Family};

/// All units, smallest first, each with the size `base^exponent`.
pub(super) static UNITS: [Unit; 15] = [
    Unit::new("n", 10, -9, Family::Small),
    Unit::new("u", 10, -6, Family::Small),
    Unit::new("m", 10, -3, Family::Small),
    Unit::new("k", 10, 3, Family::Decimal),
    Unit::new("Ki", 2, 10, Family::Binary),
    Unit::new("M", 10, 6, Family::Decimal),
    Unit::new("Mi", 2, 20, Family::Binary),
    Unit::new("G", 10, 9, Family::Decimal),
    Unit::new("Gi", 2, 30, Family::Binary),
    Unit::new("T", 10, 12, Family::Decimal),
    Unit::new("Ti", 2, 40, Family::Binary),
    Unit::new("P", 10, 15, Family::Decimal),
    Unit::new("Pi", 2, 50, Family::Binary),
    Unit::new("E", 10, 18, Family::Decimal),
    Unit::new("Ei", 2, 60, Family::Binary),
];

/// A unit.
pub(super) struct Unit {
    pub(super) suffix: &'static str,
    pub(super) base: u32,
    pub(super) exponent: i64,
    pub(super) family: Family,
    /// Size in attos. A thousandth of it is a whole number of attos.
    pub(super) attos: i128,
}

impl Unit {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in a constant, of small numbers")]
    const fn new(suffix: &'static str, base: u32, exponent: i64, family: Family) -> Self {
        let attos = match base {
            2 => (1 << exponent) * 10_i128.pow(FINEST as u32),
            _ => 10_i128.pow((exponent + FINEST) as u32),
        };
        Self { suffix, base, exponent, family, attos }
    }

    /// Finds the unit with a suffix; `B` may follow a unit that makes sense for bytes.
    pub(super) fn of(suffix: &str) -> Option<&'static Self> {
        let exact = UNITS.iter().find(|unit| unit.suffix == suffix);
        exact.or_else(|| {
            let bytes = suffix.strip_suffix('B')?;
            UNITS.iter().find(|unit| unit.suffix == bytes && unit.family != Family::Small)
        })
    }
}
