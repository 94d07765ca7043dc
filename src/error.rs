//! What can fail, as values of the domain. Status codes and bodies are decided in `http::problem`.

use std::time::Duration;

use crate::domain::Refusal;

/// The cause of an [`Error::Internal`] or [`Error::Unavailable`]: for the log, never for the caller.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a use-case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Something that is needed cannot be reached now; the same request may succeed later.
    #[error("unavailable: {what}")]
    Unavailable {
        what: &'static str,
        retry_after: Duration,
        source: Option<Cause>,
    },
    /// It is not known whether a write was done. A retry with the same key tells.
    #[error("what came of the write is not known")]
    OutcomeUnknown(#[source] Cause),
    /// A fault of ours.
    #[error("internal error")]
    Internal(#[source] Cause),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error with its causes, each once.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}
