//! A connection by hand, byte for byte.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Long enough for a busy machine; a test that is right does not wait.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A line on which a test sends what it likes, and all that was heard on it.
pub(crate) struct Line {
    pub(crate) socket: TcpStream,
    pub(crate) heard: Vec<u8>,
}

impl Line {
    pub(crate) async fn open(address: &str, requests: &str) -> Self {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(requests.as_bytes()).await.unwrap();
        Self {
            socket,
            heard: Vec::new(),
        }
    }

    pub(crate) async fn hear(&mut self, text: &str) {
        while !String::from_utf8_lossy(&self.heard).contains(text) {
            let more = timeout(PATIENCE, self.socket.read_buf(&mut self.heard)).await;
            let more = more.unwrap_or_else(|_| panic!("not heard: {text}"));
            assert!(more.unwrap() > 0, "{}", self.heard.escape_ascii());
        }
    }

    /// All that was heard, once the server has closed the line in good order.
    pub(crate) async fn end(mut self) -> String {
        let end = timeout(PATIENCE, self.socket.read_to_end(&mut self.heard)).await;
        end.expect("the line ends").unwrap();
        String::from_utf8(self.heard).unwrap()
    }
}
