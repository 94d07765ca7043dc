//! A parsed rule, and its normal form: one text for all spellings.

use std::fmt;

use jiff::civil::{Date, DateTime};

use crate::error::Mistake;
use crate::parse;

/// Days of the week as they are written, Monday first.
pub(crate) const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

impl Frequency {
    pub(crate) const ALL: [(&str, Self); 4] = [
        ("DAILY", Self::Daily),
        ("WEEKLY", Self::Weekly),
        ("MONTHLY", Self::Monthly),
        ("YEARLY", Self::Yearly),
    ];
}

/// A weekday, every one or the nth of a month or a year, counted from its end if negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NthDay {
    /// 0: every one.
    pub nth: i16,
    /// From 0, Monday.
    pub weekday: u8,
}

/// The last day or moment that a rule may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// `20261231`
    Day(Date),
    /// `20261231T090000`, on the clock of the occurrences.
    Local(DateTime),
    /// `20261231T080000Z`, in UTC.
    Utc(DateTime),
}

/// A rule of RFC 5545, with days as its shortest periods. It does not say when it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(crate) frequency: Frequency,
    pub(crate) interval: i32,
    pub(crate) count: Option<u32>,
    pub(crate) until: Option<Until>,
    /// Lists are sorted, have nothing twice, and are empty where the rule has no such part.
    pub(crate) months: Vec<i16>,
    pub(crate) week_numbers: Vec<i16>,
    pub(crate) year_days: Vec<i16>,
    pub(crate) month_days: Vec<i16>,
    pub(crate) days: Vec<NthDay>,
    pub(crate) positions: Vec<i16>,
    pub(crate) week_start: u8,
}

impl Rule {
    /// Parses a rule, with or without `RRULE:` before it.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        parse::rule(text)
    }

    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// How many occurrences there are, including the first one and those that are excluded.
    pub fn count(&self) -> Option<u32> {
        self.count
    }

    /// The same rule without `COUNT`, for a caller that counts by itself.
    #[must_use]
    pub fn without_count(&self) -> Self {
        Self {
            count: None,
            ..self.clone()
        }
    }

    pub fn until(&self) -> Option<Until> {
        self.until
    }
}

/// The rule in its normal form: parts in a fixed order, without default values.
impl fmt::Display for Rule {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, _) = Frequency::ALL[self.frequency as usize];
        write!(to, "FREQ={name}")?;
        if let Some(until) = self.until {
            write!(to, ";UNTIL={until}")?;
        }
        if let Some(count) = self.count {
            write!(to, ";COUNT={count}")?;
        }
        if self.interval != 1 {
            write!(to, ";INTERVAL={}", self.interval)?;
        }
        write_list(to, "BYMONTH", &numbers(&self.months))?;
        write_list(to, "BYWEEKNO", &numbers(&self.week_numbers))?;
        write_list(to, "BYYEARDAY", &numbers(&self.year_days))?;
        write_list(to, "BYMONTHDAY", &numbers(&self.month_days))?;
        write_list(to, "BYDAY", &from_the_end_last(&self.days, |day| day.nth))?;
        write_list(to, "BYSETPOS", &numbers(&self.positions))?;
        if self.week_start != 0 {
            let day = WEEKDAYS[usize::from(self.week_start)];
            write!(to, ";WKST={day}")?;
        }
        Ok(())
    }
}

fn numbers(list: &[i16]) -> Vec<i16> {
    from_the_end_last(list, |number| *number)
}

/// As people write it: numbers from the end come last.
fn from_the_end_last<T: Copy + Ord>(list: &[T], number: fn(&T) -> i16) -> Vec<T> {
    let mut list = list.to_vec();
    list.sort_by_key(|item| (number(item) < 0, *item));
    list
}

fn write_list<T: fmt::Display>(to: &mut fmt::Formatter<'_>, name: &str, list: &[T]) -> fmt::Result {
    for (place, item) in list.iter().enumerate() {
        match place {
            0 => write!(to, ";{name}={item}")?,
            _ => write!(to, ",{item}")?,
        }
    }
    Ok(())
}

impl fmt::Display for NthDay {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nth != 0 {
            write!(to, "{}", self.nth)?;
        }
        to.write_str(WEEKDAYS[usize::from(self.weekday)])
    }
}

impl fmt::Display for Until {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(date) => write_date(to, *date),
            Self::Local(time) => write_time(to, *time),
            Self::Utc(time) => {
                write_time(to, *time)?;
                to.write_str("Z")
            }
        }
    }
}

fn write_date(to: &mut fmt::Formatter<'_>, date: Date) -> fmt::Result {
    let (year, month, day) = (date.year(), date.month(), date.day());
    write!(to, "{year:04}{month:02}{day:02}")
}

fn write_time(to: &mut fmt::Formatter<'_>, time: DateTime) -> fmt::Result {
    write_date(to, time.date())?;
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    write!(to, "T{hour:02}{minute:02}{second:02}")
}
