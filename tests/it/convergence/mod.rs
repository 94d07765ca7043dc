//! Copies converge: devices of one user are offline, lose answers, send twice and in another order, read some pages,
//! hear some events, and come back too late; after quiet each copy is what the server has, and each deed was done once.

mod deed;
mod device;
mod referee;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::Value;
use tickbox::tasks::sweeper::Sweeper;

use self::device::Device;
use self::referee::Referee;
use crate::support::dice::Dice;
use crate::support::{Client, Home, RETENTION, TestApp, every_engine};

every_engine!(after_quiet_every_copy_equals_the_server);

/// Who stays away for three of them comes back too late for what was deleted in the first.
const SEASON: Duration = Duration::from_hours(12 * 24);
const SEASONS: usize = 5;

/// How many worlds live through the same seasons, to share the waiting for the disk.
const SIDE_BY_SIDE: usize = 24;

/// `TICKBOX_TEST_SEEDS=5000` tries so many, `TICKBOX_TEST_SEED=17` this one alone.
#[expect(
    clippy::disallowed_methods,
    reason = "the length of the test is no setting of the program"
)]
fn seeds() -> Vec<u64> {
    let given = |name: &str| {
        let text = std::env::var(name).ok()?;
        Some(text.parse::<u64>().expect("a number"))
    };
    match given("TICKBOX_TEST_SEED") {
        Some(seed) => vec![seed],
        None => (1..=given("TICKBOX_TEST_SEEDS").unwrap_or(60)).collect(),
    }
}

async fn after_quiet_every_copy_equals_the_server(app: TestApp) {
    let mut servers = vec![app];
    let engine = match servers[0].home {
        Home::Sqlite(_) => "sqlite",
        Home::Postgres(_) => {
            servers.push(TestApp::beside(&servers[0]).await);
            "postgres"
        }
    };
    let first = &servers[0];
    let sweeper = Sweeper::new(
        first.app.store.clone(),
        first.clock.clone(),
        RETENTION,
        first.app.tasks.leaving(),
    );
    for seeds in seeds().chunks(SIDE_BY_SIDE) {
        let mut worlds: Vec<_> = seeds.iter().map(|seed| World::new(*seed)).collect();
        for _ in 0..SEASONS {
            let living = worlds.iter_mut().map(|world| {
                let seed = world.seed;
                named(engine, seed, world.live(&servers))
            });
            join_all(living).await;
            first.clock.advance(SEASON);
            let until = first.clock.now().minus(RETENTION);
            for world in &worlds {
                world.referee.borrow_mut().expect_sweep(until);
            }
            sweeper.sweep().await.unwrap();
        }
        let ending = worlds.iter_mut().map(|world| {
            let seed = world.seed;
            named(engine, seed, world.end(&servers))
        });
        join_all(ending).await;
    }
    let wrong = first.home.store().system_count_wrong_accounts().await;
    assert_eq!(wrong.unwrap(), 0, "the counts agree with the tasks");
}

/// Says which seed it was that failed, and how to try it again.
async fn named(engine: &str, seed: u64, living: impl Future<Output = ()>) {
    if let Err(panic) = AssertUnwindSafe(living).catch_unwind().await {
        eprintln!("seed {seed}: TICKBOX_TEST_SEED={seed} cargo xtask test convergence::{engine}");
        resume_unwind(panic);
    }
}

/// One user with some devices.
struct World {
    seed: u64,
    dice: Dice,
    devices: Vec<Device>,
    referee: RefCell<Referee>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let devices = (0..2 + dice.roll(3)).map(|number| {
            let seed = u64::try_from(dice.roll(usize::MAX)).unwrap();
            Device::new(format!("device-{number}"), Dice::new(seed))
        });
        Self {
            seed,
            devices: devices.collect(),
            dice,
            referee: RefCell::default(),
        }
    }

    /// The user's lines to the servers. Tokens do not live as long as worlds do.
    fn lines(&self, servers: &[TestApp]) -> Vec<Client> {
        let user = format!("user of world {}", self.seed);
        servers.iter().map(|server| server.user(&user)).collect()
    }

    /// For a season. Devices of odd worlds act at once; in even ones, each after the other, which repeats better.
    async fn live(&mut self, servers: &[TestApp]) {
        let lines = self.lines(servers);
        let at_once = self.seed % 2 == 1;
        for device in &mut self.devices {
            device.is_online = self.dice.percent(60);
        }
        for _ in 0..self.dice.roll(40) {
            let acting = self.devices.iter_mut().map(|device| {
                let line = self.dice.pick(&lines).unwrap();
                device.act(line, &self.referee, at_once)
            });
            let acting: Vec<_> = acting.collect();
            if at_once {
                join_all(acting).await;
            } else {
                for act in acting {
                    act.await;
                }
            }
        }
        // A key is remembered for a day only: nobody lets a question stand for longer.
        for device in &mut self.devices {
            let line = self.dice.pick(&lines).unwrap();
            device.settle(line, &self.referee, false).await;
        }
        let seen = Referee::look(&lines[0]).await;
        self.referee.borrow_mut().note(seen);
    }

    /// Everybody is there, all is sent and read, and nothing happens any more.
    async fn end(&mut self, servers: &[TestApp]) {
        let lines = self.lines(servers);
        for device in &mut self.devices {
            device.settle(&lines[0], &self.referee, true).await;
        }
        let list = lines[0].list().await;
        let there = as_set(list["tasks"].as_array().unwrap());
        let newcomer = Device::new("newcomer".to_owned(), Dice::new(self.seed));
        self.devices.push(newcomer);
        for device in &mut self.devices {
            let line = self.dice.pick(&lines).unwrap();
            while device.read_page(line, &self.referee).await {}
            assert_eq!(as_set(device.copy()), there);
        }
        let copy = lines[0].tasks.replace("/tasks", "/changes?limit=1000");
        let copy = lines[0].get(&copy).await.expect(StatusCode::OK);
        let copy = copy["changes"].as_array().unwrap();
        assert_eq!(as_set(copy.iter().map(|change| &change["task"])), there);
        let seen = Referee::look(&lines[0]).await;
        let mut referee = self.referee.borrow_mut();
        referee.note(seen);
        referee.judge();
    }
}

/// Tasks as text: all of their fields count.
fn as_set<'a>(tasks: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    tasks.into_iter().map(Value::to_string).collect()
}
