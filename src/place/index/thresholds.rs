//! Amounts in steps: how many of them another amount has reached.

use crate::place::index::block::Level;
use crate::place::sort_key::Scale;
use crate::quantity::Capacity;

/// The level of what is merely offered, be it a ward.
const LOWEST: Level = 1;

/// Into how many parts the words of all steps are divided, to look for one in the right part.
const PARTS: usize = 256;

/// Steps in ascending order.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    amounts: Vec<Capacity>,
    /// The same as words, which tell most of them apart.
    words: Vec<i64>,
    scale: Scale,
    /// The word of the first amount, from which parts are counted.
    first: i64,
    /// How many of the lower bits of a word do not tell in which part it is.
    shift: u32,
    /// How many words there are before each part, and before the end.
    before: Vec<usize>,
    /// How much higher each step is than the one before. The last is about as high for all resources, so that levels of
    /// several can be compared.
    height: Level,
}

impl Steps {
    /// Steps at these amounts, which ascend; fewer than the highest level.
    pub(crate) fn new(amounts: Vec<Capacity>) -> Self {
        let scale = Scale::of(amounts.iter().filter_map(|amount| Some(amount.finite()?.attos())));
        let words = amounts.iter().map(|&amount| word(scale, amount)).collect::<Vec<_>>();
        let (first, last) = (words.first().copied().unwrap_or(0), words.last().copied().unwrap_or(0));
        let bits = u64::BITS - last.abs_diff(first).leading_zeros();
        let shift = bits.saturating_sub(PARTS.ilog2());
        let height = (Level::MAX - LOWEST) / level(amounts.len()).max(1);
        let mut steps = Self { amounts, words, scale, first, shift, before: Vec::new(), height };
        steps.before = (0..=PARTS).map(|part| steps.words.partition_point(|&each| steps.part(each) < part)).collect();
        steps
    }

    /// How high the steps are that an amount has reached, free or needed: so what fits still fits.
    pub(crate) fn level(&self, amount: Capacity) -> Level {
        let word = word(self.scale, amount);
        let part = self.part(word);
        let (from, to) = (self.before[part], self.before[part + 1]);
        let below = from + self.words[from..to].partition_point(|&each| each < word);
        let alike = self.words[below..].iter().take_while(|&&each| each == word).count();
        let reached = below + self.amounts[below..below + alike].partition_point(|step| *step <= amount);
        LOWEST + level(reached) * self.height
    }

    /// In which part a word is; never in a later one than a larger word.
    fn part(&self, word: i64) -> usize {
        let part = word.max(self.first).abs_diff(self.first) >> self.shift;
        usize::try_from(part).map_or(PARTS - 1, |part| part.min(PARTS - 1))
    }
}

fn word(scale: Scale, amount: Capacity) -> i64 {
    match amount {
        Capacity::Ward => i64::MIN,
        Capacity::Finite(amount) => scale.number(amount.attos()),
        Capacity::Unlimited => i64::MAX,
    }
}

/// A number of steps as a level.
fn level(steps: usize) -> Level {
    Level::try_from(steps).expect("fewer steps than levels")
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
        let steps = Steps::new(amounts.to_vec());
        assert_eq!(amounts.map(|amount| steps.level(amount)), [1, 2, 3, 4].map(|step| 1 + step * 8191));
        let others = [Capacity::Ward, Capacity::Finite(3.into()), Capacity::Unlimited];
        assert_eq!(others.map(|amount| steps.level(amount)), [0, 2, 4].map(|step| 1 + step * 8191));
    }

    proptest! {
        #[test]
        fn a_level_is_as_high_as_the_steps_reached(amounts in vec(amount(), 0..64), others in vec(amount(), 1..8)) {
            let mut amounts = amounts.into_iter().filter(|each| each.finite().is_some()).collect::<Vec<_>>();
            amounts.sort_unstable();
            amounts.dedup();
            let steps = Steps::new(amounts.clone());
            for &each in amounts.iter().chain(&others) {
                let reached = amounts.iter().filter(|&&step| step <= each).count();
                let height = 32_766 / amounts.len().max(1);
                prop_assert_eq!(usize::try_from(steps.level(each)), Ok(1 + reached * height));
            }
        }
    }
}
