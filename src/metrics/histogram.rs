//! How long things took, counted in fixed buckets.

use std::array;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use super::{add, read};

/// Upper bounds in microseconds, inclusive, with their names in seconds: from the time of an answer from memory to a
/// time that is close to a time limit.
pub(super) const BOUNDS: [(u64, &str); 14] = [
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (5_000_000, "5"),
    (10_000_000, "10"),
];

/// Counts of durations, by bucket.
pub(super) struct Histogram {
    /// Each duration is in one of them only; the last takes what is longer than every bound.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanos: AtomicU64,
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self {
            buckets: [const { AtomicU64::new(0) }; BOUNDS.len() + 1],
            nanos: AtomicU64::new(0),
        }
    }

    pub(super) fn observe(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|(micros, _)| nanos <= micros * 1000);
        add(&self.buckets[bucket.unwrap_or(BOUNDS.len())], 1);
        add(&self.nanos, nanos);
    }

    /// How many were at most as long as each bound, and, last, how many there were in all. Each is read once, so that
    /// a value that is counted meanwhile does not make the numbers contradict each other.
    pub(super) fn cumulated(&self) -> [u64; BOUNDS.len() + 1] {
        let mut sum = 0;
        array::from_fn(|bucket| {
            sum += read(&self.buckets[bucket]);
            sum
        })
    }

    pub(super) fn seconds(&self) -> f64 {
        Duration::from_nanos(read(&self.nanos)).as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_counts_in_every_bucket_that_is_not_too_small_for_it() {
        let histogram = Histogram::new();
        for micros in [0, 500, 501, 1000, 10_000_000, 10_000_001] {
            histogram.observe(Duration::from_micros(micros));
        }
        let mut expected = [4; BOUNDS.len() + 1];
        (expected[0], expected[13], expected[14]) = (2, 5, 6);
        assert_eq!(histogram.cumulated(), expected);
        assert!((histogram.seconds() - 20.002_002).abs() < 1e-9);
    }

    #[test]
    fn a_bound_is_named_as_it_is_and_they_grow() {
        assert!(BOUNDS.is_sorted());
        for (micros, name) in BOUNDS {
            let seconds: f64 = name.parse().unwrap();
            assert_eq!(Duration::from_secs_f64(seconds).as_micros(), micros.into());
        }
    }
}
