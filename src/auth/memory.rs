//! What was found out about a token, remembered for a moment, so that the price of finding out is paid once.
//! Bounded: a flood of tokens pushes older ones out and takes no more memory.

use std::array;
use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest;

use crate::clock::Timestamp;

/// Parts with a lock of their own, so that requests seldom wait for each other.
const SHARDS: usize = 16;

/// Entries of one generation of one shard; two generations of all shards make 32768, some 10 MB at most.
const ENTRIES: usize = 1024;

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
pub(super) struct Memory<T> {
    shards: [Mutex<Shard<T>>; SHARDS],
}

/// When `young` is full it becomes `old`, and what was old is forgotten: no bookkeeping per look-up.
struct Shard<T> {
    young: HashMap<Fingerprint, Entry<T>>,
    old: HashMap<Fingerprint, Entry<T>>,
}

struct Entry<T> {
    finding: T,
    generation: u64,
    until: Timestamp,
}

impl<T: Clone> Memory<T> {
    pub(super) fn new() -> Self {
        let empty = || {
            Mutex::new(Shard {
                young: HashMap::new(),
                old: HashMap::new(),
            })
        };
        Self {
            shards: array::from_fn(|_| empty()),
        }
    }

    /// A finding of this generation (of keys) that still holds.
    pub(super) fn find(&self, key: &Fingerprint, generation: u64, now: Timestamp) -> Option<T> {
        let shard = self
            .shard(key)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let entry = shard.young.get(key).or_else(|| shard.old.get(key))?;
        (entry.generation == generation && now < entry.until).then(|| entry.finding.clone())
    }

    pub(super) fn keep(&self, key: Fingerprint, generation: u64, until: Timestamp, finding: T) {
        let entry = Entry {
            finding,
            generation,
            until,
        };
        let mut shard = self
            .shard(&key)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if shard.young.len() >= ENTRIES {
            shard.old = mem::take(&mut shard.young);
        }
        shard.young.insert(key, entry);
    }

    fn shard(&self, key: &Fingerprint) -> &Mutex<Shard<T>> {
        &self.shards[usize::from(key.0[0]) % SHARDS]
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
        let entries: usize = memory
            .shards
            .iter()
            .map(|shard| shard.lock().unwrap())
            .map(|shard| shard.young.len() + shard.old.len())
            .sum();
        assert!(entries <= SHARDS * ENTRIES * 2, "{entries}");
    }
}
