//! Errors: why a text is not a rule, and why a rule does not fit its first occurrence.

use std::fmt;

/// What a text has that a rule may not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The part's name, as in `BYDAY`. What has no name of a part is here as it was written.
    pub part: String,
    /// What would have been right there.
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

/// Why a rule makes no series of a first occurrence, or finds no next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no day behind the first, up to the end of the year 9999.
    NeverHappens,
    /// Nothing was found in as much work as may be done.
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
