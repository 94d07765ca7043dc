//! The body of an import: it arrives here, is parsed on a thread of its own, piece by piece, and each piece is
//! passed on. The channels between them are short, so the slowest part sets the pace, and the whole body is never in
//! memory.

use std::future;
use std::io::{self, BufReader, Read};
use std::time::Duration;

use axum::body::Body;
use bytes::{Buf, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::mpsc;

use crate::error::Result;
use crate::http::problem::Problem;
use crate::import::{self, Broken, Circumstances, Format, Piece};
use crate::tasks::{Importing, Report};

/// The largest body.
pub(super) const LIMIT: usize = 64 * 1024 * 1024;

/// How long the body may pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The lengths of the channels: parts of the body, and parsed pieces.
const CHUNKS: usize = 4;
const PIECES: usize = 128;

/// Imports a whole body; always returns what was done.
pub(super) async fn import(
    mut importing: Importing,
    body: Body,
    format: Format,
    circumstances: Circumstances,
) -> (Report, std::result::Result<(), Problem>) {
    let (chunks, received) = mpsc::channel(CHUNKS);
    let (found, mut pieces) = mpsc::channel::<(u64, Piece)>(PIECES);
    let reading = tokio::task::spawn_blocking(move || {
        let input = BufReader::new(Chunks {
            received,
            present: Bytes::new(),
        });
        import::read(format, input, circumstances, &mut |line, piece| {
            let sent = found.blocking_send((line, piece));
            sent.map_err(|_| Broken::Stopped)
        })
    });
    let taking = async {
        while let Some((line, piece)) = pieces.recv().await {
            importing.take(line, piece).await?;
        }
        Result::Ok(())
    };
    let receiving = async {
        receive(body, chunks).await;
        future::pending::<()>().await;
    };
    let taken: Result<()> = tokio::select! {
        taken = taking => taken,
        () = receiving => Ok(()),
    };
    // The parser notices that the receiver is gone.
    drop(pieces);
    if let Err(error) = taken {
        return (importing.report().clone(), Err(error.into()));
    }
    let read = match reading.await {
        Ok(read) => read.map_err(problem),
        Err(panic) => Err(Problem::internal(panic.into())),
    };
    if let Err(problem) = read {
        return (importing.report().clone(), Err(problem));
    }
    let (report, outcome) = importing.finish().await;
    (report, outcome.map_err(Problem::from))
}

/// Receives the body as it arrives.
async fn receive(body: Body, chunks: mpsc::Sender<io::Result<Bytes>>) {
    let mut body = Limited::new(body, LIMIT);
    loop {
        let chunk = match tokio::time::timeout(LONGEST_PAUSE, body.frame()).await {
            Ok(None) => return,
            Ok(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => Ok(data),
                // Trailers.
                Err(_) => continue,
            },
            Ok(Some(Err(error))) if error.is::<LengthLimitError>() => {
                Err(io::ErrorKind::FileTooLarge.into())
            }
            Ok(Some(Err(_))) => Err(io::ErrorKind::UnexpectedEof.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        let is_last = chunk.is_err();
        // The parser may have ended.
        if chunks.send(chunk).await.is_err() || is_last {
            return;
        }
    }
}

/// The body as a reader for a thread that may block.
struct Chunks {
    received: mpsc::Receiver<io::Result<Bytes>>,
    present: Bytes,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.present.is_empty() {
            match self.received.blocking_recv() {
                Some(chunk) => self.present = chunk?,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.present.len());
        self.present.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

fn problem(broken: Broken) -> Problem {
    match broken {
        Broken::Unreadable { line, message } => {
            Problem::bad_request(format!("Line {line} of the body {message}"))
        }
        Broken::Wrong { line, message } => {
            Problem::invalid_as_a_whole("body", format!("line {line} of the body {message}"))
        }
        Broken::Lost(error) => match error.kind() {
            io::ErrorKind::FileTooLarge => Problem::payload_too_large(LIMIT),
            io::ErrorKind::TimedOut => Problem::bad_request("The body did not arrive in time"),
            _ => Problem::bad_request("The body did not arrive whole"),
        },
        Broken::Stopped => Problem::internal("nobody listened to what was read".into()),
    }
}
