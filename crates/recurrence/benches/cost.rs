//! How long rules take: to parse one into a series, to list 366 days, and to find one day far in the future:
//! `cargo bench -p tickbox-recurrence`. The goal: the first two together take at most a millisecond for every rule.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and stops at the first surprise"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use tickbox_recurrence::{Fault, Rule, Series, Start};

const GOAL: Duration = Duration::from_millis(1);

/// Common ones, those that look at most periods for their days, and those that never happen.
const RULES: [&str; 30] = [
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYWEEKNO=1,10,20,30,40,53;BYDAY=MO,FR",
    "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,100,-1",
    "FREQ=DAILY;COUNT=9999",
    "FREQ=WEEKLY;COUNT=9999",
    "FREQ=MONTHLY;COUNT=9999",
    "FREQ=YEARLY;COUNT=9999",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;COUNT=9999",
    "FREQ=DAILY;INTERVAL=31;BYMONTHDAY=1;BYDAY=MO",
    "FREQ=DAILY;INTERVAL=31;BYMONTHDAY=31;BYDAY=MO;COUNT=9999",
    "FREQ=DAILY;INTERVAL=2;BYMONTHDAY=31;BYDAY=MO;COUNT=9999",
    "FREQ=DAILY;INTERVAL=29;BYMONTH=2;BYMONTHDAY=29;COUNT=9999",
    "FREQ=WEEKLY;INTERVAL=2;BYMONTH=2;BYDAY=MO;COUNT=9999",
    "FREQ=WEEKLY;INTERVAL=53;BYMONTH=2;BYDAY=MO;BYSETPOS=-1;COUNT=9999",
    "FREQ=WEEKLY;BYMONTH=2;BYDAY=MO,TU;BYSETPOS=2;COUNT=9999",
    "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR;COUNT=9999",
    "FREQ=MONTHLY;INTERVAL=5;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;COUNT=9999",
    "FREQ=YEARLY;BYYEARDAY=366;BYDAY=MO;COUNT=9999",
    "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=1;BYMONTHDAY=3;COUNT=9999",
    "FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2",
    "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=30;BYMONTH=2",
    "FREQ=DAILY;INTERVAL=2;BYMONTHDAY=30;BYMONTH=2",
    "FREQ=DAILY;INTERVAL=35;BYMONTHDAY=30,31;BYMONTH=2,4;BYDAY=SA",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;BYSETPOS=3",
];

fn days(rule: &Rule, start: &Start, most: usize) -> Result<Vec<Date>, Fault> {
    Series::new(rule, start, &[])?.first(most)
}

/// The quickest of several tries: what else the machine does is not the rule's.
fn quickest<T>(mut work: impl FnMut() -> T) -> Duration {
    let tries = (0..20).map(|_| {
        let begin = Instant::now();
        black_box(work());
        begin.elapsed()
    });
    tries.min().unwrap_or_default()
}

fn main() {
    let mut slowest = Duration::ZERO;
    println!("{:>10} {:>10}  days", "366 days", "one far");
    for text in RULES {
        let rule = Rule::parse(text).unwrap();
        let start = Start::Day(date(2026, 2, 28));
        let all = quickest(|| days(&rule, &start, 366));
        slowest = slowest.max(all);
        let outcome = days(&rule, &start, 366)
            .map_or_else(|fault| fault.to_string(), |days| days.len().to_string());
        let far = Series::new(&rule, &start, &[])
            .map(|series| quickest(|| series.next_after(date(9000, 1, 1))));
        let far = far.map_or_else(|_| "-".to_owned(), |far| format!("{far:.1?}"));
        println!("{:>10} {far:>10}  {outcome} {text}", format!("{all:.1?}"));
    }
    println!("slowest {slowest:.1?}, goal {GOAL:?}");
    assert!(slowest <= GOAL);
}
