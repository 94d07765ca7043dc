//! Measures the program under load. Not built yet, so the menu does not offer it.

use crate::step::Outcome;

pub(crate) fn bench(_arguments: &[&str]) -> Outcome {
    Err("`bench` is not built yet".to_owned())
}
