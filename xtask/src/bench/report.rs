//! placeholder
use super::run::Findings;
use crate::step::Outcome;
pub(super) fn tell(_findings: &Findings) -> Outcome {
    Ok(())
}
