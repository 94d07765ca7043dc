//! Metrics as text, in the exposition format 0.0.4 of Prometheus, which every collector reads:
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::{Display, Write};
use std::time::Duration;

use super::histogram::BOUNDS;
use super::{METHODS, Metrics, OTHER, Route, STATUSES, read};
use crate::auth::Reason;

impl Metrics {
    /// The media type of [`Metrics::text`].
    pub const MEDIA_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// All that was counted, as a collector wants to read it.
    pub fn text(&self) -> String {
        let mut text = Text(String::with_capacity(32 * 1024));
        self.write_requests(&mut text);
        self.write_durations(&mut text);
        self.write_database(&mut text);
        self.write_refusals(&mut text);
        self.write_process(&mut text);
        text.0
    }

    /// Only series that are not zero: there would be thousands of others.
    fn write_requests(&self, text: &mut Text) {
        let mut requests = text.family(
            "tickbox_http_requests_total",
            "counter",
            "Requests that are over; 499 is a caller who left before the answer.",
        );
        for route in &self.routes {
            for (method, statuses) in route.requests.iter().enumerate() {
                let method = ("method", *METHODS.get(method).unwrap_or(&OTHER));
                for (status, count) in statuses.iter().enumerate() {
                    let status = STATUSES.get(status).map(u16::to_string);
                    let status = ("status", status.as_deref().unwrap_or(OTHER));
                    let count = read(count);
                    if count > 0 {
                        requests.sample("", &[method, route.label(), status], count);
                    }
                }
            }
        }
        let mut broken_off = text.family(
            "tickbox_http_requests_broken_off_total",
            "counter",
            "Requests whose answer did not leave whole, whatever its status.",
        );
        for route in &self.routes {
            broken_off.sample("", &[route.label()], read(&route.broken_off));
        }
    }

    fn write_durations(&self, text: &mut Text) {
        let mut durations = text.family(
            "tickbox_http_request_duration_seconds",
            "histogram",
            "From the head of a request until its answer is ready; of a long list, until it is taken.",
        );
        for route in &self.routes {
            let counts = route.durations.cumulated();
            let bounds = BOUNDS.iter().map(|(_, name)| *name).chain(["+Inf"]);
            for (bound, count) in bounds.zip(counts) {
                durations.sample("_bucket", &[route.label(), ("le", bound)], count);
            }
            durations.sample("_sum", &[route.label()], route.durations.seconds());
            let all = counts.last().copied().unwrap_or_default();
            durations.sample("_count", &[route.label()], all);
        }
    }

    fn write_database(&self, text: &mut Text) {
        let mut calls = text.family(
            "tickbox_database_call_duration_seconds",
            "summary",
            "Calls of the database for requests, waiting for a connection included.",
        );
        for route in &self.routes {
            let time = Duration::from_micros(read(&route.database_micros));
            calls.sample("_sum", &[route.label()], time.as_secs_f64());
            calls.sample("_count", &[route.label()], read(&route.database_calls));
        }
    }

    fn write_refusals(&self, text: &mut Text) {
        let mut refusals = text.family(
            "tickbox_auth_refusals_total",
            "counter",
            "Requests without a caller, by the reason for which the token was refused.",
        );
        for (reason, count) in Reason::ALL.iter().zip(&self.refusals) {
            refusals.sample("", &[("reason", reason.code())], read(count));
        }
        let mut foreign_paths = text.family(
            "tickbox_foreign_paths_total",
            "counter",
            "Requests of a verified caller for the path of another user.",
        );
        foreign_paths.sample("", &[], read(&self.foreign_paths));
    }

    fn write_process(&self, text: &mut Text) {
        let mut build = text.family(
            "tickbox_build_info",
            "gauge",
            "Always 1; the label says which version runs.",
        );
        build.sample("", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        let mut start = text.family(
            "process_start_time_seconds",
            "gauge",
            "When the program started, in Unix time.",
        );
        let micros = u64::try_from(self.started.as_micros()).unwrap_or_default();
        start.sample("", &[], Duration::from_micros(micros).as_secs_f64());
    }
}

impl Route {
    fn label(&self) -> (&'static str, &str) {
        ("route", &self.template)
    }
}

/// The lines so far. Writing to memory cannot fail, and labels have only values of ours, with nothing to escape.
struct Text(String);

impl Text {
    fn family(&mut self, name: &'static str, kind: &str, help: &str) -> Family<'_> {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        Family { text: self, name }
    }
}

/// The samples after the lines that name the family.
struct Family<'a> {
    text: &'a mut Text,
    name: &'static str,
}

impl Family<'_> {
    /// `part` is what the type of the family puts behind its name, such as `_sum`.
    fn sample(&mut self, part: &str, labels: &[(&str, &str)], value: impl Display) {
        let (text, name) = (&mut self.text.0, self.name);
        let _ = write!(text, "{name}{part}");
        for (place, (label, value)) in labels.iter().enumerate() {
            let before = if place == 0 { '{' } else { ',' };
            let _ = write!(text, "{before}{label}=\"{value}\"");
        }
        let close = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(text, "{close} {value}");
    }
}
