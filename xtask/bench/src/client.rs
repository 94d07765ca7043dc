//! Requests that the harness makes itself, and waits for: to load data, and where it keeps the time.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

use crate::Outcome;
use crate::data::Person;
use crate::server::Server;

/// Longer than any server should take, so that a slow one is seen as slow.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) struct Client {
    agent: Agent,
    address: SocketAddr,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Client {
    pub(crate) fn of(server: &Server) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(PATIENCE));
        Self {
            agent: config.build().into(),
            address: server.address,
        }
    }

    /// `path` is what follows the user.
    pub(crate) fn send(
        &self,
        method: &str,
        person: &Person,
        path: &str,
        body: &str,
    ) -> Outcome<Answer> {
        let Person { user, token } = person;
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}/api/{user}{path}", self.address))
            .header("Authorization", format!("Bearer {token}"))
            .header("Content-Type", "application/json");
        let mut response = self.agent.run(request.body(body.to_owned())?)?;
        Ok(Answer {
            status: response.status().as_u16(),
            body: serde_json::from_reader(response.body_mut().as_reader())?,
        })
    }
}

impl Answer {
    pub(crate) fn expect(self, statuses: &[u16]) -> Outcome<Self> {
        if statuses.contains(&self.status) {
            return Ok(self);
        }
        Err(format!("{self:?} instead of {statuses:?}").into())
    }
}

/// Asks on a connection that stays open, and waits until the answer ends like that.
pub(crate) fn get(
    connection: &mut TcpStream,
    person: &Person,
    path: &str,
    end: &str,
) -> Outcome<String> {
    let Person { user, token } = person;
    let head = format!("Host: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
    connection.set_read_timeout(Some(PATIENCE))?;
    // In one piece: the kernel holds a second one back until the first was acknowledged.
    connection.write_all(format!("GET /api/{user}{path} HTTP/1.1\r\n{head}").as_bytes())?;
    let (mut answer, mut buffer) = (String::new(), [0; 4096]);
    while !answer.ends_with(end) {
        match connection.read(&mut buffer)? {
            0 => break,
            length => answer += std::str::from_utf8(&buffer[..length])?,
        }
    }
    if answer.starts_with("HTTP/1.1 200") {
        return Ok(answer);
    }
    Err(answer.into())
}
