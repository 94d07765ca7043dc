//! The cached key set of one issuer: fetched in the background, replaced as a whole, trusted for a limited time.
//! A fetch does not belong to a request: a caller that disconnects does not stop it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use arc_swap::ArcSwapOption;
use aws_lc_rs::digest;
use tokio_util::sync::CancellationToken;

use super::algorithm::Algorithm;
use super::fetch::{FetchError, Fetched, Fetcher};
use super::flight::{Awaited, Flights, Wanted, passed};
use super::set::{KeySet, SignatureCheck};
use super::{KeyFetches, Pace};
use crate::auth::address::Address;
use crate::auth::reason::Reason;
use crate::auth::refusal::{Fault, shown};
use crate::clock::{Clock, Timestamp};
use crate::tally::Count;
use crate::trace::Trace;

/// A signature to verify.
#[derive(Clone, Copy)]
pub(in crate::auth) struct Signed<'a> {
    pub(in crate::auth) kid: Option<&'a str>,
    pub(in crate::auth) algorithm: Algorithm,
    pub(in crate::auth) message: &'a [u8],
    pub(in crate::auth) signature: &'a [u8],
}

/// Who makes the fetch when a key is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) enum Fetching<'a> {
    /// The task of [`KeySource::keep_fresh`], within its rhythm, for a request of this trace.
    Background(Option<&'a Trace>),
    /// The caller itself, at once: `doctor` has no such task.
    Foreground,
}

/// The result of one fetch: for `doctor`.
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
    flights: Flights,
    fetched: Count,
    failed: Count,
}

struct Current {
    set: Arc<KeySet>,
    fetched_at: Timestamp,
    fetched: Instant,
    /// SHA-256 of the document: the same document is not parsed again.
    hash: digest::Digest,
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
            flights: Flights::new(pace),
            fetched: Count::new(),
            failed: Count::new(),
        }
    }

    /// Fetches now and then, and whenever a request asks for it, until told to stop.
    pub(in crate::auth) async fn keep_fresh(&self, stop: &CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                // The result is in the state.
                _ = self.load() => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(self.flights.pause(self.trouble().is_none())) => {}
                () = self.flights.asked() => {}
            }
        }
    }

    /// Fetches once and swaps the set; the old one stays if that fails.
    pub(in crate::auth) async fn load(&self) -> Result<Loaded, String> {
        let landing = self.flights.take_off();
        let loaded = match self.fetcher.fetch(landing.trace()).await {
            Ok(fetched) => self.swap(fetched).await.map_err(FetchError::new),
            Err(error) => Err(error),
        };
        let loaded = loaded.map_err(|error| {
            self.failed.add(1);
            let problem = error.problem.clone();
            let have_keys = self.set().is_some();
            tracing::warn!(address = %self.address, have_keys, "key set not fetched: {problem}");
            self.flights.failed(error, self.clock.now());
            problem
        });
        drop(landing);
        loaded
    }

    /// Builds the whole new set, then swaps: no request ever sees an incomplete one.
    async fn swap(&self, fetched: Fetched) -> Result<Loaded, String> {
        let Fetched { body, date } = fetched;
        let hash = digest::digest(&digest::SHA256, &body);
        let before = self.current.load_full();
        let same = before.filter(|before| before.hash.as_ref() == hash.as_ref());
        let changed = same.is_none();
        let set = match same {
            Some(same) => Arc::clone(&same.set),
            // A thousand keys take some 50 ms to parse, which would stop everything else on this thread.
            None => tokio::task::spawn_blocking(move || KeySet::read(&body).map(Arc::new))
                .await
                .unwrap_or_else(|_| Err("the key set could not be parsed".to_owned()))?,
        };
        let loaded = Loaded {
            keys: set.len(),
            algorithms: set.algorithms(),
            skipped: set.skipped.clone(),
            date,
        };
        self.current.store(Some(Arc::new(Current {
            set,
            fetched_at: self.clock.now(),
            fetched: Instant::now(),
            hash,
        })));
        self.fetched.add(1);
        self.flights.succeeded(changed);
        if changed {
            // After the swap: whoever reads the new generation finds the new keys.
            self.generation.fetch_add(1, Ordering::Release);
            let algorithms = loaded.algorithms.join(" ");
            tracing::info!(address = %self.address, keys = loaded.keys, algorithms, "key set loaded");
            for problem in &loaded.skipped {
                tracing::warn!(address = %self.address, "key skipped: {problem}");
            }
        }
        Ok(loaded)
    }

    /// Verifies a signature, after one fetch if that may help.
    pub(in crate::auth) async fn verify(
        &self,
        signed: Signed<'_>,
        fetching: Fetching<'_>,
    ) -> Result<(), Fault> {
        let mut check = self.look(signed);
        let Fetching::Background(trace) = fetching else {
            if check != Some(SignatureCheck::Good) {
                // A failure shows in the lookup below.
                let _ = self.load().await;
                check = self.look(signed);
            }
            return self.judge(check, signed);
        };
        let asked = self.ask_for_keys(check, signed, trace);
        let mut landed = true;
        if let Some(awaited) = asked {
            landed = self.flights.wait_for(awaited.landing).await;
            check = self.look(signed);
        }
        if check == Some(SignatureCheck::UnknownKey) {
            // A 401 would log out a user with a new key only because the issuer cannot be reached.
            if !landed || self.flights.trouble().is_some() {
                let detail = format!(
                    "the key is unknown, and {} cannot be asked now",
                    self.address
                );
                return Err(self.later(detail));
            }
            if let (
                Some(Awaited {
                    begun_late: true, ..
                }),
                Some(kid),
            ) = (asked, signed.kid)
            {
                self.flights.remember_missing(kid, self.clock.now());
            }
        }
        self.judge(check, signed)
    }

    /// `None` while there is no set, or the last one is too old.
    fn look(&self, signed: Signed<'_>) -> Option<SignatureCheck> {
        let Signed {
            kid,
            algorithm,
            message,
            signature,
        } = signed;
        Some(self.set()?.verify(kid, algorithm, message, signature))
    }

    fn set(&self) -> Option<Arc<KeySet>> {
        let current = self.current.load();
        let current = current.as_ref()?;
        let limit = current.fetched_at.plus(self.pace.stale);
        // Also by elapsed time: a clock that is set back must not make old keys valid again.
        let is_young = self.clock.now() <= limit && current.fetched.elapsed() <= self.pace.stale;
        is_young.then(|| Arc::clone(&current.set))
    }

    /// Asks for a fetch if that may change what comes of it.
    fn ask_for_keys(
        &self,
        check: Option<SignatureCheck>,
        signed: Signed<'_>,
        trace: Option<&Trace>,
    ) -> Option<Awaited> {
        let now = self.clock.now();
        match check {
            Some(SignatureCheck::Good | SignatureCheck::Ambiguous) => return None,
            // The kid may stand for another key by now: a wiped database numbers its keys from 1 again.
            Some(SignatureCheck::BadSignature | SignatureCheck::Misfit) => {
                let fetched_at = self.current.load().as_ref()?.fetched_at;
                if !passed(fetched_at, self.pace.cool_down, now) {
                    return None;
                }
            }
            Some(SignatureCheck::UnknownKey) | None => {}
        }
        let wanted = Wanted {
            kid: signed.kid,
            begun_late: check.is_some(),
            trace,
        };
        self.flights.ask(wanted, now)
    }

    fn judge(&self, check: Option<SignatureCheck>, signed: Signed<'_>) -> Result<(), Fault> {
        let address = &self.address;
        let kid = signed.kid.map_or_else(|| "none".to_owned(), shown);
        let algorithm = signed.algorithm.name();
        let (reason, detail) = match check {
            Some(SignatureCheck::Good) => return Ok(()),
            None => return Err(self.later(self.trouble().unwrap_or_default())),
            Some(SignatureCheck::BadSignature) => (
                Reason::BadSignature,
                format!("the signature does not fit key {kid} of {address}"),
            ),
            Some(SignatureCheck::UnknownKey) => (
                Reason::UnknownKey,
                format!("{address} has no key with kid {kid} for {algorithm}"),
            ),
            Some(SignatureCheck::Misfit) => (
                Reason::KeyMismatch,
                format!("key {kid} of {address} is not for {algorithm}"),
            ),
            Some(SignatureCheck::Ambiguous) => (
                Reason::KeyIdMissing,
                format!("the token has no kid, and several keys of {address} fit"),
            ),
        };
        Err(Fault::new(reason, detail))
    }

    /// Not known yet; try again when the issuer allows the next request.
    fn later(&self, detail: String) -> Fault {
        let pause = self.flights.left_alone(self.clock.now());
        Fault::later(
            Reason::KeysUnavailable,
            detail,
            pause.max(self.pace.patience),
        )
    }

    /// How often keys were fetched so far.
    pub(in crate::auth) fn fetches(&self) -> KeyFetches {
        KeyFetches {
            fetched: self.fetched.read(),
            failed: self.failed.read(),
            latest: self.current.load().as_ref().map(|it| it.fetched_at),
        }
    }

    /// Why there are no keys; `None` while there are.
    pub(in crate::auth) fn trouble(&self) -> Option<String> {
        if self.set().is_some() {
            return None;
        }
        let why = self.flights.trouble();
        let why = why
            .as_deref()
            .unwrap_or("the first fetch has not ended yet");
        Some(format!("no keys from {}: {why}", self.address))
    }
}
