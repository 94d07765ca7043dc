//! Content lines (RFC 5545 §3.1): unfolds long lines, parses parameters, and resolves escapes.

use std::io::BufRead;

use super::super::Broken;
use super::super::foreign::unreadable;
use super::super::lines::Lines;

/// A longer line is cut: mostly it contains a file.
const LONGEST: usize = 64 * 1024;

/// One property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContentLine {
    /// In capitals.
    pub(super) name: String,
    parameters: Vec<(String, String)>,
    pub(super) value: String,
}

impl ContentLine {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut is_quoted = false;
        let mut start = 0;
        let mut value = None;
        for (place, sign) in text.char_indices() {
            match sign {
                '"' => is_quoted = !is_quoted,
                ';' | ':' if !is_quoted => {
                    parts.push(&text[start..place]);
                    start = place + 1;
                    if sign == ':' {
                        value = Some(&text[start..]);
                        break;
                    }
                }
                _ => {}
            }
        }
        let (name, parameters) = parts.split_first()?;
        // A group of vCard, which some programs write, too.
        let name = name.rsplit('.').next().unwrap_or(name).trim();
        if name.is_empty() {
            return None;
        }
        let parameters = parameters.iter().filter_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let value = value.trim().trim_matches('"');
            Some((name.trim().to_ascii_uppercase(), value.to_owned()))
        });
        Some(Self {
            name: name.to_ascii_uppercase(),
            parameters: parameters.collect(),
            value: value?.to_owned(),
        })
    }

    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.name == name && self.value.trim().eq_ignore_ascii_case(value)
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Of a value that is a text (§3.3.11).
    pub(super) fn text(&self) -> String {
        self.texts().join(",")
    }

    /// Of a value that is a list of texts.
    pub(super) fn texts(&self) -> Vec<String> {
        let mut texts = vec![String::new()];
        let mut signs = self.value.chars();
        while let Some(sign) = signs.next() {
            let sign = match sign {
                ',' => {
                    texts.push(String::new());
                    continue;
                }
                '\\' => match signs.next() {
                    Some('n' | 'N') => '\n',
                    Some(other) => other,
                    None => '\\',
                },
                other => other,
            };
            if let Some(text) = texts.last_mut() {
                text.push(sign);
            }
        }
        texts
    }
}

/// Gives one property after the other.
pub(super) struct ContentLines<R> {
    lines: Lines<R>,
    /// The line that the next property begins with, and its number.
    next: Option<(u64, Vec<u8>)>,
    is_over: bool,
}

impl<R: BufRead> ContentLines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            lines: Lines::new(input, LONGEST),
            next: None,
            is_over: false,
        }
    }

    pub(super) fn number(&self) -> u64 {
        self.lines.number().max(1)
    }

    /// With the number of its first line.
    pub(super) fn next(&mut self) -> Result<Option<(u64, ContentLine)>, Broken> {
        loop {
            let Some((number, folded)) = self.unfolded()? else {
                return Ok(None);
            };
            // Where it was cut, a character may be in two.
            let is_cut = folded.len() >= LONGEST;
            let text = match String::from_utf8(folded) {
                Ok(text) => text,
                Err(error) if is_cut => String::from_utf8_lossy(error.as_bytes()).into_owned(),
                Err(_) => return Err(unreadable(number, "is not valid UTF-8")),
            };
            if text.trim().is_empty() {
                continue;
            }
            return match ContentLine::parse(&text) {
                Some(line) => Ok(Some((number, line))),
                None => Err(unreadable(number, "is no content line of iCalendar")),
            };
        }
    }

    fn unfolded(&mut self) -> Result<Option<(u64, Vec<u8>)>, Broken> {
        let mut whole = self.next.take();
        while !self.is_over {
            let Some(line) = self.lines.next().map_err(Broken::Lost)? else {
                self.is_over = true;
                break;
            };
            let (number, line) = (line.number, line.bytes);
            let rest = line.strip_prefix(b" ").or_else(|| line.strip_prefix(b"\t"));
            match (&mut whole, rest) {
                (Some((_, whole)), Some(rest)) => {
                    let room = LONGEST.saturating_sub(whole.len());
                    whole.extend_from_slice(&rest[..rest.len().min(room)]);
                }
                (Some(_), None) => {
                    self.next = Some((number, line.to_vec()));
                    return Ok(whole);
                }
                (None, _) => whole = Some((number, line.to_vec())),
            }
        }
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(u64, ContentLine)> {
        let mut lines = ContentLines::new(text.as_bytes());
        std::iter::from_fn(|| lines.next().unwrap()).collect()
    }

    #[test]
    fn lines_are_unfolded_also_within_a_character() {
        let all = lines("SUMMARY:one\r\n two\r\n\t three\r\n\r\nDUE;TZID=\"a:b;c\";X=y:2026\n");
        assert_eq!(all[0].1.text(), "onetwo three");
        assert_eq!((all[1].0, all[1].1.parameter("TZID")), (5, Some("a:b;c")));
        assert_eq!(all[1].1.value, "2026");
        let mut folded = b"SUMMARY:caf\xc3\r\n \xa9\r\n".to_vec();
        let mut lines = ContentLines::new(folded.as_slice());
        assert_eq!(lines.next().unwrap().unwrap().1.text(), "café");
        folded.truncate(12);
        assert!(ContentLines::new(folded.as_slice()).next().is_err());
    }

    #[test]
    fn texts_are_unescaped() {
        let (_, line) = lines("CATEGORIES:a\\,b,c\\;\\\\d\\nE,\n").remove(0);
        assert_eq!(line.texts(), ["a,b", "c;\\d\nE", ""]);
    }

    #[test]
    fn a_line_is_never_longer_than_it_may_be() {
        let long = format!(
            "ATTACH:{}\r\n {}\r\nUID:1\r\n",
            "x".repeat(100_000),
            "é".repeat(50_000)
        );
        let all = lines(&long);
        assert_eq!(all[0].1.value.len() + "ATTACH:".len(), LONGEST);
        assert_eq!(all[1].1.value, "1");
    }
}
