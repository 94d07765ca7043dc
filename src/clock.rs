//! Time and new ids. Everything that needs either asks a [`Clock`], so that a test can seed both
//! and compare whole answers. How long something took is not its business: use `Instant`.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};
use uuid::{Uuid, timestamp::context::ContextV7};

/// A moment in UTC, in microseconds since 1970: what both engines can store without loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Later than every moment that is ever stored (the last one that jiff can show, at the end of the year 9999).
    pub const MAX: Self = Self(253_402_207_200_000_000);

    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn as_micros(self) -> i64 {
        self.0
    }

    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }
}

/// RFC 3339 with six digits of the second, ending in `Z`: texts sort as the moments do.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(moment) => write!(f, "{moment:.6}"),
            Err(_) => Err(fmt::Error),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Where time and ids come from: the machine, or a test's seed.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    System(Mutex<ContextV7>),
    Seeded {
        next_micros: AtomicI64,
        step_micros: i64,
    },
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Arc::new(Source::System(Mutex::new(ContextV7::new()))))
    }

    /// A clock that starts at `start` and moves by `step` each time it is asked; its ids follow from its time.
    pub fn seeded(start: Timestamp, step: Duration) -> Self {
        Self(Arc::new(Source::Seeded {
            next_micros: AtomicI64::new(start.0),
            step_micros: i64::try_from(step.as_micros()).unwrap_or(i64::MAX),
        }))
    }

    /// Moves a seeded clock on; the machine's clock stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Source::Seeded { next_micros, .. } = &*self.0 {
            let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
            next_micros.fetch_add(micros, Ordering::Relaxed);
        }
    }

    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Source::System(_) => {
                let since_epoch = system_now();
                Timestamp::default().plus(since_epoch)
            }
            Source::Seeded {
                next_micros,
                step_micros,
            } => Timestamp(next_micros.fetch_add(*step_micros, Ordering::Relaxed)),
        }
    }

    /// A new `UUIDv7` (RFC 9562): ids of one process sort in the order in which they were made.
    pub fn new_id(&self) -> Uuid {
        match &*self.0 {
            Source::System(context) => {
                let now = system_now();
                let context = context.lock().unwrap_or_else(PoisonError::into_inner);
                Uuid::new_v7(uuid::Timestamp::from_unix(
                    &*context,
                    now.as_secs(),
                    now.subsec_nanos(),
                ))
            }
            Source::Seeded { .. } => {
                let micros = u64::try_from(self.now().0).unwrap_or_default();
                let mut tail = [0; 10];
                tail[2..].copy_from_slice(&micros.to_be_bytes());
                uuid::Builder::from_unix_timestamp_millis(micros / 1000, &tail).into_uuid()
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that asks the machine"
)]
fn system_now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_rfc_3339_with_microseconds() {
        let text = Timestamp::from_micros(1_764_000_000_000_050).to_string();
        assert_eq!(text, "2025-11-24T16:00:00.000050Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-30T22:00:00.000000Z");
    }

    #[test]
    fn ids_sort_in_the_order_in_which_they_were_made() {
        let seeded = Clock::seeded(
            Timestamp::from_micros(1_764_000_000_000_000),
            Duration::from_millis(1),
        );
        for clock in [Clock::system(), seeded] {
            let ids: Vec<_> = (0..1000).map(|_| clock.new_id()).collect();
            assert!(ids.is_sorted(), "{ids:?}");
            assert!(ids.iter().all(|id| id.get_version_num() == 7));
        }
    }
}
