//! An open connection to PostgreSQL: what moves its bytes, and what is known of it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::poll_fn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::types::FromSql;
use tokio_postgres::{AsyncMessage, Client, Row, Statement};
use tokio_util::task::AbortOnDropHandle;

use super::backends::Backend;
use crate::error::Cause;

/// How many statements of filters are kept prepared: the usual filters have the same few shapes all day.
const MOST_SHAPES: usize = 128;

/// Prepared statements by their text.
#[derive(Default)]
pub(super) struct Shapes(Mutex<HashMap<String, Statement>>);

impl Shapes {
    pub(super) fn find(&self, text: &str) -> Option<Statement> {
        self.lock().get(text).cloned()
    }

    pub(super) fn keep(&self, text: &str, statement: &Statement) {
        let mut kept = self.lock();
        if kept.len() >= MOST_SHAPES {
            kept.clear();
        }
        kept.insert(text.to_owned(), statement.clone());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Statement>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open connection. Dropping it closes it.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) statements: Vec<Statement>,
    /// Those that were made for filters.
    pub(super) shapes: Shapes,
    /// Where it is ours alone.
    pub(super) backend: Option<Backend>,
    /// Since the start of whoever opened it.
    pub(super) last_used_ms: AtomicU64,
    /// Which of the hosts it leads to.
    pub(super) host: usize,
    /// Those of a former one are not used any more.
    pub(super) generation: u64,
    /// How often the server has warned.
    warnings: Arc<AtomicU64>,
    _driver: AbortOnDropHandle<()>,
}

impl Connection {
    pub(super) fn new<S, T>(
        client: Client,
        connection: tokio_postgres::Connection<S, T>,
        now_ms: u64,
    ) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let warnings = Arc::new(AtomicU64::new(0));
        Self {
            client,
            statements: Vec::new(),
            shapes: Shapes::default(),
            backend: None,
            host: 0,
            generation: 0,
            last_used_ms: AtomicU64::new(now_ms),
            _driver: drive(connection, warnings.clone()),
            warnings,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// How many warnings have arrived: those that belong to an answer arrive before it.
    pub(super) fn warnings(&self) -> u64 {
        self.warnings.load(Ordering::Acquire)
    }
}

/// The first column of the first row.
pub(super) fn first<T: for<'a> FromSql<'a>>(rows: &[Row]) -> Result<T, Cause> {
    Ok(rows.first().ok_or("no answer")?.try_get(0)?)
}

/// The severity's name is in the language of the server, unless it says it in a form for programs too.
fn is_warning(notice: &DbError) -> bool {
    match notice.parsed_severity() {
        Some(severity) => severity == Severity::Warning,
        None => notice.severity() == "WARNING",
    }
}

/// Moves the bytes of one connection until it closes or its owner drops the handle.
fn drive<S, T>(
    mut connection: tokio_postgres::Connection<S, T>,
    warnings: Arc<AtomicU64>,
) -> AbortOnDropHandle<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    #[expect(
        clippy::disallowed_methods,
        reason = "it ends with the connection that owns it"
    )]
    let task = tokio::task::spawn(async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            match message {
                Ok(AsyncMessage::Notice(notice)) if is_warning(&notice) => {
                    tracing::warn!(%notice, "the database warns");
                    warnings.fetch_add(1, Ordering::Release);
                }
                Ok(_) => {}
                Err(error) => {
                    // Whoever uses the connection hears of it too and reports it.
                    tracing::debug!(%error, "a database connection ended");
                    return;
                }
            }
        }
    });
    AbortOnDropHandle::new(task)
}
