//! The place of a task among its siblings: a text between two others, compared as bytes, in the form of the npm
//! package `fractional-indexing` 4.0 (public domain), so that every client can make the same keys.

mod keys;
#[cfg(test)]
mod tests;

use super::Timestamp;

/// The longest key, in bytes. If one would be longer, the neighbours get new keys.
pub const LONGEST_KEY: usize = 64;

/// What stands before the digits of a moment: the mark of an integer of nine digits.
const MOMENT_HEAD: u8 = b'i';
const MOMENT_DIGITS: usize = 9;

/// The place of a task among its siblings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey(String);

/// There is no key there: the neighbours are equal, out of order, or too close for a key of 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no room between the neighbours")]
pub struct NoRoom;

/// The text is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an order key of at most 64 bytes")]
pub struct NotAKey;

impl OrderKey {
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        if text.len() <= LONGEST_KEY && keys::is_key(text.as_bytes()) {
            return Ok(Self(text.to_owned()));
        }
        Err(NotAKey)
    }

    /// The key of a task that nobody moved: later ones come last, and no sibling is read for that. It can count from
    /// 1970 to 2398; what lies outside stands at the end that is nearer.
    pub fn of_creation(created_at: Timestamp) -> Self {
        let most = 62_u64.pow(9) - 1;
        let mut number = u64::try_from(created_at.as_micros()).unwrap_or(0).min(most);
        let mut text = [keys::DIGITS[0]; 1 + MOMENT_DIGITS];
        text[0] = MOMENT_HEAD;
        for digit in text[1..].iter_mut().rev() {
            *digit = keys::digit(usize::try_from(number % 62).unwrap_or_default());
            number /= 62;
        }
        Self(text.iter().copied().map(char::from).collect())
    }

    /// The first moment whose key is not less than this one, in microseconds, and whether it has this very key.
    pub fn as_creation(&self) -> (i64, bool) {
        let key = self.0.as_bytes();
        let (digits, rest) = key.split_at(key.len().min(1 + MOMENT_DIGITS));
        match digits.first() {
            Some(&MOMENT_HEAD) => {}
            Some(head) if *head > MOMENT_HEAD => return (i64::MAX, false),
            _ => return (0, false),
        }
        let value = |digit: &u8| keys::DIGITS.iter().position(|known| known == digit);
        let add = |sum, digit| sum * 62 + i64::try_from(value(digit).unwrap_or(0)).unwrap_or(0);
        let micros = digits[1..].iter().fold(0, add);
        (micros + i64::from(!rest.is_empty()), rest.is_empty())
    }

    /// A key after `after` and before `before`; `None` is the end.
    pub fn between(after: Option<&Self>, before: Option<&Self>) -> Result<Self, NoRoom> {
        let bytes = keys::between(bytes_of(after), bytes_of(before)).ok_or(NoRoom)?;
        Self::made(&bytes)
    }

    /// `count` keys after `after` and before `before`, in order, about evenly apart.
    pub fn spread(
        after: Option<&Self>,
        before: Option<&Self>,
        count: usize,
    ) -> Result<Vec<Self>, NoRoom> {
        keys::spread(bytes_of(after), bytes_of(before), count)
            .ok_or(NoRoom)?
            .iter()
            .map(|bytes| Self::made(bytes))
            .collect()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn made(bytes: &[u8]) -> Result<Self, NoRoom> {
        if bytes.len() > LONGEST_KEY {
            return Err(NoRoom);
        }
        Ok(Self(bytes.iter().copied().map(char::from).collect()))
    }
}

fn bytes_of(key: Option<&OrderKey>) -> Option<&[u8]> {
    key.map(|key| key.0.as_bytes())
}
