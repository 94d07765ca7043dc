//! Values that several settings have in the same form, and what can be said of one without using it.

use std::net::SocketAddr;
use std::time::Duration;

use super::{ConfigError, parse_duration};

/// More connections than any PostgreSQL would allow.
const MOST_CONNECTIONS: usize = 1000;

/// Less would take back the promise of a trash.
const SHORTEST_RETENTION: Duration = Duration::from_hours(1);
const USUAL_RETENTION: Duration = Duration::from_hours(30 * 24);
/// Ten years.
const LONGEST_RETENTION: Duration = Duration::from_hours(3650 * 24);

/// `RETENTION`.
pub(super) fn retention(text: Option<&str>) -> Result<Duration, ConfigError> {
    let Some(text) = text else {
        return Ok(USUAL_RETENTION);
    };
    parse_duration(text)
        .filter(|time| (SHORTEST_RETENTION..=LONGEST_RETENTION).contains(time))
        .ok_or_else(|| ConfigError {
            variable: "RETENTION",
            problem: format!("is {text:?}, but must be a time from 1h to 3650d"),
            example: "RETENTION=30d",
        })
}

pub(super) fn number(
    variable: &'static str,
    example: &'static str,
    text: Option<&str>,
    default: usize,
) -> Result<usize, ConfigError> {
    let Some(text) = text else { return Ok(default) };
    match text.parse() {
        Ok(number @ 0..=MOST_CONNECTIONS) => Ok(number),
        _ => Err(ConfigError {
            variable,
            problem: format!("is {text:?}, but must be a number from 0 to {MOST_CONNECTIONS}"),
            example,
        }),
    }
}

pub(super) fn switch(
    variable: &'static str,
    example: &'static str,
    text: Option<&str>,
) -> Result<bool, ConfigError> {
    match text {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(other) => Err(ConfigError {
            variable,
            problem: format!("is {other:?}, but must be true or false"),
            example,
        }),
    }
}

/// An IP address and a port. Not a name: it would have to be looked up, and might mean several addresses.
pub(super) fn socket_address(
    variable: &'static str,
    example: &'static str,
    text: Option<&str>,
) -> Result<Option<SocketAddr>, ConfigError> {
    let read = |text: &str| {
        text.parse().map_err(|_| ConfigError {
            variable,
            problem: format!("is {text:?}, but must be an IP address and a port"),
            example,
        })
    };
    text.map(read).transpose()
}
