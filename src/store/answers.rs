//! The first answer to each idempotency key: kept in the transaction of the write, and found again.

use std::time::Duration;

use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::tasks::owner;
use super::{Step, Store};
use crate::clock::Timestamp;
use crate::error::{Cause, Error};
use crate::tasks::model::UserId;
use crate::tasks::operation::{Answer, Repeat};

/// How long a key stands for its first answer.
pub(super) const KEPT_FOR: Duration = Duration::from_hours(24);

impl Store {
    /// The first answer to a key, if it was given within the time.
    ///
    /// # Errors
    /// [`Error::KeyReused`] if it was an answer to something else.
    pub(super) async fn find_answer(
        &self,
        user: &UserId,
        repeat: &Repeat,
        now: Timestamp,
    ) -> Result<Option<Answer>, Error> {
        let values = vec![
            owner(user),
            Value::Text(repeat.key.clone()),
            Value::Time(now.minus(KEPT_FOR)),
        ];
        let found: Option<KeptAnswer> = self.read(Sql::FindAnswer, values).await?.pop();
        match found {
            Some(kept) if *kept.fingerprint != *repeat.fingerprint => Err(Error::KeyReused),
            found => Ok(found.map(|kept| kept.answer)),
        }
    }

    /// Forgets an answer whose time is over.
    pub(super) async fn forget_answer(
        &self,
        user: &UserId,
        repeat: &Repeat,
        now: Timestamp,
    ) -> Result<(), Error> {
        let values = [
            owner(user),
            Value::Text(repeat.key.clone()),
            Value::Time(now.minus(KEPT_FOR)),
        ];
        let steps = vec![Step::new(Sql::ForgetAnswer, values)];
        self.write::<()>(steps, None).await.map(|_| ())
    }
}

/// Takes the key. The answer follows in the same transaction, where it is not known beforehand.
pub(super) fn claim(
    user: &UserId,
    repeat: &Repeat,
    now: Timestamp,
    answer: Option<&Answer>,
) -> Step {
    let [status, etag, location, body] = columns(answer);
    let values = [
        owner(user),
        Value::Text(repeat.key.clone()),
        Value::Text(repeat.fingerprint.clone()),
        Value::Time(now),
        status,
        etag,
        location,
        body,
    ];
    Step::new(Sql::ClaimKey, values)
}

pub(super) fn keep(user: &UserId, repeat: &Repeat, answer: &Answer) -> Step {
    let [status, etag, location, body] = columns(Some(answer));
    let key = Value::Text(repeat.key.clone());
    let values = [owner(user), key, status, etag, location, body];
    Step::new(Sql::StoreAnswer, values)
}

fn columns(answer: Option<&Answer>) -> [Value; 4] {
    let status = answer.map_or(0, |answer| i64::from(answer.status));
    let body = answer.map_or("", |answer| &answer.body);
    [
        Value::Int(status),
        Value::optional_text(answer.and_then(|answer| answer.etag.as_deref())),
        Value::optional_text(answer.and_then(|answer| answer.location.as_deref())),
        Value::Text(body.into()),
    ]
}

struct KeptAnswer {
    fingerprint: String,
    answer: Answer,
}

impl FromRow for KeptAnswer {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self {
            fingerprint: row.text(0)?,
            answer: Answer {
                status: u16::try_from(row.int(1)?)?,
                etag: row.optional_text(2)?,
                location: row.optional_text(3)?,
                body: row.text(4)?,
            },
        })
    }
}
