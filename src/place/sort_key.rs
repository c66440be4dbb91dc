//! Sort keys: amounts and scores shortened to `i64`, in the same order unless they are nearly equal.
//!
//! Amounts have 256 bits; comparing many of them costs mostly the time to move them.

use ethnum::{I256, u256};

/// Sort key of an amount or a score: its leading bits. Values with equal keys need an exact comparison.
pub(crate) type SortKey = i64;

/// Number of low bits that sort keys drop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale(u32);

impl Scale {
    /// Returns the finest scale that holds these values.
    pub(crate) fn of(values: impl Iterator<Item = I256>) -> Self {
        let largest = values.map(I256::unsigned_abs).max().unwrap_or_default();
        let width = u256::BITS - largest.leading_zeros();
        Self(width.saturating_sub(i64::BITS - 1))
    }

    /// Returns the sort key of a value, which never exceeds that of a larger value. Values outside the scale get the
    /// lowest or highest key.
    pub(crate) fn sort_key(self, value: I256) -> SortKey {
        let end = if value.is_negative() { i64::MIN } else { i64::MAX };
        // Most values fit in 128 bits, which are cheaper to shift than 256.
        let number = match i128::try_from(value) {
            Ok(small) => i64::try_from(small >> self.0.min(i128::BITS - 1)).ok(),
            Err(_) => i64::try_from(value >> self.0).ok(),
        };
        number.unwrap_or(end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = I256> {
        (any::<i128>(), any::<i128>(), 0..256_u32).prop_map(|(high, low, bits)| I256::from_words(high, low) >> bits)
    }

    proptest! {
        #[test]
        fn sort_keys_have_the_order_of_their_values(values in vec(value(), 1..8), others in vec(value(), 2)) {
            let scale = Scale::of(values.iter().copied());
            let numbers = values.iter().chain(&others).map(|&each| (each, scale.sort_key(each))).collect::<Vec<_>>();
            for &(value, number) in &numbers {
                prop_assert!(numbers.iter().all(|&(other, at)| other > value || at <= number));
            }
            // No finer scale holds all values.
            if scale.0 > 0 {
                prop_assert!(values.iter().any(|&each| i64::try_from(each >> (scale.0 - 1)).is_err()));
            }
            prop_assert!(values.iter().all(|&each| i64::try_from(each >> scale.0).is_ok()));
        }
    }
}
