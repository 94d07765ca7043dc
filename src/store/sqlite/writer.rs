//! The thread that writes. What has gathered while it was busy becomes one transaction, so that one
//! `fsync` serves every caller that waits; a write that fails is taken back alone, by its savepoint.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::super::gate::Gate;
use super::super::row::FromRow;
use super::super::statements::Sql;
use super::super::{Judge, Kept, Step, Verdict};
use super::{file, run, thread_lost};
use crate::error::Error;

/// Writes that may wait for the thread before further ones wait at the gate.
const MOST_WAITING: usize = 1024;

/// Writes in one transaction: enough for one `fsync` to serve many, few enough for the first not to wait long.
const MOST_IN_GROUP: usize = 256;

/// Does one caller's work inside the open transaction, and gives what is to be done once that has ended.
type Call = Box<dyn FnOnce(&Session) -> Deliver + Send>;

/// Tells the caller. Takes whether the transaction was committed.
type Deliver = Box<dyn FnOnce(bool) + Send>;

pub(super) struct Writer {
    calls: Option<crossbeam_channel::Sender<Call>>,
    thread: Option<JoinHandle<()>>,
    gate: Gate,
}

/// What the thread works with.
struct Session {
    connection: Connection,
    texts: Arc<[String]>,
}

impl Writer {
    pub(super) fn start(path: &Path, texts: Arc<[String]>) -> Result<Self, Error> {
        let (calls, waiting) = crossbeam_channel::unbounded::<Call>();
        let session = Session {
            connection: file::open_to_write(path)?,
            texts,
        };
        let thread = thread::Builder::new()
            .name("sqlite-write".to_owned())
            .spawn(move || {
                while let Ok(first) = waiting.recv() {
                    session.commit_group(first, &waiting);
                }
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
                session.run_alone(&steps, judge)
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

impl Session {
    fn commit_group(&self, first: Call, waiting: &crossbeam_channel::Receiver<Call>) {
        let begun = self.control(&self.texts[Sql::Begin as usize]);
        let mut deliveries = Vec::with_capacity(MOST_IN_GROUP);
        let mut next = Some(first);
        let mut panicked = false;
        while let Some(call) = next.take() {
            match catch_unwind(AssertUnwindSafe(|| call(self))) {
                Ok(delivery) => deliveries.push(delivery),
                // Nobody knows what it had done by then: the group is taken back whole.
                Err(_) => panicked = true,
            }
            if deliveries.len() < MOST_IN_GROUP && !panicked {
                next = waiting.try_recv().ok();
            }
        }
        let committed = begun && !panicked && self.control(&self.texts[Sql::Commit as usize]);
        if !committed && !self.connection.is_autocommit() {
            self.control(&self.texts[Sql::Rollback as usize]);
        }
        for deliver in deliveries {
            deliver(committed);
        }
    }

    /// Runs the steps so that a failure takes back these alone.
    fn run_alone<T: FromRow>(
        &self,
        steps: &[Step],
        judge: Option<Judge<T>>,
    ) -> Result<Kept<T>, Error> {
        if self.connection.is_autocommit() {
            // The transaction of the group did not begin, or SQLite has ended it.
            return Err(not_committed());
        }
        self.execute("SAVEPOINT one")?;
        let outcome = self.run_judged(steps, judge);
        let take_back = !matches!(outcome, Ok((_, true)));
        if take_back && !self.connection.is_autocommit() {
            self.execute("ROLLBACK TO one")?;
        }
        if !self.connection.is_autocommit() {
            self.execute("RELEASE one")?;
        }
        outcome.map(|(rows, _)| rows)
    }

    /// The rows that the steps keep, and whether what they did is to stay.
    fn run_judged<T: FromRow>(
        &self,
        steps: &[Step],
        judge: Option<Judge<T>>,
    ) -> Result<(Kept<T>, bool), Error> {
        let rows = self.run_steps(steps)?;
        match judge.map_or(Verdict::Commit(Vec::new()), |judge| judge(&rows)) {
            Verdict::Rollback => Ok((rows, false)),
            Verdict::Commit(more) => {
                self.run_steps::<()>(&more)?;
                Ok((rows, true))
            }
        }
    }

    fn run_steps<T: FromRow>(&self, steps: &[Step]) -> Result<Kept<T>, Error> {
        let mut kept = Vec::new();
        for step in steps {
            let text = &self.texts[step.sql as usize];
            if step.keep {
                kept.push(run(&self.connection, text, &step.values)?);
            } else {
                run::<()>(&self.connection, text, &step.values)?;
            }
        }
        Ok(kept)
    }

    fn execute(&self, text: &str) -> Result<(), Error> {
        run::<()>(&self.connection, text, &[]).map(|_| ())
    }

    /// Begins or ends a transaction; a failure is logged here, because it belongs to no single caller.
    fn control(&self, text: &str) -> bool {
        let outcome = self
            .connection
            .prepare_cached(text)
            .and_then(|mut statement| statement.execute([]));
        if let Err(error) = &outcome {
            tracing::error!(%error, statement = text, "a transaction could not be begun or ended");
        }
        outcome.is_ok()
    }
}

fn not_committed() -> Error {
    super::unavailable("the write could not be committed", None)
}
