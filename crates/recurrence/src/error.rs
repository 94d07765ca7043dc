//! Errors: why a text is not a rule, and why a rule does not fit its first occurrence.

use std::fmt;

/// A part of a text that a rule must not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The part's name, as in `BYDAY`. A part without a known name is here as it was written.
    pub part: String,
    /// What was expected.
    pub expected: String,
}

impl Mistake {
    pub(crate) fn new(part: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            part: part.into(),
            expected: expected.into(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}: expected {}", self.part, self.expected)
    }
}

impl std::error::Error for Mistake {}

/// Why a rule cannot be combined with a first occurrence, or has no next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no day after the first, up to the end of the year 9999.
    NeverHappens,
    /// Nothing was found within the limit of work.
    TooMuchWork,
    /// `UNTIL` is before the first occurrence.
    EndsBeforeStart,
}

impl fmt::Display for Fault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::NeverHappens => "never happens again after the first time",
            Self::TooMuchWork => "happens so rarely that to look for it takes too much work",
            Self::EndsBeforeStart => "ends before it begins: UNTIL is before the first time",
        })
    }
}

impl std::error::Error for Fault {}
