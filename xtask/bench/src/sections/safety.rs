//! What it costs to be safe: a write with the header, and the same without.

use super::{full, share};
use crate::Outcome;
use crate::figures::{Figure, Goal};
use crate::stage::{ENGINES, Stage};

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let pairs = [
        ("POST with Idempotency-Key", "create-keyed", "create", 0.85),
        ("PUT with If-Match", "change-matched", "change", 0.97),
    ];
    let mut figures = Vec::new();
    for engine in ENGINES {
        for (what, safe, plain, wanted) in pairs {
            let what = format!("{what} ÷ without");
            let ratio = share(stage, engine, &what, &[full(safe), full(plain)], None)?;
            figures.push(ratio.must(Goal::AtLeast(wanted)));
        }
    }
    Ok(figures)
}
