//! What was found out about a token, remembered for a moment, so that the price of finding out is paid once.
//! Bounded: a flood of tokens pushes older ones out and takes no more memory.

use aws_lc_rs::digest;
use quick_cache::sync::Cache;

use crate::clock::Timestamp;

/// Findings that are kept: some 10 MB at most.
const ENTRIES: usize = 32_768;

/// SHA-256 of a whole token, for which it stands: nobody can make two tokens with the same one, and it gives no token away.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(super) fn of(text: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
        Self(bytes)
    }
}

/// Findings by fingerprint.
pub(super) struct Memory<T>(Cache<Fingerprint, Entry<T>>);

#[derive(Clone)]
struct Entry<T> {
    finding: T,
    generation: u64,
    until: Timestamp,
}

impl<T: Clone> Memory<T> {
    pub(super) fn new() -> Self {
        Self(Cache::new(ENTRIES))
    }

    /// A finding of this generation (of keys) that still holds.
    pub(super) fn find(&self, key: &Fingerprint, generation: u64, now: Timestamp) -> Option<T> {
        let entry = self.0.get(key)?;
        (entry.generation == generation && now < entry.until).then_some(entry.finding)
    }

    pub(super) fn keep(&self, key: Fingerprint, generation: u64, until: Timestamp, finding: T) {
        let entry = Entry {
            finding,
            generation,
            until,
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
        let (key, at) = (Fingerprint::of("a"), Timestamp::from_micros);
        memory.keep(key, 7, at(100), "ada");
        assert_eq!(memory.find(&key, 7, at(99)), Some("ada"));
        assert_eq!(memory.find(&key, 7, at(100)), None);
        assert_eq!(memory.find(&key, 8, at(99)), None);
        assert_eq!(memory.find(&Fingerprint::of("b"), 7, at(99)), None);
    }

    #[test]
    fn a_flood_takes_no_more_memory() {
        let memory = Memory::new();
        for number in 0..100_000 {
            let key = Fingerprint::of(&number.to_string());
            memory.keep(key, 0, Timestamp::MAX, ());
        }
        assert!(memory.0.len() <= ENTRIES, "{}", memory.0.len());
    }
}
