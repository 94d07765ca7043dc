//! What the log of changes costs: creates with it and without it; a user with a very long one; reading it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::bench::contender::Contender::{self, Postgres, Sqlite};
use crate::bench::dataset::{Dataset, USUAL};
use crate::bench::fill::{lengthen_postgres, lengthen_sqlite};
use crate::bench::measure::CONNECTIONS;
use crate::bench::report::range;
use crate::bench::section::Found;
use crate::bench::sql::{LOG_INDEX, Record};
use crate::bench::stage::{Ready, Stage};
use crate::bench::statistics::{Pairs, Side, in_turn};
use crate::bench::unlogged::{unlog_postgres, unlog_sqlite};
use crate::bench::work::Deed;
use crate::bench::{pgbench, writer};
use crate::step::{Outcome, step};

/// Of one user.
const MANY_CHANGES: u64 = 1_000_000;

/// Who has few, and who has many.
const FEW: u64 = 0;
const MANY: u64 = 1;

/// Writes of one user take turns; more connections would only wait longer.
const WRITERS: usize = 8;

/// Lists long enough for the longest page.
const LONG_LISTS: Dataset = Dataset {
    users: 100,
    tasks_each: 1000,
};

#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Findings {
    /// Requests per second without the log and with it.
    pub(in crate::bench) creates: BTreeMap<Contender, Pairs>,
    /// Transactions per second, in the database alone, without the log and with it.
    transactions: BTreeMap<Contender, Pairs>,
    retained_changes: u64,
    /// Writes per second of a user with few changes and of one with many.
    pub(in crate::bench) retained: BTreeMap<Contender, BTreeMap<Deed, Pairs>>,
    /// Pages of 1,000 per second: the list, and the changes.
    pub(in crate::bench) reading: BTreeMap<Contender, Pairs>,
}

pub(in crate::bench) fn measure(stage: &Stage) -> Outcome<Findings> {
    let retained_changes = stage.plan.large(MANY_CHANGES);
    let mut transactions = BTreeMap::new();
    transactions.insert(Postgres, transactions_on_postgres(stage)?);
    transactions.insert(Sqlite, transactions_on_sqlite(stage)?);
    let mut creates = BTreeMap::new();
    let mut retained = BTreeMap::new();
    let mut reading = BTreeMap::new();
    for contender in Contender::OURS {
        creates.insert(contender, whole_creates(stage, contender)?);
        retained.insert(
            contender,
            writes_retained(stage, contender, retained_changes)?,
        );
        reading.insert(contender, reads(stage, contender)?);
    }
    Ok(Findings {
        creates,
        transactions,
        retained_changes,
        retained,
        reading,
    })
}

/// The same server on two copies of a database, of which one keeps no log.
fn whole_creates(stage: &Stage, contender: Contender) -> Outcome<Pairs> {
    let pairs = in_turn(stage.plan.repeats, |side, seed| {
        let crowd = stage.usual(contender)?;
        stage.copy(contender, "usual", "copy")?;
        let (record, name) = record(side);
        if record == Record::LeftOut {
            match contender {
                Postgres => unlog_postgres(&stage.cluster, "copy")?,
                _ => unlog_sqlite(&stage.path(contender, "copy"))?,
            }
        }
        let ready = Ready {
            contender,
            server: stage.serve(contender, "copy")?,
            crowd,
        };
        let work = ready.crowd.at(Deed::Create, seed);
        let row = stage.measure_work(&ready, work, CONNECTIONS, stage.plan.closed(), name)?;
        ready.server.stop()?;
        Ok(row.per_second)
    })?;
    Ok(pairs.into_iter().collect())
}

/// The same transaction with the entry in the log and its index, and without.
fn transactions_on_postgres(stage: &Stage) -> Outcome<Pairs> {
    stage.usual(Postgres)?;
    let pairs = in_turn(stage.plan.repeats, |side, _| {
        stage.copy(Postgres, "usual", "yardstick")?;
        let (record, name) = record(side);
        if record == Record::LeftOut {
            unlog_postgres(&stage.cluster, "yardstick")?;
        }
        let script = pgbench::create(USUAL, record);
        let (per_second, _) = stage.pgbench("yardstick", name, &script, &[16])?;
        Ok(per_second)
    })?;
    Ok(pairs.into_iter().collect())
}

fn transactions_on_sqlite(stage: &Stage) -> Outcome<Pairs> {
    stage.usual(Sqlite)?;
    let path = stage.path(Sqlite, "loop");
    let time = Duration::from_secs(stage.plan.seconds.into());
    let pairs = in_turn(stage.plan.repeats, |side, _| {
        stage.copy(Sqlite, "usual", "loop")?;
        let (record, name) = record(side);
        let per_second = writer::creates_per_second(&path, USUAL, record, time)?;
        println!("{name:<17} a loop     {per_second:>9.0}/s");
        Ok(per_second)
    })?;
    Ok(pairs.into_iter().collect())
}

fn record(side: Side) -> (Record, &'static str) {
    match side {
        Side::First => (Record::LeftOut, "create, no log"),
        Side::Second => (Record::Kept, "create, log"),
    }
}

fn writes_retained(
    stage: &Stage,
    contender: Contender,
    changes: u64,
) -> Outcome<BTreeMap<Deed, Pairs>> {
    let crowd = stage.usual(contender)?;
    stage.copy(contender, "usual", "long")?;
    step(&format!("make {changes} changes for {contender}"), || {
        // Few are as many as tasks.
        for (user, count) in [(FEW, USUAL.tasks_each), (MANY, changes)] {
            let history = (USUAL, user, count);
            match contender {
                Postgres => lengthen_postgres(&stage.cluster, "long", history)?,
                _ => lengthen_sqlite(&stage.path(contender, "long"), history)?,
            }
        }
        Ok(())
    })?;
    let ready = Ready {
        contender,
        server: stage.serve(contender, "long")?,
        crowd,
    };
    let mut found = BTreeMap::new();
    for deed in [Deed::Complete, Deed::Create] {
        let pairs = in_turn(stage.plan.repeats, |side, seed| {
            let (user, name) = match side {
                Side::First => (FEW, "few changes"),
                Side::Second => (MANY, "many changes"),
            };
            let work = ready.crowd.at_one(user, deed, seed);
            let row = stage.measure_work(&ready, work, WRITERS, stage.plan.briefly(), name)?;
            Ok(row.per_second)
        })?;
        found.insert(deed, pairs.into_iter().collect());
    }
    ready.server.stop()?;
    stage.discard(contender, "long")?;
    Ok(found)
}

fn reads(stage: &Stage, contender: Contender) -> Outcome<Pairs> {
    let crowd = stage.load(contender, "lists", LONG_LISTS)?;
    let ready = Ready {
        contender,
        server: stage.serve(contender, "lists")?,
        crowd: crowd.into(),
    };
    let pairs = in_turn(stage.plan.repeats, |side, seed| {
        let deed = match side {
            Side::First => Deed::ListLong,
            Side::Second => Deed::Changes,
        };
        let row = stage.measure(&ready, deed, stage.plan.briefly(), seed)?;
        Ok(row.per_second)
    })?;
    ready.server.stop()?;
    stage.discard(contender, "lists")?;
    Ok(pairs.into_iter().collect())
}

impl Found for Findings {
    fn describe(&self) -> String {
        format!(
            "*Creates* are whole requests, 64 connections, to the same program on two copies of the usual database. In \
             one of them what is there only for the log was taken away from outside: the index `{LOG_INDEX}`. The task's row \
             carries its creation until it changes for the first time: three columns, which are there on both sides.\n\n\
             *Transactions* are the database's work alone: the transaction of a create as the program sends it, and the \
             same without the index and with nothing in those three columns. On PostgreSQL `pgbench` runs both, \
             16 clients; on SQLite a loop of our own, 64 creates in each transaction, with the program's statements and \
             settings (`synchronous=FULL`). No goal is about them, because nobody can ask for a transaction without its \
             request; they tell where the difference comes from.\n\n{}",
            self.table()
        )
    }
}

impl Findings {
    fn table(&self) -> String {
        let mut text =
            "| | without, or the other | with | ratio |\n| --- | --- | --- | --- |\n".to_owned();
        let mut line = |what: String, pairs: &Pairs| {
            let _ = writeln!(
                text,
                "| {what} | {} /s | {} /s | {} |",
                range(&pairs.first(), 0),
                range(&pairs.second(), 0),
                range(&pairs.ratio(), 2)
            );
        };
        for (what, of) in [
            ("create", &self.creates),
            ("transaction of a create", &self.transactions),
        ] {
            for (contender, pairs) in of {
                line(
                    format!("{contender}: {what}, with the log ÷ without"),
                    pairs,
                );
            }
        }
        for (contender, deeds) in &self.retained {
            for (deed, pairs) in deeds {
                let changes = self.retained_changes;
                let what = format!(
                    "{contender}: {deed} of a user with {changes} changes ÷ of one with {}, {WRITERS} connections",
                    USUAL.tasks_each
                );
                line(what, pairs);
            }
        }
        for (contender, pairs) in &self.reading {
            let what = format!("{contender}: 1,000 changes ÷ a list of 1,000, 64 connections");
            line(what, pairs);
        }
        text
    }
}
