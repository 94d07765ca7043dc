//! What is done to a contender, by whom: deeds, users and their tokens. How a deed is put is in `protocol`.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tickbox::auth::{AuthConfig, Authenticator};
use tickbox::clock::Clock;
use tickbox::config::{AuthSettings, Environment, Secret};
use tickbox::tasks::model::UserId;

use super::dataset::{Dataset, Dice, user_id};
use super::load::Work;
use super::protocol::{Person, Protocol, Subject};
use crate::step::Outcome;

/// What the tokens of a measurement are signed with.
pub(super) const SECRET: &str = "a secret of the benchmark, which guards nothing at all";

/// Longer than any measurement takes.
const TOKEN_LIFETIME: Duration = Duration::from_hours(24);

/// How many tasks a page of the list has.
pub(super) const PAGE: usize = 20;

/// As many as users have of whom there are very many.
pub(super) const SHORT_PAGE: usize = 10;

/// The most that a page can have.
pub(super) const LONG_PAGE: usize = 1000;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Deed {
    Get,
    List,
    Create,
    Complete,
    /// With the tag of what is there already.
    ListKnown,
    /// With an idempotency key.
    CreateKeyed,
    Change,
    /// With the versions that the task may have.
    ChangeKnown,
    /// A page of [`SHORT_PAGE`].
    ListShort,
    /// A page of [`LONG_PAGE`].
    ListLong,
    /// So many changes.
    Changes,
}

impl Deed {
    /// In an order in which none spoils the data for the next.
    pub(super) const ALL: [Self; 4] = [Self::Get, Self::List, Self::Complete, Self::Create];

    /// What safety costs: a deed without it, and with it.
    pub(super) const PAIRS: [(Self, Self); 3] = [
        (Self::List, Self::ListKnown),
        (Self::Change, Self::ChangeKnown),
        (Self::Create, Self::CreateKeyed),
    ];

    pub(super) fn parse(text: &str) -> Option<Self> {
        let pairs = Self::PAIRS
            .into_iter()
            .flat_map(|(one, other)| [one, other]);
        let long = [Self::ListShort, Self::ListLong, Self::Changes];
        let mut all = Self::ALL.into_iter().chain(pairs).chain(long);
        all.find(|deed| deed.word() == text)
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Create => "create",
            Self::Complete => "complete",
            Self::ListKnown => "list, known",
            Self::CreateKeyed => "create, with a key",
            Self::Change => "change",
            Self::ChangeKnown => "change, If-Match",
            Self::ListShort => "list 10",
            Self::ListLong => "list 1000",
            Self::Changes => "changes",
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
    protocol: Protocol,
    dataset: Dataset,
    people: Vec<Person>,
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
    /// The users of a data set, with tokens that are signed with [`SECRET`].
    pub(super) fn signed(protocol: Protocol, dataset: Dataset) -> Outcome<Self> {
        let authenticator = authenticator()?;
        let people = (0..dataset.users).map(|number| {
            let user = user_id(number);
            let token = token(&authenticator, &user)?;
            Ok(Person::new(user, &token))
        });
        Ok(Self::of(protocol, dataset, people.collect::<Outcome<_>>()?))
    }

    pub(super) fn of(protocol: Protocol, dataset: Dataset, people: Vec<Person>) -> Self {
        Self {
            protocol,
            dataset,
            people,
        }
    }

    pub(super) fn people(&self) -> &[Person] {
        &self.people
    }

    /// Takes away all but the first users; gives the others.
    pub(super) fn split_off(&mut self, first: usize) -> Vec<Person> {
        self.people.split_off(first)
    }

    /// Requests of one kind, for random users and tasks.
    pub(super) fn at(&self, deed: Deed, seed: u64) -> CrowdWork<'_> {
        let people = u64::try_from(self.people.len()).unwrap_or(u64::MAX);
        self.work(0..people, deed, seed)
    }

    /// The same for one user.
    pub(super) fn at_one(&self, user: u64, deed: Deed, seed: u64) -> CrowdWork<'_> {
        self.work(user..user + 1, deed, seed)
    }

    fn work(&self, users: Range<u64>, deed: Deed, seed: u64) -> CrowdWork<'_> {
        CrowdWork {
            crowd: self,
            users,
            deed,
            dice: Dice::new(seed),
            // Titles and keys of one run are not those of another.
            created: seed * 10_000_000,
        }
    }
}

pub(super) struct CrowdWork<'a> {
    crowd: &'a Crowd,
    users: Range<u64>,
    deed: Deed,
    dice: Dice,
    created: u64,
}

impl Work for CrowdWork<'_> {
    type Expected = Subject;

    fn ask(&mut self, request: &mut Vec<u8>) -> Subject {
        let dataset = self.crowd.dataset;
        let number = self.users.start + self.dice.roll(self.users.end - self.users.start);
        let task = self.dice.roll(dataset.tasks_each);
        let mut subject = Subject {
            user: usize::try_from(number).unwrap_or_default(),
            ordinal: dataset.ordinal(number, task),
            completed: self.dice.roll(2) == 1,
        };
        if matches!(self.deed, Deed::Create | Deed::CreateKeyed) {
            self.created += 1;
            subject.ordinal = self.created;
        }
        let person = &self.crowd.people[subject.user];
        self.crowd
            .protocol
            .ask(self.deed, person, &subject, request);
        subject
    }

    fn status(&self, _: &Subject) -> u16 {
        self.crowd.protocol.status(self.deed)
    }

    fn check(&self, subject: &Subject, body: &[u8]) -> Result<(), String> {
        let person = &self.crowd.people[subject.user];
        let question = (self.deed, self.crowd.dataset);
        self.crowd.protocol.check(question, person, subject, body)
    }
}

/// The same request again and again.
pub(super) struct Fixed {
    pub(super) request: Vec<u8>,
    /// What the answer has in it.
    pub(super) wanted: Vec<u8>,
}

impl Work for Fixed {
    type Expected = ();

    fn ask(&mut self, request: &mut Vec<u8>) {
        request.extend_from_slice(&self.request);
    }

    fn status(&self, (): &()) -> u16 {
        200
    }

    fn check(&self, (): &(), body: &[u8]) -> Result<(), String> {
        let mut parts = body.windows(self.wanted.len());
        if parts.any(|part| part == self.wanted) {
            Ok(())
        } else {
            Err(format!("not an answer with {}", self.wanted.escape_ascii()))
        }
    }
}
