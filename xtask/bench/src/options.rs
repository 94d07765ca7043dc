//! What a person may ask of `cargo xtask bench`.

use std::fmt::Write;
use std::path::PathBuf;

use crate::Outcome;
use crate::sections::{SECTIONS, Section};

const HELP: &str = "\
cargo xtask bench [SECTION…]     measures these sections, or all; keeps what was found in bench/results
                                 and writes bench/RESULTS.md from all that is kept there
    --before PATH                another program, measured in turn with this one: ratios to it
    --binary PATH                measures that program and not target/release/tickbox, which is built
    --repeats N                  so many repeats instead of 5; figures are their medians
    --seconds N                  so long for each measurement instead of 3
    --quick                      once, 2 seconds, a fifth of the data, to see that it works; what was
                                 found is kept in target/bench instead
cargo xtask bench report         writes bench/RESULTS.md again

SECTION is";

pub(crate) fn help() -> String {
    let mut text = HELP.to_owned();
    for section in &SECTIONS {
        let _ = write!(text, "\n    {:<12} {}", section.name, section.about);
    }
    text
}

/// How long, how often, and with how many tasks of each user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) repeats: usize,
    pub(crate) seconds: u32,
    pub(crate) tasks_each: u64,
    pub(crate) quick: bool,
}

const FULL: Plan = Plan {
    repeats: 5,
    seconds: 3,
    tasks_each: 100,
    quick: false,
};

const QUICK: Plan = Plan {
    repeats: 1,
    seconds: 2,
    tasks_each: 20,
    quick: true,
};

pub(crate) struct Asked {
    pub(crate) sections: Vec<&'static Section>,
    pub(crate) plan: Plan,
    pub(crate) binary: Option<PathBuf>,
    pub(crate) before: Option<PathBuf>,
}

pub(crate) enum Options {
    Help,
    Report,
    Measure(Asked),
}

impl Options {
    pub(crate) fn read(words: &[String]) -> Outcome<Self> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let found = match words[..] {
            ["help" | "--help" | "-h"] => Some(Self::Help),
            ["report"] => Some(Self::Report),
            _ => read_asked(&words).map(Self::Measure),
        };
        found.ok_or_else(|| format!("not understood: {}\n\n{}", words.join(" "), help()).into())
    }
}

fn read_asked(words: &[&str]) -> Option<Asked> {
    let mut asked = Asked {
        sections: Vec::new(),
        plan: if words.contains(&"--quick") {
            QUICK
        } else {
            FULL
        },
        binary: None,
        before: None,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--quick" => {}
            "--before" => asked.before = Some(words.next()?.into()),
            "--binary" => asked.binary = Some(words.next()?.into()),
            "--repeats" => asked.plan.repeats = words.next()?.parse().ok()?,
            "--seconds" => asked.plan.seconds = words.next()?.parse().ok()?,
            name => asked
                .sections
                .push(SECTIONS.iter().find(|section| section.name == name)?),
        }
    }
    if asked.sections.is_empty() {
        asked.sections.extend(&SECTIONS);
    }
    // None at all would have no median.
    (asked.plan.repeats > 0 && asked.plan.seconds > 0).then_some(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_measured_alone_if_it_is_named() {
        let names = |words: &[&str]| {
            let asked = read_asked(words)?;
            let names = asked.sections.iter().map(|section| section.name);
            Some((names.collect::<Vec<_>>(), asked.plan.repeats))
        };
        assert_eq!(names(&["streams", "--quick"]), Some((vec!["streams"], 1)));
        assert_eq!(
            names(&["--quick", "--repeats", "3", "lone"]),
            Some((vec!["lone"], 3))
        );
        assert_eq!(names(&["stream"]), None);
        assert_eq!(names(&["--repeats", "0"]), None);
        assert_eq!(
            names(&[]).map(|(names, _)| names.len()),
            Some(SECTIONS.len())
        );
    }
}
