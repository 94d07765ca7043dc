//! What the program counts, for Prometheus. Who may read it, and over which protocol, is not
//! decided here; the text format is in `exposition`.
//!
//! What is counted here is what happens at the doors; what else there is to tell is counted where it happens, and handed
//! over as readings.
//!
//! Every series that can exist has its place from the start, so counting is an addition to a number in an array: no
//! lock, no allocation, and no label whose values a caller could choose.

mod exposition;

use std::time::Duration;

use crate::auth::{KeyFetches, Reason};
use crate::clock::Timestamp;
use crate::store::StoreReadings;
use crate::tally::{Count, DURATIONS, Histogram};

/// The values of the label `method`; every other one is [`OTHER`], or callers could make up series.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
];

/// The values of the label `status`: what http answers, and 499 for a caller that disconnected before the response.
const STATUSES: [u16; 19] = [
    200, 201, 204, 304, 308, 400, 401, 404, 405, 409, 410, 412, 413, 415, 422, 429, 499, 500, 503,
];

/// The value of a label for everything else.
const OTHER: &str = "other";

/// The value of the label `route`, as in the log, if no route was found.
const NO_ROUTE: &str = "-";

/// Counts since the start of the program. One value, part of the app; shared by reference.
pub struct Metrics {
    started: Timestamp,
    /// By template; the last place is for requests without a route.
    routes: Box<[Route]>,
    /// In the order of [`Reason::ALL`].
    refusals: [Count; Reason::ALL.len()],
    foreign_paths: Count,
}

/// What is counted for one route.
struct Route {
    template: String,
    /// By method, then by status; the last of each is [`OTHER`].
    requests: [[Count; STATUSES.len() + 1]; METHODS.len() + 1],
    broken_off: Count,
    durations: Histogram<{ DURATIONS.len() }>,
    database_calls: Count,
    database_micros: Count,
}

/// A request that has ended, completely or not.
#[derive(Clone, Copy, Debug)]
pub struct Handled<'a> {
    pub method: &'a str,
    /// The template of its route, such as `/api/{user_id}/tasks`; never the path itself.
    pub route: Option<&'a str>,
    /// 499 if the caller disconnected before the response.
    pub status: u16,
    /// Whether all of the answer was there to be sent.
    pub whole: bool,
    pub duration: Duration,
    pub database_calls: u32,
    pub database_time: Duration,
}

/// What the parts of the program tell of themselves at a moment.
#[derive(Clone, Debug)]
pub struct Readings {
    pub store: StoreReadings,
    /// Of each key set.
    pub keys: Vec<KeyFetches>,
    /// Streams of events that are open.
    pub streams: usize,
}

impl Metrics {
    /// Nothing counted yet. `templates` are those of all routes.
    pub fn new(templates: impl IntoIterator<Item = String>, started: Timestamp) -> Self {
        let nowhere = NO_ROUTE.to_owned();
        Self {
            started,
            routes: templates
                .into_iter()
                .chain([nowhere])
                .map(Route::new)
                .collect(),
            refusals: [const { Count::new() }; Reason::ALL.len()],
            foreign_paths: Count::new(),
        }
    }

    /// Counts a request; once, when it is over.
    pub fn count_request(&self, request: &Handled<'_>) {
        let Some(route) = self.route(request.route) else {
            return;
        };
        let method = place(&METHODS, &request.method);
        let status = place(&STATUSES, &request.status);
        route.requests[method][status].add(1);
        if !request.whole {
            route.broken_off.add(1);
        }
        route.durations.observe_duration(request.duration);
        if request.database_calls > 0 {
            route.database_calls.add(request.database_calls.into());
            let micros = request.database_time.as_micros();
            let micros = u64::try_from(micros).unwrap_or(0);
            route.database_micros.add(micros);
        }
    }

    /// Counts a request that had no caller, by the reason.
    pub fn count_refusal(&self, reason: Reason) {
        self.refusals[reason as usize].add(1);
    }

    /// Counts a request of a verified caller for the path of somebody else.
    pub fn count_foreign_path(&self) {
        self.foreign_paths.add(1);
    }

    /// A dozen comparisons, most of them of lengths: cheaper than a hash.
    fn route(&self, template: Option<&str>) -> Option<&Route> {
        template
            .and_then(|template| self.routes.iter().find(|route| route.template == template))
            .or_else(|| self.routes.last())
    }
}

impl Route {
    fn new(template: String) -> Self {
        Self {
            template,
            requests: [const { [const { Count::new() }; STATUSES.len() + 1] }; METHODS.len() + 1],
            broken_off: Count::new(),
            durations: Histogram::new(&DURATIONS),
            database_calls: Count::new(),
            database_micros: Count::new(),
        }
    }
}

/// The index of the value, or that after the last.
fn place<T: PartialEq>(values: &[T], value: &T) -> usize {
    let found = values.iter().position(|it| it == value);
    found.unwrap_or(values.len())
}
