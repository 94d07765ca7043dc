//! The cached key set of one issuer: when it is fetched, how long it is trusted, who waits for whom.
//! No lock is ever held while a fetch runs, and a fetch belongs to nobody's request: a caller that goes away stops nothing.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use aws_lc_rs::{digest, rand};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::Pace;
use super::algorithm::Algorithm;
use super::fetch::{FetchError, Fetcher};
use super::set::{KeySet, Verdict};
use crate::auth::address::Address;
use crate::auth::reason::Reason;
use crate::auth::refusal::{Fault, shown};
use crate::clock::{Clock, Timestamp};

/// Most missing `kid`s that are remembered, and for how long.
const MAX_MISSING: usize = 256;
const MISSING_FOR: Duration = Duration::from_secs(30);

/// A signature to verify.
#[derive(Clone, Copy)]
pub(in crate::auth) struct Signed<'a> {
    pub(in crate::auth) kid: Option<&'a str>,
    pub(in crate::auth) algorithm: Algorithm,
    pub(in crate::auth) message: &'a [u8],
    pub(in crate::auth) signature: &'a [u8],
}

/// Who fetches when a key is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) enum Fetching {
    /// The task of [`KeySource::keep_fresh`], within its rhythm.
    Background,
    /// The caller itself, at once: `doctor` has no such task.
    Foreground,
}

/// What one fetch brought: for `doctor`.
#[derive(Clone, Debug)]
pub(in crate::auth) struct Loaded {
    pub(in crate::auth) keys: usize,
    pub(in crate::auth) algorithms: Vec<&'static str>,
    pub(in crate::auth) skipped: Vec<String>,
    /// The issuer's `Date`.
    pub(in crate::auth) date: Option<Timestamp>,
}

/// One issuer's keys, kept fresh by [`KeySource::keep_fresh`].
pub(in crate::auth) struct KeySource {
    pub(in crate::auth) address: Address,
    fetcher: Fetcher,
    pace: Pace,
    clock: Clock,
    current: ArcSwapOption<Current>,
    /// Grows whenever any key set changes; shared by all sources of an authenticator.
    generation: Arc<AtomicU64>,
    flight: Mutex<Flight>,
    wanted: Notify,
    finished: watch::Sender<u64>,
}

struct Current {
    set: KeySet,
    fetched_at: Timestamp,
    body_hash: digest::Digest,
}

/// The state of fetching. Held only for the blink of reading or changing it.
#[derive(Default)]
struct Flight {
    running: bool,
    asked: bool,
    finished: u64,
    /// When a request last caused a fetch, whatever came of it.
    asked_at: Option<Timestamp>,
    /// The issuer asked to be left alone until then.
    not_before: Option<Timestamp>,
    failures: u32,
    last_error: Option<FetchError>,
    missing: HashMap<String, Timestamp>,
}

impl KeySource {
    pub(in crate::auth) fn new(
        address: Address,
        pace: Pace,
        clock: Clock,
        generation: Arc<AtomicU64>,
    ) -> Self {
        Self {
            fetcher: Fetcher::new(&address, pace),
            address,
            pace,
            clock,
            current: ArcSwapOption::empty(),
            generation,
            flight: Mutex::default(),
            wanted: Notify::new(),
            finished: watch::channel(0).0,
        }
    }

    /// Fetches now and then, and whenever a request asks for it, until told to stop.
    pub(in crate::auth) async fn keep_fresh(&self, stop: &CancellationToken) {
        loop {
            let pause = tokio::select! {
                () = stop.cancelled() => return,
                loaded = self.load() => self.pause(loaded.is_ok()),
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
                () = self.asked() => {}
            }
        }
    }

    /// Ends when a request asks for a fetch; a wish that a fetch has met in the meantime does not count.
    async fn asked(&self) {
        loop {
            self.wanted.notified().await;
            if self.flight().asked {
                return;
            }
        }
    }

    /// Fetches once and swaps the set; the old one stays if that fails.
    pub(in crate::auth) async fn load(&self) -> Result<Loaded, String> {
        {
            let mut flight = self.flight();
            flight.running = true;
            flight.asked = false;
        }
        let landing = Landing(self);
        let outcome = match self.fetcher.fetch().await {
            Ok(fetched) => KeySet::read(&fetched.body)
                .map(|set| (set, fetched))
                .map_err(FetchError::new),
            Err(error) => Err(error),
        };
        let loaded = match outcome {
            Ok((set, fetched)) => {
                let loaded = Loaded {
                    keys: set.len(),
                    algorithms: set.algorithms(),
                    skipped: set.skipped.clone(),
                    date: fetched.date,
                };
                self.swap(set, &fetched.body);
                Ok(loaded)
            }
            Err(error) => Err(self.note_failure(error)),
        };
        drop(landing);
        loaded
    }

    fn swap(&self, set: KeySet, body: &[u8]) {
        let body_hash = digest::digest(&digest::SHA256, body);
        let before = self.current.load();
        let changed = before
            .as_ref()
            .is_none_or(|before| before.body_hash.as_ref() != body_hash.as_ref());
        if changed {
            let algorithms = set.algorithms().join(" ");
            tracing::info!(address = %self.address, keys = set.len(), algorithms, "key set loaded");
            for problem in &set.skipped {
                tracing::warn!(address = %self.address, "key skipped: {problem}");
            }
        }
        {
            let mut flight = self.flight();
            flight.failures = 0;
            flight.last_error = None;
            flight.not_before = None;
            if changed {
                flight.missing.clear();
            }
        }
        self.current.store(Some(Arc::new(Current {
            set,
            fetched_at: self.clock.now(),
            body_hash,
        })));
        if changed {
            // After the swap: whoever reads the new generation finds the new keys.
            self.generation.fetch_add(1, Ordering::Release);
        }
    }

    fn note_failure(&self, error: FetchError) -> String {
        tracing::warn!(
            address = %self.address,
            have_keys = self.set(self.clock.now()).is_some(),
            "key set not fetched: {}", error.problem
        );
        let mut flight = self.flight();
        flight.failures = flight.failures.saturating_add(1);
        flight.not_before = error.retry_after.map(|pause| self.clock.now().plus(pause));
        let problem = error.problem.clone();
        flight.last_error = Some(error);
        problem
    }

    /// How long to sleep before the next fetch of our own accord.
    fn pause(&self, good: bool) -> Duration {
        let flight = self.flight();
        let asked_for = flight
            .last_error
            .as_ref()
            .and_then(|error| error.retry_after);
        let base = if good {
            self.pace.refresh
        } else {
            // Without any keys every request fails, so the first retries come quickly.
            let (first, most) = if self.current.load().is_some() {
                (self.pace.cool_down, self.pace.refresh)
            } else {
                (Duration::from_secs(1), Duration::from_secs(30))
            };
            first
                .saturating_mul(1 << flight.failures.saturating_sub(1).min(10))
                .min(most)
                .max(asked_for.unwrap_or_default())
        };
        jittered(base)
    }

    /// Verifies a signature, after one fetch if that may help.
    pub(in crate::auth) async fn verify(
        &self,
        signed: Signed<'_>,
        fetching: Fetching,
    ) -> Result<(), Fault> {
        let mut verdict = self.look(signed);
        if fetching == Fetching::Foreground {
            if verdict != Some(Verdict::Good) {
                // A failure shows in the verdict.
                let _ = self.load().await;
                verdict = self.look(signed);
            }
            return self.judge(verdict, signed);
        }
        let mut landed = true;
        if let Some(landing) = self.remedy(verdict, signed) {
            landed = self.wait_for(landing).await;
            verdict = self.look(signed);
            if landed && verdict == Some(Verdict::UnknownKey) && !self.is_failing() {
                self.remember_missing(signed.kid);
            }
        }
        if verdict == Some(Verdict::UnknownKey) && (!landed || self.is_failing()) {
            // A 401 here would log out a user whose key is new, for no other reason than that we cannot ask.
            let detail = format!(
                "the key is unknown, and {} cannot be asked now",
                self.address
            );
            return Err(Fault::later(
                Reason::KeysUnavailable,
                detail,
                self.pace.patience,
            ));
        }
        self.judge(verdict, signed)
    }

    /// Whether the last fetch failed.
    fn is_failing(&self) -> bool {
        self.flight().last_error.is_some()
    }

    /// `None` while there is no set, or none that is young enough.
    fn look(&self, signed: Signed<'_>) -> Option<Verdict> {
        let current = self.set(self.clock.now())?;
        let Signed {
            kid,
            algorithm,
            message,
            signature,
        } = signed;
        Some(current.set.verify(kid, algorithm, message, signature))
    }

    fn set(&self, now: Timestamp) -> Option<Arc<Current>> {
        self.current
            .load_full()
            .filter(|current| now <= current.fetched_at.plus(self.pace.stale))
    }

    /// Whether a fetch may change the verdict: then the number of the landing to wait for.
    fn remedy(&self, verdict: Option<Verdict>, signed: Signed<'_>) -> Option<u64> {
        let now = self.clock.now();
        match verdict {
            Some(Verdict::Good | Verdict::Ambiguous) => return None,
            // The kid may stand for another key by now: a wiped database numbers its keys from 1 again.
            Some(Verdict::BadSignature | Verdict::Misfit) => {
                let fetched_at = self.current.load().as_ref()?.fetched_at;
                if !passed(fetched_at, self.pace.cool_down, now) {
                    return None;
                }
            }
            Some(Verdict::UnknownKey) | None => {}
        }
        let mut flight = self.flight();
        let known_missing = signed
            .kid
            .and_then(|kid| flight.missing.get(kid))
            .is_some_and(|since| !passed(*since, MISSING_FOR, now));
        if known_missing {
            return None;
        }
        if !flight.running && !flight.asked {
            let cooled = flight
                .asked_at
                .is_none_or(|asked_at| passed(asked_at, self.pace.cool_down, now));
            if !cooled || flight.not_before.is_some_and(|moment| now < moment) {
                return None;
            }
            flight.asked = true;
            flight.asked_at = Some(now);
            self.wanted.notify_one();
        }
        Some(flight.finished + 1)
    }

    /// Whether the landing came before patience ran out.
    async fn wait_for(&self, landing: u64) -> bool {
        let mut finished = self.finished.subscribe();
        let landed = finished.wait_for(|number| *number >= landing);
        tokio::time::timeout(self.pace.patience, landed)
            .await
            .is_ok()
    }

    fn judge(&self, verdict: Option<Verdict>, signed: Signed<'_>) -> Result<(), Fault> {
        let kid = signed.kid.map_or_else(|| "none".to_owned(), shown);
        let algorithm = signed.algorithm.name();
        match verdict {
            Some(Verdict::Good) => Ok(()),
            Some(Verdict::BadSignature) => Err(Fault::new(
                Reason::BadSignature,
                format!("the signature does not fit key {kid} of {}", self.address),
            )),
            Some(Verdict::UnknownKey) => Err(Fault::new(
                Reason::UnknownKey,
                format!("{} has no key with kid {kid} for {algorithm}", self.address),
            )),
            Some(Verdict::Misfit) => Err(Fault::new(
                Reason::KeyMismatch,
                format!("key {kid} of {} is not for {algorithm}", self.address),
            )),
            Some(Verdict::Ambiguous) => Err(Fault::new(
                Reason::KeyIdMissing,
                format!(
                    "the token has no kid, and several keys of {} fit",
                    self.address
                ),
            )),
            None => Err(self.unavailable()),
        }
    }

    fn unavailable(&self) -> Fault {
        let explanation = self.trouble().unwrap_or_default();
        let now = self.clock.now();
        let pause = self.flight().not_before.map_or(0, |moment| {
            moment.as_micros().saturating_sub(now.as_micros())
        });
        let pause = Duration::from_micros(u64::try_from(pause).unwrap_or(0));
        Fault::later(
            Reason::KeysUnavailable,
            explanation,
            pause.max(self.pace.patience),
        )
    }

    /// Why there are no keys; `None` while there are.
    pub(in crate::auth) fn trouble(&self) -> Option<String> {
        if self.set(self.clock.now()).is_some() {
            return None;
        }
        let why = match &self.flight().last_error {
            Some(error) => error.problem.clone(),
            None => "the first fetch has not ended yet".to_owned(),
        };
        Some(format!("no keys from {}: {why}", self.address))
    }

    fn remember_missing(&self, kid: Option<&str>) {
        let Some(kid) = kid else { return };
        let mut flight = self.flight();
        if flight.missing.len() >= MAX_MISSING {
            flight.missing.clear();
        }
        flight.missing.insert(kid.to_owned(), self.clock.now());
    }

    fn flight(&self) -> MutexGuard<'_, Flight> {
        self.flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a flight, also one that is cancelled half-way, and wakes all who wait for it.
struct Landing<'a>(&'a KeySource);

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        let number = {
            let mut flight = self.0.flight();
            flight.running = false;
            flight.finished += 1;
            flight.finished
        };
        self.0.finished.send_replace(number);
    }
}

/// Whether `span` has passed; a clock that was set back counts as passed, so that nothing waits for hours.
fn passed(since: Timestamp, span: Duration, now: Timestamp) -> bool {
    now >= since.plus(span) || now < since
}

/// Up to a tenth more or less, so that many instances do not ask in step.
fn jittered(base: Duration) -> Duration {
    let mut byte = [128];
    if rand::fill(&mut byte).is_err() {
        return base;
    }
    base.mul_f64(0.9 + f64::from(byte[0]) / 255.0 * 0.2)
}
