//! Which characters of a text are visible (Unicode 17, `Default_Ignorable_Code_Point`).

/// Code points that show nothing where they are not understood (`DerivedCoreProperties.txt`), in order.
const IGNORABLE: [(u32, u32); 17] = [
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
];

/// Whether it is neither white space nor ignorable nor a control.
pub(super) fn is_visible(character: char) -> bool {
    let code = u32::from(character);
    let ignorable = || {
        let after = IGNORABLE.partition_point(|(first, _)| *first <= code);
        after > 0 && code <= IGNORABLE[after - 1].1
    };
    !character.is_whitespace() && !character.is_control() && !ignorable()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_visible_unless_the_standard_says_otherwise() {
        for character in "aé文🎉\u{301}\u{2010}\u{200a}0\u{fffd}".chars() {
            assert_eq!(
                is_visible(character),
                character != '\u{200a}',
                "{character:?}"
            );
        }
        for (first, last) in IGNORABLE {
            let [before, behind] = [first - 1, last + 1].map(char::from_u32);
            let [first, last] = [first, last].map(|code| char::from_u32(code).unwrap());
            assert!(
                !is_visible(first) && !is_visible(last),
                "{first:?} {last:?}"
            );
            for neighbour in [before, behind].into_iter().flatten() {
                let known = neighbour.is_whitespace() || neighbour.is_control();
                assert!(known || is_visible(neighbour), "{neighbour:?}");
            }
        }
        for character in " \t\n\u{0}\u{1f}\u{7f}\u{85}\u{a0}\u{1680}\u{2028}\u{3000}".chars() {
            assert!(!is_visible(character), "{character:?}");
        }
    }
}
