//! Counts of durations, in buckets whose width is under 1% of what they hold.

use std::time::Duration;

/// Buckets for each doubling.
const FINE: u64 = 128;
const FINE_BITS: u32 = FINE.trailing_zeros();

#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    pub(super) fn record(&mut self, duration: Duration) {
        let bucket = bucket(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.total += 1;
    }

    /// The duration that this share of all (0.99, say) did not exceed.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count, far below 2^52"
    )]
    pub(super) fn quantile(&self, share: f64) -> Duration {
        let wanted = ((self.total as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return Duration::from_nanos(upper_end(bucket));
            }
        }
        Duration::ZERO
    }
}

/// The first buckets are one nanosecond wide; from `FINE` on, each doubling has as many.
fn bucket(nanos: u64) -> usize {
    let doubling = (u64::BITS - nanos.leading_zeros()).saturating_sub(FINE_BITS + 1);
    let place = u64::from(doubling) * FINE + (nanos >> doubling);
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn upper_end(bucket: usize) -> u64 {
    let bucket = u64::try_from(bucket).unwrap_or(u64::MAX);
    let doubling = (bucket / FINE).saturating_sub(1);
    let place = bucket - doubling * FINE;
    ((place + 1) << doubling) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_at_most_one_hundredth_too_high() {
        for micros in [1, 7, 99, 1234, 56_789, 2_000_000] {
            let mut histogram = Histogram::default();
            let exact = Duration::from_micros(micros);
            histogram.record(exact);
            let found = histogram.quantile(0.5);
            assert!(found >= exact && found <= exact.mul_f64(1.01), "{found:?}");
        }
    }

    #[test]
    fn quantiles_count() {
        let mut histogram = Histogram::default();
        (1..=100).for_each(|nanos| histogram.record(Duration::from_nanos(nanos)));
        assert_eq!(histogram.quantile(0.5), Duration::from_nanos(50));
        assert_eq!(histogram.quantile(0.99), Duration::from_nanos(99));
        assert_eq!(histogram.quantile(1.0), Duration::from_nanos(100));
    }
}
