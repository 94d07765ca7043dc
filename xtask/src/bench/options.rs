//! What a person may ask of `cargo xtask bench`.

use super::contender::Contender;
use super::work::Deed;
use crate::step::Outcome;

pub(super) const HELP: &str = "\
cargo xtask bench                    all measurements; writes bench/RESULTS.md
    --repeats N                      so many repeats instead of five
    --no-peers                       without FastAPI and PocketBase, which are installed from PyPI
    --quick                          one short repeat, to see where one stands; writes nothing
cargo xtask bench one WHO WORK       one measurement, say to watch it with `perf`
    --seconds N                      how long it lasts
    --rate N                         so many requests per second, and not as many as possible

WHO is postgres, sqlite, fastapi or pocketbase; WORK is get, list, create or complete";

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) repeats: usize,
    pub(super) seconds: u32,
    pub(super) warm_up_seconds: u32,
    pub(super) starts: usize,
    pub(super) peers: bool,
    pub(super) write_results: bool,
}

const FULL: Plan = Plan {
    repeats: 5,
    seconds: 4,
    warm_up_seconds: 1,
    starts: 20,
    peers: true,
    write_results: true,
};

const QUICK: Plan = Plan {
    repeats: 1,
    seconds: 3,
    warm_up_seconds: 1,
    starts: 5,
    peers: true,
    write_results: false,
};

impl Plan {
    pub(super) fn contenders(self) -> impl Iterator<Item = Contender> {
        let peers = self.peers.then_some(Contender::PEERS);
        Contender::OURS
            .into_iter()
            .chain(peers.into_iter().flatten())
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct One {
    pub(super) contender: Contender,
    pub(super) deed: Deed,
    pub(super) seconds: u32,
    pub(super) rate: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Options {
    Help,
    All(Plan),
    One(One),
}

impl Options {
    pub(super) fn read(words: &[&str]) -> Outcome<Self> {
        let found = match words {
            ["help" | "--help" | "-h"] => Some(Self::Help),
            ["one", contender, deed, rest @ ..] => read_one(contender, deed, rest).map(Self::One),
            words => read_plan(words).map(Self::All),
        };
        found.ok_or_else(|| format!("not understood: {}\n\n{HELP}", words.join(" ")))
    }
}

fn read_plan(words: &[&str]) -> Option<Plan> {
    let mut plan = if words.contains(&"--quick") {
        QUICK
    } else {
        FULL
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--quick" => {}
            "--no-peers" => plan.peers = false,
            "--repeats" => plan.repeats = words.next()?.parse().ok()?,
            _ => return None,
        }
    }
    Some(plan)
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
