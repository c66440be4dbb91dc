//! Quantizes amounts: the level of an amount is the number of thresholds that it reaches.

use crate::place::index::block::Level;
use crate::place::sort_key::Scale;
use crate::quantity::Capacity;

/// Level of any amount of an offered resource, even of a ward.
const OFFERED: Level = 1;

/// Number of buckets that the sort keys of the thresholds are divided into, to shorten lookups.
const BUCKETS: usize = 256;

/// Amounts in ascending order, with lookup tables.
#[derive(Clone, Debug)]
pub(crate) struct Thresholds {
    amounts: Vec<Capacity>,
    /// Sort keys of the amounts; amounts with equal keys are compared exactly.
    sort_keys: Vec<i64>,
    scale: Scale,
    /// Sort key of the first amount, where the first bucket begins.
    first: i64,
    /// Number of low bits of a sort key that do not affect its bucket.
    shift: u32,
    /// Number of thresholds before each bucket, and before the end.
    before: Vec<usize>,
    /// Difference between the levels of neighbouring thresholds. The highest level is about the same for all resources,
    /// so that levels of different resources can be compared.
    height: Level,
}

impl Thresholds {
    /// Creates thresholds at ascending amounts, which are fewer than there are levels.
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

    /// Returns the level of an amount. It never decreases as the amount grows, so a need that fits a free amount also
    /// fits by level.
    pub(crate) fn level(&self, amount: Capacity) -> Level {
        let sort_key = sort_key(self.scale, amount);
        let bucket = self.bucket(sort_key);
        let (from, to) = (self.before[bucket], self.before[bucket + 1]);
        let below = from + self.sort_keys[from..to].partition_point(|&each| each < sort_key);
        let equal_keys = self.sort_keys[below..].iter().take_while(|&&each| each == sort_key).count();
        let reached = below + self.amounts[below..below + equal_keys].partition_point(|threshold| *threshold <= amount);
        OFFERED + level(reached) * self.height
    }

    /// Returns the bucket of a sort key, which never decreases as the key grows.
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

/// Converts a number of thresholds into a level.
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
    fn thresholds_differ_even_if_another_is_far_larger() {
        let amounts = ["1", "2", "4", "1000000000000000000000000000"];
        let amounts = amounts.map(|text| Capacity::Finite(Quantity::parse(text).expect("an amount").0));
        let thresholds = Thresholds::new(amounts.to_vec());
        assert_eq!(amounts.map(|amount| thresholds.level(amount)), [1, 2, 3, 4].map(|step| 1 + step * 8191));
        let others = [Capacity::Ward, Capacity::Finite(3.into()), Capacity::Unlimited];
        assert_eq!(others.map(|amount| thresholds.level(amount)), [0, 2, 4].map(|step| 1 + step * 8191));
    }

    proptest! {
        #[test]
        fn a_level_counts_the_thresholds_reached(amounts in vec(amount(), 0..64), others in vec(amount(), 1..8)) {
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
