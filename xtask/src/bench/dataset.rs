//! What is in the database that is measured: users and tasks by number, so that every contender and the
//! load generator can name them without a list. How they get in there is the business of `fill`.

/// So many users with so many tasks each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dataset {
    pub(super) users: u64,
    pub(super) tasks_each: u64,
}

/// What the figures of the goals are about.
pub(super) const USUAL: Dataset = Dataset {
    users: 1000,
    tasks_each: 100,
};

/// The first user. Users are named by numbers, because numbers are all that a script of pgbench can make.
pub(super) const FIRST_USER: u64 = 1_000_000_000_000_000_000;
/// From one user to the next. A million of them still fit into 63 bits.
pub(super) const USER_STEP: u64 = 7_919_000_000_007;

/// Digits 2 to 16 of the first task's id. An id is a `UUIDv7` whose hexadecimal digits all happen to be
/// decimal ones, for the same reason: `0`, this number plus [`ID_STEP`] for each task, [`ID_TAIL`].
pub(super) const FIRST_ID: u64 = 190_000_000_007_000;
pub(super) const ID_STEP: u64 = 10_000;
pub(super) const ID_TAIL: &str = "8123456789012345";

/// When the first task was made, in microseconds since 1970; the others follow at [`CREATION_STEP`].
pub(super) const FIRST_CREATION: u64 = 1_750_000_000_000_000;
pub(super) const CREATION_STEP: u64 = 1_000;

impl Dataset {
    pub(super) fn tasks(self) -> u64 {
        self.users * self.tasks_each
    }

    /// Every third task of a user is done, from the first on.
    pub(super) fn completed_each(self) -> u64 {
        self.tasks_each.div_ceil(3)
    }

    /// The place of a user's task in the order in which all tasks were made: one of each user, then
    /// the next of each.
    pub(super) fn ordinal(self, user: u64, task: u64) -> u64 {
        task * self.users + user
    }
}

pub(super) fn user_id(user: u64) -> String {
    (FIRST_USER + user * USER_STEP).to_string()
}

/// The id of a task, in its usual form. Made once for each request, so it is put together by hand.
pub(super) fn task_id(ordinal: u64) -> [u8; 36] {
    let mut id = *b"0000000000000000-8123-456789012345--";
    let mut rest = FIRST_ID + ordinal * ID_STEP;
    for digit in id[1..16].iter_mut().rev() {
        // Below ten, so nothing is lost.
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    // Makes room for the two hyphens of the first half.
    id.copy_within(12..34, 14);
    id.copy_within(8..12, 9);
    id[8] = b'-';
    id[13] = b'-';
    id
}

/// What the same tasks and users are called by those who make their own ids.
pub(super) mod peer {
    pub(in super::super) fn fast_api_id(ordinal: u64) -> u64 {
        ordinal + 1
    }

    pub(in super::super) fn pocket_base_task(ordinal: u64) -> String {
        format!("t{ordinal:014}")
    }

    pub(in super::super) fn pocket_base_user(user: u64) -> String {
        format!("u{user:014}")
    }
}

/// Numbers that look random and are the same in every run (xorshift64*).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// From 0 to `below`, exclusive.
    pub(super) fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let random = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        (random * below) >> 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_7() {
        assert_eq!(&task_id(0), b"01900000-0000-7000-8123-456789012345");
        assert_eq!(&task_id(99_999), b"01900009-9999-7000-8123-456789012345");
        assert_eq!(ID_TAIL, "8123456789012345");
    }

    #[test]
    fn dice_stay_below_their_limit() {
        let mut dice = Dice::new(1);
        let rolls: Vec<u64> = (0..10_000).map(|_| dice.roll(10)).collect();
        assert!((0..10).all(|face| rolls.contains(&face)));
        assert!(rolls.iter().all(|roll| *roll < 10));
    }
}
