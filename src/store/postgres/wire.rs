//! One line to PostgreSQL after the login: requests out, replies in, and as many under way at once as there are
//! askers (PostgreSQL manual, "Pipelining"). What a request says is said in `request`; what a reply says, in `reply`.

use std::collections::VecDeque;
use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::AbortOnDropHandle;

use super::reply::{Failure, Reply};
use super::request::Request;
use super::socket::Stream;

/// Room for a usual page.
const BUFFER: usize = 16 * 1024;

/// No message of ours is as long, in bytes: who announces a longer one does not speak PostgreSQL's protocol.
const LONGEST_MESSAGE: u32 = 64 * 1024 * 1024;

/// The message after which the server waits to be asked.
const READY_FOR_QUERY: u8 = b'Z';

/// Dropping it closes the line.
pub(super) struct Wire {
    requests: mpsc::UnboundedSender<Sent>,
    _driver: AbortOnDropHandle<()>,
}

struct Sent {
    messages: BytesMut,
    reply: oneshot::Sender<Bytes>,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        let (requests, sent) = mpsc::unbounded_channel();
        #[expect(
            clippy::disallowed_methods,
            reason = "it ends with the wire that owns it"
        )]
        let driver = tokio::task::spawn(async move {
            if let Err(error) = drive(stream, sent).await {
                // Whoever waits for a reply hears of it too and reports it.
                tracing::debug!(%error, "a database connection ended");
            }
        });
        Self {
            requests,
            _driver: AbortOnDropHandle::new(driver),
        }
    }

    pub(super) fn send(&self, request: Request) -> Asked {
        let (reply, asked) = oneshot::channel();
        let messages = request.into_messages();
        // If the line is gone, so is the sender of the reply.
        let _ = self.requests.send(Sent { messages, reply });
        Asked(asked)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.requests.is_closed()
    }
}

/// A request that is on its way. Who does not wait for the reply has still asked.
pub(super) struct Asked(oneshot::Receiver<Bytes>);

impl Asked {
    pub(super) async fn reply(self) -> Result<Reply, Failure> {
        self.0.await.map(Reply::new).map_err(|_| Failure::Closed)
    }
}

async fn drive(
    stream: Box<dyn Stream>,
    mut requests: mpsc::UnboundedReceiver<Sent>,
) -> io::Result<()> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (mut outgoing, mut incoming) = (BytesMut::new(), BytesMut::new());
    let mut waiting = VecDeque::new();
    let mut scanned = 0;
    let mut is_sent = true;
    loop {
        if incoming.capacity() - incoming.len() < BUFFER / 4 {
            incoming.reserve(BUFFER);
        }
        tokio::select! {
            // What is asked at the same time leaves in the same packet.
            biased;
            sent = requests.recv() => {
                let Some(Sent { messages, reply }) = sent else { return Ok(()) };
                waiting.push_back(reply);
                is_sent = false;
                if outgoing.is_empty() {
                    outgoing = messages;
                } else {
                    outgoing.extend_from_slice(&messages);
                }
            }
            // What was written when another branch comes first is no longer in the buffer.
            sent = async { writer.write_all_buf(&mut outgoing).await?; writer.flush().await },
                if !is_sent =>
            {
                sent?;
                is_sent = true;
            }
            read = reader.read_buf(&mut incoming) => {
                if read? == 0 {
                    // The server may have said why, to whoever asked first.
                    if let Some(reply) = waiting.pop_front() {
                        let _ = reply.send(incoming.freeze());
                    }
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                while let Some(length) = reply_length(&incoming, &mut scanned)? {
                    let reply: oneshot::Sender<Bytes> = waiting
                        .pop_front()
                        .ok_or(io::ErrorKind::InvalidData)?;
                    // Who asked may have gone away.
                    let _ = reply.send(incoming.split_to(length).freeze());
                }
            }
        }
    }
}

/// How many bytes the first reply has, if it is there to its end. `scanned` is how far it was looked at before.
fn reply_length(incoming: &[u8], scanned: &mut usize) -> io::Result<Option<usize>> {
    while let Some([kind, length @ ..]) =
        incoming.get(*scanned..).and_then(<[u8]>::first_chunk::<5>)
    {
        let length = u32::from_be_bytes(*length);
        if !(4..=LONGEST_MESSAGE).contains(&length) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let end = *scanned + 1 + length as usize;
        if incoming.len() < end {
            return Ok(None);
        }
        *scanned = end;
        if *kind == READY_FOR_QUERY {
            *scanned = 0;
            return Ok(Some(end));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_ends_with_the_message_that_ends_it() {
        let done = [b"C\0\0\0\x06X\0".as_slice(), b"Z\0\0\0\x05I"].concat();
        let two = [done.as_slice(), &done].concat();
        let mut scanned = 0;
        for length in 0..done.len() {
            assert_eq!(reply_length(&two[..length], &mut scanned).ok(), Some(None));
        }
        let first = reply_length(&two, &mut scanned).ok();
        assert_eq!((first, scanned), (Some(Some(done.len())), 0));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for garbled in [b"C\0\0\0\x03", b"HTTP/", b"Z\xff\xff\xff\xff"] {
            assert!(reply_length(garbled, &mut 0).is_err());
        }
    }
}
