//! Chance that can be repeated: the same seed rolls the same numbers in every run.

/// Xorshift (Marsaglia 2003): small, and good enough to choose by.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Seeds that lie side by side roll nothing alike.
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            dice.roll(1);
        }
        dice
    }

    /// A number from 0 to one less than `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The lower bits are the weaker ones.
        usize::try_from(self.0 >> 16).unwrap() % sides
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, chance: usize) -> bool {
        self.roll(100) < chance
    }

    /// One of them; `None` if there are none.
    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        (!among.is_empty()).then(|| &among[self.roll(among.len())])
    }
}
