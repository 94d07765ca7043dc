//! The thread that writes. What has gathered while it was busy becomes one transaction, so that one
//! `fsync` serves every caller that waits; a write that fails is taken back alone, by its savepoint.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::Receiver;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::super::gate::Gate;
use super::super::row::FromRow;
use super::super::statements::Sql;
use super::super::{Judge, Kept, Step, Verdict};
use super::at_hand::AtHand;
use super::checkpoint::Checkpointer;
use super::session::Session;
use super::{run, thread_lost};
use crate::error::Error;

/// Writes that may wait for the thread before further ones wait at the gate.
const MOST_WAITING: usize = 1024;

/// Writes in one transaction: enough for one `fsync` to serve many, few enough for the first not to wait long.
const MOST_IN_GROUP: usize = 256;

/// Does one caller's work inside the open transaction, and gives what is to be done once that has ended.
type Call = Box<dyn FnOnce(&mut Session<'_>) -> Deliver + Send>;

/// Tells the caller. Takes whether the transaction was committed.
type Deliver = Box<dyn FnOnce(bool) + Send>;

pub(super) struct Writer {
    calls: Option<crossbeam_channel::Sender<Call>>,
    thread: Option<JoinHandle<()>>,
    gate: Gate,
}

impl Writer {
    pub(super) fn start(
        path: &Path,
        connection: Connection,
        texts: Arc<[String]>,
        at_hand: Arc<AtHand>,
    ) -> Result<Self, Error> {
        let (calls, waiting) = crossbeam_channel::unbounded::<Call>();
        let checkpointer = Checkpointer::start(path)?;
        let thread = thread::Builder::new()
            .name("sqlite-write".to_owned())
            .spawn(move || {
                serve(&connection, &texts, &at_hand, &checkpointer, &waiting);
                // Before the connection that writes: the last one to close has to move the log into the file.
                drop(at_hand);
            })
            .map_err(|error| Error::Internal(error.into()))?;
        Ok(Self {
            calls: Some(calls),
            thread: Some(thread),
            gate: Gate::new(MOST_WAITING, "too many writes are waiting"),
        })
    }

    pub(super) async fn write<T: FromRow>(
        &self,
        steps: Vec<Step>,
        judge: Option<Judge<T>>,
    ) -> Result<Kept<T>, Error> {
        let _place = self.gate.enter().await?;
        let (answer, answered) = oneshot::channel();
        let call: Call = Box::new(move |session| {
            // Whoever was told that it took too long must not find it done later.
            let outcome = if answer.is_closed() {
                Err(not_committed())
            } else {
                run_alone(session, &steps, judge)
            };
            Box::new(move |committed| {
                let outcome = match outcome {
                    Ok(_) if !committed => Err(not_committed()),
                    outcome => outcome,
                };
                let _ = answer.send(outcome);
            })
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
        self.calls = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Commits group after group until nobody can call any more.
fn serve(
    connection: &Connection,
    texts: &[String],
    at_hand: &AtHand,
    checkpointer: &Checkpointer,
    waiting: &Receiver<Call>,
) {
    let mut session = Session::new(connection, texts);
    let mut moved = connection.total_changes();
    while let Ok(first) = waiting.recv() {
        commit_group(&mut session, first, waiting);
        let written = connection.total_changes();
        if Checkpointer::is_due(written, moved) {
            checkpointer.begin();
            moved = written;
        }
        checkpointer.finish(connection, at_hand);
    }
}

fn commit_group(session: &mut Session<'_>, first: Call, waiting: &Receiver<Call>) {
    let begun = control(session, Sql::Begin);
    let mut deliveries = Vec::with_capacity(MOST_IN_GROUP);
    let mut next = Some(first);
    let mut panicked = false;
    while let Some(call) = next.take() {
        match catch_unwind(AssertUnwindSafe(|| call(session))) {
            Ok(delivery) => deliveries.push(delivery),
            // Nobody knows what it had done by then: the group is taken back whole.
            Err(_) => panicked = true,
        }
        if deliveries.len() < MOST_IN_GROUP && !panicked {
            next = waiting.try_recv().ok();
        }
    }
    let committed = begun && !panicked && control(session, Sql::Commit);
    if !committed && !session.connection.is_autocommit() {
        control(session, Sql::Rollback);
    }
    for deliver in deliveries {
        deliver(committed);
    }
}

/// Begins or ends a transaction; a failure is logged here, because it belongs to no single caller.
fn control(session: &mut Session<'_>, sql: Sql) -> bool {
    let outcome = session.execute(sql, &[]);
    if let Err(error) = &outcome {
        tracing::error!(%error, statement = ?sql, "a transaction could not be begun or ended");
    }
    outcome.is_ok()
}

/// Runs the steps so that a failure takes back these alone.
fn run_alone<T: FromRow>(
    session: &mut Session<'_>,
    steps: &[Step],
    judge: Option<Judge<T>>,
) -> Result<Kept<T>, Error> {
    let connection = session.connection;
    if connection.is_autocommit() {
        // The transaction of the group did not begin, or SQLite has ended it.
        return Err(not_committed());
    }
    mark(connection, "SAVEPOINT one")?;
    let outcome = run_judged(session, steps, judge);
    let take_back = !matches!(outcome, Ok((_, true)));
    if take_back && !connection.is_autocommit() {
        mark(connection, "ROLLBACK TO one")?;
    }
    if !connection.is_autocommit() {
        mark(connection, "RELEASE one")?;
    }
    outcome.map(|(rows, _)| rows)
}

fn mark(connection: &Connection, text: &str) -> Result<(), Error> {
    run::<()>(connection, text, &[]).map(|_| ())
}

/// The rows that the steps keep, and whether what they did is to stay.
fn run_judged<T: FromRow>(
    session: &mut Session<'_>,
    steps: &[Step],
    judge: Option<Judge<T>>,
) -> Result<(Kept<T>, bool), Error> {
    let rows = run_steps(session, steps)?;
    match judge.map_or(Verdict::Commit(Vec::new()), |judge| judge(&rows)) {
        Verdict::Rollback => Ok((rows, false)),
        Verdict::Commit(more) => {
            run_steps::<()>(session, &more)?;
            Ok((rows, true))
        }
    }
}

fn run_steps<T: FromRow>(session: &mut Session<'_>, steps: &[Step]) -> Result<Kept<T>, Error> {
    let mut kept = Vec::new();
    for Step { sql, values, keep } in steps {
        if !keep {
            session.read::<()>(*sql, values)?;
        } else if !sql.returns_task() {
            kept.push(session.read(*sql, values)?);
        } else if session.execute(*sql, values)? > 0 {
            // The user and the id come first.
            kept.push(session.read(Sql::FindAnyTask, &values[..2])?);
        } else {
            kept.push(Vec::new());
        }
    }
    Ok(kept)
}

fn not_committed() -> Error {
    super::unavailable("the write could not be committed", None)
}
