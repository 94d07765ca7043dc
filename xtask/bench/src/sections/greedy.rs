//! One user who sends very much at once, and others who go on as ever: how long those wait, and
//! whether a write that was refused was done all the same.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle, sleep};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::Outcome;
use crate::client::{Answer, Client};
use crate::data::{Person, USERS};
use crate::figures::{Figure, Goal};
use crate::server::Server;
use crate::stage::{ENGINES, Side, Stage};

const BATCHES: usize = 150;

/// Operations of a batch, which makes some 30 KiB.
const OPERATIONS: u64 = 500;

/// Characters of four bytes: 8 KB, the most that is allowed.
const DESCRIPTION: usize = 2000;

/// Ten a second.
const PAUSE: Duration = Duration::from_millis(100);

/// A hundredth of fewer would not be one.
const FEWEST_WRITES: usize = 100;

/// Longer than what the program may still have to do for those that it has refused.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) fn measure(stage: &Stage) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for engine in ENGINES {
        let mut found: [Vec<f64>; 4] = Default::default();
        for _ in 0..stage.plan.repeats {
            let server = stage.server(engine, Side::Now)?;
            for (values, value) in found.iter_mut().zip(once(&server, &stage.people)?) {
                values.push(value);
            }
        }
        let [p99, done, refused, ghosts] = found;
        let what = |what: &str| format!("{engine}, {what}");
        let p99 = Figure::new(what("p99 of the writes of others"), "ms", p99);
        figures.push(p99.must(Goal::Below(500.0)));
        figures.push(Figure::new(what("batches that were done"), "", done));
        figures.push(Figure::new(
            what("writes that were answered 503"),
            "",
            refused,
        ));
        let ghosts = Figure::new(what("of these, writes that exist afterwards"), "", ghosts);
        figures.push(ghosts.must(Goal::AtMost(0.0)));
    }
    Ok(figures)
}

/// A write of somebody else.
struct Write<'a> {
    person: &'a Person,
    title: String,
    status: u16,
    time: Duration,
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn once(server: &Server, people: &[Person]) -> Outcome<[f64; 4]> {
    let greedy = &people[0];
    let client = Client::of(server);
    let large = json!({"title": "Large", "description": "𝄞".repeat(DESCRIPTION)}).to_string();
    let task = client
        .send("POST", greedy, "/tasks", Some(&large))?
        .expect(201)?;
    let id = task["id"].as_str().ok_or("no id")?;

    let batches_are_done = AtomicBool::new(false);
    let (batches, writes) = thread::scope(|scope| -> Outcome<_> {
        let batches = send_batches(scope, server, greedy, id);
        let others = scope.spawn(|| write_of_others(server, &people[1..], &batches_are_done));
        let batches = join_all(batches);
        batches_are_done.store(true, Ordering::Relaxed);
        Ok((
            batches?,
            others.join().map_err(|_| "a writer has panicked")??,
        ))
    })?;
    let done = count(&batches, 200)?;
    let refused = batches.len() - done;

    // Works of a user are done in their order: when this one is, nothing of the batches is left.
    let last = json!({"title": "The last"}).to_string();
    let end = Instant::now() + PATIENCE;
    while client.send("POST", greedy, "/tasks", Some(&last))?.status != 201 {
        if Instant::now() > end {
            return Err("the greedy user cannot write any more".into());
        }
        sleep(PAUSE);
    }
    let task = client
        .send("GET", greedy, &format!("/tasks/{id}"), None)?
        .expect(200)?;
    let changes = task["version"].as_u64().ok_or("no version")? - 1;
    let mut ghosts = (changes / OPERATIONS) as f64 - done as f64;
    let unwanted: Vec<_> = writes.iter().filter(|write| write.status == 503).collect();
    for write in &unwanted {
        let listed = client
            .send("GET", write.person, "/tasks", None)?
            .expect(200)?;
        let tasks = listed["tasks"].as_array().map_or(&[][..], Vec::as_slice);
        if tasks
            .iter()
            .any(|task| task["title"] == write.title.as_str())
        {
            ghosts += 1.0;
        }
    }
    let mut times: Vec<_> = writes.iter().map(|write| write.time).collect();
    times.sort_unstable();
    let p99 = times[times.len() * 99 / 100].as_secs_f64() * 1e3;
    Ok([p99, done as f64, (refused + unwanted.len()) as f64, ghosts])
}

/// Each on a connection of its own. A task is done and open again, so that each operation changes it.
fn send_batches<'scope>(
    scope: &'scope Scope<'scope, '_>,
    server: &'scope Server,
    greedy: &'scope Person,
    id: &str,
) -> Vec<ScopedJoinHandle<'scope, Outcome<Answer>>> {
    let operation = |number| match number % 2 {
        0 => json!({"op": "complete", "id": id}),
        _ => json!({"op": "complete", "id": id, "completed": false}),
    };
    let operations: Vec<_> = (0..OPERATIONS).map(operation).collect();
    let body = json!({ "operations": operations }).to_string();
    let batch = |_| {
        let body = body.clone();
        scope.spawn(move || Client::of(server).send("POST", greedy, "/tasks/batch", Some(&body)))
    };
    (0..BATCHES).map(batch).collect()
}

/// At fixed times, whatever became of the one before; a time counts from when its write was due.
fn write_of_others<'a>(
    server: &Server,
    people: &'a [Person],
    enough: &AtomicBool,
) -> Outcome<Vec<Write<'a>>> {
    let start = Instant::now();
    thread::scope(|scope| {
        let mut writers = Vec::new();
        while writers.len() < FEWEST_WRITES || !enough.load(Ordering::Relaxed) {
            let number = writers.len();
            let due = start + PAUSE * u32::try_from(number)?;
            sleep(due.saturating_duration_since(Instant::now()));
            writers.push(scope.spawn(move || {
                let person = &people[number % (USERS - 1)];
                let title = format!("Beside it {number}");
                let body = json!({ "title": title }).to_string();
                let answer = Client::of(server).send("POST", person, "/tasks", Some(&body))?;
                if !matches!(answer.status, 201 | 503) {
                    answer.expect(201)?;
                    return Err("neither done nor refused".into());
                }
                Ok(Write {
                    person,
                    title,
                    status: answer.status,
                    time: due.elapsed(),
                })
            }));
        }
        join_all(writers)
    })
}

fn join_all<T>(threads: Vec<ScopedJoinHandle<'_, Outcome<T>>>) -> Outcome<Vec<T>> {
    let joined = threads
        .into_iter()
        .map(|thread| thread.join().map_err(|_| "a panic")?);
    joined.collect()
}

/// How many were answered like that; all others must have been refused.
fn count(answers: &[Answer], status: u16) -> Outcome<usize> {
    let other = |answer: &&Answer| !matches!(answer.status, 429 | 503) && answer.status != status;
    if let Some(answer) = answers.iter().find(other) {
        return Err(format!("a batch was answered {}: {}", answer.status, answer.body).into());
    }
    Ok(answers
        .iter()
        .filter(|answer| answer.status == status)
        .count())
}
