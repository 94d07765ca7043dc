//! What is found: figures with one value for each repeat, and the goals that they must reach.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
}

impl Goal {
    fn is_reached_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(wanted) => value >= wanted,
            Self::AtMost(wanted) => value <= wanted,
            Self::Below(wanted) => value < wanted,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(wanted) => write!(f, "≥ {wanted}"),
            Self::AtMost(wanted) => write!(f, "≤ {wanted}"),
            Self::Below(wanted) => write!(f, "< {wanted}"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) what: String,
    /// Empty for a ratio and for a count.
    unit: String,
    values: Vec<f64>,
    pub(crate) goal: Option<Goal>,
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

    pub(crate) fn median(&self) -> f64 {
        let sorted = self.sorted();
        let upper = sorted.len() / 2;
        let lower = sorted.len().saturating_sub(1) / 2;
        match (sorted.get(lower), sorted.get(upper)) {
            (Some(lower), Some(upper)) => f64::midpoint(*lower, *upper),
            _ => f64::NAN,
        }
    }

    /// A figure without a goal reaches none and misses none.
    pub(crate) fn is_reached(&self) -> Option<bool> {
        self.goal.map(|goal| goal.is_reached_by(self.median()))
    }

    /// The median with its unit, and the range if there is one.
    pub(crate) fn value(&self) -> String {
        let sorted = self.sorted();
        let mut text = number(self.median());
        if let [least, .., most] = sorted[..] {
            let _ = write!(text, " [{} – {}]", number(least), number(most));
        }
        if !self.unit.is_empty() {
            let _ = write!(text, " {}", self.unit);
        }
        text
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<62} {}", self.what, self.value())?;
        match (self.goal, self.is_reached()) {
            (Some(goal), Some(true)) => write!(f, "  (wanted {goal}: reached)"),
            (Some(goal), _) => write!(f, "  (wanted {goal}: MISSED)"),
            (None, _) => Ok(()),
        }
    }
}

/// Three digits are as many as mean anything.
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
        assert_eq!(
            ratio.clone().must(Goal::AtLeast(1.5)).is_reached(),
            Some(true)
        );
        assert_eq!(ratio.must(Goal::Below(1.5)).is_reached(), Some(false));
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
