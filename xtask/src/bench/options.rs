//! What a person may ask of `cargo xtask bench`.

use super::server::Engine;
use super::work::Deed;
use crate::step::Outcome;

pub(super) const HELP: &str = "\
cargo xtask bench                        all measurements; writes bench/RESULTS.md
    --repeats N                          with so many repeats instead of five
cargo xtask bench --quick                the same in a few minutes, to see where one stands; writes nothing
cargo xtask bench one ENGINE WORK        one measurement, say to watch it with `perf`
    --seconds N                          how long it lasts
    --rate N                             so many requests per second, and not as many as possible

ENGINE is postgres or sqlite; WORK is get, list, create or complete";

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) repeats: usize,
    pub(super) seconds: u32,
    pub(super) warm_up_seconds: u32,
    pub(super) starts: usize,
    pub(super) write_results: bool,
}

const FULL: Plan = Plan {
    repeats: 5,
    seconds: 4,
    warm_up_seconds: 1,
    starts: 20,
    write_results: true,
};

const QUICK: Plan = Plan {
    repeats: 1,
    seconds: 3,
    warm_up_seconds: 1,
    starts: 5,
    write_results: false,
};

#[derive(Clone, Copy, Debug)]
pub(super) enum Options {
    Help,
    All(Plan),
    One {
        engine: Engine,
        deed: Deed,
        seconds: u32,
        rate: Option<f64>,
    },
}

impl Options {
    pub(super) fn read(words: &[&str]) -> Outcome<Self> {
        match words {
            [] => Ok(Self::All(FULL)),
            ["--quick"] => Ok(Self::All(QUICK)),
            ["--repeats", number] => {
                let repeats = number.parse().map_err(|_| misunderstood(words))?;
                Ok(Self::All(Plan { repeats, ..FULL }))
            }
            ["help" | "--help" | "-h"] => Ok(Self::Help),
            ["one", engine, deed, rest @ ..] => {
                let engine = match *engine {
                    "postgres" => Engine::Postgres,
                    "sqlite" => Engine::Sqlite,
                    _ => return Err(misunderstood(words)),
                };
                let deed = Deed::parse(deed).ok_or_else(|| misunderstood(words))?;
                let (mut seconds, mut rate) = (10, None);
                for pair in rest.chunks(2) {
                    match pair {
                        ["--seconds", number] => {
                            seconds = number.parse().map_err(|_| misunderstood(words))?;
                        }
                        ["--rate", number] => {
                            let number = number.parse().map_err(|_| misunderstood(words))?;
                            rate = Some(number);
                        }
                        _ => return Err(misunderstood(words)),
                    }
                }
                Ok(Self::One {
                    engine,
                    deed,
                    seconds,
                    rate,
                })
            }
            _ => Err(misunderstood(words)),
        }
    }
}

fn misunderstood(words: &[&str]) -> String {
    format!("not understood: {}\n\n{HELP}", words.join(" "))
}
