//! Logs: lines for people in development, JSON for machines elsewhere, both on standard error,
//! because standard output belongs to the ready line and to what commands print.

use std::io::{self, IsTerminal};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{ConfigError, Environment};

/// Starts logging for the whole process; once.
pub fn start(environment: Environment, filter: &str) -> Result<(), ConfigError> {
    let mut filter: Targets = filter.parse().map_err(|error| ConfigError {
        variable: "RUST_LOG",
        problem: format!("cannot be read: {error}"),
        example: "RUST_LOG=info",
    })?;
    // Below `info` these write parameters of statements and headers of requests, whatever is asked for.
    let level = filter.default_level().unwrap_or(LevelFilter::OFF);
    for library in ["tokio_postgres", "h2", "hyper"] {
        filter = filter.with_target(library, level.min(LevelFilter::INFO));
    }
    let registry = tracing_subscriber::registry().with(filter);
    let started = if environment == Environment::Development {
        let layer = fmt::layer()
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal())
            .with_target(false);
        registry.with(layer).try_init()
    } else {
        let layer = fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(io::stderr);
        registry.with(layer).try_init()
    };
    // Only a test that starts two servers in one process gets here twice; the first one's logs are as good.
    let _ = started;
    Ok(())
}
