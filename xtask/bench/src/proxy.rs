//! A way to PostgreSQL that takes its time: what a database in another building is like. Everything
//! is passed on, a fixed time after it came; nothing waits for what is behind it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;

/// Listens until the harness ends; gives the port.
pub(crate) fn start(target: u16, each_way: Duration) -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            if let Err(error) = connect(&client, target, each_way) {
                eprintln!("the delayed connection: {error}");
            }
        }
    });
    Ok(port)
}

fn connect(client: &TcpStream, target: u16, delay: Duration) -> Outcome {
    let server = TcpStream::connect(("127.0.0.1", target))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    pass_on(client.try_clone()?, server.try_clone()?, delay);
    pass_on(server, client.try_clone()?, delay);
    Ok(())
}

/// Two threads: one reads and looks at the clock, the other writes when it is time.
fn pass_on(mut from: TcpStream, mut to: TcpStream, delay: Duration) {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if sender
                .send((Instant::now() + delay, buffer[..length].to_vec()))
                .is_err()
            {
                break;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in receiver {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        // Fails only if the other end is gone already.
        let _ = to.shutdown(Shutdown::Both);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_after_twice_the_delay() -> Outcome {
        let echo = TcpListener::bind(("127.0.0.1", 0))?;
        let target = echo.local_addr()?.port();
        thread::spawn(move || {
            let (mut stream, _) = echo.accept()?;
            let mut word = [0; 4];
            stream.read_exact(&mut word)?;
            stream.write_all(&word)
        });
        let delay = Duration::from_millis(5);
        let mut stream = TcpStream::connect(("127.0.0.1", start(target, delay)?))?;
        let start = Instant::now();
        stream.write_all(b"word")?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer)?;
        assert_eq!(&answer, b"word");
        assert!(start.elapsed() >= 2 * delay);
        Ok(())
    }
}
