//! The rate limit: how many requests a user may make in each window of time, counted exactly by this process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::UserId;

/// How many windows are kept before those that are over are thrown away.
const MANY_WINDOWS: usize = 10_000;

/// The most requests in each window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub requests: u32,
    pub window: Duration,
}

/// The state of a user's limit after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub rate: Rate,
    /// How many more requests this window allows; `None` if this one was too many.
    pub left: Option<u32>,
    /// When the next window begins, in whole seconds from now, at least 1.
    pub reset: u64,
}

/// A window begins with the first request after the one before.
#[derive(Clone, Copy, Debug)]
struct Window {
    begun: Timestamp,
    asked: u32,
}

/// Counts the requests of each user.
pub struct Quota {
    rate: Option<Rate>,
    windows: Mutex<Windows>,
}

struct Windows {
    of_users: HashMap<UserId, Window>,
    /// The number of windows at which expired ones are removed.
    many: usize,
}

impl Quota {
    /// Without a rate nothing is counted.
    pub fn new(rate: Option<Rate>) -> Self {
        let windows = Windows {
            of_users: HashMap::new(),
            many: MANY_WINDOWS,
        };
        Self {
            rate,
            windows: Mutex::new(windows),
        }
    }

    /// Counts one request; `None` if there is no limit.
    pub fn count(&self, user: &UserId, now: impl FnOnce() -> Timestamp) -> Option<Standing> {
        let rate = self.rate?;
        let now = now();
        let mut windows = self.lock();
        windows.forget(rate, now);
        let fresh = Window {
            begun: now,
            asked: 0,
        };
        let window = windows.of_users.entry(user.clone()).or_insert(fresh);
        // Also when the clock was set back.
        if window.is_over(rate, now) || now < window.begun {
            *window = fresh;
        }
        let left = rate.requests.checked_sub(window.asked + 1);
        window.asked += u32::from(left.is_some());
        Some(Standing {
            rate,
            left,
            reset: window.reset(rate, now),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Windows> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    fn left(self, rate: Rate, now: Timestamp) -> Duration {
        let gone = now.as_micros().saturating_sub(self.begun.as_micros());
        let gone = Duration::from_micros(u64::try_from(gone).unwrap_or_default());
        rate.window.saturating_sub(gone)
    }

    fn is_over(self, rate: Rate, now: Timestamp) -> bool {
        self.left(rate, now).is_zero()
    }

    fn reset(self, rate: Rate, now: Timestamp) -> u64 {
        let left = self.left(rate, now);
        (left.as_secs() + u64::from(left.subsec_nanos() > 0)).max(1)
    }
}

impl Windows {
    /// Removes expired windows once there are many; the next time when there are twice as many as stay.
    fn forget(&mut self, rate: Rate, now: Timestamp) {
        if self.of_users.len() < self.many {
            return;
        }
        self.of_users.retain(|_, window| !window.is_over(rate, now));
        self.many = (self.of_users.len() * 2).max(MANY_WINDOWS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        requests: 3,
        window: Duration::from_mins(1),
    };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_micros(1_767_225_600_000_000 + millis * 1000)
    }

    #[test]
    fn each_window_has_so_many_requests_and_no_more() {
        let quota = Quota::new(Some(RATE));
        let [ada, bob] = ["ada", "bob"].map(|id| UserId::parse(id).unwrap());
        let ask = |user: &UserId, millis| {
            let standing = quota.count(user, || at(millis)).unwrap();
            (standing.left, standing.reset)
        };
        assert_eq!(ask(&ada, 0), (Some(2), 60));
        assert_eq!(ask(&ada, 500), (Some(1), 60));
        assert_eq!(ask(&ada, 10_000), (Some(0), 50));
        assert_eq!(ask(&ada, 10_001), (None, 50));
        assert_eq!(ask(&ada, 59_999), (None, 1));
        assert_eq!(ask(&bob, 59_999), (Some(2), 60), "everybody has an own one");
        assert_eq!(ask(&ada, 60_000), (Some(2), 60), "the next one");
        assert_eq!(ask(&ada, 59_000), (Some(2), 60), "the clock was set back");
        assert_eq!(Quota::new(None).count(&ada, || at(0)), None);
    }

    #[test]
    fn windows_that_are_over_are_forgotten() {
        let quota = Quota::new(Some(RATE));
        for number in 0..MANY_WINDOWS {
            let user = UserId::parse(&number.to_string()).unwrap();
            quota.count(&user, || at(0));
        }
        let last = UserId::parse("last").unwrap();
        quota.count(&last, || at(60_000));
        assert_eq!(quota.lock().of_users.len(), 1);
    }
}
