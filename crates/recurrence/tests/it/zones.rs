//! What the changes of a zone's clocks do to occurrences: nothing, as their clock is a wall's.

use jiff::civil::{Date, DateTime, Time, date};
use jiff::tz::{self, TimeZone};
use jiff::{Span, Timestamp};
use tickbox_recurrence::{Rule, Series, Start};

fn instant(local: DateTime, zone: &TimeZone) -> Timestamp {
    zone.to_ambiguous_timestamp(local).compatible().unwrap()
}

fn occurrences(rule: &str, start: &Start, most: usize) -> Vec<Date> {
    let rule = Rule::parse(rule).unwrap();
    let series = Series::new(&rule, start, &[]).unwrap();
    series.first(most).unwrap()
}

/// The clock before and after each change of the years 2020 to 2035, in the middle of what was lost or came twice.
fn changes(zone: &TimeZone) -> Vec<DateTime> {
    let from = instant(date(2020, 1, 1).at(0, 0, 0, 0), &TimeZone::UTC);
    let to = instant(date(2036, 1, 1).at(0, 0, 0, 0), &TimeZone::UTC);
    let following = zone
        .following(from)
        .take_while(|change| change.timestamp() < to);
    let middle = |at: Timestamp| {
        let before = zone
            .to_offset(at - Span::new().nanoseconds(1))
            .to_datetime(at);
        let after = zone.to_offset(at).to_datetime(at);
        let distance = before.duration_until(after);
        before.min(after) + distance.abs() / 2
    };
    following.map(|change| middle(change.timestamp())).collect()
}

#[test]
fn days_and_weeks_keep_the_clock_over_every_change_of_every_zone() {
    let mut seen = 0;
    for name in tz::db().available() {
        let zone = tz::db().get(name.as_str()).unwrap();
        for at in changes(&zone) {
            seen += 1;
            for (rule, days, most) in [("FREQ=DAILY", 1, 8), ("FREQ=WEEKLY", 7, 3)] {
                let first = (at.date() - Span::new().days(days)).to_datetime(at.time());
                let start = Start::Zoned(first, zone.clone());
                let found = occurrences(rule, &start, most);
                let wanted: Vec<Date> = first
                    .date()
                    .series(Span::new().days(days))
                    .take(most)
                    .collect();
                assert_eq!(found, wanted, "{name:?} {at}");
                // Each is a moment of its own, behind the one before.
                let moments = found
                    .iter()
                    .map(|day| instant(day.to_datetime(at.time()), &zone));
                assert!(moments.is_sorted_by(|a, b| a < b), "{name:?} {at} {rule}");
            }
        }
    }
    assert!(seen > 5_000, "{seen}");
}

/// An end in UTC is met to the second, whichever clock is in force there.
#[test]
fn an_end_in_utc_is_the_moment_of_the_last_occurrence() {
    for name in tz::db().available() {
        let zone = tz::db().get(name.as_str()).unwrap();
        for at in changes(&zone) {
            let first = (at.date() - Span::new().days(3)).to_datetime(at.time());
            let start = Start::Zoned(first, zone.clone());
            let last = instant(at, &zone);
            for (end, wanted) in [(last, 4), (last - Span::new().seconds(1), 3)] {
                let until = TimeZone::UTC
                    .to_datetime(end)
                    .strftime("%Y%m%dT%H%M%SZ")
                    .to_string();
                let found = occurrences(&format!("FREQ=DAILY;UNTIL={until}"), &start, 9);
                assert_eq!(found.len(), wanted, "{name:?} {at} {until}");
            }
        }
    }
}

#[test]
fn a_time_that_is_lost_one_day_is_there_again_on_the_next() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let half_past_two = Time::constant(2, 30, 0, 0);
    let start = Start::Zoned(date(2027, 3, 27).to_datetime(half_past_two), berlin.clone());
    let found = occurrences("FREQ=DAILY", &start, 3);
    let shown: Vec<String> = found
        .iter()
        .map(|day| {
            let moment = instant(day.to_datetime(half_past_two), &berlin);
            let offset = berlin.to_offset(moment);
            format!(
                "{}{offset}",
                offset.to_datetime(moment).strftime("%d %H:%M")
            )
        })
        .collect();
    assert_eq!(shown, ["27 02:30+01", "28 03:30+02", "29 02:30+02"]);
}
