//! Streams of events as their listeners have them: many that are only open, and one that is read.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::protocol::Person;
use crate::step::Outcome;

/// How long an event may take to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// So many ask at a time: a server may refuse a crowd that comes at once.
const AT_A_TIME: usize = 100;

/// The stream of one user's events.
pub(super) struct Listener {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Listener {
    pub(super) fn open(address: SocketAddr, person: &Person) -> Outcome<Self> {
        let mut listener = Self::ask(address, person)?;
        listener.wait_for(b"event: ready")?;
        Ok(listener)
    }

    fn ask(address: SocketAddr, person: &Person) -> Outcome<Self> {
        let mut request = b"GET /api/".to_vec();
        for part in [&person.user[..], b"/events", &person.head, b"\r\n"] {
            request.extend_from_slice(part);
        }
        let stream = TcpStream::connect(address).and_then(|mut stream| {
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(&request)?;
            Ok(stream)
        });
        Ok(Self {
            stream: stream.map_err(|error| format!("{address}: {error}"))?,
            received: Vec::new(),
        })
    }

    /// Reads on until these bytes have come; forgets all that came with them.
    pub(super) fn wait_for(&mut self, wanted: &[u8]) -> Outcome {
        let mut buffer = [0; 4096];
        while !contains(&self.received, wanted) {
            let length = self.stream.read(&mut buffer);
            let length = length.map_err(|error| format!("a stream of events: {error}"))?;
            if length == 0 {
                let end = self.received.escape_ascii();
                return Err(format!("a stream of events ended: {end}"));
            }
            self.received.extend_from_slice(&buffer[..length]);
        }
        self.received.clear();
        Ok(())
    }

    /// Whether it is still open, and nothing was said but that it is.
    fn is_silent(&mut self) -> bool {
        let mut buffer = [0; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return false,
                Ok(length) if contains(&buffer[..length], b"event:") => return false,
                Ok(_) => {}
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
            }
        }
    }
}

/// One stream for each of these; none of them is read.
pub(super) fn open_all(address: SocketAddr, people: &[Person]) -> Outcome<Vec<Listener>> {
    let mut all = Vec::with_capacity(people.len());
    for group in people.chunks(AT_A_TIME) {
        let asked = group.iter().map(|person| Listener::ask(address, person));
        let mut asked: Vec<_> = asked.collect::<Outcome<_>>()?;
        for listener in &mut asked {
            listener.wait_for(b"event: ready")?;
        }
        all.extend(asked);
    }
    Ok(all)
}

/// How many have ended meanwhile, or have heard something.
pub(super) fn count_disturbed(listeners: &mut [Listener]) -> Outcome<usize> {
    for listener in &*listeners {
        let set = listener.stream.set_nonblocking(true);
        set.map_err(|error| error.to_string())?;
    }
    let silent = listeners.iter_mut().map(Listener::is_silent);
    Ok(silent.filter(|silent| !silent).count())
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|part| part == wanted)
}
