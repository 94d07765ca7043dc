//! Writers of one account, who must wait for each other, against writers of a thousand.

use super::{full, share};
use crate::Outcome;
use crate::figures::{Figure, Goal};
use crate::stage::{ENGINES, Stage};
use crate::wrk::Load;

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for engine in ENGINES {
        for deed in ["complete", "create"] {
            let one = Load {
                people: 0..1,
                ..full(deed)
            };
            let what = format!("{deed}, one account ÷ a thousand");
            let ratio = share(stage, engine, &what, &[one, full(deed)], None)?;
            figures.push(ratio.must(Goal::AtLeast(0.8)));
        }
    }
    Ok(figures)
}
