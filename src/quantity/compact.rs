//! A quantity in half the memory, for lists with an entry per workload.

use ethnum::I256;

use super::{FINEST, Quantity};

/// Powers of ten, up to the number of attos in one.
static POWERS: [i128; 19] = powers();

/// A [`Quantity`] in a compact form: most written amounts are a small multiple of a power of ten.
#[derive(Clone, Debug)]
pub struct Compact(Form);

#[derive(Clone, Debug)]
enum Form {
    /// A count and a power of ten, in attos. The power is at most 18.
    Small(i64, u8),
    /// Any other amount.
    Large(Box<Quantity>),
}

impl Compact {
    /// Makes `count * 10^attos` attos, if the small form can hold it.
    pub(super) fn small(count: i64, attos: i64) -> Option<Self> {
        let power = attos.min(FINEST);
        let count = count.checked_mul(10_i64.checked_pow(u32::try_from(attos - power).ok()?)?)?;
        Some(Self(Form::Small(count, u8::try_from(power).ok()?)))
    }

    /// Returns whether the amount is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Form::Small(count, _) => *count < 0,
            Form::Large(amount) => amount.is_negative(),
        }
    }
}

impl From<&Compact> for Quantity {
    fn from(compact: &Compact) -> Self {
        match &compact.0 {
            Form::Small(count, power) => Self(I256::from(i128::from(*count) * POWERS[usize::from(*power)])),
            Form::Large(amount) => **amount,
        }
    }
}

impl From<Quantity> for Compact {
    fn from(amount: Quantity) -> Self {
        let one = Quantity::from(1).0;
        let whole = (amount.0 % one == I256::ZERO).then(|| i64::try_from(amount.0 / one).ok()).flatten();
        let small = whole.and_then(|count| Self::small(count, FINEST));
        small.unwrap_or_else(|| Self(Form::Large(Box::new(amount))))
    }
}

const fn powers() -> [i128; 19] {
    let mut powers = [1; 19];
    let mut power = 1;
    while power < powers.len() {
        powers[power] = 10 * powers[power - 1];
        power += 1;
    }
    powers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn conversion_keeps_the_amount(high in any::<i128>(), low in any::<i128>(), bits in 0..256_u32) {
            let amount = Quantity(I256::from_words(high, low) >> bits);
            for amount in [amount, Quantity::from(amount.0.as_i64())] {
                let compact = Compact::from(amount);
                prop_assert_eq!(Quantity::from(&compact), amount);
                prop_assert_eq!(compact.is_negative(), amount.is_negative());
            }
        }

        #[test]
        fn small_amounts_are_exact(count in any::<i64>(), attos in -3..40_i64) {
            let expected = |attos| I256::from(count) * I256::new(10).pow(attos);
            if let Some(compact) = Compact::small(count, attos) {
                prop_assert_eq!(Quantity::from(&compact).0, expected(u32::try_from(attos).expect("not below zero")));
            } else {
                prop_assert!(!(0..=18).contains(&attos));
            }
        }

        #[test]
        fn a_whole_number_takes_the_small_form(count in any::<i64>()) {
            prop_assert!(matches!(Compact::from(Quantity::from(count)).0, Form::Small(..)));
        }
    }
}
