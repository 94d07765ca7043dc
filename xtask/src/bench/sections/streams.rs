//! Streams of events: the memory of many that are open, what they cost everybody else, and how soon a write is heard.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::bench::contender::Contender;
use crate::bench::dataset::Dataset;
use crate::bench::histogram::Histogram;
use crate::bench::listen::{Listener, count_disturbed, open_all};
use crate::bench::load::{Generator, Pace};
use crate::bench::measure::{Latency, milliseconds};
use crate::bench::process::allow_open_files;
use crate::bench::protocol::Person;
use crate::bench::report::{mebibytes, range};
use crate::bench::response;
use crate::bench::section::Found;
use crate::bench::server::Server;
use crate::bench::stage::{Ready, Stage};
use crate::bench::statistics::{Pairs, Side, in_turn};
use crate::bench::work::{Crowd, Deed};
use crate::step::Outcome;

const STREAMS: usize = 5000;

/// The first 1,000 ask, the others listen.
const DATASET: Dataset = Dataset {
    users: 6000,
    tasks_each: 20,
};
const ASKING: usize = 1000;

const DEEDS: [Deed; 2] = [Deed::Get, Deed::Create];

/// Of the writer whose events are waited for.
const WRITES_PER_SECOND: u32 = 40;

/// What others ask meanwhile, per second.
const BACKGROUND: [(Deed, f64); 2] = [(Deed::Get, 1000.0), (Deed::Create, 100.0)];

#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Of {
    /// In bytes, before and after the streams were opened.
    idle: u64,
    pub(in crate::bench) open: u64,
    /// Requests of others per second, without and with the streams.
    pub(in crate::bench) others: BTreeMap<Deed, Pairs>,
    /// From sending a write to receiving its event.
    pub(in crate::bench) event: Latency,
    slowest_ms: f64,
    events: u32,
}

#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Findings(pub(in crate::bench) BTreeMap<Contender, Of>);

pub(in crate::bench) fn measure(stage: &Stage) -> Outcome<Findings> {
    allow_open_files(STREAMS)?;
    let mut findings = BTreeMap::new();
    for contender in Contender::OURS {
        let mut crowd = stage.load(contender, "streams", DATASET)?;
        let listening = crowd.split_off(ASKING);
        let ready = Ready {
            contender,
            server: stage.serve(contender, "streams")?,
            crowd: crowd.into(),
        };
        let found = measure_one(stage, &ready, &listening[..STREAMS])?;
        findings.insert(contender, found);
        ready.server.stop()?;
        stage.discard(contender, "streams")?;
    }
    Ok(Findings(findings))
}

fn measure_one(stage: &Stage, ready: &Ready, listening: &[Person]) -> Outcome<Of> {
    let server = &ready.server;
    sleep(Duration::from_millis(500));
    let idle = server.pid().resident_bytes()?;
    let listeners = open_all(server.address, listening)?;
    sleep(Duration::from_secs(1));
    let open = server.pid().resident_bytes()?;
    println!(
        "{} with {STREAMS} streams: {:.1} MiB",
        ready.contender,
        mebibytes(open)
    );
    close(server, listeners)?;
    let pairs = in_turn(stage.plan.repeats, |side, seed| {
        if side == Side::First {
            return ask(stage, ready, seed);
        }
        let mut listeners = open_all(server.address, listening)?;
        let found = ask(stage, ready, seed + 1000)?;
        let disturbed = count_disturbed(&mut listeners)?;
        if disturbed > 0 {
            return Err(format!("{disturbed} streams of others were disturbed"));
        }
        close(server, listeners)?;
        Ok(found)
    })?;
    let others = DEEDS.iter().enumerate().map(|(number, deed)| {
        let pairs = pairs.iter();
        (
            *deed,
            pairs.map(|(one, two)| (one[number], two[number])).collect(),
        )
    });
    let events = WRITES_PER_SECOND * if stage.plan.quick { 2 } else { 10 };
    let heard = hear(ready, &listening[0], events)?;
    let event = Latency::from(&heard);
    println!(
        "{} write to event: p50 {:.2}  p99 {:.2} ms",
        ready.contender, event.p50, event.p99
    );
    Ok(Of {
        idle,
        open,
        others: others.collect(),
        event,
        slowest_ms: milliseconds(heard.quantile(1.0)),
        events,
    })
}

/// Requests per second, of each deed.
fn ask(stage: &Stage, ready: &Ready, seed: u64) -> Outcome<[f64; 2]> {
    let mut found = [0.0; 2];
    for (deed, found) in DEEDS.into_iter().zip(&mut found) {
        let row = stage.measure(ready, deed, stage.plan.briefly(), seed)?;
        *found = row.per_second;
    }
    Ok(found)
}

/// Waits until the server has noticed that they are gone.
fn close(server: &Server, listeners: Vec<Listener>) -> Outcome {
    drop(listeners);
    let end = Instant::now() + Duration::from_secs(10);
    while server.pid().open_files()? > STREAMS / 2 {
        if Instant::now() > end {
            return Err("the server keeps streams that nobody hears".to_owned());
        }
        sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// The times from a write to its event, while others ask, too.
fn hear(ready: &Ready, person: &Person, events: u32) -> Outcome<Histogram> {
    let address = ready.server.address;
    let pause = Duration::from_secs(1) / WRITES_PER_SECOND;
    let time = pause * events;
    let crowd: &Crowd = &ready.crowd;
    thread::scope(|scope| {
        let background = BACKGROUND.map(|(deed, per_second)| {
            scope.spawn(move || {
                let mut generator = Generator::connect(address, 8)?;
                let mut work = crowd.at(deed, 5000);
                generator.drive(&mut work, Pace::Open { per_second }, time)
            })
        });
        let heard = write_and_hear(address, person, (events, pause));
        for thread in background {
            let score = thread.join().map_err(|_| "a thread has panicked")??;
            if let Some(error) = score.first_error {
                return Err(format!("the load beside the events: {error}"));
            }
        }
        heard
    })
}

fn write_and_hear(
    address: SocketAddr,
    person: &Person,
    (events, pause): (u32, Duration),
) -> Outcome<Histogram> {
    let text = |error: std::io::Error| error.to_string();
    let mut listener = Listener::open(address, person)?;
    let mut writer = TcpStream::connect(address).map_err(text)?;
    writer.set_nodelay(true).map_err(text)?;
    let mut heard = Histogram::default();
    let start = Instant::now();
    for number in 0..events {
        sleep((start + pause * number).saturating_duration_since(Instant::now()));
        let title = format!("\"title\":\"Event number {number}\"");
        let request = create(person, &title);
        let sent = Instant::now();
        writer.write_all(&request).map_err(text)?;
        listener.wait_for(title.as_bytes())?;
        heard.record(sent.elapsed());
        read_created(&mut writer)?;
    }
    Ok(heard)
}

fn create(person: &Person, title: &str) -> Vec<u8> {
    let mut request = b"POST /api/".to_vec();
    for part in [&person.user[..], b"/tasks", &person.head] {
        request.extend_from_slice(part);
    }
    let body = format!("{{{title}}}");
    let length = body.len();
    let rest = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
    request.extend_from_slice(rest.as_bytes());
    request
}

fn read_created(writer: &mut TcpStream) -> Outcome {
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(answer) = response::read(&received)? {
            let status = answer.status;
            let created = status == 201;
            return created
                .then_some(())
                .ok_or(format!("{status} for a create"));
        }
        let length = writer
            .read(&mut buffer)
            .map_err(|error| error.to_string())?;
        received.extend_from_slice(&buffer[..length]);
        if length == 0 {
            return Err("the server closed a connection".to_owned());
        }
    }
}

impl Found for Findings {
    fn describe(&self) -> String {
        let mut text = format!(
            "{STREAMS} streams of as many users, who have tasks; 1,000 other users ask as ever, with the streams open \
             and without, in turn.\n\n\
             | | memory: idle | with the streams | get with ÷ without | create with ÷ without |\n\
             | --- | --- | --- | --- | --- |\n"
        );
        for (contender, found) in &self.0 {
            let (idle, open) = (mebibytes(found.idle), mebibytes(found.open));
            let _ = write!(text, "| {contender} | {idle:.1} MiB | {open:.1} MiB |");
            for pairs in found.others.values() {
                let _ = write!(text, " {} |", range(&pairs.ratio(), 2));
            }
            text.push('\n');
        }
        let [(_, gets), (_, creates)] = BACKGROUND;
        let _ = write!(
            text,
            "\nFrom sending a write to receiving its event, in one process: {WRITES_PER_SECOND} creates of one user per \
             second, beside {gets:.0} gets and {creates:.0} creates of others; ms.\n\n\
             | | events | p50 | p95 | p99 | slowest |\n| --- | --- | --- | --- | --- | --- |\n"
        );
        for (contender, found) in &self.0 {
            let Latency { p50, p95, p99, .. } = found.event;
            let _ = writeln!(
                text,
                "| {contender} | {} | {p50:.2} | {p95:.2} | {p99:.2} | {:.2} |",
                found.events, found.slowest_ms
            );
        }
        text
    }
}
