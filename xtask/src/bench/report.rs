//! The report: what was found as Markdown, on the terminal and in a file, with its plots beside it.

use std::fmt::Write;
use std::fs;

use super::goals::{self, Goal};
use super::results::{Circumstances, Keeper};
use super::section::{Results, Section, Told};
use super::statistics::Summary;
use crate::step::{Outcome, root, write};

const HOW: &str = "\
- The release build with its default settings. Its request log (JSON, one line for each request) goes to
  `/dev/null`: writing it is the program's work, keeping it is others'.
- Where nothing else is said: 1,000 users with 100 tasks each; random users and tasks; every request carries its
  user's HS256 token, which is verified each time; each contender gets a fresh copy of the data before every repeat.
- 64 keep-alive HTTP/1.1 connections over loopback, no TLS. The load generator is one thread of the harness, not
  pinned, on the same cores. It checks the status and length of every answer and the content of one in 64; an error
  fails the run.
- *At full load*, each connection asks again as soon as it is answered. *At a fixed rate*, requests are due at fixed
  times, and a latency counts from when its request was due (so nothing is omitted while the server stalls).
- PostgreSQL is a fresh cluster with the settings that `initdb` writes, `fsync` on, but for `shared_buffers`: a quarter of the
  memory, as the manual recommends.
  Our SQLite runs with `synchronous=FULL`: a write is on disk before it is answered.
- `pgbench -M prepared -j 2` sends the program's own statements, writes as the same transaction in one
  pipeline; best of 4, 8, 16 and 32 clients in each repeat. It has neither HTTP, nor tokens, nor JSON to do.
  Its script puts ids together from numbers, which costs it about 3% of a get.
- FastAPI: `bench/peers/fastapi`, plainly as its authors would write it, two uvicorn workers; PocketBase: from
  PyPI, with its default settings (`synchronous=NORMAL`), tokens of its own users. Both with their default logs.
- What is compared takes turns within each repeat, in the other order every second time. Ratios are medians of the
  ratios within a repeat; in brackets the lowest and the highest.
- CPU time is that of the whole process (and of all processes of PostgreSQL) divided by the answers. Memory is what
  is resident.
";

/// Writes it, from what is kept, and prints it.
pub(super) fn tell(keeper: &Keeper) -> Outcome {
    let results = Results::read(keeper);
    for section in Section::ALL {
        for plot in results
            .tell(section)
            .map_or_else(Vec::new, |told| told.plots)
        {
            write(&keeper.plot(&plot.name), &plot.svg())?;
        }
    }
    let text = compose(&results);
    println!("\n{text}");
    write(&keeper.report(), &text)?;
    println!("written to {}", keeper.report().display());
    Ok(())
}

fn compose(results: &Results) -> String {
    let told: Vec<(Section, Option<Told>)> = Section::ALL
        .into_iter()
        .map(|section| (section, results.tell(section)))
        .collect();
    let common = told
        .iter()
        .find_map(|(_, told)| Some(told.as_ref()?.circumstances));
    let mut text = "# What was measured\n\nWritten by `cargo xtask bench`; do not edit.".to_owned();
    if let Some(common) = common {
        let _ = write!(text, " {} Absolute figures differ", describe(common));
        text += " from machine to machine\nand from hour to hour: only the ratios mean something elsewhere.";
    }
    text += "\n\n## Goals\n";
    for list in goals::lists(results) {
        let _ = write!(text, "\n### {}\n\n{}", list.title, table(&list.goals));
    }
    // Written by people, who know why.
    if let Ok(remarks) = fs::read_to_string(root().join("bench/REMARKS.md")) {
        let _ = write!(text, "\n{remarks}");
    }
    for (section, told) in &told {
        let _ = write!(text, "\n## {}\n\n", section.title());
        text += &tell_section(*section, told.as_ref(), common);
    }
    text + "\n## How\n\n" + HOW
}

fn describe(circumstances: &Circumstances) -> String {
    let Circumstances {
        machine,
        revision,
        repeats,
        quick,
        errors,
    } = circumstances;
    let mut text = format!(
        "One machine: {machine}, shared by the load generator,\nthe program and the database. \
         Revision {revision}, {repeats} repeats; medians."
    );
    if *quick {
        text += " **A quick run, short and small: it shows that all works, not how fast.**";
    }
    if *errors > 0 {
        let _ = write!(text, " **{errors} answers were wrong or missing.**");
    }
    text
}

fn tell_section(section: Section, told: Option<&Told>, common: Option<&Circumstances>) -> String {
    let Some(told) = told else {
        return format!("Not measured: `cargo xtask bench {}`.\n", section.name());
    };
    let mut text = told.text.clone();
    for plot in &told.plots {
        let _ = write!(text, "\n![{}](plots/{}.svg)\n", plot.title, plot.name);
    }
    if Some(told.circumstances) != common {
        let circumstances = describe(told.circumstances);
        let _ = write!(
            text,
            "\nMeasured apart, by `cargo xtask bench {}`. {circumstances}\n",
            section.name()
        );
    }
    text
}

fn table(goals: &[Goal]) -> String {
    let mut text = "| goal | wanted | reached | |\n| --- | --- | --- | --- |\n".to_owned();
    for goal in goals {
        let (reached, mark) = match &goal.reached {
            Some((reached, true)) => (reached.as_str(), "yes"),
            Some((reached, false)) => (reached.as_str(), "**no**"),
            None => ("not measured", ""),
        };
        let _ = writeln!(
            text,
            "| {} | {} | {reached} | {mark} |",
            goal.what, goal.wanted
        );
    }
    text
}

/// The median, and in brackets how far the others are from it.
pub(super) fn range(summary: &Summary, digits: usize) -> String {
    let Summary {
        median,
        least,
        most,
    } = summary;
    format!("{median:.digits$} [{least:.digits$} – {most:.digits$}]")
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(super) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
