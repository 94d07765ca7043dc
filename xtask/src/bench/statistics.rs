//! The few numbers that stand for many.

use serde::{Deserialize, Serialize};

use crate::step::Outcome;

/// The middle one, and how far the outermost are from each other.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Summary {
    pub(super) median: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Summary {
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (Some(&least), Some(&most)) = (sorted.first(), sorted.last()) else {
            return Self::default();
        };
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Self {
            median,
            least,
            most,
        }
    }
}

/// What two things gave that took turns, repeat by repeat.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Pairs(Vec<(f64, f64)>);

impl Pairs {
    pub(super) fn first(&self) -> Summary {
        Summary::of(self.0.iter().map(|(first, _)| *first))
    }

    pub(super) fn second(&self) -> Summary {
        Summary::of(self.0.iter().map(|(_, second)| *second))
    }

    /// The second to the first, within each repeat: a slow minute of the machine hits both.
    pub(super) fn ratio(&self) -> Summary {
        Summary::of(self.0.iter().map(|(first, second)| second / first))
    }
}

impl FromIterator<(f64, f64)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (f64, f64)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// Which of two it is whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    First,
    Second,
}

/// Lets both sides take a turn in each repeat, every second time in the other order.
pub(super) fn in_turn<T>(
    repeats: usize,
    mut run: impl FnMut(Side, u64) -> Outcome<T>,
) -> Outcome<Vec<(T, T)>> {
    let mut pairs = Vec::with_capacity(repeats);
    for (number, seed) in (0..repeats).zip(1..) {
        pairs.push(if number % 2 == 0 {
            let first = run(Side::First, seed)?;
            (first, run(Side::Second, seed)?)
        } else {
            let second = run(Side::Second, seed)?;
            (run(Side::First, seed)?, second)
        });
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        let summary = Summary::of([4.0, 1.0, 3.0, 2.0]);
        assert!((summary.median - 2.5).abs() < 1e-9);
        assert!((summary.least - 1.0).abs() < 1e-9 && (summary.most - 4.0).abs() < 1e-9);
    }

    #[test]
    fn every_second_pair_runs_in_the_other_order() {
        let mut order = Vec::new();
        let pairs = in_turn(2, |side, _| {
            order.push(side);
            Ok(side)
        });
        assert_eq!(pairs, Ok(vec![(Side::First, Side::Second); 2]));
        assert_eq!(
            order,
            [Side::First, Side::Second, Side::Second, Side::First]
        );
    }
}
