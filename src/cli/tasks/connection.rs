//! The connection to a running server: its address, the token, and how a request is retried until its answer is known.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::Whom;
use super::address::{self, identity, is_local};
use super::answer::Answer;
use super::handshake::Handshake;
use super::reply::{REPEATS, Reply};
use super::show::plain;
use crate::cli::{Failure, program, quoted};
use crate::error::chain;

/// The pause before the first repeat where the server names none; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(250);

/// Longer than any answer of the server but that to an import.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A little longer than the server takes over an import, or taking one back, at most.
pub(super) const LONGEST: Duration = Duration::from_mins(11);

/// A server, and a user of it.
pub(super) struct Connection {
    client: reqwest::Client,
    base: Url,
    token: String,
    user: String,
}

/// A 2xx response, or the error after the last retry.
pub(super) type Answered<T> = Result<T, Failure>;

impl Connection {
    pub(super) fn open(whom: &Whom) -> Answered<Self> {
        let base = address::base(whom)?;
        let token = address::token(whom, &base)?;
        let user = address::user(whom, &token)?;
        let mut builder = reqwest::Client::builder()
            // The token goes to the address that was named, and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("tickbox/", env!("CARGO_PKG_VERSION")));
        if is_local(&base) {
            builder = builder.no_proxy();
        }
        if base.scheme() == "http" {
            // A container without root certificates can still ask in its own network.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| {
            Failure::Said(format!(
                "the connection cannot be set up: {}",
                chain(&error)
            ))
        })?;
        Ok(Self {
            client,
            base,
            token,
            user,
        })
    }

    /// The address of what the user has: `tasks`, an id, …
    pub(super) fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", &self.user]);
            segments.extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    pub(super) async fn get(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        what: Answer,
    ) -> Answered<Value> {
        let url = self.url(path, query);
        let make = || self.request(Method::GET, &url, TIMEOUT);
        self.judge(&self.send(false, make).await?, what)
    }

    /// The same, where it may be gone.
    pub(super) async fn find(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        what: Answer,
    ) -> Answered<Option<Value>> {
        let url = self.url(path, query);
        let make = || self.request(Method::GET, &url, TIMEOUT);
        let answer = self.send(false, make).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        self.judge(&answer, what).map(Some)
    }

    /// A write that is done once, however often it is sent.
    pub(super) async fn write(
        &self,
        method: Method,
        path: &[&str],
        body: &Value,
        what: Answer,
    ) -> Answered<Value> {
        let url = self.url(path, &[]);
        let key = Uuid::new_v4().to_string();
        let make = || {
            self.request(method.clone(), &url, TIMEOUT)
                .header("Idempotency-Key", &key)
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.to_string())
        };
        self.ask(make, what).await
    }

    /// Retries a request that may take minutes and may be done twice.
    pub(super) async fn write_for_long(&self, path: &[&str], what: Answer) -> Answered<Value> {
        let url = self.url(path, &[]);
        let make = || self.request(Method::POST, &url, LONGEST);
        self.ask(make, what).await
    }

    pub(super) fn request(&self, method: Method, url: &Url, timeout: Duration) -> RequestBuilder {
        self.client
            .request(method, url.clone())
            .timeout(timeout)
            .bearer_auth(&self.token)
            .header(header::ACCEPT, "application/json")
    }

    /// Sends a write that can be repeated.
    pub(super) async fn ask(
        &self,
        make: impl Fn() -> RequestBuilder,
        what: Answer,
    ) -> Answered<Value> {
        self.judge(&self.send(true, make).await?, what)
    }

    /// Sends a request until it is answered, as long as a retry makes sense.
    async fn send(&self, writes: bool, make: impl Fn() -> RequestBuilder) -> Answered<Reply> {
        let mut is_lost = false;
        let mut repeats = 0;
        loop {
            let pause = match Reply::to(make()).await {
                Ok(mut answer) => {
                    let Some(pause) = answer.pause(repeats) else {
                        answer.is_after_loss = is_lost && writes;
                        return Ok(answer);
                    };
                    pause
                }
                Err(error) => {
                    let never_sent = error.is_connect() && !is_lost;
                    if never_sent || error.is_builder() || repeats == REPEATS {
                        return Err(self.unreachable(error, is_lost && writes));
                    }
                    is_lost = true;
                    PAUSE * 2_u32.pow(repeats)
                }
            };
            repeats += 1;
            tokio::time::sleep(pause).await;
        }
    }

    fn judge(&self, answer: &Reply, what: Answer) -> Answered<Value> {
        let json = serde_json::from_slice(&answer.body).ok();
        if answer.status.is_success() {
            let json = json.filter(|json| what.fits(json));
            return json.ok_or_else(|| self.stranger());
        }
        Err(self.refusal(answer, &json.unwrap_or_default()))
    }

    fn stranger(&self) -> Failure {
        Failure::Said(format!(
            "what {} answers is no answer of tickbox: is it a tickbox server?",
            self.base
        ))
    }

    /// What the server says, and what to do about it.
    fn refusal(&self, answer: &Reply, json: &Value) -> Failure {
        let Some(message) = json["error"]["message"].as_str() else {
            let to = answer.location.as_deref().unwrap_or_default();
            let hint = if answer.status.is_redirection() {
                format!(
                    ", a redirect to {}: set TICKBOX_URL to where it ends",
                    plain(to)
                )
            } else if answer.status.is_server_error() {
                String::new()
            } else {
                String::from(": is it the URL of a tickbox server?")
            };
            let text = format!("the answer of {} is {}{hint}", self.base, answer.status);
            return Failure::Said(text);
        };
        let mut text = plain(message);
        if let Some(done) = json["error"].get("import") {
            text = format!(
                "{text}\nUntil then:\n{}",
                super::report::text(done).trim_end()
            );
        }
        if answer.status == StatusCode::UNAUTHORIZED {
            text = format!("{text}. {}", self.how_to_get_a_token());
        } else if json["error"]["outcome"] == "unknown" {
            text += ". Look before you do it again";
        } else if answer.is_after_loss && answer.retry_after.is_some() {
            text += ". It is not known whether this was done: look";
        } else if answer.status == StatusCode::NOT_FOUND
            && let Some(other) = identity(&self.token).filter(|other| *other != self.user)
        {
            text = format!(
                "{text}. The token is that of {}, and not of {}",
                plain(&other),
                self.user
            );
        }
        Failure::Said(text)
    }

    /// Which way the server knows tokens, it does not say.
    fn how_to_get_a_token(&self) -> String {
        if is_local(&self.base) {
            let (program, user) = (program(), quoted(&self.user));
            return format!(
                "Set TICKBOX_TOKEN to a fresh one: your app's sign-in issues it, or, if the server has a secret, \
                 export TICKBOX_TOKEN=$({program} token --user {user})"
            );
        }
        "Set TICKBOX_TOKEN to a fresh one".to_owned()
    }

    pub(super) fn unreachable(&self, error: reqwest::Error, may_be_done: bool) -> Failure {
        let (base, is_refused) = (&self.base, error.is_connect());
        let handshake = Handshake::of(&error).filter(|_| is_refused && base.scheme() == "https");
        let why = chain(&error.without_url());
        let text = if may_be_done {
            format!(
                "{base} does not answer ({why}), and it is not known whether this was done: look"
            )
        } else if let Some(handshake) = handshake {
            let hint = if handshake == Handshake::Untrusted {
                String::new()
            } else {
                let plain = base.as_str().replacen("https:", "http:", 1);
                format!(": if it speaks no TLS, set TICKBOX_URL={plain}")
            };
            format!("the TLS handshake with {base} failed ({why}){hint}")
        } else if is_refused && is_local(base) {
            format!(
                "nobody answers at {base} ({why}): start the server with `{}`, or set TICKBOX_URL",
                program()
            )
        } else {
            format!("{base} does not answer: {why}")
        };
        Failure::Said(text)
    }

    /// An export, whose lines are read piece by piece: whether they are one is seen there.
    pub(super) async fn stream(&self, url: &Url) -> Answered<reqwest::Response> {
        // What is long has a limit of its own, at the server.
        let hour = Duration::from_hours(1);
        let mut repeats = 0;
        loop {
            let sent = self.request(Method::GET, url, hour).send().await;
            let response = sent.map_err(|error| self.unreachable(error, false))?;
            if response.status().is_success() {
                return Ok(response);
            }
            let answer = Reply::read(response).await;
            let answer = answer.map_err(|error| self.unreachable(error, false))?;
            let Some(pause) = answer.pause(repeats) else {
                let json = serde_json::from_slice(&answer.body).unwrap_or_default();
                return Err(self.refusal(&answer, &json));
            };
            repeats += 1;
            tokio::time::sleep(pause).await;
        }
    }
}
