//! Amounts in thresholds: how many of them another amount has reached.

use crate::place::index::block::Level;
use crate::place::sort_key::Scale;
use crate::quantity::Capacity;

/// The level of what is merely offered, be it a ward.
const OFFERED: Level = 1;

/// Into how many parts the sort_keys of all thresholds are divided, to look for one in the right bucket.
const BUCKETS: usize = 256;

/// Thresholds in ascending order.
#[derive(Clone, Debug)]
pub(crate) struct Thresholds {
    amounts: Vec<Capacity>,
    /// The same as sort_keys, which tell most of them apart.
    sort_keys: Vec<i64>,
    scale: Scale,
    /// The sort_key of the first amount, from which parts are counted.
    first: i64,
    /// How many of the lower bits of a sort_key do not tell in which bucket it is.
    shift: u32,
    /// How many sort_keys there are before each bucket, and before the end.
    before: Vec<usize>,
    /// How much higher each step is than the one before. The last is about as high for all resources, so that levels of
    /// several can be compared.
    height: Level,
}

impl Thresholds {
    /// Thresholds at these amounts, which ascend; fewer than the highest level.
    pub(crate) fn new(amounts: Vec<Capacity>) -> Self {
        let scale = Scale::of(amounts.iter().filter_map(|amount| Some(amount.finite()?.attos())));
        let sort_keys = amounts.iter().map(|&amount| sort_key(scale, amount)).collect::<Vec<_>>();
        let (first, last) = (sort_keys.first().copied().unwrap_or(0), sort_keys.last().copied().unwrap_or(0));
        let bits = u64::BITS - last.abs_diff(first).leading_zeros();
        let shift = bits.saturating_sub(BUCKETS.ilog2());
        let height = (Level::MAX - OFFERED) / level(amounts.len()).max(1);
        let mut thresholds = Self { amounts, sort_keys, scale, first, shift, before: Vec::new(), height };
        thresholds.before = (0..=BUCKETS)
            .map(|bucket| thresholds.sort_keys.partition_point(|&each| thresholds.bucket(each) < bucket))
            .collect();
        thresholds
    }

    /// How high the thresholds are that an amount has reached, free or needed: so what fits still fits.
    pub(crate) fn level(&self, amount: Capacity) -> Level {
        let sort_key = sort_key(self.scale, amount);
        let bucket = self.bucket(sort_key);
        let (from, to) = (self.before[bucket], self.before[bucket + 1]);
        let below = from + self.sort_keys[from..to].partition_point(|&each| each < sort_key);
        let alike = self.sort_keys[below..].iter().take_while(|&&each| each == sort_key).count();
        let reached = below + self.amounts[below..below + alike].partition_point(|step| *step <= amount);
        OFFERED + level(reached) * self.height
    }

    /// In which bucket a sort_key is; never in a later one than a larger sort_key.
    fn bucket(&self, sort_key: i64) -> usize {
        let bucket = sort_key.max(self.first).abs_diff(self.first) >> self.shift;
        usize::try_from(bucket).map_or(BUCKETS - 1, |bucket| bucket.min(BUCKETS - 1))
    }
}

fn sort_key(scale: Scale, amount: Capacity) -> i64 {
    match amount {
        Capacity::Ward => i64::MIN,
        Capacity::Finite(amount) => scale.sort_key(amount.attos()),
        Capacity::Unlimited => i64::MAX,
    }
}

/// A number of thresholds as a level.
fn level(thresholds: usize) -> Level {
    Level::try_from(thresholds).expect("fewer thresholds than levels")
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::quantity::Quantity;

    fn amount() -> impl Strategy<Value = Capacity> {
        let written = (-20..20_i64, 0..28_usize).prop_map(|(digits, zeros)| format!("{digits}{:0<zeros$}", ""));
        let finite = written.prop_map(|text| Capacity::Finite(Quantity::parse(&text).expect("an amount").0));
        prop_oneof![1 => Just(Capacity::Ward), 1 => Just(Capacity::Unlimited), 18 => finite]
    }

    #[test]
    fn steps_are_told_apart_beside_one_that_is_far_away() {
        let amounts = ["1", "2", "4", "1000000000000000000000000000"];
        let amounts = amounts.map(|text| Capacity::Finite(Quantity::parse(text).expect("an amount").0));
        let thresholds = Thresholds::new(amounts.to_vec());
        assert_eq!(amounts.map(|amount| thresholds.level(amount)), [1, 2, 3, 4].map(|step| 1 + step * 8191));
        let others = [Capacity::Ward, Capacity::Finite(3.into()), Capacity::Unlimited];
        assert_eq!(others.map(|amount| thresholds.level(amount)), [0, 2, 4].map(|step| 1 + step * 8191));
    }

    proptest! {
        #[test]
        fn a_level_is_as_high_as_the_steps_reached(amounts in vec(amount(), 0..64), others in vec(amount(), 1..8)) {
            let mut amounts = amounts.into_iter().filter(|each| each.finite().is_some()).collect::<Vec<_>>();
            amounts.sort_unstable();
            amounts.dedup();
            let thresholds = Thresholds::new(amounts.clone());
            for &each in amounts.iter().chain(&others) {
                let reached = amounts.iter().filter(|&&step| step <= each).count();
                let height = 32_766 / amounts.len().max(1);
                prop_assert_eq!(usize::try_from(thresholds.level(each)), Ok(1 + reached * height));
            }
        }
    }
}
