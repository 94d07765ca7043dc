//! Days and moments: how the dates of a task are compared with those of a filter. Dates are not stored as instants: the
//! zone of the query decides.

use std::cmp::Ordering;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

use crate::domain::Timestamp;

/// A date of a task, as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskDate<'a> {
    /// A day, in any zone.
    Date(Date),
    /// A local time, in any zone.
    Local(DateTime),
    /// A local time in this zone of the IANA database.
    Zoned(DateTime, &'a str),
}

impl TaskDate<'_> {
    /// The wall clock as written, by which dates are sorted: a date comes before the times of its day.
    pub fn wall(&self) -> (Date, Option<Time>) {
        match self {
            Self::Date(date) => (*date, None),
            Self::Local(local) | Self::Zoned(local, _) => (local.date(), Some(local.time())),
        }
    }
}

/// When and where a filter is evaluated: what `now()` is, and in which zone days begin.
#[derive(Clone, Debug)]
pub struct Moment {
    now: Timestamp,
    zone: TimeZone,
}

impl Moment {
    /// `None` where the database of zones does not know the name.
    pub fn new(now: Timestamp, zone: &str) -> Option<Self> {
        let zone = TimeZone::get(zone).ok().filter(|zone| !zone.is_unknown())?;
        Some(Self { now, zone })
    }

    pub fn utc(now: Timestamp) -> Self {
        Self {
            now,
            zone: TimeZone::UTC,
        }
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The day that it is in the zone.
    pub fn today(&self) -> Date {
        let now = jiff::Timestamp::from_microsecond(self.now.as_micros());
        now.map_or(Date::MAX, |now| self.zone.to_datetime(now).date())
    }
}

/// The instant of a wall clock: a time that a zone leaves out moves forward by what was left out, and of one that
/// occurs twice the first is meant.
fn instant(local: DateTime, zone: &TimeZone) -> i64 {
    zone.to_ambiguous_timestamp(local)
        .compatible()
        .map_or(i64::MAX, jiff::Timestamp::as_microsecond)
}

fn start_of(date: Date, zone: &TimeZone) -> i64 {
    instant(date.to_datetime(Time::midnight()), zone)
}

fn start_of_next(date: Date, zone: &TimeZone) -> i64 {
    date.tomorrow()
        .map_or(i64::MAX, |next| start_of(next, zone))
}

/// What a filter compares dates with, before the moment and the zone are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) base: Base,
    /// Days are added to a day, and 24 hours for each to a moment.
    pub(super) days: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Today,
    Now,
    Day(Date),
    Instant(i64),
    /// A wall clock in the zone in which the filter is asked.
    Local(DateTime),
}

/// What a filter compares dates with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Point {
    /// A day, when it begins and when it is over.
    Day {
        date: Date,
        start: i64,
        end: i64,
    },
    Instant(i64),
}

const DAY: i64 = 86_400_000_000;

impl Target {
    pub(super) fn at(self, moment: &Moment) -> Point {
        let instant_of = |micros: i64| {
            Point::Instant(micros.saturating_add(i64::from(self.days).saturating_mul(DAY)))
        };
        match self.base {
            Base::Today => self.day(moment.today(), moment),
            Base::Day(date) => self.day(date, moment),
            Base::Now => instant_of(moment.now.as_micros()),
            Base::Instant(micros) => instant_of(micros),
            Base::Local(local) => instant_of(instant(local, &moment.zone)),
        }
    }

    fn day(self, date: Date, moment: &Moment) -> Point {
        let date = date
            .saturating_add(Span::new().days(self.days))
            .clamp(Date::constant(1, 1, 1), Date::MAX);
        Point::Day {
            date,
            start: start_of(date, &moment.zone),
            end: start_of_next(date, &moment.zone),
        }
    }
}

impl Point {
    /// How an instant compares with it: against a day only the day counts.
    pub(super) fn order_of_instant(self, micros: i64) -> Ordering {
        match self {
            Self::Instant(point) => micros.cmp(&point),
            Self::Day { start, .. } if micros < start => Ordering::Less,
            Self::Day { end, .. } if micros >= end => Ordering::Greater,
            Self::Day { .. } => Ordering::Equal,
        }
    }

    /// How a date of a task compares with it: against a moment a date stands for the end of its day.
    pub(super) fn order_of(self, when: &TaskDate<'_>, zone: &TimeZone) -> Ordering {
        match (self, when) {
            (Self::Day { date, .. }, TaskDate::Date(own)) => own.cmp(&date),
            (Self::Day { date, .. }, TaskDate::Local(local)) => local.date().cmp(&date),
            (Self::Instant(point), TaskDate::Date(own)) => {
                start_of_next(*own, zone).saturating_sub(1).cmp(&point)
            }
            (Self::Instant(point), TaskDate::Local(local)) => instant(*local, zone).cmp(&point),
            (_, TaskDate::Zoned(local, name)) => {
                // A zone that is not known any more is UTC: some answer, and the same one everywhere.
                let own = TimeZone::get(name).unwrap_or(TimeZone::UTC);
                self.order_of_instant(instant(*local, &own))
            }
        }
    }

    /// The wall clocks, as texts that sort, between which all dates lie that are equal to it. A wall clock is at most
    /// 26 hours away from that of another zone.
    pub(super) fn walls(self) -> (String, String) {
        let (first, last) = match self {
            Self::Day { date, .. } => {
                let start = date.to_datetime(Time::midnight());
                (start, start.saturating_add(1.day()))
            }
            Self::Instant(micros) => {
                let utc = jiff::Timestamp::from_microsecond(micros)
                    .map_or(DateTime::MAX, |instant| TimeZone::UTC.to_datetime(instant));
                (utc, utc)
            }
        };
        let first = first.saturating_sub(26.hours()).date();
        let last = last.saturating_add(26.hours());
        // The day alone, because a date stands before the times of its day.
        (
            first.to_string(),
            last.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        )
    }
}

impl Moment {
    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

/// A day or a moment as it is written in a filter: `2026-12-01`, `2026-12-01T09:00`, with seconds and their fraction,
/// with `Z` or an offset.
pub(super) fn read(text: &str) -> Option<Base> {
    let (date, rest) = text.split_at_checked(10)?;
    let date = read_date(date)?;
    let Some(rest) = rest.strip_prefix('T') else {
        return rest.is_empty().then_some(Base::Day(date));
    };
    let (time, offset) = match rest.find(['Z', '+', '-']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let local = date.to_datetime(read_time(time)?);
    if offset.is_empty() {
        return Some(Base::Local(local));
    }
    let minutes = read_offset(offset)?;
    let utc = instant(local, &TimeZone::UTC);
    Some(Base::Instant(utc - minutes * 60_000_000))
}

/// A number of exactly this many digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    let fits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn read_date(text: &str) -> Option<Date> {
    let [year, month, day] = three(text.split('-'))?;
    let small = |text| i8::try_from(number(text, 2)?).ok();
    let year = i16::try_from(number(year, 4)?)
        .ok()
        .filter(|year| *year > 0)?;
    Date::new(year, small(month)?, small(day)?).ok()
}

fn three<'a>(mut parts: impl Iterator<Item = &'a str>) -> Option<[&'a str; 3]> {
    let found = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(found)
}

fn read_time(text: &str) -> Option<Time> {
    let (time, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if fraction.is_empty() || fraction.len() > 6 || (text.contains('.') && time.len() != 8) {
        return None;
    }
    let micros = number(&format!("{fraction:0<6}"), 6)?;
    let full = if time.len() == 5 {
        format!("{time}:00")
    } else {
        time.to_owned()
    };
    let [hour, minute, second] = three(full.split(':'))?;
    let small = |text| i8::try_from(number(text, 2)?).ok();
    let nanos = i32::try_from(micros).ok()? * 1000;
    Time::new(small(hour)?, small(minute)?, small(second)?, nanos).ok()
}

/// Minutes east of UTC.
fn read_offset(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    let valid = hours < 24 && minutes < 60;
    let east = i64::from(hours * 60 + minutes);
    valid.then_some(if text.starts_with('-') { -east } else { east })
}
