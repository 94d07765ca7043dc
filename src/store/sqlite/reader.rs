//! Reading: what is looked up in a moment, on the caller's own thread; what takes longer, on threads that
//! only read, of which each has a connection of its own and whichever is free takes the next call.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::super::gate::Gate;
use super::super::row::{FromRow, Value};
use super::super::statements::Sql;
use super::prepared::Prepared;
use super::{file, run, thread_lost};
use crate::error::Error;

/// More readers than cores only compete with the threads that serve.
const MOST_THREADS: usize = 4;

/// Calls that may wait for a thread before further ones wait at the gate.
const MOST_WAITING: usize = 1024;

type Call = Box<dyn FnOnce(&mut Prepared<'_>) + Send>;

pub(super) struct Readers {
    /// Connections, as many as cores, for what is looked up on the caller's own thread.
    brief: Box<[Mutex<Connection>]>,
    calls: Option<crossbeam_channel::Sender<Call>>,
    threads: Vec<JoinHandle<()>>,
    gate: Gate,
    texts: Arc<[String]>,
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
                            // A panic is one caller's misfortune: the thread serves the next.
                            let call = AssertUnwindSafe(|| call(&mut prepared));
                            let _ = catch_unwind(call);
                        }
                    })
                    .map_err(|error| Error::Internal(error.into()))
            })
            .collect::<Result<_, _>>()?;
        let brief = (0..cores).map(|_| file::open_to_read(path).map(Mutex::new));
        Ok(Self {
            brief: brief.collect::<Result<_, _>>()?,
            calls: Some(calls),
            threads,
            gate: Gate::new(MOST_WAITING, "too many reads are waiting"),
            texts: texts.clone(),
        })
    }

    pub(super) async fn read<T: FromRow>(
        &self,
        sql: Sql,
        values: Vec<Value>,
    ) -> Result<Vec<T>, Error> {
        debug_assert_eq!(sql.template().0.len(), values.len(), "{sql:?}");
        if is_brief(sql)
            && let Some(connection) = self.brief.iter().find_map(free)
        {
            return run(&connection, &self.texts[sql as usize], &values);
        }
        let _place = self.gate.enter().await?;
        let (answer, answered) = oneshot::channel();
        let call: Call = Box::new(move |prepared| {
            // Whoever asked may have gone away; then there is no need to look.
            if !answer.is_closed() {
                let _ = answer.send(prepared.read(sql, &values));
            }
        });
        self.calls
            .as_ref()
            .and_then(|calls| calls.send(call).ok())
            .ok_or_else(thread_lost)?;
        answered.await.map_err(|_| thread_lost())?
    }
}

/// What finds one row at most: that takes less time than to wake another thread. It may have to wait for the disk, and
/// a worker of the server with it, as readers would; a list, which has to read much more, must not hold one up.
fn is_brief(sql: Sql) -> bool {
    matches!(sql, Sql::GetTask | Sql::FindAccount)
}

/// Unless somebody reads with it. Whoever panicked with it was reading: nothing is left half done.
fn free(connection: &Mutex<Connection>) -> Option<MutexGuard<'_, Connection>> {
    match connection.try_lock() {
        Ok(connection) => Some(connection),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
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
