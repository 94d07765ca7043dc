//! The requests that are measured, and what a good answer to each is.

use std::collections::HashMap;
use std::fmt;
use std::io::Write as _;
use std::time::Duration;

use serde_json::Value;
use tickbox::auth::{AuthConfig, Authenticator};
use tickbox::clock::Clock;
use tickbox::config::{AuthSettings, Environment, Secret};
use tickbox::tasks::model::UserId;

use super::dataset::{Dataset, Dice, task_id, user_id};
use super::load::Work;
use crate::step::{Outcome, text};

/// What the tokens of a measurement are signed with.
pub(super) const SECRET: &str = "a secret of the benchmark, which guards nothing at all";

/// Longer than any measurement takes.
const TOKEN_LIFETIME: Duration = Duration::from_hours(24);

/// How many tasks a page of the list has.
pub(super) const PAGE: usize = 20;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Deed {
    Get,
    List,
    Create,
    Complete,
}

impl Deed {
    /// In an order in which none spoils the data for the next.
    pub(super) const ALL: [Self; 4] = [Self::Get, Self::List, Self::Complete, Self::Create];

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.word() == text)
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Create => "create",
            Self::Complete => "complete",
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Users with their tokens, one each.
pub(super) struct Crowd {
    dataset: Dataset,
    people: Vec<Person>,
}

struct Person {
    user: Vec<u8>,
    /// What follows the path in each of the user's requests.
    head: Vec<u8>,
}

/// Verifies and signs with [`SECRET`], as the server under measurement does.
pub(super) fn authenticator() -> Outcome<Authenticator> {
    let settings = AuthSettings {
        better_auth_secret: Some(Secret::new(SECRET)),
        ..AuthSettings::default()
    };
    let (config, _) = AuthConfig::from_settings(&settings, Environment::Production)
        .map_err(|error| error.to_string())?;
    Authenticator::new(config, Clock::system()).map_err(|error| error.to_string())
}

/// A token as the stock Better Auth server of an app makes it, with an address in it.
pub(super) fn token(authenticator: &Authenticator, user: &str) -> Outcome<String> {
    let id = UserId::parse(user).ok_or("not an identity")?;
    let email = format!("user-{user}@example.com");
    authenticator
        .sign(&id, Some(&email), TOKEN_LIFETIME)
        .map_err(|error| error.to_string())
}

impl Crowd {
    pub(super) fn of(dataset: Dataset) -> Outcome<Self> {
        let authenticator = authenticator()?;
        let people = (0..dataset.users).map(|number| {
            let user = user_id(number);
            let token = token(&authenticator, &user)?;
            let head = format!(" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n");
            Ok(Person {
                user: user.into_bytes(),
                head: head.into_bytes(),
            })
        });
        Ok(Self {
            dataset,
            people: people.collect::<Outcome<_>>()?,
        })
    }

    /// Requests of one kind, for random users and tasks.
    pub(super) fn at(&self, deed: Deed, seed: u64) -> TickboxWork<'_> {
        TickboxWork {
            crowd: self,
            deed,
            dice: Dice::new(seed),
            created: 0,
        }
    }
}

pub(super) struct TickboxWork<'a> {
    crowd: &'a Crowd,
    deed: Deed,
    dice: Dice,
    created: u64,
}

fn put_json(request: &mut Vec<u8>, body: &str) {
    // Writing into memory cannot fail.
    let _ = write!(
        request,
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
}

/// Which user, and which task; for a new task, its number; for a completion, whether.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Expected {
    user: usize,
    ordinal: u64,
    completed: bool,
}

impl Work for TickboxWork<'_> {
    type Expected = Expected;

    fn ask(&mut self, request: &mut Vec<u8>) -> Expected {
        let dataset = self.crowd.dataset;
        let number = self.dice.roll(dataset.users);
        let task = self.dice.roll(dataset.tasks_each);
        let mut expected = Expected {
            user: usize::try_from(number).unwrap_or_default(),
            ordinal: dataset.ordinal(number, task),
            completed: self.dice.roll(2) == 1,
        };
        let Person { user, head } = &self.crowd.people[expected.user];
        let id = task_id(expected.ordinal);
        let mut put = |parts: &[&[u8]]| {
            for part in parts {
                request.extend_from_slice(part);
            }
        };
        match self.deed {
            Deed::Get => put(&[b"GET /api/", user, b"/tasks/", &id, head, b"\r\n"]),
            Deed::List => put(&[b"GET /api/", user, b"/tasks?limit=20", head, b"\r\n"]),
            Deed::Create => {
                self.created += 1;
                expected.ordinal = self.created;
                let body = format!(
                    "{{\"title\":\"New task number {}\",\"description\":\"Written by the load generator\"}}",
                    self.created
                );
                put(&[b"POST /api/", user, b"/tasks", head]);
                put_json(request, &body);
            }
            Deed::Complete => {
                let body = format!("{{\"completed\":{}}}", expected.completed);
                put(&[b"PATCH /api/", user, b"/tasks/", &id, b"/complete", head]);
                put_json(request, &body);
            }
        }
        expected
    }

    fn status(&self, _: &Expected) -> u16 {
        match self.deed {
            Deed::Create => 201,
            Deed::Get | Deed::List | Deed::Complete => 200,
        }
    }

    fn check(&self, expected: &Expected, body: &[u8]) -> Result<(), String> {
        let json: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let user = &user_id(u64::try_from(expected.user).unwrap_or_default());
        if self.deed == Deed::List {
            return self.check_page(&json, user);
        }
        let mut wanted = HashMap::from([("user_id", Value::from(user.as_str()))]);
        match self.deed {
            Deed::Create => {
                let title = format!("New task number {}", expected.ordinal);
                wanted.insert("title", title.into());
            }
            Deed::Complete => {
                wanted.insert("completed", expected.completed.into());
                wanted.insert("id", text(&task_id(expected.ordinal)).into());
            }
            Deed::Get | Deed::List => {
                wanted.insert("id", text(&task_id(expected.ordinal)).into());
            }
        }
        for (name, value) in wanted {
            if json[name] != value {
                return Err(format!("{name} is not {value}"));
            }
        }
        Ok(())
    }
}

impl TickboxWork<'_> {
    fn check_page(&self, json: &Value, user: &str) -> Result<(), String> {
        let tasks = json["tasks"].as_array().ok_or("no tasks")?;
        if tasks.len() != PAGE || tasks.iter().any(|task| task["user_id"] != user) {
            return Err(format!("not {PAGE} tasks of {user}"));
        }
        if json["count"].as_u64() != Some(self.crowd.dataset.tasks_each) {
            return Err("a wrong count".to_owned());
        }
        let times: Vec<_> = tasks
            .iter()
            .map(|task| task["created_at"].as_str())
            .collect();
        if times.is_sorted_by(|one, next| one >= next) {
            Ok(())
        } else {
            Err("not the newest first".to_owned())
        }
    }
}
