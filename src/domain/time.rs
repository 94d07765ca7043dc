//! Moments: how they are stored, compared and written. The present moment comes from a `Clock`.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// A moment in UTC, in microseconds since 1970: what both engines can store without loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first moment of the year 1: what is before cannot be written in four digits.
    pub const MIN: Self = Self(-62_135_596_800_000_000);

    /// Later than every moment that is ever stored (the end of the year 9999).
    pub const MAX: Self = Self(253_402_300_799_999_999);

    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn as_micros(self) -> i64 {
        self.0
    }

    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The smallest time later.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }

    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(micros))
    }
}

/// RFC 3339 with six digits of the second, ending in `Z`: texts sort as the moments do.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.rfc_3339()).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.rfc_3339();
        serializer.serialize_str(std::str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
    }
}

impl Timestamp {
    /// Written by hand, because a list has two for each task and a library takes ten times as long. Years beyond
    /// four digits are never stored.
    pub(crate) fn rfc_3339(self) -> [u8; 27] {
        let (seconds, micros) = (self.0.div_euclid(1_000_000), self.0.rem_euclid(1_000_000));
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(small(days + DAYS_BEFORE_1970));
        let (second, micros) = (small(second), small(micros));
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        for (place, number) in [
            (0, year / 100),
            (2, year % 100),
            (5, month),
            (8, day),
            (11, second / 3600),
            (14, second / 60 % 60),
            (17, second % 60),
            (20, micros / 10_000),
            (22, micros / 100 % 100),
            (24, micros % 100),
        ] {
            text[place..place + 2].copy_from_slice(&PAIRS[number as usize % 100]);
        }
        text
    }
}

/// The two digits of each number below 100.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [*b"00"; 100];
    let mut number: u8 = 0;
    while number < 100 {
        pairs[number as usize] = [b'0' + number / 10, b'0' + number % 10];
        number += 1;
    }
    pairs
};

/// From 0000-03-01 on.
const DAYS_BEFORE_1970: i64 = 719_468;

/// Days, seconds of a day and microseconds of a second have room in 32 bits, which are divided faster.
fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// The Gregorian date of a day counted from 0000-03-01. Years are taken to begin in March, so that the leap day is their
/// last; there are 146 097 days in 400 years.
fn civil(days: u32) -> (u32, u32, u32) {
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = era * 400 + year_of_era + u32::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_rfc_3339_with_microseconds() {
        let text = Timestamp::from_micros(1_764_000_000_000_050).to_string();
        assert_eq!(text, "2025-11-24T16:00:00.000050Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
    }

    #[test]
    fn dates_are_right_around_leap_days() {
        for (days, date) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (59, "1970-03-01"),
            (789, "1972-02-29"),
            (790, "1972-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_453, "2025-12-31"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
            (-719_162, "0001-01-01"),
            (2_932_896, "9999-12-31"),
        ] {
            let text = Timestamp::from_micros(days * 86_400_000_000).to_string();
            assert_eq!(text, format!("{date}T00:00:00.000000Z"));
        }
    }
}
