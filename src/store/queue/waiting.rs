//! The works in the queue, the limits of the queue, and which works make the next group.

use std::collections::VecDeque;

use super::super::gate::RETRY_AFTER;
use super::{Pending, Turn};
use crate::domain::{Map, SpaceId};
use crate::error::Error;

/// Works that may wait, in all and of one space, and their size in bytes.
const MOST_WAITING: usize = 16_384;
const MOST_WAITING_OF_SPACE: usize = 1024;
const MOST_WAITING_BYTES: usize = 128 * 1024 * 1024;
const MOST_WAITING_BYTES_OF_SPACE: usize = 16 * 1024 * 1024;

/// The limits of a group: large enough that one commit serves many, small enough that the first does not wait long.
const MOST_IN_GROUP: usize = 64;
const MOST_OPERATIONS_IN_GROUP: usize = 128;
const MOST_BYTES_IN_GROUP: usize = 512 * 1024;

#[derive(Default)]
pub(super) struct Waiting {
    spaces: Map<SpaceId, WaitingOfSpace>,
    /// The spaces that have works and are in no group, in the order of their turns.
    turns: VecDeque<SpaceId>,
    works: usize,
    bytes: usize,
    /// Whether some heavy work is being done.
    pub(super) heavy: bool,
    next_number: u64,
    pub(super) closed: bool,
}

/// The works of one space.
#[derive(Default)]
struct WaitingOfSpace {
    works: VecDeque<Pending>,
    bytes: usize,
    /// Whether it is in a group.
    busy: bool,
}

impl Waiting {
    /// Adds a work after the others of its space; returns its number.
    pub(super) fn push(&mut self, mut pending: Pending) -> Result<u64, Error> {
        let (space, bytes) = (pending.work.space.clone(), pending.bytes);
        self.check_room(&space, bytes)?;
        pending.number = self.next_number;
        self.next_number += 1;
        self.works += 1;
        self.bytes += bytes;
        let waiting = self.spaces.entry(space.clone()).or_default();
        waiting.bytes += bytes;
        waiting.works.push_back(pending);
        if waiting.works.len() == 1 && !waiting.busy {
            self.turns.push_back(space);
        }
        Ok(self.next_number - 1)
    }

    /// Works, and their bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.works, self.bytes)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.spaces.is_empty() && self.turns.is_empty() && self.works == 0 && self.bytes == 0
    }

    fn check_room(&self, space: &SpaceId, bytes: usize) -> Result<(), Error> {
        let own = self.spaces.get(space);
        let (own_works, own_bytes) = own.map_or((0, 0), |own| (own.works.len(), own.bytes));
        let full = self.works >= MOST_WAITING
            || self.bytes + bytes > MOST_WAITING_BYTES
            || own_works >= MOST_WAITING_OF_SPACE
            || own_bytes + bytes > MOST_WAITING_BYTES_OF_SPACE;
        if full {
            return Err(Error::Unavailable {
                what: "too many writes are waiting",
                retry_after: RETRY_AFTER,
                source: None,
            });
        }
        Ok(())
    }

    fn first(&self, space: &SpaceId) -> Option<&Pending> {
        self.spaces.get(space)?.works.front()
    }

    fn is_held_back(&self, space: &SpaceId) -> bool {
        self.heavy && self.first(space).is_some_and(Pending::is_heavy)
    }

    /// Whether more would find no room in the next group.
    pub(super) fn has_full_group(&self) -> bool {
        self.works >= MOST_IN_GROUP
    }

    pub(super) fn has_group(&self) -> bool {
        self.turns.iter().any(|space| !self.is_held_back(space))
    }

    /// Spaces take turns, one work each; a heavy work has a group of its own.
    pub(super) fn take(&mut self, one_space: bool) -> Vec<Turn> {
        let place = self
            .turns
            .iter()
            .position(|space| !self.is_held_back(space));
        let Some(first) = place.and_then(|place| self.turns.remove(place)) else {
            return Vec::new();
        };
        let alone = |pending: &Pending| pending.is_heavy() || pending.needs_rounds();
        if self.first(&first).is_some_and(alone) {
            self.heavy |= self.first(&first).is_some_and(Pending::is_heavy);
            let works = self.pop(&first).into_iter().collect();
            return vec![self.lend(first, works)];
        }
        let mut spaces = vec![first];
        if !one_space {
            let others = self
                .turns
                .iter()
                .filter(|space| !self.first(space).is_some_and(alone));
            spaces.extend(others.take(MOST_IN_GROUP - 1).cloned().collect::<Vec<_>>());
        }
        let mut taken: Vec<Vec<Pending>> = spaces.iter().map(|_| Vec::new()).collect();
        let (mut works, mut operations, mut bytes) = (0, 0, 0);
        loop {
            let before = works;
            for (place, space) in spaces.iter().enumerate() {
                let Some(next) = self.first(space).filter(|next| !alone(next)) else {
                    continue;
                };
                operations += next.operations();
                bytes += next.bytes;
                let fits = works < MOST_IN_GROUP
                    && operations <= MOST_OPERATIONS_IN_GROUP
                    && bytes <= MOST_BYTES_IN_GROUP;
                if !fits && works > 0 {
                    return self.lend_all(spaces, taken);
                }
                taken[place].extend(self.pop(space));
                works += 1;
            }
            if works == before {
                return self.lend_all(spaces, taken);
            }
        }
    }

    fn lend_all(&mut self, spaces: Vec<SpaceId>, taken: Vec<Vec<Pending>>) -> Vec<Turn> {
        let taken = spaces.into_iter().zip(taken);
        let taken: Vec<_> = taken.filter(|(_, works)| !works.is_empty()).collect();
        taken
            .into_iter()
            .map(|(space, works)| self.lend(space, works))
            .collect()
    }

    fn lend(&mut self, space: SpaceId, works: Vec<Pending>) -> Turn {
        if let Some(waiting) = self.spaces.get_mut(&space) {
            waiting.busy = true;
        }
        self.turns.retain(|other| *other != space);
        Turn { space, works }
    }

    pub(super) fn free(&mut self, space: &SpaceId) {
        let Some(waiting) = self.spaces.get_mut(space) else {
            return;
        };
        waiting.busy = false;
        if waiting.works.is_empty() {
            self.spaces.remove(space);
        } else {
            self.turns.push_back(space.clone());
        }
    }

    fn pop(&mut self, space: &SpaceId) -> Option<Pending> {
        let waiting = self.spaces.get_mut(space)?;
        let pending = waiting.works.pop_front()?;
        waiting.bytes -= pending.bytes;
        self.works -= 1;
        self.bytes -= pending.bytes;
        Some(pending)
    }

    pub(super) fn remove(&mut self, space: &SpaceId, number: u64) -> bool {
        let Some(waiting) = self.spaces.get_mut(space) else {
            return false;
        };
        let place = waiting
            .works
            .iter()
            .position(|pending| pending.number == number);
        let Some(pending) = place.and_then(|place| waiting.works.remove(place)) else {
            return false;
        };
        waiting.bytes -= pending.bytes;
        if waiting.works.is_empty() && !waiting.busy {
            self.spaces.remove(space);
            self.turns.retain(|other| other != space);
        }
        self.works -= 1;
        self.bytes -= pending.bytes;
        true
    }
}
