//! Which days of one period match a rule: from the rule's own parts, and from the first occurrence where parts are
//! missing.

use crate::days::{self, Day};
use crate::rule::{Frequency, NthDay, Rule};

/// What a day must match. An empty list matches every day.
pub(crate) struct Pattern {
    pub(crate) frequency: Frequency,
    pub(crate) interval: i32,
    /// A bit for each allowed month, `1 << 1` for January.
    pub(crate) months: u16,
    /// From 0, Monday.
    pub(crate) week_start: i32,
    week_numbers: Vec<i16>,
    year_days: Vec<i16>,
    month_days: Vec<i16>,
    /// A bit for each weekday that is allowed without a number.
    weekdays: u8,
    nth_days: Vec<NthDay>,
    /// Whether the nth weekday is counted in a month, not in a year.
    nth_in_month: bool,
    positions: Vec<i16>,
}

/// The numbers of a day by which lists name it; each beside its number from the end.
struct Known {
    month: i32,
    weekday: i32,
    week: (i32, i32),
    of_year: (i32, i32),
    of_month: (i32, i32),
}

impl Pattern {
    pub(crate) fn new(rule: &Rule, start: Day) -> Self {
        let (_, month, day) = days::civil(start);
        let mut pattern = Self {
            frequency: rule.frequency,
            interval: rule.interval,
            months: rule.months.iter().fold(0, |bits, month| bits | 1 << month),
            week_start: rule.week_start.into(),
            week_numbers: rule.week_numbers.clone(),
            year_days: rule.year_days.clone(),
            month_days: rule.month_days.clone(),
            weekdays: 0,
            nth_days: Vec::new(),
            nth_in_month: false,
            positions: rule.positions.clone(),
        };
        for nth in &rule.days {
            match nth.nth {
                0 => pattern.weekdays |= 1 << nth.weekday,
                _ => pattern.nth_days.push(*nth),
            }
        }
        let without_days = rule.days.is_empty();
        let without_dates = rule.month_days.is_empty();
        let weekday_of_start = 1 << days::weekday(start);
        let date_of_start = || vec![i16::try_from(day).unwrap_or(1)];
        match rule.frequency {
            Frequency::Weekly if without_days => pattern.weekdays = weekday_of_start,
            Frequency::Monthly if without_days && without_dates => {
                pattern.month_days = date_of_start();
            }
            // The steps of RFC 8984 §4.3.3.1.
            Frequency::Yearly if rule.year_days.is_empty() => {
                let without_weeks = rule.week_numbers.is_empty();
                if pattern.months == 0 && without_weeks && (!without_dates || without_days) {
                    pattern.months = 1 << month;
                }
                if without_dates && without_days && without_weeks {
                    pattern.month_days = date_of_start();
                }
                if without_dates && without_days && !without_weeks {
                    pattern.weekdays = weekday_of_start;
                }
            }
            _ => {}
        }
        pattern.nth_in_month = rule.frequency == Frequency::Monthly || pattern.months != 0;
        pattern
    }

    /// Whether its years consist of whole weeks.
    pub(crate) fn by_weeks(&self) -> bool {
        !self.week_numbers.is_empty()
    }

    pub(crate) fn has_month(&self, month: i32) -> bool {
        self.months == 0 || self.months & 1 << month != 0
    }

    fn has_weekday(&self, weekday: i32) -> bool {
        self.weekdays & 1 << weekday != 0
    }

    /// Whether it is obvious that no day of any period can match.
    pub(crate) fn is_void(&self, start: Day) -> bool {
        let is_day = self.frequency == Frequency::Daily;
        // With periods of a day, the set has only that day.
        let beyond = is_day && !self.positions.is_empty() && !self.has_position(0, 1);
        // Steps of whole weeks reach one weekday only.
        let astray = is_day
            && self.interval % 7 == 0
            && self.weekdays != 0
            && !self.has_weekday(days::weekday(start));
        beyond || astray
    }

    fn has_position(&self, place: usize, length: usize) -> bool {
        let position = |number: usize| i16::try_from(number).unwrap_or(i16::MAX);
        let (first, last) = (position(place + 1), -position(length - place));
        self.positions.iter().any(|it| *it == first || *it == last)
    }

    /// The first day of a year, and how many there are up to the next one.
    pub(crate) fn year(&self, year: i32) -> (Day, i32) {
        if self.by_weeks() {
            let first = days::first_week(year, self.week_start);
            let next = days::first_week(year + 1, self.week_start);
            return (first, next - first);
        }
        (days::number(year, 1, 1), days::year_length(year))
    }

    /// The matching days, as distances from `first`. The range is a whole period, or a month of it.
    pub(crate) fn days(&self, first: Day, length: i32) -> Vec<Day> {
        let weeks = length / 7;
        let (mut year, mut month, mut date) = days::civil(first);
        let mut in_year = first - days::number(year, 1, 1) + 1;
        let mut in_week = days::weekday(first);
        let mut lengths = (days::year_length(year), days::month_length(year, month));
        let mut admitted = Vec::new();
        for distance in 0..length {
            let week = distance / 7 + 1;
            let known = Known {
                month,
                weekday: in_week,
                week: (week, week - weeks - 1),
                of_year: (in_year, in_year - lengths.0 - 1),
                of_month: (date, date - lengths.1 - 1),
            };
            if self.admits(&known) {
                admitted.push(distance);
            }
            (date, in_year, in_week) = (date + 1, in_year + 1, (in_week + 1) % 7);
            if date > lengths.1 {
                (date, month) = (1, month + 1);
                if month > 12 {
                    (year, month, in_year) = (year + 1, 1, 1);
                }
                lengths = (days::year_length(year), days::month_length(year, month));
            }
        }
        if !self.positions.is_empty() && self.frequency != Frequency::Daily {
            let all = admitted.len();
            let mut place = 0..all;
            admitted.retain(|_| {
                place
                    .next()
                    .is_some_and(|place| self.has_position(place, all))
            });
        }
        admitted
    }

    fn admits(&self, day: &Known) -> bool {
        self.has_month(day.month)
            && has(&self.week_numbers, day.week)
            && has(&self.year_days, day.of_year)
            && has(&self.month_days, day.of_month)
            && (self.weekdays == 0 && self.nth_days.is_empty()
                || self.has_weekday(day.weekday)
                || self.nth_days.iter().any(|nth| self.is_nth(day, *nth)))
    }

    fn is_nth(&self, day: &Known, nth: NthDay) -> bool {
        let (from_start, from_end) = if self.nth_in_month {
            day.of_month
        } else {
            day.of_year
        };
        let number = if nth.nth > 0 {
            (from_start - 1) / 7 + 1
        } else {
            (from_end + 1) / 7 - 1
        };
        i32::from(nth.weekday) == day.weekday && i32::from(nth.nth) == number
    }
}

/// Whether a list has a number or its counterpart from the end, or is empty.
fn has(list: &[i16], (number, from_end): (i32, i32)) -> bool {
    let finds =
        |number: i32| i16::try_from(number).is_ok_and(|number| list.binary_search(&number).is_ok());
    list.is_empty() || finds(number) || finds(from_end)
}
