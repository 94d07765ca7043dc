//! Opens a line to PostgreSQL: which of the servers that the URL names, over TCP or a Unix socket, with TLS or without,
//! and the login. What is said on it afterwards is said in `wire`.

use std::future::{Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use rustix::net::sockopt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::config::{Host, LoadBalanceHosts, SslMode, SslNegotiation};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::{CancelToken, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::Cause;

/// PostgreSQL's own.
const USUAL_PORT: u16 = 5432;

/// Bytes to a server and from it.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {
    /// What a login over it can be bound to, so that nobody between can relay it.
    fn binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl Stream for TcpStream {}
impl Stream for UnixStream {}

impl Stream for RustlsStream {
    fn binding(&self) -> ChannelBinding {
        self.channel_binding()
    }
}

type Socket = Box<dyn Stream>;
type RustlsStream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// One server at one address.
#[derive(Clone, Debug)]
pub(super) struct Address {
    place: Place,
    /// The name that its certificate is for.
    name: Option<String>,
}

#[derive(Clone, Debug)]
enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// A line that is open and logged in.
pub(super) struct Opened {
    pub(super) stream: Socket,
    pub(super) canceller: Canceller,
    /// Our own port, over TCP.
    pub(super) port: Option<u16>,
}

/// Asks a server to give up what a connection is doing, on a way of its own.
pub(super) struct Canceller {
    address: Address,
    token: CancelToken,
}

/// Knows where the servers are and how to log in.
pub(super) struct Opener {
    config: Config,
    /// The same, for the driver that logs in: it gets a stream that is encrypted already, if it is at all.
    login: Config,
    tls: MakeRustlsConnect,
    /// How often a line was opened, for taking the servers in turn.
    turn: AtomicUsize,
}

impl Opener {
    pub(super) fn new(config: Config, tls: MakeRustlsConnect) -> Self {
        let mut login = config.clone();
        login
            .ssl_mode(SslMode::Require)
            .ssl_negotiation(SslNegotiation::Direct);
        Self {
            config,
            login,
            tls,
            turn: AtomicUsize::new(0),
        }
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Where to try, in the order of the URL or beginning with another one each time.
    pub(super) async fn addresses(&self) -> Result<Vec<Address>, Cause> {
        let mut addresses = self.resolve().await?;
        if self.config.get_load_balance_hosts() == LoadBalanceHosts::Random {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed) % addresses.len().max(1);
            addresses.rotate_left(turn);
        }
        Ok(addresses)
    }

    async fn resolve(&self) -> Result<Vec<Address>, Cause> {
        let (hosts, numbers) = (self.config.get_hosts(), self.config.get_hostaddrs());
        let count = hosts.len().max(numbers.len());
        if [hosts.len(), numbers.len()]
            .iter()
            .any(|len| *len > 0 && *len != count)
        {
            return Err("names more hosts than addresses, or fewer".into());
        }
        let ports = self.config.get_ports();
        let mut addresses = Vec::new();
        let mut unknown = None;
        for number in 0..count {
            let port = ports.get(number).or(ports.first()).copied();
            let port = port.unwrap_or(USUAL_PORT);
            let host = hosts.get(number);
            let name = match host {
                Some(Host::Tcp(name)) => Some(name.clone()),
                _ => None,
            };
            let mut add = |place| {
                let name = name.clone();
                addresses.push(Address { place, name });
            };
            match (numbers.get(number), host) {
                (Some(ip), _) => add(Place::Tcp((*ip, port).into())),
                (None, Some(Host::Unix(directory))) => {
                    add(Place::Unix(directory.join(format!(".s.PGSQL.{port}"))));
                }
                (None, Some(Host::Tcp(name))) => {
                    match tokio::net::lookup_host((name.as_str(), port)).await {
                        Ok(found) => found.for_each(|found| add(Place::Tcp(found))),
                        // Another host may still be known.
                        Err(error) => unknown = Some(error),
                    }
                }
                (None, None) => {}
            }
        }
        match unknown {
            Some(error) if addresses.is_empty() => Err(error.into()),
            _ => Ok(addresses),
        }
    }

    pub(super) async fn log_in(&self, address: Address) -> Result<Opened, Cause> {
        let (mut stream, port) = self.reach(&address).await?;
        let (client, connection) = self.login.connect_raw(&mut stream, Reached).await?;
        let token = client.cancel_token();
        // It has read no further than to the end of the login: the server says nothing more before it is asked.
        drop(connection);
        Ok(Opened {
            stream,
            canceller: Canceller { address, token },
            port,
        })
    }

    pub(super) async fn cancel(&self, canceller: &Canceller) -> Result<(), Cause> {
        let (mut stream, _) = self.reach(&canceller.address).await?;
        Ok(canceller
            .token
            .cancel_query_raw(&mut stream, Reached)
            .await?)
    }

    /// A stream to that address, encrypted as far as the settings want it, and our own port.
    async fn reach(&self, address: &Address) -> Result<(Socket, Option<u16>), Cause> {
        let limit = self
            .config
            .get_connect_timeout()
            .copied()
            .unwrap_or(Duration::MAX);
        let (socket, port): (Socket, _) = match &address.place {
            Place::Tcp(place) => {
                let stream = tokio::time::timeout(limit, TcpStream::connect(place)).await??;
                self.set_options(&stream)?;
                let port = stream.local_addr()?.port();
                (Box::new(stream), Some(port))
            }
            Place::Unix(path) => {
                let stream = tokio::time::timeout(limit, UnixStream::connect(path)).await??;
                (Box::new(stream), None)
            }
        };
        Ok((self.encrypt(socket, address.name.as_deref()).await?, port))
    }

    fn set_options(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        #[cfg(target_os = "linux")]
        if let Some(limit) = self.config.get_tcp_user_timeout() {
            let millis = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
            sockopt::set_tcp_user_timeout(stream, millis)?;
        }
        if self.config.get_keepalives() {
            sockopt::set_socket_keepalive(stream, true)?;
            sockopt::set_tcp_keepidle(stream, self.config.get_keepalives_idle())?;
            if let Some(interval) = self.config.get_keepalives_interval() {
                sockopt::set_tcp_keepintvl(stream, interval)?;
            }
            if let Some(retries) = self.config.get_keepalives_retries() {
                sockopt::set_tcp_keepcnt(stream, retries)?;
            }
        }
        Ok(())
    }

    /// As the manual's "SSL Session Encryption" has it.
    async fn encrypt(&self, mut socket: Socket, name: Option<&str>) -> Result<Socket, Cause> {
        let mode = self.config.get_ssl_mode();
        if mode == SslMode::Disable {
            return Ok(socket);
        }
        if self.config.get_ssl_negotiation() == SslNegotiation::Postgres {
            let mut request = BytesMut::new();
            frontend::ssl_request(&mut request);
            socket.write_all(&request).await?;
            if socket.read_u8().await? != b'S' {
                return match mode {
                    SslMode::Prefer => Ok(socket),
                    _ => Err("the server does not support TLS".into()),
                };
            }
        }
        let name = name.ok_or("TLS wants the server's name: name a host in the URL")?;
        let connect = MakeTlsConnect::<Socket>::make_tls_connect(&mut self.tls.clone(), name)?;
        Ok(Box::new(connect.connect(socket).await?))
    }
}

/// Stands where the driver would encrypt: that is done, or not wanted.
struct Reached;

impl<'a, 'b> TlsConnect<&'a mut Box<dyn Stream + 'b>> for Reached {
    type Stream = &'a mut Box<dyn Stream + 'b>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Stream>>;

    fn connect(self, stream: Self::Stream) -> Self::Future {
        ready(Ok(stream))
    }
}

impl TlsStream for &mut Box<dyn Stream + '_> {
    fn channel_binding(&self) -> ChannelBinding {
        self.binding()
    }
}
