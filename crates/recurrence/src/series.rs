//! A rule with its first occurrence: the days on which something is due.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::days::{self, Day};
use crate::error::Fault;
use crate::pattern::Pattern;
use crate::rule::{Rule, Until};
use crate::walk::{MOST_WORK, Walk};

/// The first occurrence.
#[derive(Clone, Debug)]
pub enum Start {
    /// A day.
    Day(Date),
    /// A floating time: the local time, in whichever zone.
    Local(DateTime),
    /// A time in a zone. A time that does not exist because clocks are put forward moves forward with them; where
    /// clocks are put back, the first of the two is meant.
    Zoned(DateTime, TimeZone),
}

impl Start {
    pub fn date(&self) -> Date {
        match self {
            Self::Day(date) => *date,
            Self::Local(time) | Self::Zoned(time, _) => time.date(),
        }
    }

    /// The last day whose occurrence is not after the rule's `UNTIL`.
    fn last(&self, until: Until) -> Day {
        let by_clock = |end: DateTime, own: DateTime| {
            let is_over = own.time() > end.time();
            days::from_date(end.date()) - Day::from(is_over)
        };
        match (until, self) {
            (Until::Day(date), _) => days::from_date(date),
            (Until::Local(end) | Until::Utc(end), Self::Day(_)) => days::from_date(end.date()),
            (Until::Local(end), Self::Local(own) | Self::Zoned(own, _))
            | (Until::Utc(end), Self::Local(own)) => by_clock(end, *own),
            // Instants end with the calendar, a day before its days do.
            (Until::Utc(end), Self::Zoned(own, _))
                if days::from_date(end.date()) >= days::LAST - 1 =>
            {
                by_clock(end, *own)
            }
            (Until::Utc(end), Self::Zoned(own, zone)) => {
                let end_of = |zone: &TimeZone, time: DateTime| {
                    zone.to_ambiguous_timestamp(time).compatible().ok()
                };
                let (day, end) = (days::from_date(end.date()), end_of(&TimeZone::UTC, end));
                let is_in_time = |day: &Day| {
                    let instant = days::to_date(*day)
                        .and_then(|date| end_of(zone, date.to_datetime(own.time())));
                    instant.is_some_and(|instant| Some(instant) <= end)
                };
                // No zone differs from UTC by more than a day and some hours.
                let nearest = (day - 2..=day + 2).rev().find(is_in_time);
                nearest.unwrap_or(day - 3)
            }
        }
    }
}

/// The occurrences of a rule, as days: each has the time of day of the first.
pub struct Series {
    pattern: Pattern,
    start: Day,
    last: Day,
    /// Sorted.
    excluded: Vec<Day>,
}

impl Series {
    /// Fails if a rule has no day after the first occurrence, unless its own `COUNT` or `UNTIL` is the reason.
    pub fn new(rule: &Rule, start: &Start, excluded: &[Date]) -> Result<Self, Fault> {
        let first = days::from_date(start.date());
        let mut series = Self {
            pattern: Pattern::new(rule, first),
            start: first,
            last: days::LAST,
            excluded: Vec::new(),
        };
        let Some(second) = series.walk(first + 1, 1)?.pop() else {
            return Err(Fault::NeverHappens);
        };
        if let Some(until) = rule.until {
            series.last = start.last(until).min(days::LAST);
        }
        if let Some(count) = rule.count {
            series.last = series.last_of(count, second)?;
        }
        if series.last < first {
            return Err(Fault::EndsBeforeStart);
        }
        // Only now, because `COUNT` includes them.
        series.excluded = excluded.iter().copied().map(days::from_date).collect();
        series.excluded.sort_unstable();
        Ok(series)
    }

    /// The first occurrence after a day.
    pub fn next_after(&self, date: Date) -> Result<Option<Date>, Fault> {
        let days = self.after(date, 1)?;
        Ok(days.first().copied())
    }

    /// At most `most` occurrences after a day; fewer where more would take too much work.
    pub fn after(&self, date: Date, most: usize) -> Result<Vec<Date>, Fault> {
        self.from(days::from_date(date) + 1, most)
    }

    /// At most `most` occurrences from the first on; fewer where more would take too much work.
    pub fn first(&self, most: usize) -> Result<Vec<Date>, Fault> {
        self.from(self.start, most)
    }

    /// Whether there is an occurrence on a day.
    pub fn has(&self, date: Date) -> Result<bool, Fault> {
        let day = days::from_date(date);
        Ok(self.from(day, 1)?.first() == Some(&date))
    }

    fn from(&self, from: Day, most: usize) -> Result<Vec<Date>, Fault> {
        let mut found = Vec::new();
        if from <= self.start && most > 0 && !self.is_excluded(self.start) {
            found.push(self.start);
        }
        let rest = most - found.len();
        if rest > 0 {
            found.extend(self.walk(from.max(self.start + 1), rest)?);
        }
        Ok(found.into_iter().filter_map(days::to_date).collect())
    }

    fn is_excluded(&self, day: Day) -> bool {
        self.excluded.binary_search(&day).is_ok()
    }

    /// Days that match the rule, from the day after the start on. Fails if none is found within the limit of work.
    fn walk(&self, from: Day, most: usize) -> Result<Vec<Day>, Fault> {
        let mut found = Vec::new();
        if from > self.last || self.pattern.is_void(self.start) {
            return Ok(found);
        }
        let mut walk = Walk::new(&self.pattern, self.start, from);
        let (mut idle, most_idle) = (0, walk.cycle());
        for _ in 0..MOST_WORK {
            let Some((first, days)) = walk.step() else {
                return Ok(found);
            };
            idle = if days.is_empty() { idle + 1 } else { 0 };
            if first > self.last || idle > most_idle {
                return Ok(found);
            }
            for day in days.iter().map(|day| first + day) {
                if day > self.last {
                    return Ok(found);
                }
                if day >= from && !self.is_excluded(day) {
                    found.push(day);
                    if found.len() == most {
                        return Ok(found);
                    }
                }
            }
        }
        if found.is_empty() {
            return Err(Fault::TooMuchWork);
        }
        Ok(found)
    }

    /// The day of an occurrence by its number. It turns `COUNT` into a last day, so nothing is counted again.
    fn last_of(&self, count: u32, second: Day) -> Result<Day, Fault> {
        let mut left = match usize::try_from(count).unwrap_or(usize::MAX) - 1 {
            0 => return Ok(self.start),
            left => left,
        };
        let mut walk = Walk::new(&self.pattern, self.start, second);
        let (mut idle, most_idle) = (0, walk.cycle());
        for _ in 0..MOST_WORK {
            let Some((first, days)) = walk.step() else {
                return Ok(days::LAST);
            };
            idle = if days.is_empty() { idle + 1 } else { 0 };
            if idle > most_idle {
                return Ok(days::LAST);
            }
            let before = days.partition_point(|day| first + day < second);
            match days[before..].get(left - 1) {
                Some(day) => return Ok(first + day),
                None => left -= days.len() - before,
            }
        }
        Err(Fault::TooMuchWork)
    }
}
