//! The report: what was found as Markdown, on the terminal and in `bench/RESULTS.md`.

use std::fmt::Write;

use super::contender::Contender;
use super::findings::Findings;
use super::goals::{self, Goal};
use super::machine;
use super::measure::{Row, milliseconds};
use super::statistics::Summary;
use super::work::Deed;
use crate::step::{Outcome, root, write};

/// Where the figures are kept.
const FILE: &str = "bench/RESULTS.md";

const HOW: &str = "\
- The release build with its default settings. Its request log (JSON, one line for each request) goes to
  `/dev/null`: writing it is the program's work, keeping it is others'.
- 1,000 users with 100 tasks each; random users and tasks; every request carries its user's HS256 token, which
  is verified each time. Before every repeat each contender gets a fresh copy of the data.
- 64 keep-alive HTTP/1.1 connections over loopback, no TLS anywhere. The load generator is one thread of the
  harness, not pinned, on the same cores. It checks the status and length of every answer and the content of one
  in 64; an error fails the run.
- *Closed*: each connection asks again as soon as it is answered. *At a fixed rate*: requests are due at fixed
  times, and a latency counts from when its request was due (so nothing is omitted while the server stalls).
- PostgreSQL is a fresh cluster with the settings that `initdb` writes: `fsync` on, 128 MB of shared buffers.
  Our SQLite runs with `synchronous=FULL`: a write is on disk before it is answered.
- `pgbench -M prepared -j 2` sends the program's own statements, writes as the same transaction in one
  pipeline; best of 4, 8, 16 and 32 clients in each repeat. It has neither HTTP, nor tokens, nor JSON to do.
  Its script puts ids together from numbers, which costs it about 3% of a get.
- FastAPI: `bench/peers/fastapi`, plainly as its authors would write it, two uvicorn workers; PocketBase: from
  PyPI, with its default settings (`synchronous=NORMAL`), tokens of its own users. Both with their default logs.
- Contenders take turns within each repeat, in the other order every second time. Ratios are medians of the
  ratios within a repeat; in brackets the lowest and the highest.
- CPU time is that of the whole process (and of all processes of PostgreSQL) divided by the answers.
";

/// Prints it, and keeps it if the measurement was a full one.
pub(super) fn tell(findings: &Findings) -> Outcome {
    let text = compose(findings);
    println!("\n{text}");
    if findings.plan.write_results {
        write(&root().join(FILE), &text)?;
        println!("written to {FILE}");
    }
    let errors: u64 = findings
        .closed
        .values()
        .flatten()
        .map(|row| row.errors)
        .sum();
    if errors == 0 {
        Ok(())
    } else {
        Err(format!("{errors} answers were wrong"))
    }
}

fn compose(findings: &Findings) -> String {
    let plan = &findings.plan;
    let machine = machine::describe(&findings.postgres_version);
    let mut text = format!(
        "# What was measured\n\n\
         Written by `cargo xtask bench`; do not edit. One machine: {machine}, shared by the load generator, the\n\
         program and the database. {} repeats of {} s each after {} s of warm-up; medians. Absolute figures differ\n\
         from machine to machine and from hour to hour: only the ratios mean something elsewhere.\n",
        plan.repeats, plan.seconds, plan.warm_up_seconds
    );
    text += "\n## Goals\n\n";
    text += &goals_table(&goals::first(findings));
    text += "\nStill further goals:\n\n";
    text += &goals_table(&goals::further(findings));
    text += "\n## Requests per second, closed, 64 connections\n\n";
    text += &throughput(findings);
    text += "\n## Latency in ms\n\n";
    text += &latency(findings);
    text += "\n## CPU time per request in µs\n\n";
    text += &cpu(findings);
    text += "\n## What safety costs\n\n";
    text += &safety(findings);
    text += "\n## Start, memory, token, binary\n\n";
    text += &singles(findings);
    text += "\n## How\n\n";
    text + HOW
}

fn safety(findings: &Findings) -> String {
    let mut text = "Requests per second with it ÷ without it, in turn.\n\n\
        | | on PostgreSQL | on SQLite | wanted |\n| --- | --- | --- | --- |\n"
        .to_owned();
    for (deed, what, wanted) in [
        (
            Deed::ListKnown,
            "a list that is known (304) ÷ a page of 20",
            "≥ 2",
        ),
        (
            Deed::ChangeKnown,
            "`PUT` with `If-Match` ÷ without",
            "≥ 0.97",
        ),
        (
            Deed::CreateKeyed,
            "`POST` with `Idempotency-Key` ÷ without",
            "≥ 0.7",
        ),
    ] {
        let price = |contender| range(&findings.price(contender, deed), 2);
        let (postgres, sqlite) = (price(Contender::Postgres), price(Contender::Sqlite));
        let _ = writeln!(text, "| {what} | {postgres} | {sqlite} | {wanted} |");
    }
    text + "\nA `GET` always has an `ETag`: there is none without.\n"
}

fn goals_table(goals: &[Goal]) -> String {
    let mut text = "| goal | wanted | reached | |\n| --- | --- | --- | --- |\n".to_owned();
    for goal in goals {
        let mark = if goal.is_met { "yes" } else { "**no**" };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {mark} |",
            goal.what, goal.wanted, goal.reached
        );
    }
    text
}

fn throughput(findings: &Findings) -> String {
    use Contender::{FastApi, PocketBase, Postgres, Sqlite};

    let mut text = String::new();
    text += "| on PostgreSQL | pgbench | tickbox | ÷ pgbench | FastAPI | tickbox ÷ FastAPI |\n\
             | --- | --- | --- | --- | --- | --- |\n";
    let rate = |contender, deed| range(&Summary::of(findings.per_second(contender, deed)), 0);
    for deed in Deed::ALL {
        let _ = writeln!(
            text,
            "| {deed} | {} | {} | {} | {} | {} |",
            range(&Summary::of(findings.yardstick(deed)), 0),
            rate(Postgres, deed),
            range(&findings.to_yardstick(deed), 2),
            rate(FastApi, deed),
            range(&findings.compare(Postgres, FastApi, deed), 1),
        );
    }
    text += "\n| on SQLite | tickbox | ÷ tickbox on PostgreSQL | PocketBase | tickbox ÷ PocketBase |\n\
             | --- | --- | --- | --- | --- |\n";
    for deed in Deed::ALL {
        let _ = writeln!(
            text,
            "| {deed} | {} | {} | {} | {} |",
            rate(Sqlite, deed),
            range(&findings.compare(Sqlite, Postgres, deed), 2),
            rate(PocketBase, deed),
            range(&findings.compare(Sqlite, PocketBase, deed), 1),
        );
    }
    text
}

fn latency(findings: &Findings) -> String {
    let mut text = "| | closed: p50 | p95 | p99 | at a fixed rate of | p50 | p95 | p99 | p99.9 |\n\
                    | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for contender in findings.plan.contenders() {
        for deed in Deed::ALL {
            let closed = |share| format!("{:.2}", findings.closed_ms(contender, deed, share));
            let _ = write!(
                text,
                "| {contender} {deed} | {} | {} | {} |",
                closed(0.5),
                closed(0.95),
                closed(0.99)
            );
            if let Some((rate, row)) = findings.open.get(&(contender, deed)) {
                let open = |share| format!("{:.2}", milliseconds(row.latencies.quantile(share)));
                let _ = write!(
                    text,
                    " {rate:.0}/s | {} | {} | {} | {} |",
                    open(0.5),
                    open(0.95),
                    open(0.99),
                    open(0.999)
                );
            }
            text.push('\n');
        }
    }
    text
}

fn cpu(findings: &Findings) -> String {
    let mut text = "| | the server | PostgreSQL | load generator | others, % of the machine |\n\
         | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for contender in findings.plan.contenders() {
        for deed in Deed::ALL {
            let of = |pick: fn(&Row) -> f64| findings.median_of(contender, deed, pick);
            let database = if contender.is_on_postgres() {
                format!("{:.1}", of(|row| row.database_cpu.unwrap_or_default()))
            } else {
                "–".to_owned()
            };
            let _ = writeln!(
                text,
                "| {contender} {deed} | {:.1} | {database} | {:.1} | {:.0} |",
                of(|row| row.server_cpu),
                of(|row| row.generator_cpu),
                of(|row| row.others * 100.0),
            );
        }
    }
    text
}

fn singles(findings: &Findings) -> String {
    let mut text = format!(
        "| | |\n| --- | --- |\n\
         | start to ready line, SQLite with 100,000 tasks | {} ms |\n\
         | verifying an HS256 token | {} µs |\n\
         | binary | {:.1} MiB |\n",
        range(&findings.start, 1),
        range(&findings.verification, 2),
        mebibytes(findings.binary_bytes)
    );
    for (contender, memory) in &findings.memory {
        let _ = writeln!(
            text,
            "| memory, {contender}: idle | {:.1} MiB |\n\
             | after a first page | {:.1} MiB |\n\
             | most while a list of 100,000 tasks ({:.0} MiB) is read in {:.0} ms | {:.1} MiB |",
            mebibytes(memory.idle),
            mebibytes(memory.warm),
            mebibytes(memory.list_bytes),
            milliseconds(memory.list_time),
            mebibytes(memory.streaming)
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
    // Nothing is that slow: it was left out.
    if *most == 0.0 {
        return "–".to_owned();
    }
    format!("{median:.digits$} [{least:.digits$} – {most:.digits$}]")
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(super) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
