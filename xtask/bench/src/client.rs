//! Requests that the harness makes itself, and waits for: to load data, and where it keeps the time.

use std::net::SocketAddr;
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
        body: Option<&str>,
    ) -> Outcome<Answer> {
        let Person { user, token } = person;
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}/api/{user}{path}", self.address))
            .header("Authorization", format!("Bearer {token}"));
        let mut response = match body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json");
                self.agent.run(request.body(body.to_owned())?)?
            }
            None => self.agent.run(request.body(())?)?,
        };
        Ok(Answer {
            status: response.status().as_u16(),
            body: serde_json::from_reader(response.body_mut().as_reader())?,
        })
    }
}

impl Answer {
    pub(crate) fn expect(self, status: u16) -> Outcome<Value> {
        if self.status == status {
            return Ok(self.body);
        }
        Err(format!("{} instead of {status}: {}", self.status, self.body).into())
    }
}
