//! Random rules beside what python-dateutil and the npm package `rrule-temporal` make of them.
//!
//! The committed table has what they answered once. To ask them anew, and about more:
//!
//! ```text
//! pip install python-dateutil==2.9.0.post0
//! npm install --no-save rrule-temporal@2.2.8 temporal-polyfill@1.0.8    # in tests/others
//! TICKBOX_RECURRENCE_OTHERS=50000 cargo test -p tickbox-recurrence --release others
//! ```
//!
//! `TICKBOX_RECURRENCE_SEED` asks other questions, `TICKBOX_PYTHON` names another Python, and
//! `TICKBOX_RECURRENCE_TABLE=FILE` writes the table.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::{fs, thread};

use jiff::civil::Date;
use tickbox_recurrence::{Fault, Start};

use crate::brute::Brute;
use crate::dice::Dice;
use crate::questions;

const TABLE: &str = include_str!("tables/others.txt");
/// They go on to the end of the calendar, where nothing comes any more.
const UNTIL: i16 = 2150;
const MOST: usize = 8;

/// A reading of the standard that is not ours.
struct Reading {
    why: &'static str,
    /// Whose it is.
    who: &'static [usize],
    holds: fn(&Parts) -> bool,
    there: There,
}

/// What a reading makes of a rule.
enum There {
    /// The days of another rule here.
    Means(fn(&str) -> String),
    /// Our days, but for those that are left out, by the first day and the day.
    LeavesOut(fn(Date, Date) -> bool),
    /// No rule says it here.
    Differs,
}

const DATEUTIL: usize = 0;
const TEMPORAL: usize = 1;
const NAMES: [&str; 2] = ["dateutil", "temporal"];

struct Parts<'a>(&'a str);

impl Parts<'_> {
    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn get(&self, name: &str) -> Option<&str> {
        let mut parts = self.0.split(';').filter_map(|part| part.split_once('='));
        parts.find(|(known, _)| *known == name).map(|it| it.1)
    }

    /// Whether it is a yearly rule that has one part, and none of others.
    fn is_yearly_by(&self, name: &str, without: &[&str]) -> bool {
        let is_yearly = self.get("FREQ") == Some("YEARLY");
        is_yearly && self.has(name) && !without.iter().any(|name| self.has(name))
    }

    fn lists(&self, name: &str, item: &str) -> bool {
        let list = self.get(name).unwrap_or_default();
        list.split(',').any(|it| it == item)
    }

    fn has_numbered_day(&self) -> bool {
        let days = self.get("BYDAY").unwrap_or_default();
        days.contains(|sign: char| sign.is_ascii_digit())
    }
}

const READINGS: [Reading; 9] = [
    Reading {
        why: "days of a month without months are of every month: RFC 5545 has them expand. RFC 8984 takes the month of the \
              first day, and libical does",
        who: &[DATEUTIL, TEMPORAL],
        holds: |parts| parts.is_yearly_by("BYMONTHDAY", &["BYMONTH", "BYWEEKNO", "BYYEARDAY"]),
        there: There::Means(|rule| format!("{rule};BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12")),
    },
    Reading {
        why: "a week by its number, without days, is all seven days. RFC 8984 takes the weekday of the first day, and \
              libical does",
        who: &[DATEUTIL],
        holds: |parts| parts.is_yearly_by("BYWEEKNO", &["BYDAY", "BYMONTHDAY", "BYYEARDAY"]),
        there: There::Means(|rule| format!("{rule};BYDAY=MO,TU,WE,TH,FR,SA,SU")),
    },
    Reading {
        why: "weeks by their numbers are those of calendar years, so that a week that two years share is in both for \
              INTERVAL and BYSETPOS. Here, and in libical, it belongs to the year that counts it",
        who: &[DATEUTIL, TEMPORAL],
        holds: |parts| {
            let is_seen = parts.has("INTERVAL") || parts.has("BYSETPOS");
            parts.is_yearly_by("BYWEEKNO", &[]) && is_seen
        },
        there: There::Differs,
    },
    Reading {
        why: "BYSETPOS counts in the first week from the first day on. In all others it counts from their beginning; here, \
              and in libical, in all",
        who: &[DATEUTIL],
        holds: |parts| parts.get("FREQ") == Some("WEEKLY") && parts.has("BYSETPOS"),
        there: There::Differs,
    },
    Reading {
        why: "a numbered day of the week beside days of a month is that of the year, where no month is named. Here it is \
              that of the month, as the month is the one of the first day",
        who: &[DATEUTIL],
        holds: |parts| {
            parts.is_yearly_by("BYMONTHDAY", &["BYMONTH", "BYYEARDAY"]) && parts.has_numbered_day()
        },
        there: There::Differs,
    },
    Reading {
        why: "the 53rd week: days of January are given also where the year before has 52 weeks, whose number is reckoned from \
              the length of the wrong year",
        who: &[DATEUTIL],
        holds: |parts| parts.is_yearly_by("BYWEEKNO", &[]) && parts.lists("BYWEEKNO", "53"),
        there: There::Differs,
    },
    Reading {
        why: "the 53rd of a day of the week is given also in years that have 52: it lies in the next one, or in the one before",
        who: &[TEMPORAL],
        holds: |parts| parts.get("BYDAY").is_some_and(|days| days.contains("53")),
        there: There::Differs,
    },
    Reading {
        why: "of the lists of a yearly rule some are not asked beside others. RFC 5545 has BYDAY limit what BYYEARDAY or \
              BYMONTHDAY give; here every list must be obeyed",
        who: &[TEMPORAL],
        holds: |parts| {
            let beside = |name, others: &[&str]| {
                parts.is_yearly_by(name, &[]) && others.iter().any(|other| parts.has(other))
            };
            beside("BYYEARDAY", &["BYWEEKNO", "BYMONTHDAY", "BYDAY"])
                || beside("BYWEEKNO", &["BYMONTHDAY"])
                || beside("BYMONTHDAY", &["BYDAY"]) && parts.has_numbered_day()
        },
        there: There::Differs,
    },
    Reading {
        why: "the last week of the year before the first one: its days in the first year are left out",
        who: &[TEMPORAL],
        holds: |parts| parts.is_yearly_by("BYWEEKNO", &[]),
        there: There::LeavesOut(|start, day| {
            day.year() == start.year() && day.month() == 1 && day.day() < 7
        }),
    },
];

struct Question {
    start: Date,
    rule: String,
    /// By the place of their names; none where it was not answered.
    answers: Vec<Option<Vec<Date>>>,
}

/// The days that we give, as far as was asked.
fn ours(rule: &str, start: Date) -> Option<Vec<Date>> {
    let obeys = Brute::new(rule, start).obeys(start);
    match questions::first(rule, &Start::Day(start), obeys, MOST) {
        Ok(days) => Some(days.into_iter().filter(|day| day.year() <= UNTIL).collect()),
        Err(Fault::NeverHappens) if obeys => Some(vec![start]),
        Err(Fault::NeverHappens) => Some(Vec::new()),
        Err(_) => None,
    }
}

/// `Ok` with the number of a reading, if one was needed.
fn compare(question: &Question, who: usize) -> Result<Option<usize>, String> {
    let Some(theirs) = &question.answers[who] else {
        return Ok(None);
    };
    let Question { start, rule, .. } = question;
    let found = ours(rule, *start);
    if found.as_ref() == Some(theirs) {
        return Ok(None);
    }
    let mut rule_there = rule.clone();
    let mut left_out: fn(Date, Date) -> bool = |_, _| false;
    let mut needed = None;
    for (place, reading) in READINGS.iter().enumerate() {
        if reading.who.contains(&who) && (reading.holds)(&Parts(rule)) {
            needed = Some(place);
            match reading.there {
                There::Means(as_ours) => rule_there = as_ours(&rule_there),
                There::LeavesOut(those) => left_out = those,
                There::Differs => return Ok(needed),
            }
        }
    }
    if needed.is_some()
        && let Some(mut days) = ours(&rule_there, *start)
    {
        days.retain(|day| !left_out(*start, *day));
        // Where some are left out, as many more were given there.
        if days == *theirs || days.len() < MOST && theirs.starts_with(&days) {
            return Ok(needed);
        }
    }
    let name = NAMES[who];
    Err(format!(
        "{start} {rule}\n  {name} {theirs:?}\n  ours {found:?}"
    ))
}

#[test]
fn others_give_the_same_days_but_for_the_readings_that_are_named() {
    let questions = match questions::setting("TICKBOX_RECURRENCE_OTHERS") {
        Some(number) => asked(
            number,
            questions::setting("TICKBOX_RECURRENCE_SEED").unwrap_or(17),
        ),
        None => written(),
    };
    if let Some(file) = std::env::var_os("TICKBOX_RECURRENCE_TABLE") {
        fs::write(file, table(&questions)).unwrap();
    }
    let mut wrong = Vec::new();
    let mut counts = [[0; READINGS.len() + 2]; NAMES.len()];
    for question in &questions {
        for (who, counts) in counts.iter_mut().enumerate() {
            match compare(question, who) {
                Ok(Some(reading)) => counts[reading] += 1,
                Ok(None) if question.answers[who].is_none() => counts[READINGS.len()] += 1,
                Ok(None) => counts[READINGS.len() + 1] += 1,
                Err(difference) => wrong.push(difference),
            }
        }
    }
    let mut report = String::new();
    for (who, counts) in counts.iter().enumerate() {
        let [.., unanswered, equal] = counts;
        writeln!(
            report,
            "{}: {equal} equal, {unanswered} not answered",
            NAMES[who]
        )
        .unwrap();
        for (reading, count) in READINGS.iter().zip(counts).filter(|it| *it.1 > 0) {
            writeln!(report, "  {count}: {}", reading.why).unwrap();
        }
    }
    assert!(
        wrong.is_empty(),
        "{report}{} not explained, such as\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    assert!(questions.len() >= 300, "{report}");
    std::io::stderr().write_all(report.as_bytes()).unwrap();
}

fn asked(number: u64, seed: u64) -> Vec<Question> {
    let mut dice = Dice::new(seed);
    let mut questions: Vec<_> = (0..number)
        .map(|_| {
            let start = dice.start();
            let rule = dice.rule(start);
            (start, rule)
        })
        .map(|(start, rule)| Question {
            start,
            rule,
            answers: Vec::new(),
        })
        .collect();
    let lines = questions.iter().map(|question| {
        let (start, rule) = (question.start, &question.rule);
        serde_json::json!({"start": start.to_string(), "rule": rule, "until": UNTIL, "most": MOST})
            .to_string()
            + "\n"
    });
    let input = lines.collect::<Vec<_>>().concat();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/others/");
    let python = std::env::var_os("TICKBOX_PYTHON").unwrap_or_else(|| "python3".into());
    let programs: [(OsString, &str); 2] = [
        (python, "ask_dateutil.py"),
        ("node".into(), "ask_temporal.mjs"),
    ];
    // Each takes minutes for many rules, so both are asked at the same time.
    let answered: Vec<_> = thread::scope(|scope| {
        let asking = programs.map(|(program, script)| {
            let mut command = Command::new(program);
            command.arg(format!("{folder}{script}"));
            let input = input.clone();
            scope.spawn(move || answers(command, input))
        });
        asking.into_iter().map(|it| it.join().unwrap()).collect()
    });
    for (answers, name) in answered.into_iter().zip(NAMES) {
        assert_eq!(answers.len(), questions.len(), "{name}");
        for (question, answer) in questions.iter_mut().zip(answers) {
            question.answers.push(answer);
        }
    }
    questions
}

fn answers(mut command: Command, input: String) -> Vec<Option<Vec<Date>>> {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // What is no list is an error, or took too long.
    let read = |line| {
        let days: Vec<String> = serde_json::from_str(line).ok()?;
        Some(days.iter().map(|day| day.parse().unwrap()).collect())
    };
    text.lines().map(read).collect()
}

fn table(questions: &[Question]) -> String {
    let mut text = String::from(
        "# What python-dateutil and then rrule-temporal make of random rules; see others.rs.\n\
         # First day | rule | days of the one | days of the other, = the same, - not answered\n",
    );
    for Question {
        start,
        rule,
        answers,
    } in questions
    {
        let days = |answer: &Option<Vec<Date>>| match answer {
            None => "-".to_owned(),
            Some(days) => {
                let days: Vec<_> = days.iter().map(Date::to_string).collect();
                days.join(" ")
            }
        };
        let (one, other) = (days(&answers[0]), days(&answers[1]));
        let other = if one == other { "=" } else { &other };
        writeln!(text, "{start} | {rule} | {one} | {other}").unwrap();
    }
    text
}

fn written() -> Vec<Question> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let days = |text: &str| match text {
        "-" => None,
        text => Some(
            text.split_whitespace()
                .map(|day| day.parse().unwrap())
                .collect(),
        ),
    };
    let read = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let other = if cells[3] == "=" { cells[2] } else { cells[3] };
        Question {
            start: cells[0].parse().unwrap(),
            rule: cells[1].to_owned(),
            answers: vec![days(cells[2]), days(other)],
        }
    };
    lines.map(read).collect()
}
