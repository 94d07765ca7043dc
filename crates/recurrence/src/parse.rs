//! Reads a rule and refuses what RFC 5545 does not allow, or this crate does not do, each with the name of the part.

use jiff::civil::{Date, DateTime, Time};

use crate::error::Mistake;
use crate::rule::{Frequency, NthDay, Rule, Until, WEEKDAYS};

/// In bytes: room for every rule that a person would write, and for many days of a year.
const LONGEST: usize = 1000;
const MOST_INTERVAL: u32 = 9_999;
const MOST_COUNT: u32 = 9_999;
/// How much of an unknown name an error repeats.
const SHOWN: usize = 20;

const NAMES: [&str; 11] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYMONTH",
    "BYWEEKNO",
    "BYYEARDAY",
    "BYMONTHDAY",
    "BYDAY",
    "BYSETPOS",
    "WKST",
];
/// Parts of RFC 5545 that say at which times of a day.
const CLOCK: [&str; 3] = ["BYHOUR", "BYMINUTE", "BYSECOND"];
const DAYS: &str =
    "days of the week such as MO, or with a number from 1 to 53 as in 2MO, from the end as in -1FR";
const UNTIL: &str = "a day such as 20261231, or a time such as 20261231T090000 or 20261231T080000Z";

pub(crate) fn rule(text: &str) -> Result<Rule, Mistake> {
    if text.len() > LONGEST {
        let expected = format!("at most {LONGEST} bytes");
        return Err(Mistake::new("rule", expected));
    }
    let parts = Parts::split(text)?;
    let rule = Rule {
        frequency: frequency(&parts)?,
        interval: number(&parts, "INTERVAL", MOST_INTERVAL)?.map_or(1, u32::cast_signed),
        count: number(&parts, "COUNT", MOST_COUNT)?,
        until: until(&parts)?,
        months: numbers(&parts, "BYMONTH", 12, Sign::Plus)?,
        week_numbers: numbers(&parts, "BYWEEKNO", 53, Sign::Any)?,
        year_days: numbers(&parts, "BYYEARDAY", 366, Sign::Any)?,
        month_days: numbers(&parts, "BYMONTHDAY", 31, Sign::Any)?,
        days: days(&parts)?,
        positions: numbers(&parts, "BYSETPOS", 366, Sign::Any)?,
        week_start: week_start(&parts)?,
    };
    check(&rule)?;
    Ok(rule)
}

/// The values of the parts, by the index of the part's name.
struct Parts([Option<String>; NAMES.len()]);

impl Parts {
    fn split(text: &str) -> Result<Self, Mistake> {
        let text = text.trim_ascii().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        // Google Calendar writes one at the end.
        let text = text.strip_suffix(';').unwrap_or(text);
        let mut parts = Self(Default::default());
        if text.is_empty() {
            return Ok(parts);
        }
        for part in text.split(';') {
            let shown = |text: &str| text.chars().take(SHOWN).collect::<String>();
            let Some((name, value)) = part.split_once('=') else {
                let expected = "a name and a value, such as INTERVAL=2";
                return Err(Mistake::new(shown(part), expected));
            };
            if CLOCK.contains(&name) {
                let expected = "no such part: every time has the time of day of the first one";
                return Err(Mistake::new(name, expected));
            }
            let Some(place) = NAMES.iter().position(|known| *known == name) else {
                let (last, others) = (NAMES[NAMES.len() - 1], &NAMES[..NAMES.len() - 1]);
                let expected = format!("one of {} or {last}", others.join(", "));
                return Err(Mistake::new(shown(name), expected));
            };
            if parts.0[place].replace(value.to_owned()).is_some() {
                return Err(Mistake::new(name, "only one part of this name"));
            }
        }
        Ok(parts)
    }

    fn get(&self, name: &str) -> Option<&str> {
        let place = NAMES.iter().position(|known| *known == name)?;
        self.0[place].as_deref()
    }
}

fn frequency(parts: &Parts) -> Result<Frequency, Mistake> {
    let value = parts.get("FREQ");
    let known = Frequency::ALL
        .into_iter()
        .find(|(name, _)| Some(*name) == value);
    let expected = "DAILY, WEEKLY, MONTHLY or YEARLY";
    known
        .map(|(_, frequency)| frequency)
        .ok_or_else(|| Mistake::new("FREQ", expected))
}

/// Only digits, of a number from 1 to `most`.
fn positive(text: &str, most: u32) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits)?;
    (1..=most).contains(&number).then_some(number)
}

fn number(parts: &Parts, name: &str, most: u32) -> Result<Option<u32>, Mistake> {
    let read = |text| {
        let expected = || format!("a number from 1 to {most}");
        positive(text, most).ok_or_else(|| Mistake::new(name, expected()))
    };
    parts.get(name).map(read).transpose()
}

#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Plus,
    Any,
}

/// A number, perhaps with its sign.
fn signed(text: &str, most: u32) -> Option<i16> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let number = i16::try_from(positive(digits, most)?).ok()?;
    Some(if text.starts_with('-') {
        -number
    } else {
        number
    })
}

fn numbers(parts: &Parts, name: &str, most: u32, sign: Sign) -> Result<Vec<i16>, Mistake> {
    let Some(value) = parts.get(name) else {
        return Ok(Vec::new());
    };
    let read = |text| match sign {
        Sign::Plus => positive(text, most).and_then(|number| i16::try_from(number).ok()),
        Sign::Any => signed(text, most),
    };
    let list = value.split(',').map(read).collect::<Option<Vec<_>>>();
    let expected = || match sign {
        Sign::Plus => format!("numbers from 1 to {most}"),
        Sign::Any => format!("numbers from 1 to {most}, or from the end, -1 to -{most}"),
    };
    let list = list.ok_or_else(|| Mistake::new(name, expected()))?;
    Ok(sorted(list))
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list.dedup();
    list
}

fn weekday(name: &str) -> Option<u8> {
    let place = WEEKDAYS.iter().position(|known| *known == name)?;
    u8::try_from(place).ok()
}

fn days(parts: &Parts) -> Result<Vec<NthDay>, Mistake> {
    let Some(value) = parts.get("BYDAY") else {
        return Ok(Vec::new());
    };
    let read = |text: &str| {
        let (nth, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
        let nth = match nth {
            "" => 0,
            nth => signed(nth, 53)?,
        };
        let weekday = weekday(name)?;
        Some(NthDay { nth, weekday })
    };
    let list = value.split(',').map(read).collect::<Option<Vec<_>>>();
    list.map(sorted).ok_or_else(|| Mistake::new("BYDAY", DAYS))
}

fn week_start(parts: &Parts) -> Result<u8, Mistake> {
    let read = |name| weekday(name).ok_or_else(|| Mistake::new("WKST", "a day such as MO"));
    parts.get("WKST").map_or(Ok(0), read)
}

fn until(parts: &Parts) -> Result<Option<Until>, Mistake> {
    let read = |text| read_until(text).ok_or_else(|| Mistake::new("UNTIL", UNTIL));
    parts.get("UNTIL").map(read).transpose()
}

fn read_until(text: &str) -> Option<Until> {
    let Some((date, clock)) = text.split_once('T') else {
        return read_date(text).map(Until::Day);
    };
    let (digits, in_utc) = match clock.strip_suffix('Z') {
        Some(digits) => (digits, true),
        None => (clock, false),
    };
    let [hour, minute, second] = pieces(digits, [2, 2, 2])?;
    let field = |number| i8::try_from(number).ok();
    // RFC 5545 has leap seconds, and the calendar has none.
    let second = second.min(59);
    let time = Time::new(field(hour)?, field(minute)?, field(second)?, 0).ok()?;
    let time = DateTime::from_parts(read_date(date)?, time);
    Some(if in_utc {
        Until::Utc(time)
    } else {
        Until::Local(time)
    })
}

fn read_date(text: &str) -> Option<Date> {
    let [year, month, day] = pieces(text, [4, 2, 2])?;
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(year, month, day)
        .ok()
        .filter(|date| date.year() > 0)
}

/// Numbers with the given counts of digits, and nothing else.
fn pieces<const N: usize>(text: &str, lengths: [usize; N]) -> Option<[i16; N]> {
    let is_whole = text.len() == lengths.iter().sum::<usize>();
    if !is_whole || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut rest = text;
    let mut numbers = [0; N];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let (piece, others) = rest.split_at(length);
        (*number, rest) = (piece.parse().ok()?, others);
    }
    Some(numbers)
}

/// Combinations of valid parts that RFC 5545 forbids.
fn check(rule: &Rule) -> Result<(), Mistake> {
    use Frequency::{Monthly, Weekly, Yearly};
    let has_nth = rule.days.iter().any(|day| day.nth != 0);
    let has_list = [
        &rule.months,
        &rule.week_numbers,
        &rule.year_days,
        &rule.month_days,
    ]
    .iter()
    .any(|list| !list.is_empty());
    let forbidden = [
        (
            rule.count.is_some() && rule.until.is_some(),
            ("UNTIL", "no COUNT beside it"),
        ),
        (
            !rule.week_numbers.is_empty() && rule.frequency != Yearly,
            ("BYWEEKNO", "FREQ=YEARLY beside it"),
        ),
        (
            !rule.year_days.is_empty() && rule.frequency != Yearly,
            ("BYYEARDAY", "FREQ=YEARLY beside it"),
        ),
        (
            !rule.month_days.is_empty() && rule.frequency == Weekly,
            ("BYMONTHDAY", "another FREQ than WEEKLY beside it"),
        ),
        (
            has_nth && !matches!(rule.frequency, Monthly | Yearly),
            (
                "BYDAY",
                "days without a number, unless FREQ is MONTHLY or YEARLY",
            ),
        ),
        (
            has_nth && !rule.week_numbers.is_empty(),
            ("BYDAY", "days without a number beside BYWEEKNO"),
        ),
        (
            !rule.positions.is_empty() && !has_list && rule.days.is_empty(),
            ("BYSETPOS", "another BY part beside it"),
        ),
    ];
    match forbidden.into_iter().find(|(is_there, _)| *is_there) {
        Some((_, (part, expected))) => Err(Mistake::new(part, expected)),
        None => Ok(()),
    }
}
