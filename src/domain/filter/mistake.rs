//! An error in a filter, with its column.

use std::borrow::Cow;

/// A filter or an order that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: expected {expected}")]
pub struct Mistake {
    /// The column, in characters (Unicode scalar values), from 1. At the end of the text: its length plus 1.
    pub column: usize,
    pub expected: Cow<'static, str>,
}

impl Mistake {
    pub(super) fn new(column: usize, expected: impl Into<Cow<'static, str>>) -> Self {
        Self {
            column,
            expected: expected.into(),
        }
    }
}
