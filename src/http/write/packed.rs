//! The bytes of an answer as they are kept: compressed, where that is worth the time.

use std::borrow::Cow;
use std::sync::Arc;

use lz4_flex::block;

/// What is shorter stays as it is: a plain task has 300 bytes, and would hardly have less.
const SHORTEST: usize = 1024;

/// Stands before what is compressed; an answer begins with a brace.
const MARK: u8 = 0;

/// No answer is nearly as long.
const LONGEST: usize = 16 * 1024 * 1024;

pub(super) fn pack(bytes: Vec<u8>) -> Arc<[u8]> {
    if bytes.len() < SHORTEST {
        return bytes.into();
    }
    let packed = block::compress_prepend_size(&bytes);
    if packed.len() >= bytes.len() {
        return bytes.into();
    }
    [MARK].into_iter().chain(packed).collect()
}

/// `None`, if that is nothing that was packed.
pub(super) fn unpack(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let Some(packed) = bytes.strip_prefix(&[MARK]) else {
        return Some(Cow::Borrowed(bytes));
    };
    let (size, _) = block::uncompressed_size(packed).ok()?;
    if size > LONGEST {
        return None;
    }
    block::decompress_size_prepended(packed)
        .ok()
        .map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back() {
        let repeated = br#"{"status":200}"#.repeat(100);
        let random: Vec<u8> = (0..4000_u32)
            .map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[2])
            .collect();
        let random = [b"{".as_slice(), &random].concat();
        for (bytes, most) in [(b"{}".to_vec(), 2), (repeated, 100), (random, 4001)] {
            let packed = pack(bytes.clone());
            assert!(packed.len() <= most, "{} of {}", packed.len(), bytes.len());
            assert_eq!(unpack(&packed).as_deref(), Some(&*bytes));
        }
    }

    #[test]
    fn what_was_not_packed_is_refused() {
        for bytes in [
            &[MARK][..],
            &[MARK, 1, 0, 0, 0],
            &[MARK, 255, 255, 255, 255, 1, 2],
        ] {
            assert_eq!(unpack(bytes), None, "{bytes:?}");
        }
    }
}
