//! Full-text search: `text:` of the filter. The client has the same code (`clients/typescript/src/search.ts`), so
//! it uses only what both languages have; a word is a run of letters and digits, not a word of a dictionary.

use std::borrow::Cow;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Accents and points that are written over, under and through letters: those of Latin, Greek and Cyrillic, the points
/// of Hebrew and Arabic, those for symbols. The vowel signs of other scripts are not among them: they are letters.
const ACCENTS: [(char, char); 9] = [
    ('\u{300}', '\u{36f}'),
    ('\u{591}', '\u{5bd}'),
    ('\u{5bf}', '\u{5c7}'),
    ('\u{64b}', '\u{65f}'),
    ('\u{670}', '\u{670}'),
    ('\u{1ab0}', '\u{1aff}'),
    ('\u{1dc0}', '\u{1dff}'),
    ('\u{20d0}', '\u{20ff}'),
    ('\u{fe20}', '\u{fe2f}'),
];

/// Scripts that are written without spaces between words, or that join particles to them.
const UNSPACED: [(char, char); 12] = [
    ('\u{e00}', '\u{eff}'),
    ('\u{1000}', '\u{109f}'),
    ('\u{1100}', '\u{11ff}'),
    ('\u{1780}', '\u{17ff}'),
    ('\u{3005}', '\u{3007}'),
    ('\u{3040}', '\u{31ff}'),
    ('\u{3400}', '\u{4dbf}'),
    ('\u{4e00}', '\u{9fff}'),
    ('\u{a960}', '\u{a97f}'),
    ('\u{ac00}', '\u{d7ff}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{20000}', '\u{3ffff}'),
];

fn is_among(ranges: &[(char, char)], character: char) -> bool {
    ranges
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&character))
}

/// A text without regard to case, accents and ways to write the same character. `ß` is `ss`, `İ` and `ı` are `i`.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    Cow::Owned(fold_one_by_one(text).unwrap_or_else(|| fold_by_the_rules(text)))
}

fn fold_by_the_rules(text: &str) -> String {
    let plain = |text: &str| -> String {
        text.nfkd()
            .filter(|character| !is_among(&ACCENTS, *character))
            .collect()
    };
    // Down, up and down, because ẞ meets ß only below, and ß meets ss only above; a last sigma is a sigma.
    let cased = plain(text)
        .to_lowercase()
        .to_uppercase()
        .to_lowercase()
        .replace('ς', "σ");
    // Composed again, or else か would be found in が.
    plain(&cased).nfc().collect()
}

/// Alphabets whose characters fold alone, whatever stands beside them: Latin, Greek, Cyrillic.
const ALPHABETS: [(char, char); 3] = [
    ('\0', '\u{482}'),
    ('\u{48a}', '\u{52f}'),
    ('\u{1e00}', '\u{1fff}'),
];

/// Signs and scripts whose characters are folded as they are, unless a mark follows.
const FOLDED: [(char, char); 7] = [
    ('\u{2012}', '\u{2016}'),
    ('\u{2018}', '\u{2023}'),
    ('\u{3001}', '\u{3002}'),
    ('\u{3041}', '\u{3096}'),
    ('\u{30a1}', '\u{30fa}'),
    ('\u{4e00}', '\u{9fff}'),
    ('\u{ac00}', '\u{d7a3}'),
];

/// What the characters of the alphabets are, so that the rules, which are slow, are asked once for each.
static FOLDS: LazyLock<Vec<Box<str>>> = LazyLock::new(|| {
    ('\0'..='\u{1fff}')
        .map(|character| {
            if !is_among(&ALPHABETS, character) {
                return Box::from("");
            }
            fold_by_the_rules(character.encode_utf8(&mut [0; 4])).into_boxed_str()
        })
        .collect()
});

/// The same as the rules say, a tenth of their time; `None` where a character depends on those beside it.
fn fold_one_by_one(text: &str) -> Option<String> {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            folded.push(character.to_ascii_lowercase());
        } else if is_among(&ALPHABETS, character) {
            folded.push_str(FOLDS.get(usize::try_from(u32::from(character)).ok()?)?);
        } else if is_among(&FOLDED, character) {
            folded.push(character);
        } else {
            return None;
        }
    }
    Some(folded)
}

fn is_part(character: char) -> bool {
    character.is_alphanumeric() || is_combining_mark(character)
}

fn is_unspaced(character: char) -> bool {
    is_among(&UNSPACED, character)
}

/// Something that must occur.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    Word(String),
    Prefix(String),
    /// Anywhere: of scripts without spaces, and of what has no letters at all.
    Part(String),
}

/// What is looked for: every one of its words must occur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    terms: Vec<Term>,
}

impl Search {
    /// `None` where there is nothing to look for. A `*` after a word means that more of it may follow.
    pub fn parse(text: &str) -> Option<Self> {
        let folded = fold(text);
        let mut terms = Vec::new();
        for (start, word) in runs(&folded) {
            let end = start + word.len();
            terms.push(if word.starts_with(is_unspaced) {
                Term::Part(word.to_owned())
            } else if folded[end..].starts_with('*') {
                Term::Prefix(word.to_owned())
            } else {
                Term::Word(word.to_owned())
            });
        }
        let rest = folded.trim();
        if terms.is_empty() && !rest.trim_matches('*').is_empty() {
            terms.push(Term::Part(rest.to_owned()));
        }
        (!terms.is_empty()).then_some(Self { terms })
    }

    /// What must occur, folded: whole words, their beginnings, or parts.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|term| match term {
            Term::Word(text) | Term::Prefix(text) | Term::Part(text) => text.as_str(),
        })
    }

    /// Whether every word occurs in one of the texts.
    pub fn is_in<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        let mut missing: Vec<&Term> = self.terms.iter().collect();
        for text in texts {
            if missing.is_empty() {
                break;
            }
            let folded = fold(text);
            missing.retain(|term| !occurs(term, &folded));
        }
        missing.is_empty()
    }
}

/// Whether a word may begin or end beside this character.
fn is_border(character: Option<char>) -> bool {
    character.is_none_or(|character| !is_part(character) || is_unspaced(character))
}

fn occurs(term: &Term, folded: &str) -> bool {
    let begins = |start: usize| is_border(folded[..start].chars().next_back());
    let ends = |end: usize| is_border(folded[end..].chars().next());
    match term {
        Term::Word(wanted) => folded
            .match_indices(wanted.as_str())
            .any(|(start, word)| begins(start) && ends(start + word.len())),
        Term::Prefix(wanted) => folded
            .match_indices(wanted.as_str())
            .any(|(start, _)| begins(start)),
        Term::Part(wanted) => folded.contains(wanted.as_str()),
    }
}

/// The words of a folded text and where they begin: runs of letters and digits, cut where a script without spaces
/// begins or ends.
fn runs(folded: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = &folded[from..];
        let start = from + rest.find(is_part)?;
        let unspaced = folded[start..].starts_with(is_unspaced);
        let goes_on = |character: char| is_part(character) && is_unspaced(character) == unspaced;
        let word = &folded[start..];
        let word = &word[..word
            .find(|character| !goes_on(character))
            .unwrap_or(word.len())];
        from = start + word.len();
        Some((start, word))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finds(search: &str, text: &str) -> bool {
        Search::parse(search).unwrap().is_in([text])
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        for (search, text) in [
            ("cafe", "Café au lait"),
            ("CAFÉ", "cafe"),
            ("strasse", "Straße 5"),
            ("STRAẞE", "strasse"),
            ("istanbul", "İSTANBUL"),
            ("diyarbakir", "Diyarbakır"),
            ("οδος", "ΟΔΌΣ"),
            ("елка", "Ёлка"),
            ("file", "ﬁle"),
            ("é", "e\u{301}"),
            ("שלום", "שָׁלוֹם"),
            ("হিন্দি", "হিন্দি"),
        ] {
            assert!(finds(search, text), "{search} in {text}");
        }
        assert!(!finds("कि", "की"), "vowel signs are letters");
        assert!(!finds("か", "が"));
    }

    #[test]
    fn words_are_whole_unless_a_star_follows() {
        assert!(!finds("mil", "buy milk"));
        assert!(finds("mil*", "buy milk"));
        assert!(finds("*milk", "buy milk"));
        assert!(!finds("ilk*", "buy milk"));
        assert!(finds("don't", "I don’t know"));
        assert!(finds("o/r#12", "see o/r#12."));
    }

    #[test]
    fn every_word_must_occur_in_any_of_the_texts() {
        let search = Search::parse("milk bread").unwrap();
        assert!(search.is_in(["bread", "milk"]));
        assert!(!search.is_in(["bread", "butter"]));
    }

    #[test]
    fn scripts_without_spaces_are_found_anywhere() {
        assert!(finds("用户", "新用户注册"));
        assert!(finds("户", "新用户注册"));
        assert!(!finds("户用", "新用户注册"));
        assert!(finds("할일", "오늘할일을"));
        assert!(finds("iphone15", "用户iPhone15手机"));
        assert!(finds("カード", "ｶｰﾄﾞを買う"));
    }

    #[test]
    fn what_has_no_letters_is_found_as_it_is_written() {
        assert!(finds("🎉", "party 🎉!"));
        assert!(!finds("🎉", "party"));
        for nothing in ["", " ", "*", "\t*"] {
            assert_eq!(Search::parse(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_word_has_borders_on_both_sides() {
        assert!(finds("aa", "aaa aa"));
        assert!(!finds("aa", "aaa baa aab"));
        assert!(finds("用ab", "用 ab"));
        assert!(finds("ab", "用ab用"));
    }

    proptest! {
        #[test]
        fn folding_one_by_one_is_folding_by_the_rules(
            text in "[\u{0}-\u{530}\u{1e00}-\u{2030}\u{3000}-\u{3100}Σ用户가각]{0,12}",
        ) {
            if let Some(folded) = fold_one_by_one(&text) {
                prop_assert_eq!(folded, fold_by_the_rules(&text));
            }
        }

        #[test]
        fn a_word_is_found_where_the_runs_have_it(text in "[abé用 -]{0,12}", word in "[abé]{1,3}") {
            let folded = fold(&word).into_owned();
            let is_run = runs(&fold(&text)).any(|(_, run)| run == folded);
            prop_assert_eq!(finds(&word, &text), is_run);
        }

        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,20}") {
            let once = fold(&text).into_owned();
            prop_assert_eq!(fold(&once).into_owned(), once);
        }

        #[test]
        fn a_text_is_found_by_its_own_words(text in "\\PC{0,40}") {
            let text = text.replace('*', " ");
            if let Some(search) = Search::parse(&text) {
                prop_assert!(search.is_in([text.as_str()]));
            }
        }
    }
}
