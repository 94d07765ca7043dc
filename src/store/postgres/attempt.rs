//! One transaction for a group: lock the accounts and load, decide, save and commit. Two round trips, if no work needs
//! to load more after it has looked at what was loaded; one, if nothing needs to be loaded (`known`).

use futures_util::future::{join, join_all};
use tokio_postgres::Error as DriverError;

use super::super::group::{Decided, End, tell_failed, tell_unknown};
use super::super::queue::{Pending, Turn};
use super::super::statements::Sql;
use super::connect::Connector;
use super::connection::Connection;
use super::failure::{is_of_no_use, is_refused, translate, unreachable};
use super::load::{load, load_and_decide};
use super::save::Rows;
use crate::error::{Cause, Error};

/// What is done about an account that another process has locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locked {
    /// Its works are left out.
    Skip,
    Wait,
}

/// The works of one transaction, wherever it ends.
pub(super) struct Attempt {
    /// Nothing was decided for these: at the end, those whose account could not be locked, or is not there.
    pub(super) waiting: Vec<Turn>,
    pub(super) decided: Vec<Decided>,
    /// Whether the commit may have been sent.
    pub(super) committing: bool,
    /// Whether the next one should have another connection.
    pub(super) spoiled: bool,
    /// Whether it failed only because the tables have been distributed meanwhile.
    pub(super) outdated: bool,
}

/// Why a transaction ended before its commit.
pub(super) enum Failure {
    Driver(DriverError),
    /// A row was not what its reader expects.
    Row(Cause),
}

impl From<DriverError> for Failure {
    fn from(error: DriverError) -> Self {
        Self::Driver(error)
    }
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        Self::Row(cause)
    }
}

impl Attempt {
    pub(super) fn new(waiting: Vec<Turn>) -> Self {
        Self {
            waiting,
            decided: Vec::new(),
            committing: false,
            spoiled: false,
            outdated: false,
        }
    }

    /// Tells whoever asked, after the commit.
    pub(super) fn tell_decided(&mut self) {
        for decided in std::mem::take(&mut self.decided) {
            decided.tell();
        }
    }

    /// For works that the transaction did not contain, nothing has happened.
    pub(super) fn tell_unknown(self, cause: &str) {
        tell_unknown(self.decided, cause);
        let waiting = self.waiting.into_iter().flat_map(|turn| turn.works);
        tell_failed(waiting, &unreachable(cause.to_owned().into()));
    }

    /// All works, as they came.
    pub(super) fn into_works(self) -> Vec<Pending> {
        let waiting = self.waiting.into_iter().flat_map(|turn| turn.works);
        let decided = self.decided.into_iter().flat_map(Decided::into_works);
        decided.chain(waiting).collect()
    }

    pub(super) async fn run(
        &mut self,
        connector: &Connector,
        connection: &Connection,
        locked: Locked,
    ) -> End {
        let on_known = match locked {
            Locked::Skip => self.run_on_known(connector, connection).await,
            Locked::Wait => None,
        };
        let end = match on_known {
            Some(end) => end,
            None => self.run_on_loaded(connector, connection, locked).await,
        };
        if matches!(end, End::Committed) {
            connector.known.keep(&self.decided);
        }
        end
    }

    async fn run_on_loaded(
        &mut self,
        connector: &Connector,
        connection: &Connection,
        locked: Locked,
    ) -> End {
        let ended = async {
            self.load_and_decide(connector, connection, locked).await?;
            self.committing = true;
            Ok(self.save(connector, connection).await)
        };
        let failure = match ended.await {
            Ok(end) => return end,
            Err(failure) => failure,
        };
        let error = match failure {
            Failure::Row(cause) => Error::Internal(cause),
            Failure::Driver(error) => {
                self.look_at(connector, connection, &error).await;
                translate(error)
            }
        };
        if !self.spoiled {
            let rolled_back = connector.query(connection, Sql::Rollback, &[]).await;
            self.spoiled = rolled_back.is_err();
        }
        End::NotDone(error)
    }

    /// What it says of the connection, and of those like it.
    pub(super) async fn look_at(
        &mut self,
        connector: &Connector,
        connection: &Connection,
        error: &DriverError,
    ) {
        self.outdated |= connector.were_distributed(connection, error).await;
        self.spoiled |= self.outdated || is_of_no_use(error);
        connector.note(connection, error);
    }

    async fn load_and_decide(
        &mut self,
        connector: &Connector,
        connection: &Connection,
        locked: Locked,
    ) -> Result<(), Failure> {
        let mut states = load(connector, connection, locked, &self.waiting).await?;
        for turn in std::mem::take(&mut self.waiting) {
            match states.remove(&turn.space) {
                None => self.waiting.push(turn),
                Some(state) => {
                    self.decided
                        .push(Decided::begin(turn.space, state, turn.works));
                }
            }
        }
        load_and_decide(connector, connection, &mut self.decided).await
    }

    /// Nothing was sent.
    pub(super) fn lost(&mut self) -> End {
        self.spoiled = true;
        End::NotDone(unreachable("the connection was lost".into()))
    }

    /// Sends what has changed, and the commit with it. If a statement fails, the commit does nothing.
    async fn save(&mut self, connector: &Connector, connection: &Connection) -> End {
        let rows = Rows::of(&self.decided);
        let warnings = connection.warnings();
        if connection.is_closed() {
            return self.lost();
        }
        let saving = join_all(rows.statements(connector, connection));
        let committing = connector.query(connection, Sql::Commit, &[]);
        // Each is on its way before the first is answered: a future sends when it is first polled.
        let (saved, committed) = join(saving, committing).await;
        if let Some(error) = saved.into_iter().find_map(Result::err) {
            self.look_at(connector, connection, &error).await;
            return failed(error);
        }
        match committed {
            Ok(_) if connection.warnings() == warnings => End::Committed,
            Ok(_) => warned(),
            Err(error) => {
                self.look_at(connector, connection, &error).await;
                failed(error)
            }
        }
    }
}

/// Such as: committed here, but not where it was to be replicated to.
pub(super) fn warned() -> End {
    End::Unknown("the database has warned while it committed".into())
}

/// After the commit was sent. What else than a refusal ends a statement may come from whoever stands between us and
/// the server, and the server may go on to the commit.
pub(super) fn failed(error: DriverError) -> End {
    if is_refused(&error) {
        End::NotDone(translate(error))
    } else {
        End::Unknown(error.into())
    }
}
