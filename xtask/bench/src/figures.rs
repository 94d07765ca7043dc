//! What is found: figures with one value for each repeat, and the goals that they must reach.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) what: String,
    /// Empty for a ratio and for a count.
    unit: String,
    values: Vec<f64>,
    goal: Option<Goal>,
}

impl Figure {
    pub(crate) fn new(what: impl Into<String>, unit: &str, values: Vec<f64>) -> Self {
        Self {
            what: what.into(),
            unit: unit.to_owned(),
            values,
            goal: None,
        }
    }

    /// One side over the other, repeat by repeat.
    pub(crate) fn ratio(what: impl Into<String>, above: &[f64], below: &[f64]) -> Self {
        let pairs = above.iter().zip(below);
        Self::new(
            what,
            "",
            pairs.map(|(above, below)| above / below).collect(),
        )
    }

    pub(crate) fn must(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }

    /// The median with its unit, and the range if there is one.
    pub(crate) fn value(&self) -> String {
        let sorted = self.sorted();
        let range = match sorted[..] {
            [least, .., most] => format!(" [{} – {}]", number(least), number(most)),
            _ => String::new(),
        };
        let space = if self.unit.is_empty() { "" } else { " " };
        format!("{}{range}{space}{}", number(self.median()), self.unit)
    }

    pub(crate) fn wanted(&self) -> String {
        match self.goal {
            Some(Goal::AtLeast(wanted)) => format!("≥ {wanted}"),
            Some(Goal::AtMost(wanted)) => format!("≤ {wanted}"),
            None => String::new(),
        }
    }

    /// A figure without a goal reaches none and misses none.
    pub(crate) fn is_reached(&self) -> Option<bool> {
        self.goal.map(|goal| match goal {
            Goal::AtLeast(wanted) => self.median() >= wanted,
            Goal::AtMost(wanted) => self.median() <= wanted,
        })
    }

    fn median(&self) -> f64 {
        let sorted = self.sorted();
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => f64::NAN,
            length if length % 2 == 0 => f64::midpoint(sorted[middle - 1], sorted[middle]),
            _ => sorted[middle],
        }
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.is_reached() {
            Some(true) => format!("  (wanted {}: reached)", self.wanted()),
            Some(false) => format!("  (wanted {}: MISSED)", self.wanted()),
            None => String::new(),
        };
        write!(f, "{:<58} {}{verdict}", self.what, self.value())
    }
}

/// More than three digits mean nothing.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_its_median_and_is_held_against_its_goal() {
        let ratio = Figure::ratio("a ÷ b", &[2.0, 9.0, 3.0], &[2.0, 3.0, 2.0]);
        assert_eq!(ratio.value(), "1.50 [1 – 3]");
        assert_eq!(ratio.is_reached(), None);
        let reached = |goal| ratio.clone().must(goal).is_reached();
        assert_eq!(reached(Goal::AtLeast(1.5)), Some(true));
        assert_eq!(reached(Goal::AtMost(1.4)), Some(false));
    }

    #[test]
    fn an_even_number_of_repeats_has_its_median_in_the_middle() {
        let figure = Figure::new("time", "ms", vec![4.0, 1.0, 2.0, 3.0]);
        assert_eq!(figure.value(), "2.50 [1 – 4] ms");
    }

    #[test]
    fn what_was_not_measured_reaches_no_goal() {
        let figure = Figure::new("nothing", "", Vec::new()).must(Goal::AtMost(1.0));
        assert_eq!(figure.is_reached(), Some(false));
    }
}
