//! When a key set may be fetched, and who waits for whom: one fetch at a time, shared by all requests.
//! The lock is held only to read or change the state, never during a fetch. Nothing is fetched here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::rand;
use tokio::sync::{Notify, watch};

use super::Pace;
use super::fetch::FetchError;
use crate::clock::Timestamp;
use crate::trace::Trace;

/// Most missing `kid`s that are remembered, and for how long.
const MAX_MISSING: usize = 256;
const MISSING_FOR: Duration = Duration::from_secs(30);

/// First and longest pause between attempts while there are no keys at all and every request fails.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// The state of one issuer's fetches.
pub(super) struct Flights {
    pace: Pace,
    state: Mutex<State>,
    wanted: Notify,
    finished: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    running: bool,
    asked: bool,
    /// That of the request that asked.
    trace: Option<Trace>,
    finished: u64,
    /// When a request last caused a fetch, successful or not.
    asked_at: Option<Timestamp>,
    /// The issuer asked for no requests until then.
    not_before: Option<Timestamp>,
    failures: u32,
    last_error: Option<FetchError>,
    missing: HashMap<String, Timestamp>,
}

/// What a request wants a fetch for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) kid: Option<&'a str>,
    /// Whether one that is in flight may be too old: it may have read the key set just before the key was made that is
    /// wanted.
    pub(super) begun_late: bool,
    pub(super) trace: Option<&'a Trace>,
}

/// A fetch that somebody waits for.
#[derive(Clone, Copy)]
pub(super) struct Awaited {
    /// Its number.
    pub(super) landing: u64,
    /// It began after the request for it, so a key that it does not have does not exist.
    pub(super) begun_late: bool,
}

/// Ends a flight, also one that is cancelled half-way, and wakes all who wait for it.
pub(super) struct Landing<'a> {
    flights: &'a Flights,
    trace: Option<Trace>,
}

impl Landing<'_> {
    /// The trace of the request that has asked for the fetch.
    pub(super) fn trace(&self) -> Option<&Trace> {
        self.trace.as_ref()
    }
}

impl Flights {
    pub(super) fn new(pace: Pace) -> Self {
        Self {
            pace,
            state: Mutex::default(),
            wanted: Notify::new(),
            finished: watch::channel(0).0,
        }
    }

    /// A fetch begins; it ends when the landing is dropped.
    pub(super) fn take_off(&self) -> Landing<'_> {
        let mut state = self.state();
        state.running = true;
        state.asked = false;
        Landing {
            flights: self,
            trace: state.trace.take(),
        }
    }

    /// The fetch succeeded; `changed` if they are not the same as before.
    pub(super) fn succeeded(&self, changed: bool) {
        let mut state = self.state();
        state.failures = 0;
        state.last_error = None;
        state.not_before = None;
        if changed {
            state.missing.clear();
        }
    }

    /// The fetch failed.
    pub(super) fn failed(&self, error: FetchError, now: Timestamp) {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        state.not_before = error.retry_after.map(|pause| now.plus(pause));
        state.last_error = Some(error);
    }

    /// Why the last fetch failed; `None` if it did not, or if there was none.
    pub(super) fn trouble(&self) -> Option<String> {
        let state = self.state();
        state.last_error.as_ref().map(|error| error.problem.clone())
    }

    /// How long the issuer still wants no requests.
    pub(super) fn left_alone(&self, now: Timestamp) -> Duration {
        let until = self.state().not_before.unwrap_or(now).as_micros();
        Duration::from_micros(u64::try_from(until - now.as_micros()).unwrap_or(0))
    }

    /// Ends when a request asks for a fetch, unless a fetch has been made since.
    pub(super) async fn asked(&self) {
        loop {
            self.wanted.notified().await;
            if self.state().asked {
                return;
            }
        }
    }

    /// Asks for a fetch, or `None` if there may be none now.
    pub(super) fn ask(&self, wanted: Wanted<'_>, now: Timestamp) -> Option<Awaited> {
        let Wanted {
            kid,
            begun_late,
            trace,
        } = wanted;
        let mut state = self.state();
        let known_missing = kid
            .and_then(|kid| state.missing.get(kid))
            .is_some_and(|since| !passed(*since, MISSING_FOR, now));
        if known_missing {
            return None;
        }
        let under_way = Awaited {
            landing: state.finished + 1,
            begun_late: false,
        };
        let next = Awaited {
            landing: under_way.landing + u64::from(state.running),
            begun_late: true,
        };
        if state.asked {
            return Some(if state.running && !begun_late {
                under_way
            } else {
                next
            });
        }
        if state.running && !begun_late {
            return Some(under_way);
        }
        let cooled = state
            .asked_at
            .is_none_or(|asked_at| passed(asked_at, self.pace.cool_down, now));
        if !cooled || state.not_before.is_some_and(|moment| now < moment) {
            return state.running.then_some(under_way);
        }
        state.asked = true;
        state.trace = trace.cloned();
        state.asked_at = Some(now);
        self.wanted.notify_one();
        Some(next)
    }

    /// Whether the fetch ended before the time limit.
    pub(super) async fn wait_for(&self, landing: u64) -> bool {
        let mut finished = self.finished.subscribe();
        let landed = finished.wait_for(|number| *number >= landing);
        tokio::time::timeout(self.pace.patience, landed)
            .await
            .is_ok()
    }

    /// A fetch did not contain this `kid`: no other fetch is made for it for a while.
    pub(super) fn remember_missing(&self, kid: &str, now: Timestamp) {
        let mut state = self.state();
        if state.missing.len() >= MAX_MISSING {
            state.missing.clear();
        }
        state.missing.insert(kid.to_owned(), now);
    }

    /// How long to sleep before the next regular fetch.
    pub(super) fn pause(&self, have_keys: bool) -> Duration {
        let state = self.state();
        let Some(error) = &state.last_error else {
            return jittered(self.pace.refresh);
        };
        let (first, most) = if have_keys {
            (self.pace.cool_down, self.pace.refresh)
        } else {
            RETRY
        };
        let doublings = state.failures.saturating_sub(1).min(10);
        let pause = first.saturating_mul(1 << doublings).min(most);
        jittered(pause).max(error.retry_after.unwrap_or_default())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        let number = {
            let mut state = self.flights.state();
            state.running = false;
            state.finished += 1;
            state.finished
        };
        self.flights.finished.send_replace(number);
    }
}

/// Whether `span` has passed; a clock that was set back counts as passed, so that nothing waits for hours.
pub(super) fn passed(since: Timestamp, span: Duration, now: Timestamp) -> bool {
    now >= since.plus(span) || now < since
}

/// Up to a tenth more or less, so that many instances do not fetch at the same time.
fn jittered(base: Duration) -> Duration {
    let mut byte = [128];
    if rand::fill(&mut byte).is_err() {
        return base;
    }
    base.mul_f64(0.9 + f64::from(byte[0]) / 255.0 * 0.2)
}
