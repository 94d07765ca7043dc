//! What is refused, and with which words: texts that are no rules, and rules that give no series.

use jiff::civil::{Date, DateTime, date};
use jiff::tz::TimeZone;
use tickbox_recurrence::{Fault, Rule, Series, Start};

fn series(rule: &str, start: &Start) -> Result<Series, Fault> {
    Series::new(&Rule::parse(rule).unwrap(), start, &[])
}

fn days(rule: &str, start: &Start) -> Vec<Date> {
    series(rule, start).unwrap().first(400).unwrap()
}

fn fault(rule: &str, start: Date) -> Option<Fault> {
    series(rule, &Start::Day(start)).err()
}

#[test]
fn a_rule_that_never_happens_again_is_refused() {
    for rule in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=5",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30,31",
        "FREQ=DAILY;BYMONTHDAY=5;BYSETPOS=2",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3",
        "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
        "FREQ=YEARLY;BYWEEKNO=1;BYMONTH=6",
        "FREQ=YEARLY;INTERVAL=9999",
        // After 400 years the calendar is the same again: a Saturday stays one.
        "FREQ=YEARLY;INTERVAL=400;BYDAY=FR;BYMONTH=11;BYMONTHDAY=28",
    ] {
        assert_eq!(
            fault(rule, date(2026, 11, 28)),
            Some(Fault::NeverHappens),
            "{rule}"
        );
    }
    assert_eq!(
        fault("FREQ=DAILY", date(9999, 12, 31)),
        Some(Fault::NeverHappens)
    );
}

#[test]
fn what_is_rare_is_found() {
    let first = |rule: &str, start| days(rule, &Start::Day(start))[1];
    let rare = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SA";
    assert_eq!(first(rare, date(2020, 2, 29)), date(2048, 2, 29));
    assert_eq!(
        first("FREQ=YEARLY;INTERVAL=100", date(2000, 2, 29)),
        date(2400, 2, 29)
    );
    let every_third = "FREQ=DAILY;INTERVAL=487;BYMONTH=2;BYMONTHDAY=29";
    assert_eq!(first(every_third, date(2000, 2, 29)), date(2004, 2, 29));
}

#[test]
fn an_end_before_the_beginning_is_refused_and_one_on_it_is_not() {
    let start = date(2026, 12, 1);
    let early = fault("FREQ=DAILY;UNTIL=20261130", start);
    assert_eq!(early, Some(Fault::EndsBeforeStart));
    let once = days("FREQ=DAILY;UNTIL=20261201", &Start::Day(start));
    assert_eq!(once, [start]);
    assert_eq!(days("FREQ=DAILY;COUNT=1", &Start::Day(start)), [start]);
}

#[test]
fn an_end_is_read_as_the_first_occurrence_is_written() {
    let time: DateTime = date(2026, 12, 1).at(9, 0, 0, 0);
    let new_york = || TimeZone::get("America/New_York").unwrap();
    let last = |rule: &str, start: &Start| days(rule, start).last().unwrap().day();
    let starts = [
        Start::Day(time.date()),
        Start::Local(time),
        Start::Zoned(time, new_york()),
    ];
    for (until, wanted) in [
        ("20261210", [10, 10, 10]),
        ("20261210T090000", [10, 10, 10]),
        ("20261210T085959", [10, 9, 9]),
        // 09:00 in New York is 14:00 in UTC; without a zone the clock is read as it is.
        ("20261210T140000Z", [10, 10, 10]),
        ("20261210T135959Z", [10, 10, 9]),
        ("20261210T085959Z", [10, 9, 9]),
        ("20261211T010000Z", [11, 10, 10]),
    ] {
        let rule = format!("FREQ=DAILY;UNTIL={until}");
        let found = starts.each_ref().map(|start| last(&rule, start));
        assert_eq!(found, wanted, "{until}");
    }
}

#[test]
fn an_end_between_two_hours_of_the_same_name_is_compared_as_an_instant() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    // On 25 October 2026 clocks are put back from 03:00 to 02:00. The first 02:45 is 00:45 in UTC, the second 01:45.
    let start = Start::Zoned(date(2026, 10, 23).at(2, 45, 0, 0), berlin);
    let last = |until: &str| days(&format!("FREQ=DAILY;UNTIL={until}"), &start).len();
    assert_eq!(last("20261025T004459Z"), 2);
    assert_eq!(last("20261025T004500Z"), 3);
    // 02:30, the second time: earlier on the clock, later in fact.
    assert_eq!(last("20261025T013000Z"), 3);
}

#[test]
fn the_first_is_an_occurrence_also_where_it_does_not_obey() {
    let start = Start::Day(date(2026, 12, 1));
    let mondays = days("FREQ=WEEKLY;BYDAY=MO;COUNT=3", &start);
    assert_eq!(
        mondays,
        [date(2026, 12, 1), date(2026, 12, 7), date(2026, 12, 14)]
    );
    let rule = Rule::parse("FREQ=WEEKLY;BYDAY=MO;COUNT=3").unwrap();
    let excluded = [date(2026, 12, 14), date(2026, 12, 1)];
    let series = Series::new(&rule, &start, &excluded).unwrap();
    assert_eq!(series.first(9).unwrap(), [date(2026, 12, 7)]);
    assert_eq!(series.first(0).unwrap(), []);
    assert!(!series.has(date(2026, 12, 14)).unwrap());
}
