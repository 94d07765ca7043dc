//! Reader threads, each with a connection of its own; the next idle one takes the next call.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use tokio::sync::oneshot;

use super::super::filtered::Query;
use super::super::gate::Gate;
use super::super::readings::PoolReading;
use super::super::row::{FromRow, Value};
use super::super::statements::Sql;
use super::prepared::Prepared;
use super::{file, thread_lost};
use crate::error::Error;

/// More readers than cores only compete with the threads that serve.
const MOST_THREADS: usize = 4;

/// Calls that may wait for a thread before further ones wait at the gate.
const MOST_WAITING: usize = 1024;

type Call = Box<dyn FnOnce(&mut Prepared<'_>) + Send>;

pub(super) struct Readers {
    calls: Option<crossbeam_channel::Sender<Call>>,
    threads: Vec<JoinHandle<()>>,
    gate: Gate,
}

impl Readers {
    pub(super) fn start(path: &Path, texts: &Arc<[String]>) -> Result<Self, Error> {
        let (calls, waiting) = crossbeam_channel::unbounded::<Call>();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = (0..cores.clamp(2, MOST_THREADS))
            .map(|number| {
                let connection = file::open_to_read(path)?;
                let (waiting, texts) = (waiting.clone(), texts.clone());
                thread::Builder::new()
                    .name(format!("sqlite-read-{number}"))
                    .spawn(move || {
                        let mut prepared = Prepared::new(&connection, &texts);
                        for call in waiting {
                            // A panic affects one caller only: the thread serves the next.
                            let call = AssertUnwindSafe(|| call(&mut prepared));
                            let _ = catch_unwind(call);
                        }
                    })
                    .map_err(|error| Error::Internal(error.into()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            calls: Some(calls),
            threads,
            gate: Gate::new(MOST_WAITING, "too many reads are waiting"),
        })
    }

    pub(super) fn reading(&self) -> PoolReading {
        let (calls, waiting) = self.gate.level();
        let size = self.threads.len();
        PoolReading {
            size,
            idle: size.saturating_sub(calls),
            waiting: waiting + calls.saturating_sub(size),
        }
    }

    pub(super) async fn read<T: FromRow>(
        &self,
        sql: Sql,
        values: Vec<Value>,
    ) -> Result<Vec<T>, Error> {
        debug_assert_eq!(sql.template().0.len(), values.len(), "{sql:?}");
        self.call(move |prepared| prepared.read(sql, &values)).await
    }

    /// As [`Readers::read`], for a statement that was built for one query.
    pub(super) async fn ask<T: FromRow>(
        &self,
        query: Query,
        until: Instant,
    ) -> Result<Vec<T>, Error> {
        self.call(move |prepared| prepared.ask(&query, until)).await
    }

    async fn call<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut Prepared<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _place = self.gate.enter().await?;
        let (answer, answered) = oneshot::channel();
        let call: Call = Box::new(move |prepared| {
            // If the caller has disconnected, the read is not needed.
            if !answer.is_closed() {
                let _ = answer.send(ask(prepared));
            }
        });
        self.calls
            .as_ref()
            .and_then(|calls| calls.send(call).ok())
            .ok_or_else(thread_lost)?;
        answered.await.map_err(|_| thread_lost())?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.calls = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
