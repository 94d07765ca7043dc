//! The algorithm: a key is an integer of variable length, whose first letter gives the length, and a fraction. Both
//! are digits in base 62, in the order of their bytes.

/// In ascending order of bytes, so that keys sort as their numbers do.
pub(super) const DIGITS: &[u8; 62] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

type Bytes = Vec<u8>;

pub(super) fn digit(value: usize) -> u8 {
    DIGITS[value]
}

fn value(digit: u8) -> usize {
    DIGITS.iter().position(|known| *known == digit).unwrap_or(0)
}

/// How long an integer with this first letter is, the letter included: `Z` and `a` stand for the shortest.
fn integer_length(head: u8) -> Option<usize> {
    match head {
        b'A'..=b'Z' => Some(usize::from(b'Z' - head) + 2),
        b'a'..=b'z' => Some(usize::from(head - b'a') + 2),
        _ => None,
    }
}

/// The integer and the fraction of a key.
fn parts(key: &[u8]) -> Option<(&[u8], &[u8])> {
    key.split_at_checked(integer_length(*key.first()?)?)
}

fn is_smallest(integer: &[u8]) -> bool {
    integer.len() == 27 && integer[0] == b'A' && integer[1..].iter().all(|digit| *digit == b'0')
}

/// A fraction does not end in a zero, and the smallest integer alone is none: nothing would go before it.
pub(super) fn is_key(key: &[u8]) -> bool {
    key.iter().all(u8::is_ascii_alphanumeric)
        && !is_smallest(key)
        && parts(key).is_some_and(|(_, fraction)| fraction.last() != Some(&b'0'))
}

/// The shortest fraction between two; no `upper` is one. `None` where they are equal or out of order.
fn midpoint(lower: &[u8], upper: Option<&[u8]>) -> Option<Bytes> {
    if let Some(upper) = upper {
        if lower >= upper {
            return None;
        }
        // The lower one goes on with zeros for ever, so what they share may be longer than it is.
        let padded = lower.iter().chain(std::iter::repeat(&b'0'));
        let shared = upper.iter().zip(padded).take_while(|(a, b)| a == b).count();
        if shared > 0 {
            let rest = midpoint(
                lower.get(shared..).unwrap_or_default(),
                Some(&upper[shared..]),
            )?;
            return Some([&upper[..shared], &rest].concat());
        }
    }
    let low = lower.first().map_or(0, |digit| value(*digit));
    let high = upper
        .and_then(<[u8]>::first)
        .map_or(DIGITS.len(), |digit| value(*digit));
    if high - low > 1 {
        return Some(vec![digit((low + high).div_ceil(2))]);
    }
    match upper {
        Some(upper) if upper.len() > 1 => Some(upper[..1].to_vec()),
        _ => {
            let rest = midpoint(lower.get(1..).unwrap_or_default(), None)?;
            Some([&[digit(low)], rest.as_slice()].concat())
        }
    }
}

/// The next integer; `None` after the largest.
fn increment(integer: &[u8]) -> Option<Bytes> {
    step(integer, b'z', |digit| match digit {
        b'z' => None,
        other => Some(self::digit(value(other) + 1)),
    })
}

/// The integer before; `None` before the smallest.
fn decrement(integer: &[u8]) -> Option<Bytes> {
    step(integer, b'0', |digit| match digit {
        b'0' => None,
        other => Some(self::digit(value(other) - 1)),
    })
}

/// Moves an integer by one. A digit that cannot move is `last`, and carries to the one before it; at the head, the
/// length changes.
fn step(integer: &[u8], last: u8, moved: fn(u8) -> Option<u8>) -> Option<Bytes> {
    let mut next = integer.to_vec();
    let wrapped = if last == b'z' { b'0' } else { b'z' };
    for place in next[1..].iter_mut().rev() {
        if let Some(digit) = moved(*place) {
            *place = digit;
            return Some(next);
        }
        *place = wrapped;
    }
    let head = match (next[0], last) {
        (b'Z', b'z') => b'a',
        (b'a', b'0') => b'Z',
        (b'z', b'z') | (b'A', b'0') => return None,
        (head, b'z') => head + 1,
        (head, _) => head - 1,
    };
    next[0] = head;
    next.resize(integer_length(head)?, wrapped);
    Some(next)
}

/// A key between two; `None` where there is none, because they are equal or out of order.
pub(super) fn between(after: Option<&[u8]>, before: Option<&[u8]>) -> Option<Bytes> {
    match (after, before) {
        (None, None) => Some(b"a0".to_vec()),
        (None, Some(before)) => {
            let (integer, fraction) = parts(before)?;
            if is_smallest(integer) {
                return Some([integer, &midpoint(b"", Some(fraction))?].concat());
            }
            if fraction.is_empty() {
                return decrement(integer);
            }
            Some(integer.to_vec())
        }
        (Some(after), None) => {
            let (integer, fraction) = parts(after)?;
            increment(integer).or_else(|| Some([integer, &midpoint(fraction, None)?].concat()))
        }
        (Some(after), Some(before)) => {
            if after >= before {
                return None;
            }
            let (integer, fraction) = parts(after)?;
            let (upper_integer, upper_fraction) = parts(before)?;
            if integer == upper_integer {
                return Some([integer, &midpoint(fraction, Some(upper_fraction))?].concat());
            }
            let next = increment(integer)?;
            if next.as_slice() < before {
                return Some(next);
            }
            Some([integer, &midpoint(fraction, None)?].concat())
        }
    }
}

/// Several keys between two: halves of halves, or one after the other where an end is open.
pub(super) fn spread(
    after: Option<&[u8]>,
    before: Option<&[u8]>,
    count: usize,
) -> Option<Vec<Bytes>> {
    if count == 0 {
        return Some(Vec::new());
    }
    if before.is_none() {
        let mut keys = vec![between(after, None)?];
        while keys.len() < count {
            keys.push(between(keys.last().map(Vec::as_slice), None)?);
        }
        return Some(keys);
    }
    if after.is_none() {
        let mut keys = vec![between(None, before)?];
        while keys.len() < count {
            keys.push(between(None, keys.last().map(Vec::as_slice))?);
        }
        keys.reverse();
        return Some(keys);
    }
    let middle = between(after, before)?;
    let mut keys = spread(after, Some(&middle), count / 2)?;
    keys.push(middle.clone());
    keys.extend(spread(Some(&middle), before, count - count / 2 - 1)?);
    Some(keys)
}
