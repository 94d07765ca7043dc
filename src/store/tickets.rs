//! Tickets: stored only as hashes, and each used once.

use super::row::{Columns, FromRow, Value};
use super::statements::Sql;
use super::tables::space_value;
use super::{Step, Store};
use crate::clock::Timestamp;
use crate::domain::SpaceId;
use crate::error::{Cause, Error};

impl Store {
    /// Stores a ticket, and deletes those of the space that are too old.
    pub async fn keep_ticket(
        &self,
        space: &SpaceId,
        hash: &str,
        expires_at: Timestamp,
        access_until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        let ticket = [
            space_value(space),
            Value::Text(hash.into()),
            Value::Time(expires_at),
            Value::Time(access_until),
        ];
        let steps = vec![
            Step::new(Sql::ForgetTickets, [space_value(space), Value::Time(now)]),
            Step::new(Sql::KeepTicket, ticket),
        ];
        self.write::<()>(steps).await.map(drop)
    }

    /// Until when the ticket's holder may listen; `None` if there is no such ticket, or it is too old, or taken.
    pub async fn take_ticket(
        &self,
        space: &SpaceId,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let values = [
            space_value(space),
            Value::Text(hash.into()),
            Value::Time(now),
        ];
        let mut rows: Vec<AccessUntil> =
            self.write(vec![Step::new(Sql::TakeTicket, values)]).await?;
        Ok(rows.pop().map(|row| row.0))
    }
}

struct AccessUntil(Timestamp);

impl FromRow for AccessUntil {
    fn from_row(row: &impl Columns) -> Result<Self, Cause> {
        Ok(Self(row.time(0)?))
    }
}
