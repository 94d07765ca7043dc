//! What is done to a contender, by whom: deeds, users and their tokens. How a deed is put is in `protocol`.

use std::fmt;
use std::time::Duration;

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

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
        let mut all = Self::ALL.into_iter().chain(pairs);
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

    /// Requests of one kind, for random users and tasks.
    pub(super) fn at(&self, deed: Deed, seed: u64) -> CrowdWork<'_> {
        CrowdWork {
            crowd: self,
            deed,
            dice: Dice::new(seed),
            // Titles and keys of one run are not those of another.
            created: seed * 10_000_000,
        }
    }
}

pub(super) struct CrowdWork<'a> {
    crowd: &'a Crowd,
    deed: Deed,
    dice: Dice,
    created: u64,
}

impl Work for CrowdWork<'_> {
    type Expected = Subject;

    fn ask(&mut self, request: &mut Vec<u8>) -> Subject {
        let dataset = self.crowd.dataset;
        let number = self.dice.roll(dataset.users);
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
