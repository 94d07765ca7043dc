//! A cache of verified tokens, so that the signature of a token is not verified with every request. An entry expires
//! by the clock and by elapsed time, whichever comes first, so a clock that is changed keeps no entry longer. Bounded:
//! a flood of tokens evicts older entries and takes no more memory.

use std::ops::Range;
use std::time::{Duration, Instant};

use aws_lc_rs::digest;
use quick_cache::sync::Cache;

use crate::clock::Timestamp;

/// Entries that are kept: about 10 MB at most.
const ENTRIES: usize = 32_768;

/// SHA-256 of a whole token, for which it stands: nobody can make two tokens with the same one, and it gives no token
/// away.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(super) fn of(text: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
        Self(bytes)
    }
}

/// Entries by fingerprint.
pub(super) struct Memory<T>(Cache<Fingerprint, Entry<T>>);

#[derive(Clone)]
struct Entry<T> {
    finding: T,
    generation: u64,
    holds: Range<Timestamp>,
    kept_at: Instant,
}

impl<T> Entry<T> {
    fn holds(&self, now: Timestamp) -> bool {
        let micros = self.holds.end.as_micros() - self.holds.start.as_micros();
        let longest = Duration::from_micros(u64::try_from(micros).unwrap_or(0));
        self.holds.contains(&now) && self.kept_at.elapsed() < longest
    }
}

impl<T: Clone> Memory<T> {
    pub(super) fn new() -> Self {
        Self(Cache::new(ENTRIES))
    }

    /// An entry of this generation (of keys) that has not expired.
    pub(super) fn find(&self, key: &Fingerprint, generation: u64, now: Timestamp) -> Option<T> {
        let entry = self.0.get(key)?;
        (entry.generation == generation && entry.holds(now)).then_some(entry.finding)
    }

    /// The time when the token was verified.
    pub(super) fn keep(
        &self,
        key: Fingerprint,
        generation: u64,
        holds: Range<Timestamp>,
        finding: T,
    ) {
        let entry = Entry {
            finding,
            generation,
            holds,
            kept_at: Instant::now(),
        };
        self.0.insert(key, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_holds_for_its_time_and_its_generation() {
        let memory = Memory::new();
        let key = Fingerprint::of("a");
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        memory.keep(key, 7, at(1000)..at(1100), "ada");
        assert_eq!(memory.find(&key, 7, at(1000)), Some("ada"));
        assert_eq!(memory.find(&key, 7, at(1099)), Some("ada"));
        assert_eq!(memory.find(&key, 7, at(1100)), None);
        assert_eq!(
            memory.find(&key, 7, at(999)),
            None,
            "the clock was set back"
        );
        assert_eq!(memory.find(&key, 8, at(1099)), None);
        assert_eq!(memory.find(&Fingerprint::of("b"), 7, at(1099)), None);
    }

    #[test]
    fn a_clock_that_stands_still_makes_nothing_hold_for_longer() {
        let memory = Memory::new();
        let (key, at) = (Fingerprint::of("a"), Timestamp::from_micros(1));
        memory.keep(key, 0, at..at.next(), ());
        while memory.find(&key, 0, at).is_some() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_flood_takes_no_more_memory() {
        let memory = Memory::new();
        for number in 0..100_000 {
            let key = Fingerprint::of(&number.to_string());
            memory.keep(key, 0, Timestamp::default()..Timestamp::MAX, ());
        }
        assert!(memory.0.len() <= ENTRIES, "{}", memory.0.len());
    }
}
