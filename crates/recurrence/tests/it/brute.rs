//! A reader of rules that knows no shortcut: it goes through the days one by one, asks jiff what each of them is, and keeps
//! to the sentences of the RFCs. It shares nothing with the engine but the text of the rule.

use std::collections::HashMap;

use jiff::civil::{Date, Weekday};

pub(crate) struct Brute<'a> {
    parts: HashMap<&'a str, &'a str>,
    start: Date,
}

const NAMES: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

fn weekday(name: &str) -> Weekday {
    NAMES.iter().find(|(known, _)| *known == name).unwrap().1
}

fn days_between(from: Date, to: Date) -> i64 {
    (to - from).get_days().into()
}

fn plus(date: Date, days: i64) -> Date {
    date + jiff::Span::new().days(days)
}

fn is_nth(date: Date, nth: i64, in_month: bool) -> bool {
    let (first, last) = if in_month {
        (date.first_of_month(), date.last_of_month())
    } else {
        (date.first_of_year(), date.last_of_year())
    };
    match nth.signum() {
        1 => days_between(first, date) / 7 == nth - 1,
        -1 => days_between(date, last) / 7 == -nth - 1,
        _ => true,
    }
}

impl<'a> Brute<'a> {
    pub(crate) fn new(rule: &'a str, start: Date) -> Self {
        let parts = rule.split(';').map(|part| part.split_once('=').unwrap());
        Self {
            parts: parts.collect(),
            start,
        }
    }

    fn list(&self, name: &str) -> Option<Vec<i64>> {
        let value = self.parts.get(name)?;
        Some(value.split(',').map(|it| it.parse().unwrap()).collect())
    }

    fn has(&self, name: &str) -> bool {
        self.parts.contains_key(name)
    }

    fn interval(&self) -> i64 {
        self.list("INTERVAL").map_or(1, |list| list[0])
    }

    fn week_start(&self) -> Weekday {
        self.parts
            .get("WKST")
            .map_or(Weekday::Monday, |name| weekday(name))
    }

    fn week_of(&self, date: Date) -> Date {
        plus(date, -i64::from(date.weekday().since(self.week_start())))
    }

    /// The week that has the 4th of January is the first.
    fn first_week(&self, year: i16) -> Date {
        self.week_of(Date::new(year, 1, 4).unwrap())
    }

    fn week_year(&self, date: Date) -> i16 {
        // A week belongs to the year that has its middle.
        plus(self.week_of(date), 3).year()
    }

    /// The first day of the period that has this day, and of the next one.
    fn period(&self, date: Date) -> (Date, Date) {
        match self.parts["FREQ"] {
            "DAILY" => (date, plus(date, 1)),
            "WEEKLY" => (self.week_of(date), plus(self.week_of(date), 7)),
            "MONTHLY" => (date.first_of_month(), plus(date.last_of_month(), 1)),
            _ if self.has("BYWEEKNO") => {
                let year = self.week_year(date);
                (self.first_week(year), self.first_week(year + 1))
            }
            _ => (date.first_of_year(), plus(date.last_of_year(), 1)),
        }
    }

    /// How many periods there are between that of the first day and that of this one.
    fn distance(&self, date: Date) -> i64 {
        let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
        match self.parts["FREQ"] {
            "DAILY" => days_between(self.start, date),
            "WEEKLY" => days_between(self.week_of(self.start), self.week_of(date)) / 7,
            "MONTHLY" => months(date) - months(self.start),
            _ if self.has("BYWEEKNO") => {
                i64::from(self.week_year(date)) - i64::from(self.week_year(self.start))
            }
            _ => i64::from(date.year()) - i64::from(self.start.year()),
        }
    }

    /// The nth days of the week, or every one for 0.
    fn days(&self) -> Option<Vec<(i64, Weekday)>> {
        let read = |text: &str| {
            let (number, name) = text.split_at(text.len() - 2);
            (number.parse().unwrap_or(0), weekday(name))
        };
        Some(self.parts.get("BYDAY")?.split(',').map(read).collect())
    }

    /// Whether a day is among those of its period, before positions are counted.
    fn is_candidate(&self, date: Date) -> bool {
        let mut months = self.list("BYMONTH");
        let mut month_days = self.list("BYMONTHDAY");
        let mut days = self.days();
        let is_yearly = self.parts["FREQ"] == "YEARLY";
        match self.parts["FREQ"] {
            "WEEKLY" => {
                days.get_or_insert_with(|| vec![(0, self.start.weekday())]);
            }
            "MONTHLY" if days.is_none() => {
                month_days.get_or_insert_with(|| vec![self.start.day().into()]);
            }
            "YEARLY" if !self.has("BYYEARDAY") => {
                let has_weeks = self.has("BYWEEKNO");
                if months.is_none() && !has_weeks && (month_days.is_some() || days.is_none()) {
                    months = Some(vec![self.start.month().into()]);
                }
                if month_days.is_none() && !has_weeks && days.is_none() {
                    month_days = Some(vec![self.start.day().into()]);
                }
                if has_weeks && month_days.is_none() && days.is_none() {
                    days = Some(vec![(0, self.start.weekday())]);
                }
            }
            _ => {}
        }
        let in_month = !is_yearly || months.is_some();
        let is_in = |list: Option<Vec<i64>>, from_start: i64, length: i64| {
            list.is_none_or(|list| {
                list.contains(&from_start) || list.contains(&(from_start - length - 1))
            })
        };
        let (first_week, next_year) = self.period(date);
        let week = days_between(first_week, date) / 7 + 1;
        is_in(months, date.month().into(), 100)
            && is_in(month_days, date.day().into(), date.days_in_month().into())
            && is_in(
                self.list("BYYEARDAY"),
                date.day_of_year().into(),
                date.days_in_year().into(),
            )
            && is_in(
                self.list("BYWEEKNO"),
                week,
                days_between(first_week, next_year) / 7,
            )
            && days.is_none_or(|days| {
                days.iter().any(|(nth, weekday)| {
                    *weekday == date.weekday() && is_nth(date, *nth, in_month)
                })
            })
    }

    /// Whether a day obeys the rule, whatever its end.
    pub(crate) fn obeys(&self, date: Date) -> bool {
        if date < self.start
            || self.distance(date) % self.interval() != 0
            || !self.is_candidate(date)
        {
            return false;
        }
        let Some(positions) = self.list("BYSETPOS") else {
            return true;
        };
        let (first, next) = self.period(date);
        let all: Vec<Date> = (0..days_between(first, next))
            .map(|days| plus(first, days))
            .filter(|day| self.is_candidate(*day))
            .collect();
        let place = i64::try_from(all.iter().position(|day| *day == date).unwrap()).unwrap();
        let length = i64::try_from(all.len()).unwrap();
        positions.contains(&(place + 1)) || positions.contains(&(place - length))
    }
}
