//! Whether a command has printed what a document shows: letter by letter, but for `…`, and for words that are other ones
//! each time.

use std::collections::HashMap;

use uuid::Uuid;

/// Whether this is what was shown.
pub(super) fn matches(shown: &str, actual: &str, short: bool) -> bool {
    let mut actual = actual.trim_end().to_owned();
    if shown.contains("SQLite") {
        // The guides show one engine, and are followed on both.
        actual = actual.replace("PostgreSQL", "SQLite");
    }
    let (shown, actual) = (mask(shown, short).0, mask(&actual, short).0);
    let mut pieces = shown.trim_end().split('…').peekable();
    let mut rest = &*actual;
    let Some(after) = pieces.next().and_then(|piece| rest.strip_prefix(piece)) else {
        return false;
    };
    if pieces.peek().is_none() {
        return after.is_empty();
    }
    rest = after;
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some((_, after)) = rest.split_once(piece) else {
            return false;
        };
        rest = after;
    }
    true
}

/// What is another one each time, by the kind of word; `None` for all others.
fn kind(word: &str, short: bool) -> Option<&'static str> {
    let all = |is_it: fn(u8) -> bool| word.bytes().all(is_it);
    let any = |is_it: fn(&u8) -> bool| word.as_bytes().iter().any(is_it);
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_time = || word.len() == 27 && word.parse::<jiff::Timestamp>().is_ok();
    match word.len() {
        36 if Uuid::try_parse(word).is_ok() => Some("{id}"),
        6 if short && all(is_hex) => Some("{short id}"),
        27 if is_time() => Some("{time}"),
        _ if word.starts_with("eyJ") => Some("{token}"),
        // Where a task or a list stands that nobody has moved: made of the time.
        10 if word.starts_with('i')
            && word.bytes().all(|it| it.is_ascii_alphanumeric())
            && any(u8::is_ascii_digit)
            && any(u8::is_ascii_uppercase) =>
        {
            Some("{order}")
        }
        // Of a list: the first part is the account's.
        _ if is_list_tag(word) => Some("{tag}"),
        // Cursors, tickets, ids of Better Auth.
        32.. if all(is_base64) && any(u8::is_ascii_uppercase) && any(u8::is_ascii_lowercase) => {
            Some("{opaque}")
        }
        _ => None,
    }
}

fn is_list_tag(word: &str) -> bool {
    let parts: Vec<_> = word.split('-').collect();
    let is_hex = |part: &str| part.bytes().all(|it| it.is_ascii_hexdigit());
    matches!(&parts[..], [epoch, number, query] if (8..=16).contains(&epoch.len()) && is_hex(epoch)
        && number.parse::<u64>().is_ok() && is_hex(query))
}

/// The text with each such word as its kind, and these words.
fn mask(text: &str, short: bool) -> (String, Vec<String>) {
    let is_word = |sign: char| sign.is_ascii_alphanumeric() || "-_.:".contains(sign);
    let (mut masked, mut words) = (String::new(), Vec::new());
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.find(|sign| !is_word(sign)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        match kind(word, short) {
            Some(kind) => {
                masked += kind;
                words.push(word.to_owned());
            }
            None => masked += word,
        }
        let next = after.chars().next().map_or(0, char::len_utf8);
        masked += &after[..next];
        rest = &after[next..];
    }
    (masked, words)
}

/// What the document's ids, times and the like are here.
#[derive(Default)]
pub(super) struct Names {
    pub(super) ours: HashMap<String, String>,
    theirs: HashMap<String, String>,
}

impl Names {
    /// Whether what is the same in the document is the same here, and the other way. Where something is left out of the
    /// document, that cannot be said.
    pub(super) fn fit(&mut self, shown: &str, actual: &str, short: bool) -> bool {
        if shown.contains('…') {
            return true;
        }
        let (theirs, ours) = (mask(shown, short).1, mask(actual, short).1);
        theirs.iter().zip(&ours).all(|(theirs, ours)| {
            let known = self
                .ours
                .entry(theirs.clone())
                .or_insert_with(|| ours.clone());
            let same = known == ours;
            let known = self
                .theirs
                .entry(ours.clone())
                .or_insert_with(|| theirs.clone());
            same && known == theirs
        })
    }

    pub(super) fn translate(&self, text: &str) -> String {
        // A long one may begin as a short one does.
        let mut known: Vec<_> = self.ours.iter().collect();
        known.sort_by_key(|(theirs, _)| std::cmp::Reverse(theirs.len()));
        let put = |text: String, (theirs, ours): (&String, &String)| text.replace(theirs, ours);
        known.into_iter().fold(text.to_owned(), put)
    }
}

/// Keeps the helper honest that all guides rely on.
#[test]
fn a_guide_that_lies_is_noticed() {
    let id = "01a2074b-9860-76b4-b217-8e53a6d6a943";
    let other = "7b0c3d1e-6f0a-4b57-9f0e-2f1f3c1d5a10";
    let (time, later) = ("2026-11-23T07:25:24.448926Z", "2026-11-23T07:25:25.000000Z");
    let same = |shown: &str, actual: &str| matches(shown, actual, false);
    assert!(same(
        &format!("{{\"id\":\"{id}\",{time}}}"),
        &format!("{{\"id\":\"{other}\",{later}}}\n")
    ));
    assert!(same("{…\"a\":1,…}", "{\"b\":2,\"a\":1,\"c\":3}"));
    assert!(same(
        "Bearer eyJhbGci…' -d",
        "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x-_y' -d"
    ));
    assert!(same("ready (SQLite)…", "ready (PostgreSQL)\nmore\n"));
    for (shown, actual) in [
        ("{\"a\":1}", "{\"a\":2}"),
        ("{\"a\":1}", "{\"a\":1}}"),
        ("", "more"),
        ("a…c", "a b"),
        ("a…c", "b a c"),
        ("{…\"a\":1,…}", "{\"a\":1}"),
        ("ready (PostgreSQL)", "ready (SQLite)"),
        (id, "01a2074b"),
        (time, "2026-11-23T07:25:24Z"),
    ] {
        assert!(!same(shown, actual), "{shown} {actual}");
    }
    let mut names = Names::default();
    assert!(names.fit(id, other, false) && names.fit(id, other, false));
    assert!(!names.fit(id, id, false), "one that is two");
    assert!(!names.fit(other, other, false), "two that are one");
}
