//! Scores, the sizes of nodes and workloads: weights times amounts, exact and comparable.
//!
//! A weight may be a fraction that no decimal can express ("1 per 3"), so a score is a whole number of parts, of which
//! every weight of the rubric is a multiple.

use std::fmt;

use ethnum::I256;

use crate::model::names::Symbol;
use crate::quantity::{Capacity, Quantity};

/// Weight of a resource: `amount` for each `per` of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Amount that counts.
    pub amount: Quantity,
    /// Amount of the resource that it counts for; above zero.
    pub per: Quantity,
}

impl From<Quantity> for Weight {
    fn from(amount: Quantity) -> Self {
        Self { amount, per: Quantity::from(1) }
    }
}

/// Weights of the resources that make up a score. Bin pack sorts by it.
#[derive(Clone, Debug, Default)]
pub struct Rubric {
    weights: Vec<(Symbol, I256)>,
    denominator: I256,
}

/// Size of a node or a workload. Only scores of the same [`Rubric`] can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Score {
    /// Below every finite score: a weighted `-inf`.
    Lowest,
    /// Whole number of the rubric's parts.
    Finite(I256),
    /// Above every finite score: a weighted `inf`.
    Highest,
}

/// Reason why there is no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreError {
    /// The weights of a rubric have no common part that fits in 256 bits.
    NoCommonPart(Symbol),
    /// A score does not fit in 256 bits.
    Overflow,
    /// One node has both a weighted `inf` and a weighted `-inf`.
    BothInfinities,
}

impl fmt::Display for ScoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCommonPart(_) => "the weights of the rubric are too far apart to be compared exactly",
            Self::Overflow => "the score is too large",
            Self::BothInfinities => "the score has both `inf` and `-inf` in it",
        })
    }
}

impl std::error::Error for ScoreError {}

impl Rubric {
    /// Rubric of these weights, each resource once.
    pub fn new(weights: &[(Symbol, Weight)]) -> Result<Self, ScoreError> {
        let reduced = weights.iter().map(|&(resource, weight)| (resource, reduce(weight))).collect::<Vec<_>>();
        let mut denominator = I256::ONE;
        for &(resource, (_, part)) in &reduced {
            denominator = least_common_multiple(denominator, part).ok_or(ScoreError::NoCommonPart(resource))?;
        }
        let scaled = reduced.into_iter().map(|(resource, (count, part))| {
            let weight = count.checked_mul(denominator / part).ok_or(ScoreError::NoCommonPart(resource))?;
            Ok((resource, weight))
        });
        Ok(Self { weights: scaled.collect::<Result<_, _>>()?, denominator })
    }

    /// Score of these amounts, each resource once.
    pub fn score(&self, amounts: impl Iterator<Item = (Symbol, Capacity)>) -> Result<Score, ScoreError> {
        let mut sum = Score::Finite(I256::ZERO);
        for (resource, amount) in amounts {
            sum = sum.plus(times(self.weight(resource), amount).ok_or(ScoreError::Overflow)?)?;
        }
        Ok(sum)
    }

    /// Weights in whole parts, and the number of parts per unit.
    pub fn weights(&self) -> (&[(Symbol, I256)], I256) {
        (&self.weights, self.denominator)
    }

    /// Score in whole units for people, with two decimals, rounded without floating point.
    pub fn shown(&self, score: Score) -> String {
        let parts = match score {
            Score::Lowest => return "-inf".to_owned(),
            Score::Highest => return "inf".to_owned(),
            Score::Finite(parts) => parts,
        };
        // If the parts of a hundredth do not fit in 256 bits, every score is below a hundredth.
        let parts_of_hundredth = self.denominator.checked_mul(Quantity::from(1).part(100).attos());
        let Some(hundredth) = parts_of_hundredth else { return "0.00".to_owned() };
        let (mut hundredths, rest) = (parts.abs() / hundredth, parts.abs() % hundredth);
        if rest >= hundredth - rest {
            hundredths += 1;
        }
        let sign = if parts < I256::ZERO && hundredths > I256::ZERO { "-" } else { "" };
        let (whole, hundredths) = (hundredths / 100, (hundredths % 100).as_u8());
        format!("{sign}{whole}.{hundredths:02}")
    }

    fn weight(&self, resource: Symbol) -> I256 {
        self.weights.iter().find(|(weighted, _)| *weighted == resource).map_or(I256::ZERO, |(_, weight)| *weight)
    }
}

impl Score {
    /// Score of a node after a workload of this score is placed there; infinite scores stay.
    ///
    /// # Panics
    /// If 256 bits cannot hold it, which [`crate::model::Model`] rules out for its nodes and workloads.
    #[must_use]
    pub fn minus(self, workload: Self) -> Self {
        match (self, workload) {
            (Self::Finite(node), Self::Finite(taken)) => Self::Finite(node - taken),
            (infinite, _) => infinite,
        }
    }

    /// Finite part.
    pub(crate) fn parts(self) -> I256 {
        match self {
            Self::Finite(parts) => parts,
            Self::Lowest | Self::Highest => I256::ZERO,
        }
    }

    /// Finite part without its sign.
    pub(crate) fn magnitude(self) -> I256 {
        self.parts().abs()
    }

    fn plus(self, other: Self) -> Result<Self, ScoreError> {
        match (self, other) {
            (Self::Finite(a), Self::Finite(b)) => a.checked_add(b).map(Self::Finite).ok_or(ScoreError::Overflow),
            (Self::Lowest, Self::Highest) | (Self::Highest, Self::Lowest) => Err(ScoreError::BothInfinities),
            (Self::Finite(_), infinite) | (infinite, _) => Ok(infinite),
        }
    }
}

/// Weight times amount. A weight of 0 gives 0 whatever the amount.
fn times(weight: I256, amount: Capacity) -> Option<Score> {
    let sign = weight.signum().as_i8();
    Some(match (amount, sign) {
        (_, 0) => Score::Finite(I256::ZERO),
        (Capacity::Finite(amount), _) => Score::Finite(product(weight, amount.attos())?),
        (Capacity::Unlimited, 1) | (Capacity::Ward, -1) => Score::Highest,
        _ => Score::Lowest,
    })
}

/// Product, computed in 128 bits if they suffice, which takes a tenth of the time.
fn product(a: I256, b: I256) -> Option<I256> {
    let small = || i128::try_from(a).ok()?.checked_mul(i128::try_from(b).ok()?);
    small().map(I256::from).or_else(|| a.checked_mul(b))
}

/// Weight as a fraction in lowest terms, with a denominator above zero.
fn reduce(weight: Weight) -> (I256, I256) {
    let (count, part) = (weight.amount.attos(), weight.per.attos());
    let shared = greatest_common_divisor(count, part);
    (count / shared, part / shared)
}

/// Greatest common divisor; at least 1 if `b` is above zero.
fn greatest_common_divisor(a: I256, b: I256) -> I256 {
    let (mut a, mut b) = (a.abs(), b);
    while b != I256::ZERO {
        (a, b) = (b, a % b);
    }
    a
}

fn least_common_multiple(a: I256, b: I256) -> Option<I256> {
    (a / greatest_common_divisor(a, b)).checked_mul(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_shown_in_hundredths() {
        let symbol = crate::model::names::Names::default().intern("size");
        let third = Weight { amount: 1.into(), per: 3.into() };
        let rubric = Rubric::new(&[(symbol, third)]).expect("a rubric");
        let shown = |amount: Quantity| {
            rubric.shown(rubric.score([(symbol, Capacity::Finite(amount))].into_iter()).expect("a score"))
        };
        let expected = ["0.00", "0.33", "0.67", "-0.33", "100.00"];
        assert_eq!([0, 1, 2, -1, 300].map(|amount| shown(amount.into())), expected);
        let large = |text: &str| shown(Quantity::parse(text).expect("a quantity").0);
        assert_eq!(large("299999999999999999"), "99999999999999999.67");
        assert_eq!(large("299999999999999998"), "99999999999999999.33");
        assert_eq!(rubric.shown(Score::Lowest) + &rubric.shown(Score::Highest), "-infinf");
    }
}
