//! Creations in one round trip. What only creates needs no row but its account, and how this process left that is known:
//! so it is decided at once, and saved under the condition that the account is still so. Where it is not, because another
//! process has written, or where what is created is there already, nothing has happened, and the group begins anew with
//! what is loaded. At the start some accounts are read, all of them where there are few.

use std::time::{Duration, Instant};

use futures_util::future::join3;
use quick_cache::sync::Cache;

use super::super::group::{Decided, End, first_needs};
use super::super::queue::Turn;
use super::super::row::{FromRow, Value};
use super::super::statements::Sql;
use super::super::tables::ACCOUNTS;
use super::LONGEST_CALL;
use super::attempt::{Attempt, failed, warned};
use super::connect::Connector;
use super::connection::Connection;
use super::failure::is_conflict;
use super::load::{opening, space_of};
use super::pool::Pool;
use super::save::Creations;
use crate::domain::{Account, SpaceId, State, Work};
use crate::error::{Error, chain};

/// How many accounts are known at most.
const MOST_ACCOUNTS: usize = 8192;

/// How long an account that was not as it was known is loaded for each group: another process may go on writing to it.
const DOUBT: Duration = Duration::from_secs(10);

/// The accounts as this process left them. They may have changed since.
pub(super) struct KnownAccounts(Cache<SpaceId, Known>);

#[derive(Clone)]
enum Known {
    Is(Account),
    Doubtful(Instant),
}

impl Default for KnownAccounts {
    fn default() -> Self {
        Self(Cache::new(MOST_ACCOUNTS))
    }
}

impl KnownAccounts {
    fn find(&self, space: &SpaceId) -> Option<Account> {
        match self.0.get(space)? {
            Known::Is(account) => Some(account),
            Known::Doubtful(_) => None,
        }
    }

    fn meet(&self, space: SpaceId, account: Account) {
        if self.0.get(&space).is_none() {
            self.0.insert(space, Known::Is(account));
        }
    }

    /// After a commit.
    pub(super) fn keep(&self, decided: &[Decided]) {
        for Decided { space, state, .. } in decided {
            match self.0.get(space) {
                Some(Known::Doubtful(since)) if since.elapsed() < DOUBT => {}
                _ => self.0.insert(space.clone(), Known::Is(state.account)),
            }
        }
    }

    fn doubt(&self, decided: &[Decided]) {
        for Decided { space, .. } in decided {
            self.0
                .insert(space.clone(), Known::Doubtful(Instant::now()));
        }
    }
}

impl Connector {
    /// At the start, so that the first who create something do not pay for it.
    pub(super) async fn meet_accounts(&self, pool: &Pool) {
        if self.is_distributed() {
            return;
        }
        let most = [Value::Int(i64::try_from(MOST_ACCOUNTS).unwrap_or(i64::MAX))];
        let meeting = async {
            let loan = pool.borrow().await?;
            let connection = loan.connection()?;
            let asking = self.query(connection, Sql::SystemListSomeAccounts, &most);
            for row in self.heard(connection, LONGEST_CALL, asking).await? {
                let account = Account::from_row(&row).map_err(Error::Internal)?;
                let space = space_of(&row, &ACCOUNTS);
                self.known.meet(space.map_err(Error::Internal)?, account);
            }
            loan.give_back();
            Ok::<_, Error>(())
        };
        if let Err(error) = meeting.await {
            tracing::debug!(error = chain(&error), "no accounts are known yet");
        }
    }
}

impl Attempt {
    /// `None`: nothing has happened, and all works wait as before.
    pub(super) async fn run_on_known(
        &mut self,
        connector: &Connector,
        connection: &Connection,
    ) -> Option<End> {
        let states = states(connector, &self.waiting)?;
        let turns = std::mem::take(&mut self.waiting).into_iter().zip(states);
        self.decided = turns
            .map(|(turn, state)| Decided::begin(turn.space, state, turn.works))
            .collect();
        let is_decided = self
            .decided
            .iter_mut()
            .all(|decided| decided.go_on().is_empty());
        let creations = is_decided.then(|| Creations::of(&self.decided)).flatten();
        let Some(creations) = creations else {
            self.wait_again();
            return None;
        };
        if connection.is_closed() {
            return Some(self.lost());
        }
        self.committing = true;
        let warnings = connection.warnings();
        let (begun, saved, committed) = join3(
            connection.client.batch_execute(opening(connector, false)),
            connector.query_creations(connection, &creations),
            connector.query(connection, Sql::Commit, &[]),
        )
        .await;
        let error = match (begun, saved, committed) {
            (Ok(()), Ok(_), Ok(_)) if connection.warnings() == warnings => {
                return Some(End::Committed);
            }
            (Ok(()), Ok(_), Ok(_)) => return Some(warned()),
            // Then it stood alone, and its end was its own commit.
            (Err(error), Ok(_), _) => return Some(End::Unknown(error.into())),
            (_, Err(error), _) | (.., Err(error)) => error,
        };
        if is_conflict(&error) {
            connector.known.doubt(&self.decided);
            self.committing = false;
            self.wait_again();
            return None;
        }
        self.look_at(connector, connection, &error).await;
        Some(failed(error))
    }

    fn wait_again(&mut self) {
        let decided = std::mem::take(&mut self.decided).into_iter();
        self.waiting = decided.map(Decided::into_turn).collect();
    }
}

/// The states of all spaces, where all works only create, and all accounts are known.
fn states(connector: &Connector, turns: &[Turn]) -> Option<Vec<State>> {
    if connector.is_distributed() {
        return None;
    }
    let state = |turn: &Turn| {
        let mut works = turn.works.iter().map(|pending| &pending.work);
        if !works.all(Work::only_creates) {
            return None;
        }
        let mut state = State::new(connector.known.find(&turn.space)?);
        for need in first_needs(turn) {
            state.load_nothing(need);
        }
        Some(state)
    };
    turns.iter().map(state).collect()
}
