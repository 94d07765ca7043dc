//! Days as numbers, so that thousands of them can be skipped at once. Day 0 is 1970-01-01.

use jiff::civil::Date;

pub(crate) type Day = i32;

/// 9999-12-31, where the calendar ends.
pub(crate) const LAST: Day = 2_932_896;

/// A month may be out of its year: 13 is the next January.
pub(crate) fn number(year: i32, month: i32, day: i32) -> Day {
    // Years begin in March here, so that the day that is sometimes missing is their last.
    let months = year * 12 + month - 3;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let in_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + in_year - 719_468
}

/// Year, month and day.
pub(crate) fn civil(day: Day) -> (i32, i32, i32) {
    let day = day + 719_468;
    let (era, in_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let month = (5 * in_year + 2) / 153;
    let day = in_year - (153 * month + 2) / 5 + 1;
    let (late, month) = if month < 10 {
        (0, month + 3)
    } else {
        (1, month - 9)
    };
    (era * 400 + year + late, month, day)
}

/// From 0, Monday.
pub(crate) fn weekday(day: Day) -> i32 {
    (day + 3).rem_euclid(7)
}

pub(crate) fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(crate) fn year_length(year: i32) -> i32 {
    365 + i32::from(is_leap(year))
}

pub(crate) fn month_length(year: i32, month: i32) -> i32 {
    match month {
        2 => 28 + i32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The first day of the first week that has at least four days of the year.
pub(crate) fn first_week(year: i32, week_start: i32) -> Day {
    let fourth = number(year, 1, 4);
    fourth - (weekday(fourth) - week_start).rem_euclid(7)
}

/// The year that has the week of this day.
pub(crate) fn week_year(day: Day, week_start: i32) -> i32 {
    let (year, ..) = civil(day);
    if day < first_week(year, week_start) {
        year - 1
    } else if day >= first_week(year + 1, week_start) {
        year + 1
    } else {
        year
    }
}

pub(crate) fn from_date(date: Date) -> Day {
    number(date.year().into(), date.month().into(), date.day().into())
}

/// `None` beyond the calendar.
pub(crate) fn to_date(day: Day) -> Option<Date> {
    let (year, month, day) = civil(day);
    let (year, month, day) = (year.try_into(), month.try_into(), day.try_into());
    Date::new(year.ok()?, month.ok()?, day.ok()?).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_day_is_the_one_that_jiff_has() {
        let mut day = date(-400, 1, 1);
        let mut number = from_date(day);
        while day < date(2800, 1, 1) {
            assert_eq!((from_date(day), to_date(number)), (number, Some(day)));
            assert_eq!(
                weekday(number),
                i32::from(day.weekday().to_monday_zero_offset())
            );
            assert_eq!(
                week_year(number, 0),
                i32::from(day.iso_week_date().year()),
                "{day}"
            );
            day = day.tomorrow().unwrap();
            number += 1;
        }
        assert_eq!(from_date(Date::MAX), LAST);
        assert_eq!(to_date(LAST + 1), None);
        assert_eq!(from_date(date(1970, 1, 1).checked_add(1.day()).unwrap()), 1);
    }
}
