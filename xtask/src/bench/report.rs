//! The report: what was found as Markdown, on the terminal and in `bench/RESULTS.md`.

use std::fmt::Write;

use super::findings::Findings;
use super::goals::{self, Goal};
use super::machine;
use super::measure::{Row, milliseconds};
use super::server::Engine;
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
  SQLite runs with `synchronous=FULL`: a write is on disk before it is answered.
- `pgbench -M prepared -j 2` sends the program's own statements, writes as the same transaction in one
  pipeline; best of 4, 8, 16 and 32 clients in each repeat. It has neither HTTP, nor tokens, nor JSON to do.
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
    text += "\n## Start, memory, token, binary\n\n";
    text += &singles(findings);
    text += "\n## How\n\n";
    text + HOW
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
    let mut text = "| | pgbench | PostgreSQL | ÷ pgbench | SQLite | ÷ our PostgreSQL |\n\
                    | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for deed in Deed::ALL {
        let yardstick = Summary::of(findings.yardstick(deed));
        let clients = findings.pgbench.get(&deed).and_then(|runs| runs.first());
        let _ = writeln!(
            text,
            "| {deed} | {} ({} clients) | {} | {} | {} | {} |",
            range(&yardstick, 0),
            clients.map_or(0, |(_, clients)| *clients),
            range(&Summary::of(findings.per_second(Engine::Postgres, deed)), 0),
            range(&findings.to_yardstick(deed), 2),
            range(&Summary::of(findings.per_second(Engine::Sqlite, deed)), 0),
            range(&findings.sqlite_to_postgres(deed), 2),
        );
    }
    text
}

fn latency(findings: &Findings) -> String {
    let mut text = "| | closed: p50 | p95 | p99 | at a fixed rate of | p50 | p95 | p99 | p99.9 |\n\
                    | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for engine in Engine::ALL {
        for deed in Deed::ALL {
            let closed = |share| format!("{:.2}", findings.closed_ms(engine, deed, share));
            let _ = write!(
                text,
                "| {engine} {deed} | {} | {} | {} |",
                closed(0.5),
                closed(0.95),
                closed(0.99)
            );
            if let Some((rate, row)) = findings.open.get(&(engine, deed)) {
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
    let mut text =
        "| | the program | PostgreSQL | load generator |\n| --- | --- | --- | --- |\n".to_owned();
    for engine in Engine::ALL {
        for deed in Deed::ALL {
            let of = |pick: fn(&Row) -> f64| findings.median_of(engine, deed, pick);
            let database = match engine {
                Engine::Postgres => {
                    format!("{:.1}", of(|row| row.database_cpu.unwrap_or_default()))
                }
                Engine::Sqlite => "–".to_owned(),
            };
            let _ = writeln!(
                text,
                "| {engine} {deed} | {:.1} | {database} | {:.1} |",
                of(|row| row.server_cpu),
                of(|row| row.generator_cpu)
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
    for (engine, memory) in &findings.memory {
        let _ = writeln!(
            text,
            "| memory, {engine}: idle | {:.1} MiB |\n\
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
    format!("{median:.digits$} [{least:.digits$} – {most:.digits$}]")
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(super) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
