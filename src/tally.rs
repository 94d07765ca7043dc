//! Numbers that grow while the program runs, for its metrics: counts, and values in fixed buckets. An addition is an
//! addition: no lock, no allocation. What they are called, and who may read them, is said in `metrics`.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// No number waits for another, so none needs an order.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// An upper bound, inclusive, and its name in the unit that people read.
pub type Bound = (u64, &'static str);

/// Values, by bucket.
#[derive(Debug)]
pub struct Histogram<const N: usize> {
    bounds: &'static [Bound; N],
    /// Each value is in one of them only.
    buckets: [Count; N],
    /// What is larger than every bound.
    beyond: Count,
    sum: Count,
}

/// What a histogram has counted until a moment.
#[derive(Clone, Debug)]
pub struct Counted<const N: usize> {
    bounds: &'static [Bound; N],
    cumulated: [u64; N],
    pub count: u64,
    /// Of all values.
    pub sum: u64,
}

impl<const N: usize> Histogram<N> {
    pub const fn new(bounds: &'static [Bound; N]) -> Self {
        Self {
            bounds,
            buckets: [const { Count::new() }; N],
            beyond: Count::new(),
            sum: Count::new(),
        }
    }

    pub fn observe(&self, value: u64) {
        let bucket = self.bounds.iter().position(|(bound, _)| value <= *bound);
        let bucket = bucket.and_then(|bucket| self.buckets.get(bucket));
        bucket.unwrap_or(&self.beyond).add(1);
        self.sum.add(value);
    }

    /// With bounds in nanoseconds.
    pub fn observe_duration(&self, duration: Duration) {
        self.observe(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Read once, so that what is counted meanwhile does not make it contradict itself.
    pub fn read(&self) -> Counted<N> {
        let mut count = 0;
        let cumulated = array::from_fn(|bucket| {
            count += self.buckets[bucket].read();
            count
        });
        Counted {
            bounds: self.bounds,
            cumulated,
            count: count + self.beyond.read(),
            sum: self.sum.read(),
        }
    }
}

impl<const N: usize> Counted<N> {
    /// The name of each bound, and how many values were at most as large.
    pub fn buckets(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let bounds = self.bounds.iter().map(|(_, name)| *name);
        bounds.zip(self.cumulated)
    }

    /// The sum of durations.
    pub fn seconds(&self) -> f64 {
        Duration::from_nanos(self.sum).as_secs_f64()
    }
}

/// For durations: from what a task in memory takes to what is about to run into a time limit.
pub const DURATIONS: [Bound; 14] = [
    (500_000, "0.0005"),
    (1_000_000, "0.001"),
    (2_500_000, "0.0025"),
    (5_000_000, "0.005"),
    (10_000_000, "0.01"),
    (25_000_000, "0.025"),
    (50_000_000, "0.05"),
    (100_000_000, "0.1"),
    (250_000_000, "0.25"),
    (500_000_000, "0.5"),
    (1_000_000_000, "1"),
    (2_500_000_000, "2.5"),
    (5_000_000_000, "5"),
    (10_000_000_000, "10"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_in_every_bucket_that_is_not_too_small_for_it() {
        let histogram = Histogram::new(&DURATIONS);
        for micros in [0, 500, 501, 1000, 10_000_000, 10_000_001] {
            histogram.observe_duration(Duration::from_micros(micros));
        }
        let counted = histogram.read();
        let mut expected = [4; DURATIONS.len()];
        (expected[0], expected[13]) = (2, 5);
        let buckets: Vec<_> = counted.buckets().map(|(_, count)| count).collect();
        assert_eq!(buckets, expected);
        assert_eq!(counted.count, 6);
        assert!((counted.seconds() - 20.002_002).abs() < 1e-9);
    }

    #[test]
    fn a_bound_is_named_as_it_is_and_they_grow() {
        assert!(DURATIONS.is_sorted());
        for (nanos, name) in DURATIONS {
            let seconds: f64 = name.parse().unwrap();
            assert_eq!(Duration::from_secs_f64(seconds).as_nanos(), nanos.into());
        }
    }
}
