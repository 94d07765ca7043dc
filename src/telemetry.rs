//! Logs: lines for people in development, JSON for machines elsewhere, both on standard error,
//! because standard output belongs to the ready line and to what commands print.

use std::io::{self, IsTerminal};

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{self, FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::clock::Clock;
use crate::config::Environment;

/// Starts logging for the whole process; once.
pub fn start(environment: Environment, filter: Targets) {
    let registry = tracing_subscriber::registry()
        .with(filter)
        .with(filter_fn(is_discreet));
    let started = if environment == Environment::Development {
        let layer = fmt::layer()
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal())
            .with_target(false);
        registry.with(layer).try_init()
    } else {
        let layer = fmt::layer()
            .event_format(JsonLines(Clock::system()))
            .with_writer(io::stderr);
        registry.with(layer).try_init()
    };
    // Only a test that starts two servers in one process gets here twice; it keeps the first logger.
    let _ = started;
}

/// Below `info` these libraries write parameters of statements and headers of requests, so whatever is asked for,
/// that is not logged.
fn is_discreet(metadata: &Metadata<'_>) -> bool {
    const INDISCREET: [&str; 3] = ["tokio_postgres", "h2", "hyper"];
    let library = metadata.target().split("::").next().unwrap_or_default();
    *metadata.level() <= Level::INFO || !INDISCREET.contains(&library)
}

/// One JSON object for each event, its fields side by side with `timestamp`, `level` and `target`. Written in one
/// piece: the library's formatter takes longer for a line than a request takes for its token.
struct JsonLines(Clock);

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let metadata = event.metadata();
        let mut line = JsonLine(Vec::with_capacity(512));
        line.0.extend_from_slice(b"{\"timestamp\":");
        line.value(&self.0.now());
        line.member("level", metadata.level().as_str());
        event.record(&mut line);
        line.member("target", metadata.target());
        line.0.extend_from_slice(b"}\n");
        writer.write_str(std::str::from_utf8(&line.0).map_err(|_| std::fmt::Error)?)
    }
}

/// A JSON object that is being written.
struct JsonLine(Vec<u8>);

impl JsonLine {
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        // Numbers and texts can always be written to memory.
        let _ = serde_json::to_writer(&mut self.0, value);
    }

    /// Names come from the program's own code: none of them needs escaping.
    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.0.extend_from_slice(b",\"");
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        self.value(value);
    }
}

impl Visit for JsonLine {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.member(field.name(), &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field.name(), &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field.name(), &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field.name(), &value);
    }
}
