//! What is done while an answer does not come. A server that hangs, or is cut off, closes nothing: so it is asked on a way
//! of its own whether it still says anything, and if not, all connections to it are given up.

use std::net::SocketAddr;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::connect::Connector;
use super::connection::Connection;
use super::failure::{too_slow, translate, unreachable};
use crate::error::Error;

/// So long an answer may take before somebody looks whether the server is still there.
const SILENCE: Duration = Duration::from_secs(1);

/// How long a server may take to say a byte. One that is only busy says it at once, whoever waits for what. Counted in
/// naps, each of which is longer where this program itself is busy, so that it does not take its own haste for silence.
const NAP: Duration = Duration::from_millis(100);
const PATIENCE: u32 = 20;

/// A server's answer to this is one byte, whether it speaks TLS or not, before it asks who is there and whether there is
/// room: the message `SSLRequest` of the protocol.
const ARE_YOU_THERE: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// Its time is over.
    Late,
    /// None will come: the connection was given up, with all that lead to its server.
    Hung,
}

impl From<NoAnswer> for Error {
    fn from(why: NoAnswer) -> Self {
        match why {
            NoAnswer::Late => too_slow(),
            NoAnswer::Hung => unreachable("the database server does not answer any more".into()),
        }
    }
}

/// When a server has last said that it is there. Whoever asks it holds the lock, and the others wait for what comes of it.
#[derive(Default)]
pub(super) struct Lookout(Mutex<Option<Instant>>);

impl Connector {
    /// Waits for an answer as long as it may take, and the server is there.
    pub(super) async fn hear<T>(
        &self,
        connection: &Connection,
        limit: Duration,
        asking: impl Future<Output = T>,
    ) -> Result<T, NoAnswer> {
        let mut asking = pin!(asking);
        let first = SILENCE.min(limit);
        if let Ok(answer) = timeout(first, &mut asking).await {
            return Ok(answer);
        }
        let until = Instant::now() + limit.saturating_sub(first);
        loop {
            tokio::select! {
                biased;
                answer = &mut asking => return Ok(answer),
                is_there = self.is_there(connection) => if !is_there {
                    return Err(NoAnswer::Hung);
                },
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(NoAnswer::Late);
            }
            if let Ok(answer) = timeout(SILENCE.min(left), &mut asking).await {
                return Ok(answer);
            }
        }
    }

    /// As [`Connector::hear`], for one statement.
    pub(super) async fn heard<T>(
        &self,
        connection: &Connection,
        limit: Duration,
        asking: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Error> {
        let answer = self.hear(connection, limit, asking).await?;
        answer.map_err(translate)
    }

    /// Whether the server of a connection says anything to anybody. If not, it is left by all.
    async fn is_there(&self, connection: &Connection) -> bool {
        let (config, lookout) = self.hosts.one(connection.host);
        let mut heard_at = lookout.0.lock().await;
        if self.is_former(connection) {
            return false;
        }
        if heard_at.is_some_and(|at| at.elapsed() < SILENCE) {
            return true;
        }
        if is_silent(config, PATIENCE).await {
            self.give_up_those_like(connection);
            return false;
        }
        *heard_at = Some(Instant::now());
        true
    }
}

/// What a server does that is asked whether it is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Something,
    /// It refuses, or closes: its connections break by themselves.
    NoMore,
    Nothing,
}

/// Whether a server takes what it is sent, or not even that, and says nothing. If its name cannot be looked up now, that
/// says nothing of it.
async fn is_silent(config: &Config, patience: u32) -> bool {
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let told = match (config.get_hosts().first(), config.get_hostaddrs().first()) {
        (_, Some(address)) => ask_all(vec![SocketAddr::new(*address, port)], patience).await,
        (Some(Host::Tcp(name)), None) => {
            let looking = tokio::net::lookup_host((name.as_str(), port));
            match within(patience, looking).await {
                Some(Ok(addresses)) => ask_all(addresses.collect(), patience).await,
                _ => return false,
            }
        }
        #[cfg(unix)]
        (Some(Host::Unix(folder)), None) => {
            let path = folder.join(format!(".s.PGSQL.{port}"));
            vec![ask(tokio::net::UnixStream::connect(path), patience).await]
        }
        (None, None) => return false,
    };
    // Of a name's addresses, some may be of other machines.
    !told.contains(&Said::Something) && told.contains(&Said::Nothing)
}

async fn ask_all(addresses: Vec<SocketAddr>, patience: u32) -> Vec<Said> {
    let asking = addresses.into_iter();
    join_all(asking.map(|address| ask(TcpStream::connect(address), patience))).await
}

async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    connecting: impl Future<Output = std::io::Result<S>>,
    patience: u32,
) -> Said {
    let asking = async {
        let mut stream = connecting.await?;
        stream.write_all(&ARE_YOU_THERE).await?;
        stream.read_u8().await
    };
    match within(patience, asking).await {
        Some(Ok(_)) => Said::Something,
        Some(Err(_)) => Said::NoMore,
        None => Said::Nothing,
    }
}

/// `None` after so many naps.
async fn within<T>(naps: u32, asking: impl Future<Output = T>) -> Option<T> {
    let mut asking = pin!(asking);
    for _ in 0..naps {
        if let Ok(answer) = timeout(NAP, &mut asking).await {
            return Some(answer);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use tokio::net::TcpListener;

    use super::*;

    const SOON: u32 = 2;

    async fn listener() -> (TcpListener, Config) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let config = Config::from_str(&format!("host=127.0.0.1 port={port}"));
        (listener, config.unwrap())
    }

    #[tokio::test]
    async fn only_who_takes_the_question_and_says_nothing_is_silent() {
        let (taken_by_the_kernel, config) = listener().await;
        assert!(is_silent(&config, SOON).await);
        drop(taken_by_the_kernel);
        assert!(!is_silent(&config, SOON).await, "it refuses");
        let unknown = Config::from_str("host=no-such-host.invalid").unwrap();
        assert!(!is_silent(&unknown, SOON).await, "nobody knows where it is");

        let (listener, config) = listener().await;
        for answer in [&b"N"[..], &b"S"[..], &b""[..]] {
            let answering = async {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut question = [0; 8];
                stream.read_exact(&mut question).await.unwrap();
                assert_eq!(question, ARE_YOU_THERE);
                stream.write_all(answer).await.unwrap();
            };
            let (silent, ()) = tokio::join!(is_silent(&config, PATIENCE), answering);
            assert!(!silent, "{answer:?}");
        }
    }
}
