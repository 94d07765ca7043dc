//! `tests/vectors/recurrence.json`: what is read and refused, and which days are found, for the client, which finds the same
//! ones. `TICKBOX_RECURRENCE_VECTORS` names the file to be written anew; with `TICKBOX_RECURRENCE_CASES` and perhaps
//! `TICKBOX_RECURRENCE_SEED` another one, that has so many random rules: the client's test takes it by the same name.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tickbox_recurrence::{Fault, Rule, Series, Start};

use crate::dice::Dice;
use crate::{questions, tables};

const COMMITTED: &str = include_str!("../../../../tests/vectors/recurrence.json");

const RANDOM: u64 = 400;
const SEED: u64 = 17;

/// Spellings beside the one form.
const SPELLINGS: [&str; 9] = [
    "FREQ=DAILY",
    " rrule:freq=weekly;byday=we,mo,WE;interval=01;wkst=mo; ",
    "RRULE:INTERVAL=2;FREQ=MONTHLY;BYMONTHDAY=-1,+15,1,-2,15;COUNT=09",
    "WKST=SU;BYDAY=-1FR,2MO,+2MO,TU,1SU;FREQ=MONTHLY;BYMONTH=12,1,06",
    "FREQ=YEARLY;BYYEARDAY=-366,366,100;BYSETPOS=-1,1;BYWEEKNO=53,-53",
    "FREQ=DAILY;UNTIL=20261231",
    "FREQ=DAILY;UNTIL=20261231T090000",
    "FREQ=DAILY;UNTIL=20161231T235960Z",
    "FREQ=DAILY;INTERVAL=9999;COUNT=9999",
];

const MISTAKES: [&str; 46] = [
    "",
    " ",
    "RRULE:",
    ";",
    "DAILY",
    "FREQ",
    "FREQ=",
    "FREQ=HOURLY",
    "FREQ=DAILY;;COUNT=2",
    "FREQ=DAILY;FREQ=DAILY",
    "FREQ=DAILY;BYHOUR=9",
    "FREQ=DAILY;byminute=0,30",
    "FREQ=DAILY;BYSECOND=",
    "FREQ=DAILY;RSCALE=GREGORIAN",
    "FREQ=DAILY;X-A-NAME-OF-MORE-THAN-TWENTY=1",
    "FREQ=DAILY;täglich=ja",
    "FREQ=DAILY;🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉",
    "FREQ=DAILY; COUNT=2",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=-1",
    "FREQ=DAILY;INTERVAL=10000",
    "FREQ=DAILY;INTERVAL=1.5",
    "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;COUNT=99999999999999999999",
    "FREQ=DAILY;COUNT=2;UNTIL=20261231",
    "FREQ=DAILY;UNTIL=20260229",
    "FREQ=DAILY;UNTIL=2026-12-31",
    "FREQ=DAILY;UNTIL=20261231T2400",
    "FREQ=DAILY;UNTIL=20261231T240000",
    "FREQ=DAILY;UNTIL=20261231T090000+0100",
    "FREQ=DAILY;UNTIL=00000101",
    "FREQ=DAILY;BYMONTH=13",
    "FREQ=DAILY;BYMONTH=-1",
    "FREQ=DAILY;BYMONTH=1,,2",
    "FREQ=DAILY;BYMONTHDAY=0",
    "FREQ=MONTHLY;BYMONTHDAY=32",
    "FREQ=WEEKLY;BYMONTHDAY=1",
    "FREQ=MONTHLY;BYYEARDAY=1",
    "FREQ=YEARLY;BYYEARDAY=367",
    "FREQ=MONTHLY;BYWEEKNO=1",
    "FREQ=WEEKLY;BYDAY=1MO",
    "FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO",
    "FREQ=MONTHLY;BYDAY=54MO",
    "FREQ=WEEKLY;BYDAY=MON",
    "FREQ=MONTHLY;BYSETPOS=1",
    "FREQ=WEEKLY;WKST=1",
];

/// Rules of note, each with its first occurrence; what is excluded comes after it.
const SERIES: [(&str, &str); 36] = [
    ("FREQ=DAILY;COUNT=4", "2026-12-01 2026-12-02 2026-12-09"),
    (
        "FREQ=WEEKLY;BYDAY=MO;COUNT=3",
        "2026-12-01 2026-12-01 2026-12-14",
    ),
    (
        "FREQ=DAILY;UNTIL=20261202",
        "2026-12-01 2026-12-01 2026-12-02",
    ),
    ("FREQ=DAILY;UNTIL=20261130", "2026-12-01"),
    ("FREQ=DAILY;UNTIL=20261203T085959", "2026-12-01"),
    ("FREQ=DAILY;UNTIL=20261203T085959", "2026-12-01T09:00:00"),
    ("FREQ=DAILY;UNTIL=20261203T090000", "2026-12-01T09:00:00"),
    ("FREQ=DAILY;UNTIL=20261203T090000Z", "2026-12-01T09:00:00"),
    (
        "FREQ=DAILY;UNTIL=20261203",
        "2026-12-01T09:00:00[America/New_York]",
    ),
    (
        "FREQ=DAILY;UNTIL=20261203T135959Z",
        "2026-12-01T09:00:00[America/New_York]",
    ),
    (
        "FREQ=DAILY;UNTIL=20261203T140000Z",
        "2026-12-01T09:00:00[America/New_York]",
    ),
    (
        "FREQ=DAILY;UNTIL=20261203T140000Z",
        "2026-12-01T09:00:00[Etc/UTC]",
    ),
    (
        "FREQ=DAILY;UNTIL=20261202T190000Z",
        "2026-12-01T09:00:00[Pacific/Kiritimati]",
    ),
    (
        "FREQ=DAILY;UNTIL=20261202T185959Z",
        "2026-12-01T09:00:00[Pacific/Kiritimati]",
    ),
    (
        "FREQ=DAILY;UNTIL=20261025T004459Z",
        "2026-10-23T02:45:00[Europe/Berlin]",
    ),
    (
        "FREQ=DAILY;UNTIL=20261025T004500Z",
        "2026-10-23T02:45:00[Europe/Berlin]",
    ),
    (
        "FREQ=DAILY;UNTIL=20270328T013000Z",
        "2027-03-26T02:30:00[Europe/Berlin]",
    ),
    (
        "FREQ=DAILY;UNTIL=20270328T012959Z",
        "2027-03-26T02:30:00[Europe/Berlin]",
    ),
    (
        "FREQ=YEARLY;UNTIL=99991231T235959Z",
        "9990-12-31T09:00:00[America/New_York]",
    ),
    (
        "FREQ=DAILY;UNTIL=99991229T135959Z",
        "9999-12-27T09:00:00[America/New_York]",
    ),
    (
        "FREQ=DAILY;UNTIL=99991229T235959Z",
        "9999-12-27T09:00:00[Pacific/Kiritimati]",
    ),
    (
        "FREQ=DAILY;UNTIL=00010101T000000Z",
        "0001-01-01T09:00:00[America/New_York]",
    ),
    ("FREQ=DAILY", "9999-12-29"),
    ("FREQ=DAILY", "9999-12-31"),
    ("FREQ=YEARLY", "2024-02-29"),
    ("FREQ=YEARLY;INTERVAL=100", "2000-02-29"),
    ("FREQ=YEARLY;INTERVAL=9999", "2026-12-01"),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-12-01"),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SA", "2020-02-29"),
    ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "2026-11-28"),
    (
        "FREQ=DAILY;INTERVAL=31;BYMONTHDAY=31;BYDAY=MO;COUNT=9999",
        "2026-02-28",
    ),
    (
        "FREQ=DAILY;INTERVAL=487;BYMONTH=2;BYMONTHDAY=29",
        "2000-02-29",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=53;BYMONTH=2;BYDAY=MO;BYSETPOS=-1",
        "2026-02-28",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;BYSETPOS=3",
        "2026-02-28",
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR;COUNT=9999",
        "2026-02-28",
    ),
    (
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=1;BYMONTHDAY=3",
        "0001-01-01",
    ),
];

fn start(text: &str) -> (Start, Value) {
    let time = |text: &str| text.parse::<DateTime>().unwrap();
    if let Some((local, zone)) = text.split_once('[') {
        let zone = zone.trim_end_matches(']');
        let start = Start::Zoned(time(local), TimeZone::get(zone).unwrap());
        return (start, json!({"local": local, "zone": zone}));
    }
    if text.contains('T') {
        return (Start::Local(time(text)), json!({"local": text}));
    }
    (Start::Day(text.parse().unwrap()), json!({"date": text}))
}

fn texts(days: &[Date]) -> Vec<String> {
    days.iter().map(Date::to_string).collect()
}

fn series(text: &str, first: &str, dice: &mut Dice) -> String {
    let mut words = first.split(' ');
    let (start, when) = start(words.next().unwrap());
    let excluded: Vec<Date> = words.map(|day| day.parse().unwrap()).collect();
    let rule = Rule::parse(text).unwrap();
    let mut case = json!({"rule": text, "start": when});
    if !excluded.is_empty() {
        case["exclude"] = json!(texts(&excluded));
    }
    match Series::new(&rule, &start, &excluded) {
        Ok(series) => {
            case["first"] = json!(texts(&series.first(12).unwrap()));
            let far = i64::try_from(dice.below(20_000)).unwrap() - 20;
            let day = start.date().saturating_add(jiff::Span::new().days(far));
            case["after"] = json!({
                "date": day.to_string(),
                "next": series.next_after(day).unwrap().map(|day| day.to_string()),
                "has": series.has(day).unwrap(),
            });
        }
        Err(fault) => {
            case["fault"] = json!({"message": fault.to_string(), "name": match fault {
                Fault::NeverHappens => "never_happens",
                Fault::TooMuchWork => "too_much_work",
                Fault::EndsBeforeStart => "ends_before_start",
            }});
        }
    }
    case.to_string()
}

fn vectors(random: u64, seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let spelling = |text: &&str| {
        let rule = Rule::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
        json!({"text": text, "rule": rule.to_string()}).to_string()
    };
    let mistake = |text: String| {
        let mistake = Rule::parse(&text).expect_err(&text);
        json!({"text": text, "part": mistake.part, "expected": mistake.expected}).to_string()
    };
    let long = format!("FREQ=MONTHLY;BYMONTHDAY={}1é", "1,".repeat(489));
    let mistakes = MISTAKES.map(str::to_owned).into_iter().chain([long]);
    let mut cases: Vec<_> = SERIES
        .into_iter()
        .map(|(rule, first)| series(rule, first, &mut dice))
        .collect();
    for (rule, first) in tables::all() {
        cases.push(series(rule, first, &mut dice));
    }
    for _ in 0..random {
        let first = dice.start();
        let rule = dice.rule(first);
        cases.push(series(&rule, &first.to_string(), &mut dice));
    }
    let sections = [
        ("rules", SPELLINGS.iter().map(spelling).collect()),
        ("mistakes", mistakes.map(mistake).collect()),
        ("series", cases),
    ];
    let sections: Vec<String> = sections
        .into_iter()
        .map(|(name, lines): (_, Vec<String>)| format!("\"{name}\": [\n{}\n]", lines.join(",\n")))
        .collect();
    format!("{{\n{}\n}}\n", sections.join(",\n"))
}

#[test]
fn what_is_found_was_written_down_for_the_client() {
    if let Some(file) = std::env::var_os("TICKBOX_RECURRENCE_VECTORS") {
        let random = questions::setting("TICKBOX_RECURRENCE_CASES").unwrap_or(RANDOM);
        let seed = questions::setting("TICKBOX_RECURRENCE_SEED").unwrap_or(SEED);
        return std::fs::write(file, vectors(random, seed)).unwrap();
    }
    let text = vectors(RANDOM, SEED);
    // Not as texts: how they are written depends on features of serde_json, which others turn on.
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let is_same = read(&text) == read(COMMITTED);
    assert!(is_same, "write tests/vectors/recurrence.json anew");
}
