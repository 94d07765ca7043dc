//! Values that several settings have in the same form, and what can be checked of a value without using it.

use std::net::SocketAddr;
use std::time::Duration;

use super::{ConfigError, parse_duration};
use crate::quota::Rate;

/// More connections than any PostgreSQL would allow.
const MOST_CONNECTIONS: usize = 1000;

/// Less would make the trash useless.
const SHORTEST_RETENTION: Duration = Duration::from_hours(1);
const USUAL_RETENTION: Duration = Duration::from_hours(30 * 24);
/// Ten years.
const LONGEST_RETENTION: Duration = Duration::from_hours(3650 * 24);

const USUAL_MOST_TASKS: i64 = 1_000_000;

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

/// `RATE_LIMIT`; `None` for `off`.
pub(super) fn rate(text: &str) -> Result<Option<Rate>, ConfigError> {
    if text == "off" {
        return Ok(None);
    }
    let read = || {
        let (requests, unit) = text.split_once('/')?;
        let seconds = match unit {
            "s" => 1,
            "min" => 60,
            "h" => 3600,
            _ => return None,
        };
        let requests = requests.parse().ok().filter(|requests| *requests > 0)?;
        let window = Duration::from_secs(seconds);
        Some(Rate { requests, window })
    };
    read().map(Some).ok_or_else(|| ConfigError {
        variable: "RATE_LIMIT",
        problem: format!("is {text:?}, but must be off, or a number for each s, min or h"),
        example: "RATE_LIMIT=600/min",
    })
}

/// `MAX_TASKS_PER_USER`.
pub(super) fn most_tasks(text: Option<&str>) -> Result<i64, ConfigError> {
    let Some(text) = text else {
        return Ok(USUAL_MOST_TASKS);
    };
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| ConfigError {
        variable: "MAX_TASKS_PER_USER",
        problem: format!("is {text:?}, but must be a whole number from 1 on"),
        example: "MAX_TASKS_PER_USER=1000000",
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
