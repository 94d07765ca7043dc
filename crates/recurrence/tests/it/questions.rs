//! What is asked of this crate and of others alike: the first days of a rule.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use tickbox_recurrence::{Fault, Rule, Series, Start};

/// `…Z` is a time in UTC, and other times are those of a zone, or none's.
pub(crate) fn start(text: &str, zone: Option<&TimeZone>) -> Start {
    let time = |text: &str| text.parse::<DateTime>().unwrap();
    match (text.strip_suffix('Z'), zone) {
        (Some(utc), _) => Start::Zoned(time(utc), TimeZone::UTC),
        (None, Some(zone)) if text.contains('T') => Start::Zoned(time(text), zone.clone()),
        (None, _) if text.contains('T') => Start::Local(time(text)),
        _ => Start::Day(text.parse().unwrap()),
    }
}

/// The first days of a rule as others give them: without the first one if it does not obey, and then that does not count.
pub(crate) fn first(
    text: &str,
    start: &Start,
    first_obeys: bool,
    most: usize,
) -> Result<Vec<Date>, Fault> {
    let mut text = text.to_owned();
    if let (Some((before, after)), false) = (text.split_once("COUNT="), first_obeys) {
        let (count, rest) = after.split_once(';').unwrap_or((after, ""));
        let count: u32 = count.parse().unwrap();
        text = format!("{before}COUNT={};{rest}", count + 1);
    }
    let rule = Rule::parse(&text).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
    let mut days = Series::new(&rule, start, &[])?.first(most + 1)?;
    if !first_obeys {
        days.remove(0);
    }
    days.truncate(most);
    Ok(days)
}

/// A number of the environment.
pub(crate) fn setting(name: &str) -> Option<u64> {
    let text = std::env::var_os(name)?;
    Some(text.to_str().unwrap().parse().unwrap())
}
