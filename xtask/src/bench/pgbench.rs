//! The yardstick: `pgbench` with the statements that the program sends, and nothing else between it and
//! PostgreSQL.

use std::path::Path;
use std::process::Command;

use super::cluster::{Cluster, Line, ROLE, program};
use super::dataset::{Dataset, FIRST_ID, FIRST_USER, ID_STEP, ID_TAIL, USER_STEP};
use super::sql::{Record, Texts};
use super::work::{Deed, PAGE};
use crate::step::{Outcome, quietly, text, write};

/// The best of these is taken.
pub(super) const CLIENTS: [u32; 4] = [4, 8, 16, 32];

/// How pgbench runs.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) clients: u32,
    pub(super) seconds: u32,
    pub(super) line: Line,
}

/// In transactions per second. `file` is where its script is written.
pub(super) fn run(
    cluster: &Cluster,
    database: &str,
    script: &str,
    run: Run,
    file: &Path,
) -> Outcome<f64> {
    let Run {
        clients,
        seconds,
        line,
    } = run;
    write(file, script)?;
    let mut pgbench = Command::new(program("pgbench")?);
    pgbench
        .args(["--no-vacuum", "--protocol", "prepared"])
        .args(["--client", &clients.to_string(), "--jobs", "2"])
        .args(["--time", &seconds.to_string()])
        .arg("--file")
        .arg(file)
        .args(["--host", "127.0.0.1", "--port", &cluster.port().to_string()])
        .args(["--username", ROLE, database])
        .env("PGSSLMODE", line.ssl_mode());
    let output = text(&quietly(&mut pgbench)?.stdout);
    // Then there is no rate: the machine is very busy.
    if output.contains("actually processed: 0\n") {
        return Ok(0.0);
    }
    let line = output.lines().find_map(|line| line.strip_prefix("tps = "));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| format!("pgbench did not say how fast it was:\n{output}"))
}

const REQUEST_ID: &str = "'01990f3e-8a5c-7cc3-98c4-dc0c0c07398f'";

/// What one client does again and again. A random key is put together from numbers, because pgbench has no
/// other variables; for the same reason an id is two texts and a cast where the program sends one value.
/// That costs it about 3% of a get (measured with one fixed key, put together and not).
pub(super) fn script(deed: Deed, dataset: Dataset) -> String {
    let texts = Texts::postgres();
    let choose = choose(dataset);
    let id = format!("('0' || :id || '{ID_TAIL}')::uuid");
    match deed {
        Deed::Get => choose + &fill(&texts.get(), &[":user", &id]),
        Deed::List => {
            let start = "'9999-12-31 23:59:59.999999+00'";
            let last_id = "'ffffffff-ffff-ffff-ffff-ffffffffffff'";
            let values = [":user", start, last_id, &PAGE.to_string()];
            choose + &fill(&texts.list(), &values)
        }
        Deed::Complete => choose + "\\set flag random(0, 1)\n" + &complete(&texts, &id),
        Deed::Create => create(dataset, Record::Kept),
        _ => unreachable!("{deed} is compared with others, not with pgbench"),
    }
}

fn choose(dataset: Dataset) -> String {
    let last = dataset.tasks() - 1;
    let users = dataset.users;
    format!(
        "\\set ordinal random(0, {last})\n\
         \\set user {FIRST_USER} + (:ordinal % {users}) * {USER_STEP}\n\
         \\set id {FIRST_ID} + :ordinal * {ID_STEP}\n"
    )
}

fn complete(texts: &Texts, id: &str) -> String {
    let flag = "(:flag = 1)";
    let values: [&[&str]; 4] = [
        &[":user"],
        &[":user", id, flag, "NULL::text"],
        &[
            ":user",
            id,
            "true",
            "NULL::text",
            "'changed'",
            "'2026-01-01 00:00:00+00'::timestamptz",
            ":user",
            REQUEST_ID,
            "NULL::uuid",
        ],
        &[
            ":user",
            id,
            "NULL::text",
            "false",
            "NULL::text",
            flag,
            "'2026-01-01 00:00:00+00'",
            "NULL::text",
        ],
    ];
    pipeline(&texts.complete(), &values)
}

/// A create, also without its entry in the log of changes.
pub(super) fn create(dataset: Dataset, record: Record) -> String {
    // Far from the ids that are there, and far from each other.
    let fresh = "('1' || :one || :two)::uuid";
    let count: &[&str] = &[":user", "false"];
    let (actor, request_id) = match record {
        Record::Kept => (":user", REQUEST_ID),
        Record::LeftOut => ("NULL", "NULL"),
    };
    let task: &[&str] = &[
        ":user",
        fresh,
        "'New task of pgbench'",
        "'Written by the load generator'",
        "false",
        "'2026-01-01 00:00:00+00'",
        actor,
        request_id,
        "NULL",
    ];
    let draw = "\\set one random(100000000000000, 999999999999999)\n\
                \\set two random(8000000000000000, 8999999999999999)\n";
    let texts = Texts::postgres();
    choose(dataset) + draw + &pipeline(&texts.create(), &[count, task])
}

/// A transaction as the program sends it: everything at once, and the end of the pipeline commits it.
fn pipeline(statements: &[String], values: &[&[&str]]) -> String {
    let mut script = "\\startpipeline\n".to_owned();
    for (statement, values) in statements.iter().zip(values) {
        script += &fill(statement, values);
    }
    script + "\\endpipeline\n"
}

/// A statement on one line, with its parameters in place.
fn fill(statement: &str, values: &[&str]) -> String {
    let mut line = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    for (number, value) in values.iter().enumerate().rev() {
        line = line.replace(&format!("${}", number + 1), value);
    }
    line + ";\n"
}
