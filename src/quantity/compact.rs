//! An amount in half the room, for where there are as many of them as workloads.

use ethnum::I256;

use super::{FINEST, Quantity};

/// Powers of ten, up to how many attos make one.
static POWERS: [i128; 19] = powers();

/// The same as a [`Quantity`]; what is commonly written is so many times a power of ten.
#[derive(Clone, Debug)]
pub struct Compact(Form);

#[derive(Clone, Debug)]
enum Form {
    /// So many times ten to this power, in attos; the power is at most that of one.
    Small(i64, u8),
    /// Whatever else there may be.
    Large(Box<Quantity>),
}

impl Compact {
    /// `count` times ten to the power `attos` of attos, where that is small.
    pub(super) fn small(count: i64, attos: i64) -> Option<Self> {
        let power = attos.min(FINEST);
        let count = count.checked_mul(10_i64.checked_pow(u32::try_from(attos - power).ok()?)?)?;
        Some(Self(Form::Small(count, u8::try_from(power).ok()?)))
    }

    /// Whether it is below zero.
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
        fn an_amount_stays_what_it_is(high in any::<i128>(), low in any::<i128>(), bits in 0..256_u32) {
            let amount = Quantity(I256::from_words(high, low) >> bits);
            for amount in [amount, Quantity::from(amount.0.as_i64())] {
                let compact = Compact::from(amount);
                prop_assert_eq!(Quantity::from(&compact), amount);
                prop_assert_eq!(compact.is_negative(), amount.is_negative());
            }
        }

        #[test]
        fn a_count_of_a_power_of_ten_is_that(count in any::<i64>(), attos in -3..40_i64) {
            let expected = |attos| I256::from(count) * I256::new(10).pow(attos);
            if let Some(compact) = Compact::small(count, attos) {
                prop_assert_eq!(Quantity::from(&compact).0, expected(u32::try_from(attos).expect("not below zero")));
            } else {
                prop_assert!(!(0..=18).contains(&attos));
            }
        }

        #[test]
        fn a_whole_number_takes_half_the_room(count in any::<i64>()) {
            prop_assert!(matches!(Compact::from(Quantity::from(count)).0, Form::Small(..)));
        }
    }
}
