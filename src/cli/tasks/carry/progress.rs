//! How far a long transfer is: one line on a terminal, and nothing where there is none.

use std::io::{self, IsTerminal, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::cli::tasks::show;

/// How often the line is drawn at most.
const PACE: Duration = Duration::from_millis(100);

/// How much of a body goes at once.
const PIECE: usize = 64 * 1024;

const MIB: f64 = 1024.0 * 1024.0;

/// The line, which goes when the transfer is over.
pub(super) struct Progress {
    verb: &'static str,
    total: Option<u64>,
    moved: u64,
    is_shown: bool,
    drawn: Option<Instant>,
}

impl Progress {
    pub(super) fn new(verb: &'static str, total: Option<u64>) -> Self {
        Self {
            verb,
            total,
            moved: 0,
            is_shown: io::stderr().is_terminal() && !show::is_dumb(),
            drawn: None,
        }
    }

    pub(super) fn add(&mut self, bytes: u64) {
        self.moved += bytes;
        let is_due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= PACE);
        if self.is_shown && (is_due || Some(self.moved) == self.total) {
            self.drawn = Some(Instant::now());
            let _ = write!(io::stderr(), "\r{}\x1b[K", self.line());
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "it is shown with one digit")]
    fn line(&self) -> String {
        let moved = self.moved as f64 / MIB;
        let Some(total) = self.total else {
            return format!("{moved:.1} MiB {}", self.verb);
        };
        let percent = (self.moved * 100).checked_div(total).unwrap_or(100);
        let total = total as f64 / MIB;
        format!("{moved:.1} of {total:.1} MiB {} ({percent}%)", self.verb)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// A body that tells how much of it was taken.
pub(super) struct Counted {
    rest: Bytes,
    progress: Progress,
}

impl Counted {
    pub(super) fn new(content: Bytes, progress: Progress) -> Self {
        Self {
            rest: content,
            progress,
        }
    }
}

impl Body for Counted {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        self.progress.add(length as u64);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_far_it_is() {
        let mut progress = Progress::new("sent", Some(4 * 1024 * 1024));
        progress.is_shown = false;
        progress.add(1024 * 1024);
        assert_eq!(progress.line(), "1.0 of 4.0 MiB sent (25%)");
        assert_eq!(Progress::new("received", None).line(), "0.0 MiB received");
        assert_eq!(
            Progress::new("sent", Some(0)).line(),
            "0.0 of 0.0 MiB sent (100%)"
        );
    }
}
