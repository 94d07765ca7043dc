//! What one start costs and what an idle server has; the time for a token; the binary.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::hint::black_box;
use std::thread::sleep;
use std::time::{Duration, Instant};

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::bench::contender::Contender;
use crate::bench::dataset::user_id;
use crate::bench::report::{mebibytes, range};
use crate::bench::section::Found;
use crate::bench::server::{Server, binary};
use crate::bench::stage::Stage;
use crate::bench::statistics::Summary;
use crate::bench::work::{authenticator, token};
use crate::step::Outcome;

#[derive(Serialize, Deserialize)]
pub(in crate::bench) struct Findings {
    /// On SQLite, in milliseconds.
    pub(in crate::bench) start: Summary,
    /// Before the first request, in bytes.
    pub(in crate::bench) idle: BTreeMap<Contender, u64>,
    /// In microseconds.
    pub(in crate::bench) verification: Summary,
    pub(in crate::bench) binary_bytes: u64,
}

pub(in crate::bench) fn measure(stage: &Stage) -> Outcome<Findings> {
    let mut idle = BTreeMap::new();
    for contender in Contender::OURS {
        let ready = stage.prepare(contender)?;
        sleep(Duration::from_secs(1));
        idle.insert(contender, ready.server.pid().resident_bytes()?);
        ready.server.stop()?;
    }
    Ok(Findings {
        start: start_times(stage)?,
        idle,
        verification: verification_micros()?,
        binary_bytes: binary_bytes()?,
    })
}

/// From the start of the process to its ready line; the files were read a moment ago.
fn start_times(stage: &Stage) -> Outcome<Summary> {
    let url = stage.url(Contender::Sqlite, "copy");
    let mut found = Vec::with_capacity(stage.plan.starts);
    for _ in 0..stage.plan.starts {
        let server = Server::start_at_once(&url, stage.directory())?;
        found.push(server.start_time.as_secs_f64() * 1e3);
        server.stop()?;
    }
    Ok(Summary::of(found))
}

/// The time to find out who sent a request with an HS256 token.
fn verification_micros() -> Outcome<Summary> {
    const ROUNDS: u32 = 20_000;
    let authenticator = authenticator()?;
    let token = token(&authenticator, &user_id(7))?;
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(&format!("Bearer {token}"));
    headers.insert(AUTHORIZATION, value.map_err(|error| error.to_string())?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for _ in 0..7 {
        let start = Instant::now();
        runtime.block_on(async {
            for _ in 0..ROUNDS {
                let caller = authenticator.authenticate(black_box(&headers)).await;
                black_box(caller).map_err(|refusal| format!("{refusal:?}"))?;
            }
            Ok::<_, String>(())
        })?;
        found.push(start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS));
    }
    Ok(Summary::of(found))
}

fn binary_bytes() -> Outcome<u64> {
    let path = binary();
    let metadata = std::fs::metadata(&path);
    Ok(metadata
        .map_err(|error| format!("{}: {error}", path.display()))?
        .len())
}

impl Found for Findings {
    fn describe(&self) -> String {
        let mut text = format!(
            "| | |\n| --- | --- |\n\
             | start to ready line, SQLite with 100,000 tasks, files in the cache | {} ms |\n\
             | verifying an HS256 token that was seen before | {} µs |\n\
             | binary | {:.1} MiB |\n",
            range(&self.start, 1),
            range(&self.verification, 2),
            mebibytes(self.binary_bytes)
        );
        for (contender, bytes) in &self.idle {
            let bytes = mebibytes(*bytes);
            let _ = writeln!(text, "| memory when idle, {contender} | {bytes:.1} MiB |");
        }
        text
    }
}
