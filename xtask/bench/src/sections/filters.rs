//! Filtered and sorted lists: of few tasks beside a plain list, and how long one of very many takes.

use std::net::TcpStream;
use std::time::Instant;

use serde_json::{Value, json};

use super::{full, share};
use crate::Outcome;
use crate::client::{Client, get};
use crate::data::{Person, task_id};
use crate::figures::{Figure, Goal};
use crate::server::Server;
use crate::stage::{ENGINES, Engine, Side, Stage};
use crate::wrk::Load;

/// Whose tasks have dates and priorities.
const PEOPLE: usize = 100;

/// The tasks of one user, and what is asked of them.
const MANY: [(usize, &str, &str, f64); 3] = [
    (1_000, "text", "?filter=text%3Asoldering&limit=20", 5.0),
    (10_000, "text", "?filter=text%3Asoldering&limit=20", 20.0),
    (
        100_000,
        "due today or before, by date and priority",
        "?filter=completed%20%3D%20false%20AND%20due%20%3C%3D%20today()&order_by=due%2Cpriority&limit=20",
        3.0,
    ),
];

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for engine in ENGINES {
        figures.push(beside_a_plain_list(stage, engine)?);
        for (tasks, what, query, wanted) in MANY {
            let times = of_many(stage, engine, tasks, query)?;
            let what = format!("{engine:?}, one user with {tasks} tasks, {what}");
            figures.push(Figure::new(what, "ms", times).must(Goal::AtMost(wanted)));
        }
    }
    Ok(figures)
}

fn beside_a_plain_list(stage: &Stage, engine: Engine) -> Outcome<Figure> {
    let loads = ["today", "list"].map(|script| Load {
        people: 0..PEOPLE,
        ..full(script)
    });
    let what = "due today or before, by date and priority ÷ plain list";
    let ratio = share(stage, engine, what, &loads, Some(dates))?;
    Ok(ratio.must(Goal::AtLeast(0.7)))
}

/// From long ago to far ahead, around a day that lies in the past by now.
fn dates(user: usize, tasks: usize) -> Value {
    let change = |task: usize| {
        let (year, month) = (
            if task.is_multiple_of(2) { 2020 } else { 2090 },
            1 + task % 12,
        );
        json!({
            "op": "change",
            "id": task_id(user, task),
            "due": format!("{year}-{month:02}-{:02}", 1 + task % 28),
            "priority": 1 + task % 9,
        })
    };
    (0..tasks).map(change).collect()
}

/// Milliseconds, one for each repeat: the median of some.
fn of_many(stage: &Stage, engine: Engine, tasks: usize, query: &str) -> Outcome<Vec<f64>> {
    let url = stage.empty(engine, "many")?;
    let server = stage.serve(Side::Now, &url)?;
    let person = &stage.people[0];
    fill(&server, person, tasks)?;
    if let Engine::PostgreSQL = engine {
        stage.cluster.settle("many")?;
    }
    let mut connection = TcpStream::connect(server.address)?;
    let mut ask = || -> Outcome<f64> {
        let begun = Instant::now();
        get(&mut connection, person, &format!("/tasks{query}"), "}")?;
        Ok(begun.elapsed().as_secs_f64() * 1e3)
    };
    // Warm.
    for _ in 0..20 {
        ask()?;
    }
    let median = |_| {
        let mut times = (0..21).map(|_| ask()).collect::<Outcome<Vec<f64>>>()?;
        times.sort_by(f64::total_cmp);
        Ok(times[times.len() / 2])
    };
    stage.repeats().map(median).collect()
}

fn fill(server: &Server, person: &Person, tasks: usize) -> Outcome {
    let client = Client::of(server);
    for first in (0..tasks).step_by(500) {
        let create = |task: usize| {
            let word = if task.is_multiple_of(100) {
                "soldering"
            } else {
                "other"
            };
            json!({
                "op": "create",
                "title": format!("Task {task} about {word} things"),
                "description": "A few words more: when, where, with whom, and what to bring",
                "completed": task.is_multiple_of(3),
                "due": format!("20{}-{:02}-{:02}", 20 + task % 70, 1 + task % 12, 1 + task % 28),
                "priority": 1 + task % 9,
            })
        };
        let operations: Vec<_> = (first..tasks.min(first + 500)).map(create).collect();
        let body = json!({ "operations": operations }).to_string();
        client
            .send("POST", person, "/tasks/batch", &body)?
            .expect(&[200])?;
    }
    Ok(())
}
