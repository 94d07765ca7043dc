//! The workers: each takes what waits, does it on a connection, and tells whoever asked. What one of them cannot do at
//! once, because another process holds an account, waits on a connection of its own, so that it holds up nobody else's.

use std::iter;
use std::mem;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::Semaphore;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::super::group::{End, decide_without_account, tell_failed};
use super::super::queue::{Group, Pending, Queue, Turn};
use super::super::row::Value;
use super::super::row_statements::Action;
use super::super::statements::Sql;
use super::super::tables::ACCOUNTS;
use super::attempt::{Attempt, Locked};
use super::connect::SharedConnector;
use super::connection::Connection;
use super::failure::{too_slow, unreachable};
use super::load::space_of;
use super::pool::{Loan, Pool};
use super::save::new_account;
use super::silence::NoAnswer;
use crate::domain::SpaceId;
use crate::error::{Error, chain};

/// Two keep the server busy: while one waits for its commit, the other one decides. With one writes are a fifth
/// slower, with four no faster.
const WORKERS: usize = 2;

/// Where the tables are distributed, a group is of one account and its time mostly that of the way to another server.
const WORKERS_OF_SEVERAL: usize = 8;

/// How often a worker lets others run before it takes what waits. PostgreSQL's time for a write falls by a tenth.
const YIELDS: usize = 3;

/// Groups that may wait for an account of another process.
const MOST_WAITS: usize = 4;

/// How long a group may take, with all that is tried again.
const LONGEST_GROUP: Duration = Duration::from_secs(10);

/// How long to wait for the outcome of what was cancelled.
const CANCEL_GRACE: Duration = Duration::from_secs(2);

/// How often a group is run for accounts that are not there yet.
const MOST_ROUNDS: usize = 3;

/// Ends with the store.
pub(super) struct Workers {
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl Workers {
    pub(super) fn start(connector: SharedConnector, pool: Arc<Pool>, queue: Arc<Queue>) -> Self {
        let worker = Arc::new(Worker {
            connector,
            pool,
            queue,
            waits: Arc::new(Semaphore::new(MOST_WAITS)),
            waiting: TaskTracker::new(),
        });
        let start = |number| {
            #[expect(
                clippy::disallowed_methods,
                reason = "it ends with the store that owns it"
            )]
            let task = tokio::task::spawn(worker.clone().serve(number));
            AbortOnDropHandle::new(task)
        };
        Self {
            _tasks: (0..WORKERS_OF_SEVERAL.min(worker.pool.size()))
                .map(start)
                .collect(),
        }
    }
}

struct Worker {
    connector: SharedConnector,
    pool: Arc<Pool>,
    queue: Arc<Queue>,
    waits: Arc<Semaphore>,
    waiting: TaskTracker,
}

impl Worker {
    async fn serve(self: Arc<Self>, number: usize) {
        match number {
            0 => self.connector.meet_accounts(&self.pool).await,
            1..WORKERS => {}
            _ => self.connector.distributed().await,
        }
        while self.queue.ready().await {
            // First a connection, then the works: a connection that is dead must not attract them.
            let borrowed = self.pool.borrow().await;
            // Whoever is about to come joins the group: of many who were answered at once, the first to come again
            // would go alone. Where there is no room for them, it would only wait behind them.
            for _ in 0..YIELDS {
                if self.queue.has_full_group() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            let Some(group) = self.queue.take(self.connector.is_distributed()) else {
                if let Ok(loan) = borrowed {
                    loan.give_back();
                }
                continue;
            };
            match borrowed {
                Ok(loan) => {
                    // Whoever asked hears that the outcome is not known; the worker goes on.
                    let running = AssertUnwindSafe(self.run(loan, group)).catch_unwind();
                    if running.await.is_err() {
                        tracing::error!("a group of writes panicked");
                    }
                }
                Err(error) => fail(group, &error),
            }
        }
    }

    /// Does the works of a group, whatever it takes, and tells everybody.
    async fn run(self: &Arc<Self>, loan: Loan, mut group: Group) {
        let until = Instant::now() + LONGEST_GROUP;
        let mut loan = Some(loan);
        for _ in 0..MOST_ROUNDS {
            let mut attempt = Attempt::new(mem::take(&mut group.turns));
            let end = self
                .attempt(&mut loan, &mut attempt, Locked::Skip, until)
                .await;
            match end {
                End::Committed => {
                    attempt.tell_decided();
                    group.turns = attempt.waiting;
                }
                End::Unknown(cause) => return attempt.tell_unknown(&chain(cause.as_ref())),
                End::NotDone(error) => {
                    let again = attempt.outdated;
                    let works = attempt.into_works();
                    self.run_one_by_one(loan, (works, again), &error, until)
                        .await;
                    return;
                }
            }
            if group.turns.is_empty() {
                return give_back(loan);
            }
            let sorting = self.sort_out(&mut loan, &mut group);
            if let Err(error) = within(until, sorting).await {
                return fail(group, &error);
            }
            if group.turns.is_empty() {
                return give_back(loan);
            }
        }
        fail(group, &unreachable("an account cannot be made".into()));
        give_back(loan);
    }

    /// Of the spaces whose accounts were not locked: those that are locked by others wait elsewhere, and the others
    /// get an account. Outside of a group's transaction, because two who make the same ones could wait for each other.
    async fn sort_out(
        self: &Arc<Self>,
        loan: &mut Option<Loan>,
        group: &mut Group,
    ) -> Result<(), Error> {
        let connection = self.connection(loan).await?;
        let spaces = group.turns.iter().map(|turn| turn.space.as_arc()).collect();
        let spaces = [Value::Texts(spaces)];
        let asking = self
            .connector
            .query(connection, Sql::SystemListAccounts, &spaces);
        let answer = self.connector.heard(connection, LONGEST_GROUP, asking);
        let known: Vec<SpaceId> = answer
            .await?
            .iter()
            .map(|row| space_of(row, &ACCOUNTS))
            .collect::<Result<_, _>>()
            .map_err(Error::Internal)?;
        for space in &known {
            if let Some(own) = group.split(space) {
                self.wait(own);
            }
        }
        self.open_accounts(connection, &mut group.turns).await
    }

    /// Makes accounts where there are none. Works that need none are decided at once, and leave.
    async fn open_accounts(
        &self,
        connection: &Connection,
        turns: &mut Vec<Turn>,
    ) -> Result<(), Error> {
        let (opening, others): (Vec<_>, Vec<_>) =
            mem::take(turns).into_iter().partition(Turn::opens_account);
        *turns = opening;
        for turn in others {
            decide_without_account(turn).tell();
        }
        if turns.is_empty() {
            return Ok(());
        }
        let mut rows: Vec<_> = turns.iter().map(new_account).collect();
        // In one order, for the same reason.
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        let rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
        let inserting = self
            .connector
            .query_rows(connection, (Action::Insert, &ACCOUNTS), &rows);
        let inserted = self.connector.heard(connection, LONGEST_GROUP, inserting);
        inserted.await.map(drop)
    }

    /// Waits for an account of another process.
    fn wait(self: &Arc<Self>, group: Group) {
        let this = self.clone();
        self.waiting.spawn(async move {
            let until = Instant::now() + LONGEST_GROUP / 2;
            let mut group = group;
            let borrowing = async {
                let place = this.waits.clone().acquire_owned().await;
                let loan = this.pool.borrow().await?;
                Ok::<_, Error>((place, loan))
            };
            let (_place, loan) = match within(until, borrowing).await {
                Ok(borrowed) => borrowed,
                Err(error) => return fail(group, &error),
            };
            let mut loan = Some(loan);
            let mut attempt = Attempt::new(mem::take(&mut group.turns));
            let until = Instant::now() + LONGEST_GROUP;
            match this
                .attempt(&mut loan, &mut attempt, Locked::Wait, until)
                .await
            {
                End::Committed => {
                    attempt.tell_decided();
                    tell_failed(attempt.into_works(), &too_slow());
                }
                End::Unknown(cause) => attempt.tell_unknown(&chain(cause.as_ref())),
                End::NotDone(error) => tell_failed(attempt.into_works(), &error),
            }
            give_back(loan);
        });
    }

    /// A work never fails because its neighbour did: each once more, alone; one that was alone only if it should be tried
    /// again.
    async fn run_one_by_one(
        &self,
        mut loan: Option<Loan>,
        (works, again_alone): (Vec<Pending>, bool),
        error: &Error,
        until: Instant,
    ) {
        let mut works = works.into_iter();
        if works.len() > 1 || again_alone {
            while Instant::now() < until
                && let Some(pending) = works.next()
            {
                // Where there is no connection for this one, there is none for the next.
                if let Err(error) = within(until, self.connection(&mut loan)).await.map(drop) {
                    return tell_failed(iter::once(pending).chain(works), &error);
                }
                self.run_alone(&mut loan, pending, until).await;
            }
        }
        tell_failed(works, error);
        give_back(loan);
    }

    async fn run_alone(&self, loan: &mut Option<Loan>, pending: Pending, until: Instant) {
        let mut turns = vec![Turn {
            space: pending.work.space.clone(),
            works: vec![pending],
        }];
        let mut error = unreachable("an account cannot be made".into());
        for _ in 0..MOST_ROUNDS {
            let mut attempt = Attempt::new(mem::take(&mut turns));
            match self.attempt(loan, &mut attempt, Locked::Wait, until).await {
                End::Committed => {
                    attempt.tell_decided();
                    turns = attempt.waiting;
                }
                End::Unknown(cause) => return attempt.tell_unknown(&chain(cause.as_ref())),
                End::NotDone(error) => return tell_failed(attempt.into_works(), &error),
            }
            if turns.is_empty() {
                return;
            }
            let opening = async {
                let connection = self.connection(loan).await?;
                self.open_accounts(connection, &mut turns).await
            };
            if let Err(failure) = within(until, opening).await {
                // Whatever it still does, nobody else uses the connection meanwhile.
                *loan = None;
                error = failure;
                break;
            }
            if turns.is_empty() {
                return;
            }
        }
        tell_failed(turns.into_iter().flat_map(|turn| turn.works), &error);
    }

    /// One transaction, within its time. What was sent is cancelled then; whether a commit happened is told only by its
    /// end.
    async fn attempt(
        &self,
        loan: &mut Option<Loan>,
        attempt: &mut Attempt,
        locked: Locked,
        until: Instant,
    ) -> End {
        if let Err(error) = self.connection(loan).await {
            return End::NotDone(error);
        }
        let Some(Ok(connection)) = loan.as_ref().map(Loan::connection) else {
            return End::NotDone(too_slow());
        };
        let mut cancelled = false;
        let end = {
            let mut running = pin!(attempt.run(&self.connector, connection, locked));
            let left = until.saturating_duration_since(Instant::now());
            match self.connector.hear(connection, left, &mut running).await {
                Ok(end) => Some(end),
                // Nobody is there to cancel it.
                Err(NoAnswer::Hung) => None,
                Err(NoAnswer::Late) => {
                    cancelled = true;
                    self.connector.cancel(connection).await;
                    tokio::time::timeout(CANCEL_GRACE, running).await.ok()
                }
            }
        };
        let is_over = end.is_some();
        if (cancelled || !is_over || attempt.spoiled)
            && let Some(loan) = loan.take()
        {
            // A cancellation may still be on its way, and would end what is asked next; and what has not ended is
            // brought to rest by dropping the loan.
            if is_over {
                drop(loan.finish());
            }
        }
        end.unwrap_or_else(|| {
            if attempt.committing {
                End::Unknown("no answer in time".into())
            } else {
                End::NotDone(too_slow())
            }
        })
    }

    /// That of the loan, or of a new one.
    async fn connection<'a>(&self, loan: &'a mut Option<Loan>) -> Result<&'a Connection, Error> {
        if loan.is_none() {
            *loan = Some(self.pool.borrow().await?);
        }
        match loan {
            Some(loan) => loan.connection(),
            None => Err(too_slow()),
        }
    }
}

/// What is not done in its time is given up.
async fn within<T>(
    until: Instant,
    running: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let left = until.saturating_duration_since(Instant::now());
    let ended = tokio::time::timeout(left, running).await;
    ended.unwrap_or_else(|_| Err(too_slow()))
}

fn give_back(loan: Option<Loan>) {
    if let Some(loan) = loan {
        loan.give_back();
    }
}

fn fail(mut group: Group, error: &Error) {
    let turns = mem::take(&mut group.turns);
    tell_failed(turns.into_iter().flat_map(|turn| turn.works), error);
}
