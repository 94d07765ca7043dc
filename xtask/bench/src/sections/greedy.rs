//! One user who sends very much at once, and others who go on as ever: how long those wait, and
//! whether a write that was refused was done all the same.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle, sleep};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Outcome;
use crate::client::Client;
use crate::data::{Person, task_id};
use crate::figures::{Figure, Goal};
use crate::server::Server;
use crate::stage::{ENGINES, Side, Stage};

const BATCHES: usize = 150;

/// Operations of a batch, which make some 30 KiB.
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
        for _ in stage.repeats() {
            let server = stage.server(engine, Side::Now)?;
            for (values, value) in found.iter_mut().zip(once(&server, &stage.people)?) {
                values.push(value);
            }
        }
        let [p99, done, refused, ghosts] = found;
        let figure = |what, unit, values| Figure::new(format!("{engine:?}, {what}"), unit, values);
        let ghosts = figure("of these, writes that exist afterwards", "", ghosts);
        figures.extend([
            figure("p99 of the writes of others", "ms", p99).must(Goal::AtMost(500.0)),
            figure("batches that were done", "", done),
            figure("writes that were refused", "", refused),
            ghosts.must(Goal::AtMost(0.0)),
        ]);
    }
    Ok(figures)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn once(server: &Server, people: &[Person]) -> Outcome<[f64; 4]> {
    let (greedy, client) = (&people[0], Client::of(server));
    let large = json!({"title": "Large", "description": "𝄞".repeat(DESCRIPTION)}).to_string();
    let task = client
        .send("POST", greedy, "/tasks", &large)?
        .expect(&[201])?
        .body;
    let id = task["id"].as_str().ok_or("no id")?;
    let body = batch(id);
    let batches_are_done = AtomicBool::new(false);
    let (batches, writes) = thread::scope(|scope| -> Outcome<_> {
        // Each on a connection of its own.
        let send = || Client::of(server).send("POST", greedy, "/tasks/batch", &body);
        let batches = (0..BATCHES).map(|_| scope.spawn(send)).collect();
        let others = scope.spawn(|| write_of_others(server, &people[1..], &batches_are_done));
        let batches = join_all(batches);
        batches_are_done.store(true, Ordering::Relaxed);
        Ok((batches?, join_all(vec![others])?.remove(0)))
    })?;
    let batches = batches
        .into_iter()
        .map(|answer| answer.expect(&[200, 429, 503]));
    let batches = batches.collect::<Outcome<Vec<_>>>()?;
    let done = batches.iter().filter(|answer| answer.status == 200).count();

    // Works of a user are done in their order: when this one is, nothing of the batches is left.
    let end = Instant::now() + PATIENCE;
    while client
        .send("POST", greedy, "/tasks", r#"{"title":"Last"}"#)?
        .status
        != 201
    {
        if Instant::now() > end {
            return Err("the greedy user cannot write any more".into());
        }
        sleep(PAUSE);
    }
    let task = client.send("GET", greedy, &format!("/tasks/{id}"), "")?;
    let changes = task.expect(&[200])?.body["version"]
        .as_u64()
        .ok_or("no version")?
        - 1;
    let mut ghosts = (changes / OPERATIONS) as f64 - done as f64;
    let refused = writes.iter().filter(|write| write.status != 201);
    for Write { person, id, .. } in refused.clone() {
        let found = client.send("GET", person, &format!("/tasks/{id}"), "")?;
        ghosts += f64::from(u8::from(found.status == 200));
    }
    let mut times: Vec<_> = writes.iter().map(|write| write.time).collect();
    times.sort_unstable();
    let p99 = times[times.len() * 99 / 100].as_secs_f64() * 1e3;
    Ok([
        p99,
        done as f64,
        (BATCHES - done + refused.count()) as f64,
        ghosts,
    ])
}

/// A task is done and open again, so that each operation changes it.
fn batch(id: &str) -> String {
    let operation = |number| match number % 2 {
        0 => json!({"op": "complete", "id": id}),
        _ => json!({"op": "complete", "id": id, "completed": false}),
    };
    let operations: Vec<Value> = (0..OPERATIONS).map(operation).collect();
    json!({ "operations": operations }).to_string()
}

/// A write of somebody else.
struct Write<'a> {
    person: &'a Person,
    id: String,
    status: u16,
    time: Duration,
}

/// At fixed times, whatever became of the one before; a time counts from when its write was due.
fn write_of_others<'a>(
    server: &Server,
    people: &'a [Person],
    enough: &AtomicBool,
) -> Outcome<Vec<Write<'a>>> {
    let start = Instant::now();
    let write = |number: usize, due: Instant| {
        let person = &people[number % people.len()];
        // Of a task that nobody has.
        let id = task_id(0, 1000 + number);
        let body = json!({ "id": id, "title": "Beside it" }).to_string();
        let answer = Client::of(server).send("POST", person, "/tasks", &body)?;
        let status = answer.expect(&[201, 503])?.status;
        let time = due.elapsed();
        Ok(Write {
            person,
            id,
            status,
            time,
        })
    };
    thread::scope(|scope| {
        let mut writers = Vec::new();
        while writers.len() < FEWEST_WRITES || !enough.load(Ordering::Relaxed) {
            let number = writers.len();
            let due = start + PAUSE * u32::try_from(number)?;
            sleep(due.saturating_duration_since(Instant::now()));
            writers.push(scope.spawn(move || write(number, due)));
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
