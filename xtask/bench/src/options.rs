//! What a person may ask of `cargo xtask bench`.

use std::path::PathBuf;

use clap::Parser;

use crate::sections::{SECTIONS, Section};

/// Measures the program under load, keeps what was found in bench/results, and writes
/// bench/RESULTS.md from all that is kept there.
#[derive(Parser)]
#[command(name = "cargo xtask bench", after_help = list())]
pub(crate) struct Options {
    /// What to measure; everything if nothing is named
    #[arg(value_parser = find)]
    pub(crate) sections: Vec<&'static Section>,
    /// Another program, which is measured in turn with this one, for ratios to it
    #[arg(long, value_name = "PATH")]
    pub(crate) before: Option<PathBuf>,
    /// Measure this program, and not target/release/tickbox, which is built otherwise
    #[arg(long, value_name = "PATH")]
    pub(crate) binary: Option<PathBuf>,
    /// How often everything is measured; figures are medians [default: 5, quick: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    repeats: Option<u32>,
    /// How long each measurement takes [default: 3, quick: 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    seconds: Option<u32>,
    /// Short and with a fifth of the data, to see that it works; kept in target/bench instead
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only write the report again
    #[arg(long)]
    pub(crate) report: bool,
}

impl Options {
    pub(crate) fn sections(&self) -> Vec<&'static Section> {
        match &self.sections[..] {
            [] => SECTIONS.iter().collect(),
            named => named.to_vec(),
        }
    }

    pub(crate) fn repeats(&self) -> u32 {
        self.repeats.unwrap_or(if self.quick { 1 } else { 5 })
    }

    pub(crate) fn seconds(&self) -> u32 {
        self.seconds.unwrap_or(if self.quick { 2 } else { 3 })
    }

    pub(crate) fn tasks_each(&self) -> usize {
        if self.quick { 20 } else { 100 }
    }
}

fn list() -> String {
    let lines = SECTIONS.map(|section| format!("  {:<12} {}\n", section.name, section.about));
    format!("Sections:\n{}", lines.concat())
}

fn find(name: &str) -> Result<&'static Section, String> {
    let found = SECTIONS.iter().find(|section| section.name == name);
    found.ok_or_else(|| format!("no section\n\n{}", list()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_measured_alone_if_it_is_named() {
        let names = |words: &[&str]| {
            let words = ["bench"].iter().chain(words);
            let options = Options::try_parse_from(words).ok()?;
            let names = options.sections().into_iter().map(|section| section.name);
            Some((names.collect::<Vec<_>>(), options.repeats()))
        };
        assert_eq!(names(&["streams", "--quick"]), Some((vec!["streams"], 1)));
        assert_eq!(names(&["lone", "--repeats", "3"]), Some((vec!["lone"], 3)));
        assert_eq!(names(&["stream"]), None);
        assert_eq!(names(&["--repeats", "0"]), None);
        assert_eq!(
            names(&[]),
            Some((SECTIONS.map(|section| section.name).to_vec(), 5))
        );
    }
}
