//! Writers of one account, who must wait for each other, against writers of a thousand.

use super::{CONNECTIONS, EVERYBODY};
use crate::Outcome;
use crate::figures::{Figure, Goal};
use crate::stage::{ENGINES, Side, Stage};

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for engine in ENGINES {
        for deed in ["complete", "create"] {
            let (mut one, mut all) = (Vec::new(), Vec::new());
            for _ in 0..stage.plan.repeats {
                let server = stage.server(engine, Side::Now)?;
                for (people, rates) in [(EVERYBODY, &mut all), (0..1, &mut one)] {
                    let found = stage.load(&server, deed, CONNECTIONS, people)?;
                    rates.push(found.per_second());
                }
            }
            let ratio = Figure::ratio(format!("{engine} {deed}, one ÷ a thousand"), &one, &all);
            figures.push(Figure::new(
                format!("{engine} {deed}, one account"),
                "/s",
                one,
            ));
            figures.push(ratio.must(Goal::AtLeast(0.8)));
        }
    }
    Ok(figures)
}
