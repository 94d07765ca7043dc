//! Reads a key set from the web or from a file, once, within limits. When to do so is decided in `source`.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use reqwest::redirect::Policy;

use super::Pace;
use crate::auth::address::{self, Address};
use crate::clock::Timestamp;
use crate::trace::{TRACEPARENT, TRACESTATE, Trace};

/// Largest document, in bytes: far above 1000 keys.
const MAX_BODY: usize = 1024 * 1024;

/// Longest pause that an answer may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

/// A document, and the issuer's own idea of the time.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) body: Vec<u8>,
    pub(super) date: Option<Timestamp>,
}

/// Why there is no document, and when the issuer wants to be asked again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FetchError {
    pub(super) problem: String,
    pub(super) retry_after: Option<Duration>,
}

impl FetchError {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            retry_after: None,
        }
    }
}

/// A client for one address. Made once: connections and TLS roots are kept.
pub(super) enum Fetcher {
    Web {
        client: reqwest::Client,
        url: url::Url,
    },
    File(std::path::PathBuf),
    /// TLS could not be set up (no root certificates); said again at each attempt.
    Broken(String),
}

impl Fetcher {
    pub(super) fn new(address: &Address, pace: Pace) -> Self {
        match address {
            Address::File(path) => Self::File(path.clone()),
            Address::Web(url) => match client(url, pace.timeout) {
                Ok(client) => Self::Web {
                    client,
                    url: url.clone(),
                },
                Err(error) => Self::Broken(format!("TLS cannot be set up: {}", chain(&error))),
            },
        }
    }

    /// `trace` is that of a request that has asked for it.
    pub(super) async fn fetch(&self, trace: Option<&Trace>) -> Result<Fetched, FetchError> {
        match self {
            Self::Web { client, url } => get(client, url.clone(), trace).await,
            Self::File(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || read_file(&path)).await;
                let body = read.unwrap_or_else(|_| Err("the read was given up".to_owned()));
                body.map(|body| Fetched { body, date: None })
                    .map_err(FetchError::new)
            }
            Self::Broken(problem) => Err(FetchError::new(problem.clone())),
        }
    }
}

/// A client that follows no redirect: keys come from the address that was configured, or not at all.
pub(in crate::auth) fn client(
    url: &url::Url,
    timeout: Duration,
) -> Result<reqwest::Client, reqwest::Error> {
    let mut builder = reqwest::Client::builder()
        .redirect(Policy::none())
        .timeout(timeout)
        .user_agent(concat!("tickbox/", env!("CARGO_PKG_VERSION")));
    if address::is_local(url) {
        // Plain http is trusted there because there is no third party in between.
        builder = builder.no_proxy();
    }
    if url.scheme() == "http" {
        // A container without root certificates can still fetch keys in its own network.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

async fn get(
    client: &reqwest::Client,
    url: url::Url,
    trace: Option<&Trace>,
) -> Result<Fetched, FetchError> {
    let response = traced(client.get(url), trace)
        .header(header::ACCEPT, "application/json")
        .send()
        .await
        .map_err(|error| FetchError::new(chain(&error.without_url())))?;
    let date = moment(response.headers(), "date");
    if response.status() != StatusCode::OK {
        return Err(FetchError {
            problem: refused(response.status(), response.headers()),
            retry_after: retry_after(response.headers(), date),
        });
    }
    let body = limited(response).await.map_err(FetchError::new)?;
    Ok(Fetched { body, date })
}

/// Tells the server that is asked which trace the question belongs to.
pub(in crate::auth) fn traced(
    request: reqwest::RequestBuilder,
    trace: Option<&Trace>,
) -> reqwest::RequestBuilder {
    let Some(trace) = trace else { return request };
    let request = request.header(TRACEPARENT, trace.traceparent());
    match trace.tracestate() {
        Some(state) => request.header(TRACESTATE, state),
        None => request,
    }
}

/// The body of an answer, as long as it stays within the limit.
pub(in crate::auth) async fn limited(mut response: reqwest::Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body),
            Ok(Some(chunk)) if body.len() + chunk.len() <= MAX_BODY => {
                body.extend_from_slice(&chunk);
            }
            Ok(Some(_)) => return Err(format!("the answer is larger than {MAX_BODY} bytes")),
            Err(error) => return Err(chain(&error.without_url())),
        }
    }
}

fn refused(status: StatusCode, headers: &HeaderMap) -> String {
    let hint = match status {
        StatusCode::NOT_FOUND => {
            ": the path must be exactly {basePath}/jwks without a trailing slash; is the jwt plugin installed, and are its jwksPath and remoteUrl unset?"
        }
        StatusCode::TOO_MANY_REQUESTS => ": Better Auth's rate limit",
        _ if status.is_redirection() => {
            let to = headers
                .get(header::LOCATION)
                .and_then(|value| value.to_str().ok())
                .map_or_else(String::new, |to| {
                    format!(" to {}", crate::auth::refusal::shown(to))
                });
            return format!(
                "the answer is {status}, a redirect{to}; redirects are not followed: set JWKS_URL to the final address"
            );
        }
        _ => "",
    };
    format!("the answer is {status}{hint}")
}

/// `Retry-After`, or Better Auth's own `x-retry-after`: seconds or a date; at most an hour.
pub(in crate::auth) fn retry_after(
    headers: &HeaderMap,
    date: Option<Timestamp>,
) -> Option<Duration> {
    ["retry-after", "x-retry-after"]
        .into_iter()
        .find_map(|name| {
            let text = headers.get(name)?.to_str().ok()?.trim();
            let pause = if let Ok(seconds) = text.parse::<u32>() {
                Duration::from_secs(seconds.into())
            } else {
                let ahead = moment(headers, name)?.as_micros() - date?.as_micros();
                Duration::from_micros(u64::try_from(ahead).ok()?)
            };
            Some(pause.min(MAX_RETRY_AFTER))
        })
}

/// A header with a date (RFC 9110 §5.6.7, which is a form of RFC 2822).
fn moment(headers: &HeaderMap, name: &str) -> Option<Timestamp> {
    let text = headers.get(name)?.to_str().ok()?;
    let moment = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()?;
    Some(Timestamp::from_micros(moment.as_microsecond()))
}

fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_BODY as u64 + 1).read_to_end(&mut body))
        .map_err(|error| format!("the file cannot be read: {error}"))?;
    if body.len() > MAX_BODY {
        return Err(format!("the file is larger than {MAX_BODY} bytes"));
    }
    Ok(body)
}

/// An error with its causes: reqwest's own text stops before the interesting one.
pub(in crate::auth) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
