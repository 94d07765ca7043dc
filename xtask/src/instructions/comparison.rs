//! What was counted beside what is on record: the table, and whether a change has to say something
//! about it. It neither counts nor writes files.

use std::fmt::Write;

use super::record::{ACCEPT, Record};
use xtask::step::Outcome;

/// In percent: many times what the same code varies by, and less than anyone would give away
/// unseen.
const BOUND: f64 = 3.0;

/// Other tools make another program of the same code. What is left is a guard against the worst.
const BOUND_OF_OTHER_TOOLS: f64 = 15.0;

pub(super) struct Comparison {
    rows: Vec<Row>,
    /// Such as `rustc 1.97.0 instead of 1.96.0`.
    other_tools: Vec<String>,
}

/// One kind of request on one engine.
struct Row {
    name: String,
    recorded: Option<u64>,
    now: Option<u64>,
}

impl Row {
    /// In percent.
    fn change(&self) -> Option<f64> {
        let (recorded, now) = (self.recorded?, self.now?);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let ratio = now as f64 / recorded as f64;
        Some((ratio - 1.0) * 100.0)
    }

    /// What is wrong with it.
    fn fault(&self, is_foreign: bool) -> Option<String> {
        let name = &self.name;
        match (self.change(), is_foreign) {
            (None, _) if self.now.is_none() => {
                Some(format!("{name} is on record and was not counted"))
            }
            (None, _) => Some(format!("{name} is not on record")),
            (Some(change), true) if change > BOUND_OF_OTHER_TOOLS => Some(format!(
                "{name} rose by {change:.1}%, more than what is allowed for other tools"
            )),
            (Some(change), false) if change > BOUND => Some(format!("{name} rose by {change:.1}%")),
            // With the old number it could rise again by as much, unseen.
            (Some(change), false) if change < -BOUND => {
                Some(format!("{name} fell by {:.1}%", -change))
            }
            _ => None,
        }
    }
}

impl Comparison {
    pub(super) fn new(recorded: &Record, now: &Record) -> Self {
        let row = |name: &str| Row {
            name: name.to_owned(),
            recorded: find(&recorded.counts, name).copied(),
            now: find(&now.counts, name).copied(),
        };
        let gone = recorded
            .counts
            .iter()
            .filter(|(name, _)| find(&now.counts, name).is_none());
        let other = |(name, version): &(String, String)| {
            let before = find(&recorded.tools, name).map_or("nothing", String::as_str);
            (before != version).then(|| format!("{name}: {version} instead of {before}"))
        };
        Self {
            rows: now
                .counts
                .iter()
                .chain(gone)
                .map(|(name, _)| row(name))
                .collect(),
            other_tools: now.tools.iter().filter_map(other).collect(),
        }
    }

    pub(super) fn table(&self) -> String {
        let mut table = format!(
            "{:<20} {:>10} {:>10} {:>8}\n",
            "instructions", "recorded", "now", "change"
        );
        for row in &self.rows {
            let number =
                |count: Option<u64>| count.map_or("-".to_owned(), |count| count.to_string());
            let change = row
                .change()
                .map_or("-".to_owned(), |change| format!("{change:+.1}%"));
            let (recorded, now) = (number(row.recorded), number(row.now));
            // Writing to a text cannot fail.
            let _ = writeln!(
                table,
                "{:<20} {recorded:>10} {now:>10} {change:>8}",
                row.name
            );
        }
        table
    }

    /// What somebody has to know even if nothing is wrong.
    pub(super) fn remark(&self) -> Option<String> {
        (!self.other_tools.is_empty()).then(|| {
            format!(
                "INSTRUCTIONS WERE COUNTED WITH OTHER TOOLS than those on record, so that only a rise of more than \
                 {BOUND_OF_OTHER_TOOLS}% is noticed (otherwise {BOUND}%):\n  {}\n\
                 If all are to have these from now on: {ACCEPT}",
                self.other_tools.join("\n  ")
            )
        })
    }

    /// # Errors
    /// What rose or fell too much, and what to do.
    pub(super) fn verdict(&self) -> Outcome {
        let is_foreign = !self.other_tools.is_empty();
        let faults: Vec<_> = self
            .rows
            .iter()
            .filter_map(|row| row.fault(is_foreign))
            .collect();
        if faults.is_empty() {
            return Ok(());
        }
        Err(format!(
            "{}\nIf that is meant, renew the record in the same change, and say why in its message: {ACCEPT}",
            faults.join("\n")
        ))
    }
}

fn find<'a, T>(all: &'a [(String, T)], name: &str) -> Option<&'a T> {
    all.iter()
        .find(|(other, _)| other == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(rustc: &str, counts: &[(&str, u64)]) -> Record {
        Record {
            tools: vec![("rustc".to_owned(), rustc.to_owned())],
            counts: counts
                .iter()
                .map(|(name, count)| ((*name).to_owned(), *count))
                .collect(),
        }
    }

    fn faults(recorded: &Record, now: &Record) -> String {
        Comparison::new(recorded, now)
            .verdict()
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn a_rise_of_more_than_3_percent_is_named() {
        let recorded = record("1", &[("sqlite get", 1000), ("sqlite list", 1000)]);
        assert_eq!(
            faults(
                &recorded,
                &record("1", &[("sqlite get", 1029), ("sqlite list", 971)])
            ),
            ""
        );
        let found = faults(
            &recorded,
            &record("1", &[("sqlite get", 1031), ("sqlite list", 1000)]),
        );
        assert!(found.contains("sqlite get rose by 3.1%"), "{found}");
        assert!(found.contains(ACCEPT) && !found.contains("list"), "{found}");
    }

    #[test]
    fn a_fall_makes_the_record_too_lax() {
        let found = faults(
            &record("1", &[("sqlite get", 1000)]),
            &record("1", &[("sqlite get", 950)]),
        );
        assert!(found.contains("sqlite get fell by 5.0%"), "{found}");
    }

    #[test]
    fn other_tools_are_said_aloud_and_given_more_room() {
        let recorded = record("1", &[("sqlite get", 1000)]);
        let comparison = Comparison::new(&recorded, &record("2", &[("sqlite get", 1100)]));
        assert_eq!(comparison.verdict(), Ok(()));
        let remark = comparison.remark().unwrap_or_default();
        assert!(remark.contains("rustc: 2 instead of 1"), "{remark}");
        let found = faults(&recorded, &record("2", &[("sqlite get", 1151)]));
        assert!(found.contains("rose by 15.1%"), "{found}");
        assert_eq!(faults(&recorded, &record("2", &[("sqlite get", 500)])), "");
    }

    #[test]
    fn a_kind_that_is_missing_on_either_side_is_a_fault() {
        let (less, more) = (record("1", &[("a", 1)]), record("1", &[("a", 1), ("b", 1)]));
        assert!(faults(&less, &more).contains("b is not on record"));
        assert!(faults(&more, &less).contains("b is on record and was not counted"));
    }
}
