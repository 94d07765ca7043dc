//! What must hold of every rule, each day of it looked at by the reader that knows no shortcut. `PROPTEST_CASES` tries more.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use tickbox_recurrence::{Fault, Rule, Series, Start};

use crate::brute::Brute;
use crate::dice::Dice;

/// How far the days of a rule are followed one by one, in days.
const FAR: i64 = 3000;

fn plus(date: Date, days: i64) -> Date {
    date + jiff::Span::new().days(days)
}

fn without_end(rule: &str) -> String {
    let parts = rule.split(';');
    let parts = parts.filter(|part| !part.starts_with("COUNT") && !part.starts_with("UNTIL"));
    parts.collect::<Vec<_>>().join(";")
}

/// The days of a rule up to one day, found by trying all.
fn walked(rule: &str, start: Date, last: Date) -> Vec<Date> {
    let brute = Brute::new(rule, start);
    let rest = start.series(jiff::Span::new().days(1)).skip(1);
    let rest = rest.take_while(|day| *day <= last);
    let found = rest.filter(|day| brute.obeys(*day));
    // The first is one in any case.
    [start].into_iter().chain(found).collect()
}

/// The days of a series up to one day; none behind the first is no fault here.
fn found(rule: &str, start: Date, excluded: &[Date], last: Date) -> Vec<Date> {
    let rule = Rule::parse(rule).unwrap();
    let days = match Series::new(&rule, &Start::Day(start), excluded) {
        Ok(series) => series.first(100_000).unwrap(),
        Err(Fault::NeverHappens) if !excluded.contains(&start) => vec![start],
        Err(Fault::NeverHappens) => Vec::new(),
        Err(fault) => panic!("{start} {rule}: {fault}"),
    };
    days.into_iter().take_while(|day| *day <= last).collect()
}

proptest! {
    #[test]
    fn days_are_those_that_obey_in_their_order(seed: u64) {
        let mut dice = Dice::new(seed);
        let start = dice.start();
        let rule = without_end(&dice.rule(start));
        let last = plus(start, FAR);
        // An end on that day spares the days up to the year 9999.
        let ended = format!("{rule};UNTIL={}", last.strftime("%Y%m%d"));
        let days = found(&ended, start, &[], last);
        prop_assert!(days.is_sorted_by(|a, b| a < b), "{start} {rule}");
        prop_assert_eq!(days, walked(&rule, start, last), "{} {}", start, rule);
    }

    #[test]
    fn counts_and_ends_hold_and_exclusions_count(seed: u64) {
        let mut dice = Dice::new(seed);
        let start = dice.start();
        let rule = without_end(&dice.rule(start));
        let last = plus(start, FAR);
        let all = walked(&rule, start, last);
        let count = 1 + dice.below(all.len());
        let excluded: Vec<Date> = all.iter().copied().filter(|_| dice.below(4) == 0).collect();
        let left = |days: &[Date]| -> Vec<Date> {
            days.iter().copied().filter(|day| !excluded.contains(day)).collect()
        };
        let counted = found(&format!("{rule};COUNT={count}"), start, &excluded, last);
        prop_assert_eq!(counted, left(&all[..count]), "{} {} {}", start, rule, count);
        let until = plus(all[count - 1], i64::try_from(dice.below(3)).unwrap());
        let ended = format!("{rule};UNTIL={}", until.strftime("%Y%m%d"));
        let wanted: Vec<_> = all.into_iter().filter(|day| *day <= until.min(last)).collect();
        prop_assert_eq!(found(&ended, start, &excluded, last), left(&wanted), "{} {}", start, ended);
    }

    #[test]
    fn the_next_day_is_the_one_that_all_days_have(seed: u64) {
        let mut dice = Dice::new(seed);
        let start = dice.start();
        let text = dice.rule(start);
        let rule = Rule::parse(&text).unwrap();
        let Ok(series) = Series::new(&rule, &Start::Day(start), &[]) else {
            return Ok(());
        };
        let days = series.first(60).unwrap();
        for _ in 0..20 {
            let days_later = i64::try_from(dice.below(1200)).unwrap() - 100;
            let day = plus(start, days_later);
            let wanted = days.iter().copied().find(|other| *other > day);
            if wanted.is_some() || days.len() < 60 {
                prop_assert_eq!(series.next_after(day).unwrap(), wanted, "{} {} {}", start, text, day);
                prop_assert_eq!(series.has(day).unwrap(), days.contains(&day), "{} {} {}", start, text, day);
            }
        }
    }

    #[test]
    fn the_one_form_of_a_rule_means_the_same_and_stays(seed: u64) {
        let mut dice = Dice::new(seed);
        let start = dice.start();
        let text = dice.rule(start);
        let rule = Rule::parse(&text).unwrap();
        let form = rule.to_string();
        prop_assert_eq!(Rule::parse(&form), Ok(rule), "{}", text);
        prop_assert_eq!(Rule::parse(&form).unwrap().to_string(), form.clone());
        let lower = format!(" rrule:{};", text.to_lowercase());
        prop_assert_eq!(Rule::parse(&lower).unwrap().to_string(), form);
    }

    #[test]
    fn no_text_makes_it_stumble(text in "(FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY|HOURLY))?(;[A-Z]{1,10}=?[-+0-9A-Z,é]{0,12}){0,4}") {
        if let Ok(rule) = Rule::parse(&text) {
            prop_assert_eq!(Rule::parse(&rule.to_string()), Ok(rule));
        }
    }
}

/// A jump over eight thousand years gives the day that walking there would.
#[test]
fn a_far_day_is_as_near_as_any_other() {
    let next = |rule: &str, after: Date| {
        let rule = Rule::parse(rule).unwrap();
        let series = Series::new(&rule, &Start::Day(date(2000, 2, 29)), &[]).unwrap();
        series.next_after(after).unwrap()
    };
    assert_eq!(
        next("FREQ=YEARLY", date(9995, 1, 1)),
        Some(date(9996, 2, 29))
    );
    assert_eq!(next("FREQ=YEARLY", date(9996, 2, 29)), None);
    assert_eq!(
        next("FREQ=YEARLY;INTERVAL=100", date(2000, 2, 29)),
        Some(date(2400, 2, 29))
    );
    // 2,900,000 days, of which every 7th is a Tuesday like the first.
    assert_eq!(
        next("FREQ=DAILY;INTERVAL=7", date(9999, 12, 20)),
        Some(date(9999, 12, 21))
    );
    assert_eq!(
        next("FREQ=WEEKLY;BYDAY=FR", date(9999, 12, 30)),
        Some(date(9999, 12, 31))
    );
    assert_eq!(
        next("FREQ=MONTHLY;BYMONTHDAY=-1", date(9999, 12, 30)),
        Some(date(9999, 12, 31))
    );
    assert_eq!(next("FREQ=DAILY", date(9999, 12, 31)), None);
}
