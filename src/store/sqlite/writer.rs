//! The writer thread: the waiting works become one transaction, so that one `fsync` serves all their callers. Rows
//! are loaded when a work needs them, and saved at the end of the group, each once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::super::Step;
use super::super::group::{
    Decided, End, again, decide_without_account, first_needs, tell_failed, tell_unknown,
};
use super::super::queue::{Group, Pending, Queue, Turn};
use super::super::readings::{Level, PoolReading};
use super::super::row::FromRow;
use super::super::statements::Sql;
use super::checkpoint::Checkpointer;
use super::known::KnownAccounts;
use super::prepared::Prepared;
use super::rows;
use super::thread_lost;
use crate::domain::{Account, Need, State};
use crate::error::{Error, chain};

/// How long the works of a failed group are retried.
const LONGEST_GROUP: Duration = Duration::from_secs(10);

/// Runs one caller's steps in a transaction of their own, and answers the caller.
type Call = Box<dyn FnOnce(&mut Prepared<'_>) + Send>;

pub(super) struct Writer {
    queue: Arc<Queue>,
    calls: Option<mpsc::UnboundedSender<Call>>,
    levels: Arc<Levels>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread does now, one of these or none; and how many calls are not answered yet.
#[derive(Default)]
struct Levels {
    groups: Level,
    answers: Level,
    calls: Level,
}

impl Writer {
    pub(super) fn start(
        path: &Path,
        connection: Connection,
        texts: Arc<[String]>,
        queue: Arc<Queue>,
    ) -> Result<Self, Error> {
        let (calls, waiting) = mpsc::unbounded_channel::<Call>();
        let checkpointer = Checkpointer::start(path)?;
        let runtime = Handle::current();
        let works = queue.clone();
        let levels = Arc::<Levels>::default();
        let seen = levels.clone();
        let thread = thread::Builder::new()
            .name("sqlite-write".to_owned())
            .spawn(move || {
                let serving = serve(&connection, &texts, &checkpointer, &works, waiting, &seen);
                runtime.block_on(serving);
            })
            .map_err(|error| Error::Internal(error.into()))?;
        Ok(Self {
            queue,
            calls: Some(calls),
            levels,
            thread: Some(thread),
        })
    }

    pub(super) fn reading(&self) -> PoolReading {
        let answers = self.levels.answers.read();
        let busy = answers + self.levels.groups.read();
        PoolReading {
            size: 1,
            idle: 1_usize.saturating_sub(busy),
            waiting: self.levels.calls.read().saturating_sub(answers),
        }
    }

    /// Runs steps as one transaction; gives the rows of the last one.
    pub(super) async fn write<T: FromRow>(&self, steps: Vec<Step>) -> Result<Vec<T>, Error> {
        let _one_more = self.levels.calls.rise();
        let (answer, answered) = oneshot::channel();
        let call: Call = Box::new(move |prepared| {
            // If the caller has disconnected, the steps are not needed.
            if !answer.is_closed() {
                let _ = answer.send(run_steps(prepared, &steps));
            }
        });
        self.calls
            .as_ref()
            .and_then(|calls| calls.send(call).ok())
            .ok_or_else(thread_lost)?;
        answered.await.map_err(|_| thread_lost())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Not earlier: the connection that writes has to be the last one to close, because it moves the log into the
        // file then.
        self.queue.close();
        self.calls = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Commits group after group until the queue is closed.
async fn serve(
    connection: &Connection,
    texts: &[String],
    checkpointer: &Checkpointer,
    queue: &Arc<Queue>,
    mut calls: mpsc::UnboundedReceiver<Call>,
    levels: &Levels,
) {
    let mut prepared = Prepared::new(connection, texts);
    let mut known = KnownAccounts::default();
    let mut moved = connection.total_changes();
    loop {
        tokio::select! {
            biased;
            is_open = queue.ready() => {
                if !is_open {
                    return;
                }
                if let Some(group) = queue.take(false) {
                    let _one_more = levels.groups.rise();
                    // Whoever asked hears that the outcome is not known.
                    let running = AssertUnwindSafe(|| run(&mut prepared, &mut known, group));
                    if catch_unwind(running).is_err() {
                        known.forget();
                        end_open_transaction(&mut prepared);
                    }
                }
                // There may always be another group, so calls run between two of them.
                if let Ok(call) = calls.try_recv() {
                    let _one_more = levels.answers.rise();
                    answer(&mut prepared, &mut known, call);
                }
            }
            Some(call) = calls.recv() => {
                let _one_more = levels.answers.rise();
                answer(&mut prepared, &mut known, call);
            }
        }
        let written = connection.total_changes();
        if Checkpointer::is_due(written, moved) {
            checkpointer.begin();
            moved = written;
        }
        checkpointer.finish(connection);
    }
}

/// A panic affects one caller only: the thread serves the next.
fn answer(prepared: &mut Prepared<'_>, known: &mut KnownAccounts, call: Call) {
    known.forget();
    let _ = catch_unwind(AssertUnwindSafe(|| call(prepared)));
    end_open_transaction(prepared);
}

/// Does the works of a group, and answers all callers.
fn run(prepared: &mut Prepared<'_>, known: &mut KnownAccounts, mut group: Group) {
    let until = Instant::now() + LONGEST_GROUP;
    let mut decided = Vec::new();
    let turns = std::mem::take(&mut group.turns);
    if let Err(error) = prepared.execute(Sql::Begin, &[]) {
        let works = turns.into_iter().flat_map(|turn| turn.works);
        return tell_failed(works, &error);
    }
    let (end, undecided) = transact(prepared, known, turns, &mut decided);
    match end {
        End::Committed => decided.into_iter().for_each(Decided::tell),
        End::Unknown(cause) => tell_unknown(decided, &chain(cause.as_ref())),
        End::NotDone(error) => {
            let works = decided.into_iter().flat_map(Decided::into_works);
            let works = works.chain(undecided).collect();
            run_one_by_one(prepared, known, works, &error, until);
        }
    }
}

/// A work never fails because another one did: each is retried once, alone.
fn run_one_by_one(
    prepared: &mut Prepared<'_>,
    known: &mut KnownAccounts,
    works: Vec<Pending>,
    error: &Error,
    until: Instant,
) {
    let alone = works.len() <= 1;
    for pending in works {
        if alone || Instant::now() >= until {
            pending.tell(Err(again(error)));
            continue;
        }
        if let Err(error) = prepared.execute(Sql::Begin, &[]) {
            pending.tell(Err(error));
            continue;
        }
        let mut decided = Vec::new();
        let turn = Turn {
            space: pending.work.space.clone(),
            works: vec![pending],
        };
        let (end, undecided) = transact(prepared, known, vec![turn], &mut decided);
        match end {
            End::Committed => decided.into_iter().for_each(Decided::tell),
            End::Unknown(cause) => tell_unknown(decided, &chain(cause.as_ref())),
            End::NotDone(error) => {
                let works = decided.into_iter().flat_map(Decided::into_works);
                tell_failed(works.chain(undecided), &error);
            }
        }
    }
}

/// The rest of a transaction that has begun. Returns the works that were not reached.
fn transact(
    prepared: &mut Prepared<'_>,
    known: &mut KnownAccounts,
    turns: Vec<Turn>,
    decided: &mut Vec<Decided>,
) -> (End, Vec<Pending>) {
    let mut turns = turns.into_iter();
    let mut failed = known.look(prepared).err();
    let mut undecided = Vec::new();
    while failed.is_none()
        && let Some(turn) = turns.next()
    {
        match account(prepared, known, &turn) {
            Ok(Some(account)) => {
                let needs = first_needs(&turn);
                let state = State::new(account);
                let mut deciding = Decided::begin(turn.space, state, turn.works);
                failed = decide_all(prepared, &mut deciding, needs).err();
                decided.push(deciding);
            }
            Ok(None) => decided.push(decide_without_account(turn)),
            Err(error) => {
                undecided.extend(turn.works);
                failed = Some(error);
            }
        }
    }
    let saved = match failed {
        Some(error) => Err(error),
        None => decided
            .iter()
            .try_for_each(|decided| rows::save(prepared, decided)),
    };
    undecided.extend(turns.flat_map(|turn| turn.works));
    let end = match saved {
        Ok(()) => commit(prepared),
        Err(error) => End::NotDone(error),
    };
    end_open_transaction(prepared);
    match end {
        End::Committed => known.keep(decided),
        _ => known.forget(),
    }
    if let End::NotDone(error) = &end {
        tracing::error!(error = chain(error), "a group of writes was rolled back");
    }
    (end, undecided)
}

/// The account of a space; nothing, if it has none and its works make none.
fn account(
    prepared: &mut Prepared<'_>,
    known: &KnownAccounts,
    turn: &Turn,
) -> Result<Option<Account>, Error> {
    let found = match known.find(&turn.space) {
        None => rows::find_account(prepared, &turn.space)?,
        found => found,
    };
    if found.is_some() || !turn.opens_account() {
        return Ok(found);
    }
    let account = Account {
        epoch: turn.works.first().map_or(0, |first| first.work.epoch),
        ..Account::default()
    };
    rows::insert_account(prepared, &turn.space, &account)?;
    Ok(Some(account))
}

/// First the rows that the works need in any case are read, and then those that they ask for.
fn decide_all(
    prepared: &mut Prepared<'_>,
    deciding: &mut Decided,
    mut needs: Vec<Need>,
) -> Result<(), Error> {
    loop {
        for need in needs {
            if !deciding.state.knows(&need) {
                rows::load(prepared, &deciding.space, &mut deciding.state, need)?;
            }
        }
        needs = deciding.go_on();
        if needs.is_empty() {
            return Ok(());
        }
    }
}

/// An I/O error leaves open what is on the disk: a later start may find the commit in the log.
fn commit(prepared: &mut Prepared<'_>) -> End {
    match prepared.execute_raw(Sql::Commit) {
        Ok(_) => End::Committed,
        Err(error) => {
            let code = error.sqlite_error_code();
            if code == Some(rusqlite::ErrorCode::SystemIoFailure) {
                End::Unknown(error.into())
            } else {
                End::NotDone(super::translate(error))
            }
        }
    }
}

fn end_open_transaction(prepared: &mut Prepared<'_>) {
    if !prepared.connection.is_autocommit()
        && let Err(error) = prepared.execute(Sql::Rollback, &[])
    {
        tracing::error!(%error, "a transaction could not be rolled back");
    }
}

fn run_steps<T: FromRow>(prepared: &mut Prepared<'_>, steps: &[Step]) -> Result<Vec<T>, Error> {
    prepared.execute(Sql::Begin, &[])?;
    let mut rows = Vec::new();
    let (last, first) = match steps.split_last() {
        Some((last, first)) => (Some(last), first),
        None => (None, steps),
    };
    for step in first {
        prepared.read::<()>(step.sql, &step.values)?;
    }
    if let Some(step) = last {
        rows = prepared.read(step.sql, &step.values)?;
    }
    prepared.execute(Sql::Commit, &[])?;
    Ok(rows)
}
