//! Tickets: kept by their hash alone, and taken once.

use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::tasks::owner;
use super::{Step, Store};
use crate::clock::Timestamp;
use crate::error::{Cause, Error};
use crate::tasks::model::UserId;

impl Store {
    /// Keeps a ticket, and forgets those of the user that are too old.
    pub async fn keep_ticket(
        &self,
        user: &UserId,
        hash: &str,
        expires_at: Timestamp,
        access_until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        let ticket = [
            owner(user),
            Value::Text(hash.into()),
            Value::Time(expires_at),
            Value::Time(access_until),
        ];
        let steps = vec![
            Step::new(Sql::ForgetTickets, [owner(user), Value::Time(now)]),
            Step::new(Sql::KeepTicket, ticket),
        ];
        self.write::<()>(steps, None).await.map(|_| ())
    }

    /// Until when the ticket's holder may listen; `None` if there is no such ticket, or it is too old, or taken.
    pub async fn take_ticket(
        &self,
        user: &UserId,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let values = [owner(user), Value::Text(hash.into()), Value::Time(now)];
        let steps = vec![Step::kept(Sql::TakeTicket, values)];
        let rows: Vec<Vec<AccessUntil>> = self.write(steps, None).await?;
        Ok(rows.into_iter().flatten().next().map(|row| row.0))
    }
}

struct AccessUntil(Timestamp);

impl FromRow for AccessUntil {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self(row.time(0)?))
    }
}
