//! Iterates over the periods of a rule, from the one that contains a given day, without visiting those before.

use crate::days::{self, Day};
use crate::pattern::Pattern;
use crate::rule::Frequency;

/// How many periods one call may look at: years of a yearly rule, weeks of a weekly one, months of the others. No rule
/// that a person would write comes near: 25,000 months are 2,000 years.
pub const MOST_WORK: u32 = 25_000;

pub(crate) struct Walk<'a> {
    pattern: &'a Pattern,
    start: Day,
    /// The first day of the next period, or its year or month (12 for each year), depending on the frequency.
    next: i32,
    /// Years and months of one kind have the same days, and there are few kinds.
    known: Vec<Option<Vec<Day>>>,
    /// The days of a period that has no kind in common with others.
    own: Vec<Day>,
}

impl<'a> Walk<'a> {
    /// From the period that contains this day, which is not before the start.
    pub(crate) fn new(pattern: &'a Pattern, start: Day, from: Day) -> Self {
        let interval = pattern.interval;
        let step = |first: i32, at: i32| first + (at - first).div_euclid(interval) * interval;
        let next = match pattern.frequency {
            Frequency::Yearly if pattern.by_weeks() => {
                let year = |day| days::week_year(day, pattern.week_start);
                step(year(start), year(from))
            }
            Frequency::Yearly => step(days::civil(start).0, days::civil(from).0),
            Frequency::Monthly => step(month_of(start), month_of(from)),
            Frequency::Weekly => {
                let first = start - (days::weekday(start) - pattern.week_start).rem_euclid(7);
                first + (from - first) / (7 * interval) * (7 * interval)
            }
            // Each of its months is looked at: the step is between days.
            Frequency::Daily => month_of(from),
        };
        Self {
            pattern,
            start,
            next,
            known: Vec::new(),
            own: Vec::new(),
        }
    }

    /// After this many periods without a day there is none at all, because the calendar repeats after 400 years.
    pub(crate) fn cycle(&self) -> u32 {
        match self.pattern.frequency {
            Frequency::Yearly => 400,
            Frequency::Weekly => 20_871,
            Frequency::Monthly => 4800,
            Frequency::Daily if self.pattern.interval == 1 => 4800,
            // Its days can lie well for the first time after 400 years for each day of its step.
            Frequency::Daily => u32::MAX,
        }
    }

    /// The first day of the next period and the distances to its matching days; none if the calendar ends before.
    pub(crate) fn step(&mut self) -> Option<(Day, &[Day])> {
        match self.pattern.frequency {
            Frequency::Yearly => self.year(),
            Frequency::Monthly => self.month(),
            Frequency::Weekly => self.week(),
            Frequency::Daily => self.days(),
        }
    }

    fn year(&mut self) -> Option<(Day, &[Day])> {
        let year = self.next;
        let (first, length) = self.pattern.year(year);
        if first > days::LAST {
            return None;
        }
        self.next += self.pattern.interval;
        // Where it is between leap years counts for weeks that begin before it.
        let leaps = match [year, year - 1, year + 1].map(days::is_leap) {
            [true, ..] => 1,
            [_, true, _] => 2,
            [.., true] => 3,
            _ => 0,
        };
        let kind = days::weekday(days::number(year, 1, 1)) * 4 + leaps;
        Some((first, self.known(kind, first, length)))
    }

    fn month(&mut self) -> Option<(Day, &[Day])> {
        if self.pattern.interval == 1 {
            self.next = self.admitted_month(self.next);
        }
        let month = self.next;
        self.next += self.pattern.interval;
        self.days_of(month)
    }

    /// This month, or the first one after it that the rule allows.
    fn admitted_month(&self, month: i32) -> i32 {
        if self.pattern.months == 0 {
            return month;
        }
        let is_admitted = |month: &i32| self.pattern.has_month(month.rem_euclid(12) + 1);
        (month..month + 12).find(is_admitted).unwrap_or(month)
    }

    fn days_of(&mut self, number: i32) -> Option<(Day, &[Day])> {
        let (year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
        let first = days::number(year, month, 1);
        if first > days::LAST {
            return None;
        }
        if !self.pattern.has_month(month) {
            return Some((first, &[]));
        }
        let leap = i32::from(days::is_leap(year));
        let kind = (days::weekday(first) * 12 + month - 1) * 2 + leap;
        let length = days::month_length(year, month);
        Some((first, self.known(kind, first, length)))
    }

    fn known(&mut self, kind: i32, first: Day, length: i32) -> &[Day] {
        let place = usize::try_from(kind).unwrap_or(0);
        if self.known.len() <= place {
            self.known.resize(place + 1, None);
        }
        self.known[place].get_or_insert_with(|| self.pattern.days(first, length))
    }

    fn week(&mut self) -> Option<(Day, &[Day])> {
        let mut first = self.next;
        let step = 7 * self.pattern.interval;
        let mut is_whole = true;
        if self.pattern.months != 0 {
            let ends = |first: Day| [month_of(first), month_of(first + 6)];
            let has = |month: i32| self.pattern.has_month(month.rem_euclid(12) + 1);
            if !ends(first).into_iter().any(has) {
                let month = self.admitted_month(month_of(first + 6));
                let end = days::number(0, month + 1, 1) - 6;
                first += (end - first + step - 1) / step * step;
            }
            is_whole = ends(first).into_iter().all(has);
        }
        if first > days::LAST {
            return None;
        }
        self.next = first + step;
        if is_whole {
            // All of them are alike.
            return Some((first, self.known(0, first, 7)));
        }
        self.own = self.pattern.days(first, 7);
        Some((first, &self.own))
    }

    /// The days of a month that a daily rule reaches.
    fn days(&mut self) -> Option<(Day, &[Day])> {
        let (month, interval) = (self.admitted_month(self.next), self.pattern.interval);
        self.next = month + 1;
        if interval == 1 {
            return self.days_of(month);
        }
        let first = days::number(0, month + 1, 1);
        let until_next = (self.start - first).rem_euclid(interval);
        // Its step may skip this month, and more.
        if until_next > 27 {
            self.next = self.next.max(month_of(first + until_next));
        }
        let mut own = std::mem::take(&mut self.own);
        own.clear();
        let (first, all) = self.days_of(month)?;
        let is_met = |day: &&Day| **day >= until_next && (**day - until_next) % interval == 0;
        own.extend(all.iter().filter(is_met));
        self.own = own;
        Some((first, &self.own))
    }
}

/// Of all months, from that of the year 0 on.
fn month_of(day: Day) -> i32 {
    let (year, month, _) = days::civil(day);
    year * 12 + month - 1
}
