//! Metrics as text, in the exposition format 0.0.4 of Prometheus, which every collector reads:
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::{Display, Write};
use std::time::Duration;

use super::{METHODS, Metrics, OTHER, Readings, Route, STATUSES};
use crate::auth::{KeyFetches, Reason};
use crate::clock::Timestamp;
use crate::store::StoreReadings;
use crate::tally::Counted;

impl Metrics {
    /// The media type of [`Metrics::text`].
    pub const MEDIA_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// All that was counted, and how things stand, as a collector wants to read it.
    pub fn text(&self, readings: &Readings) -> String {
        let mut text = Text(String::with_capacity(32 * 1024));
        self.write_requests(&mut text);
        self.write_durations(&mut text);
        self.write_database(&mut text);
        self.write_refusals(&mut text);
        write_connections(&mut text, &readings.store);
        write_queue(&mut text, &readings.store);
        write_groups(&mut text, &readings.store);
        write_keys(&mut text, &readings.keys);
        text.gauge(
            "tickbox_event_streams",
            "Streams of events that are open.",
            readings.streams,
        );
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
                    let count = count.read();
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
            broken_off.sample("", &[route.label()], route.broken_off.read());
        }
    }

    fn write_durations(&self, text: &mut Text) {
        let mut durations = text.family(
            "tickbox_http_request_duration_seconds",
            "histogram",
            "From the head of a request until its answer is ready; of a long list, until it is taken.",
        );
        for route in &self.routes {
            let counted = route.durations.read();
            durations.histogram(&[route.label()], &counted, counted.seconds());
        }
    }

    fn write_database(&self, text: &mut Text) {
        let mut calls = text.family(
            "tickbox_database_call_duration_seconds",
            "summary",
            "Calls of the database for requests, waiting for a connection included.",
        );
        for route in &self.routes {
            let time = Duration::from_micros(route.database_micros.read());
            calls.sample("_sum", &[route.label()], time.as_secs_f64());
            calls.sample("_count", &[route.label()], route.database_calls.read());
        }
    }

    fn write_refusals(&self, text: &mut Text) {
        let mut refusals = text.family(
            "tickbox_auth_refusals_total",
            "counter",
            "Requests without a caller, by the reason for which the token was refused.",
        );
        for (reason, count) in Reason::ALL.iter().zip(&self.refusals) {
            refusals.sample("", &[("reason", reason.code())], count.read());
        }
        let mut foreign_paths = text.family(
            "tickbox_foreign_paths_total",
            "counter",
            "Requests of a verified caller for the path of another user.",
        );
        foreign_paths.sample("", &[], self.foreign_paths.read());
    }

    fn write_process(&self, text: &mut Text) {
        let mut build = text.family(
            "tickbox_build_info",
            "gauge",
            "Always 1; the label says which version runs.",
        );
        build.sample("", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        text.gauge(
            "process_start_time_seconds",
            "When the program started, in Unix time.",
            unix_seconds(self.started),
        );
    }
}

fn unix_seconds(moment: Timestamp) -> f64 {
    let micros = u64::try_from(moment.as_micros()).unwrap_or_default();
    Duration::from_micros(micros).as_secs_f64()
}

fn write_connections(text: &mut Text, store: &StoreReadings) {
    let pools = [("read", store.read), ("write", store.write)];
    let mut write = |name, help, number: fn(_) -> usize| {
        let mut family = text.family(name, "gauge", help);
        for (pool, reading) in pools {
            family.sample("", &[("pool", pool)], number(reading));
        }
    };
    write(
        "tickbox_database_connections_max",
        "The most connections to the database that there can be.",
        |pool| pool.size,
    );
    write(
        "tickbox_database_connections_idle",
        "Connections that are open and that nobody uses.",
        |pool| pool.idle,
    );
    write(
        "tickbox_database_connections_awaited",
        "Those who wait for a connection.",
        |pool| pool.waiting,
    );
}

fn write_queue(text: &mut Text, store: &StoreReadings) {
    text.gauge(
        "tickbox_write_queue_works",
        "Writes that wait for their group.",
        store.waiting_works,
    );
    text.gauge(
        "tickbox_write_queue_bytes",
        "About how large they are.",
        store.waiting_bytes,
    );
}

fn write_groups(text: &mut Text, store: &StoreReadings) {
    let (works, durations) = (&store.groups, &store.durations);
    text.family(
        "tickbox_write_group_works",
        "histogram",
        "Writes of each group that was done.",
    )
    .histogram(&[], works, works.sum);
    text.family(
        "tickbox_write_group_duration_seconds",
        "histogram",
        "From the moment when a group has its writes until it is over.",
    )
    .histogram(&[], durations, durations.seconds());
}

fn write_keys(text: &mut Text, sets: &[KeyFetches]) {
    let mut fetches = text.family(
        "tickbox_key_fetches_total",
        "counter",
        "Attempts to fetch a key set.",
    );
    let sum = |number: fn(&KeyFetches) -> u64| sets.iter().map(number).sum::<u64>();
    fetches.sample("", &[("outcome", "fetched")], sum(|set| set.fetched));
    fetches.sample("", &[("outcome", "failed")], sum(|set| set.failed));
    let mut latest = text.family(
        "tickbox_key_set_fetch_time_seconds",
        "gauge",
        "When the key set was fetched that is used, in Unix time; of several, the oldest; 0 while one is missing.",
    );
    // Where nothing is to be fetched there is no such time.
    if let Some(oldest) = sets.iter().map(|set| set.latest).min() {
        latest.sample("", &[], oldest.map_or(0.0, unix_seconds));
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

    /// A family of one series.
    fn gauge(&mut self, name: &'static str, help: &str, value: impl Display) {
        self.family(name, "gauge", help).sample("", &[], value);
    }
}

/// The samples after the lines that name the family.
struct Family<'a> {
    text: &'a mut Text,
    name: &'static str,
}

impl Family<'_> {
    /// `sum` is that of all values, in the unit of the family.
    fn histogram<const N: usize>(
        &mut self,
        labels: &[(&str, &str)],
        counted: &Counted<N>,
        sum: impl Display,
    ) {
        let buckets = counted.buckets().chain([("+Inf", counted.count)]);
        for (bound, count) in buckets {
            let labels = [labels, &[("le", bound)]].concat();
            self.sample("_bucket", &labels, count);
        }
        self.sample("_sum", labels, sum);
        self.sample("_count", labels, counted.count);
    }

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
