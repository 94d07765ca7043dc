//! Time and new ids. Everything that needs either asks a [`Clock`], so that a test can seed both
//! and compare whole answers. How long something took is not its business: use `Instant`.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use uuid::{Uuid, timestamp::context::ContextV7};

pub use crate::domain::Timestamp;

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
            next_micros: AtomicI64::new(start.as_micros()),
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

    /// Sets a seeded clock back, as somebody may do with the machine's, which stays as it is.
    pub fn set_back(&self, by: Duration) {
        if let Source::Seeded { next_micros, .. } = &*self.0 {
            let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
            next_micros.fetch_sub(micros, Ordering::Relaxed);
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
            } => Timestamp::from_micros(next_micros.fetch_add(*step_micros, Ordering::Relaxed)),
        }
    }

    /// A random number for a new account. A seeded clock does not advance for it.
    pub fn new_epoch(&self) -> i64 {
        match &*self.0 {
            Source::System(_) => {
                let (high, _) = Uuid::new_v4().as_u64_pair();
                high.cast_signed() >> 1
            }
            Source::Seeded { next_micros, .. } => next_micros.load(Ordering::Relaxed),
        }
    }

    /// A number by chance, for what a request does as a part of a trace. That of a seeded clock does not move it.
    pub fn new_span(&self) -> u64 {
        match &*self.0 {
            Source::System(_) => {
                let (high, low) = Uuid::new_v4().as_u64_pair();
                // Some bits of each are always the same, and not in the same places.
                high ^ low.rotate_left(32)
            }
            Source::Seeded { next_micros, .. } => {
                next_micros.load(Ordering::Relaxed).cast_unsigned()
            }
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
                let micros = u64::try_from(self.now().as_micros()).unwrap_or_default();
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
