//! The report of an import: how much was imported, what was not, and why. Its size does not depend on the file.

use std::collections::BTreeMap;

use crate::domain::{Noun, Refusal};

/// How many failures the report lists with line and reason.
const MOST_FAILURES: usize = 100;

/// How many lines the report lists for each part that was left out.
const MOST_LINES: usize = 10;

/// Of tasks, or of lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub created: usize,
    /// They existed already.
    pub skipped: usize,
    /// Of these, in the trash.
    pub skipped_in_trash: usize,
    pub failed: usize,
}

/// Why a record was not imported.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// It could not be parsed.
    Fault(String),
    Refused(Refusal),
}

/// A record that was not imported.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub line: u64,
    pub why: Why,
}

/// A part that cannot be imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    pub count: usize,
    /// The first of them.
    pub lines: Vec<u64>,
}

#[derive(Clone, Debug, Default)]
pub struct Report {
    pub tasks: Counts,
    pub lists: Counts,
    /// The first of them, in the order in which they were found.
    pub failures: Vec<Failure>,
    /// By its name.
    pub left_out: BTreeMap<&'static str, LeftOut>,
}

impl Report {
    /// Whether something was written.
    pub fn has_written(&self) -> bool {
        self.tasks.created + self.lists.created > 0
    }

    pub(super) fn counts(&mut self, noun: Noun) -> &mut Counts {
        match noun {
            Noun::Task => &mut self.tasks,
            Noun::List => &mut self.lists,
        }
    }

    /// Its kind is not known: it counts as a task.
    pub(super) fn fail(&mut self, line: u64, why: Why) {
        self.tasks.failed += 1;
        self.tell(line, why);
    }

    pub(super) fn refuse(&mut self, line: u64, noun: Noun, refusal: Refusal) {
        self.counts(noun).failed += 1;
        self.tell(line, Why::Refused(refusal));
    }

    fn tell(&mut self, line: u64, why: Why) {
        if self.failures.len() < MOST_FAILURES {
            self.failures.push(Failure { line, why });
        }
    }

    pub(super) fn leave_out(&mut self, line: u64, what: &'static str) {
        let left_out = self.left_out.entry(what).or_default();
        left_out.count += 1;
        if left_out.lines.len() < MOST_LINES && left_out.lines.last() != Some(&line) {
            left_out.lines.push(line);
        }
    }
}
