//! Spans of time as people write them: `90s`, `15m`, `1h`, `7d`.

use std::time::Duration;

/// Reads a whole number and a unit of `s`, `m`, `h`, `d` or `w`; `None` for anything else, and for nothing at all.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let unit = text.chars().next_back()?;
    let number: u64 = text[..text.len() - unit.len_utf8()]
        .trim_end()
        .parse()
        .ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let seconds = number.checked_mul(seconds).filter(|seconds| *seconds > 0)?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_are_a_span_of_time() {
        for (text, seconds) in [
            ("90s", 90),
            ("15m", 900),
            ("1h", 3600),
            (" 7 d ", 604_800),
            ("1w", 604_800),
        ] {
            assert_eq!(
                parse_duration(text),
                Some(Duration::from_secs(seconds)),
                "{text}"
            );
        }
        for text in [
            "",
            "7",
            "d",
            "0s",
            "-1h",
            "1.5h",
            "1 year",
            "99999999999999999999d",
            "9999999999999999999d",
            "5ü",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
