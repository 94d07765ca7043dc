//! Ten times as many callers as can be served: as much is done as ever, the rest hears soon that it is not, and whoever
//! watches the process sees it alive.

use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep_until, timeout};

use crate::streams::token_of;
use crate::support::process::{Running, Tickbox, allow_many_files, setting};
use crate::support::{Home, SECRET};

const USERS: usize = 32;

/// So many keep the program as busy as it can be.
const ENOUGH_CALLERS: usize = 256;

/// As the answers say.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Until all are there.
const RISE: Duration = Duration::from_secs(3);

/// Between two looks at `/health`.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// A wait of 5 s for a turn, and what a busy machine takes to say so.
const SOON: Duration = Duration::from_secs(10);

/// What came of a request, when, and how long that took.
struct Answer {
    status: u16,
    at: Instant,
    time: Duration,
}

/// A connection of a caller, who sends the same on it again and again.
struct Caller {
    line: TcpStream,
    request: Vec<u8>,
}

impl Caller {
    async fn new(server: &Running, request: String) -> Self {
        let address = server.url.strip_prefix("http://").unwrap();
        Self {
            line: TcpStream::connect(address).await.unwrap(),
            request: request.into_bytes(),
        }
    }

    async fn ask(&mut self) -> Answer {
        let begun = Instant::now();
        self.line.write_all(&self.request).await.unwrap();
        let mut said = Vec::with_capacity(1024);
        let head = loop {
            let read = self.line.read_buf(&mut said).await.unwrap();
            assert!(read > 0, "the line was closed");
            if let Some(end) = said.windows(4).position(|at| at == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = String::from_utf8_lossy(&said[..head]).to_ascii_lowercase();
        let (_, length) = text.split_once("content-length: ").expect("a length");
        let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
        while said.len() < head + length {
            assert!(self.line.read_buf(&mut said).await.unwrap() > 0);
        }
        let status = text[9..12].parse().unwrap();
        let is_told_when = text.contains("\r\nretry-after: ");
        assert!(status == 201 || status == 200 || is_told_when, "{text}");
        Answer {
            status,
            at: Instant::now(),
            time: begun.elapsed(),
        }
    }
}

struct Trial {
    server: Running,
    tokens: Vec<String>,
}

impl Trial {
    async fn start(home: &Home) -> Self {
        allow_many_files();
        let server = Tickbox::new(["serve"])
            .env("DATABASE_URL", home.url())
            .env("BETTER_AUTH_SECRET", SECRET)
            .env("RUST_LOG", "off");
        let users: Vec<_> = (0..USERS).map(|number| format!("user-{number}")).collect();
        Self {
            server: server.serve().await,
            tokens: join_all(users.iter().map(|user| token_of(user, "6h"))).await,
        }
    }

    async fn writer(&self, number: usize) -> Caller {
        let user = number % USERS;
        let (token, body) = (&self.tokens[user], r#"{"title": "One of many"}"#);
        let head = format!(
            "POST /api/user-{user}/tasks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        Caller::new(&self.server, head).await
    }

    /// Writes in a second while as many write as are needed, each without a pause.
    async fn peak(&self, time: Duration) -> f64 {
        let writing = async |number| {
            let mut caller = self.writer(number).await;
            let until = Instant::now() + time;
            let mut done = 0;
            while Instant::now() < until {
                done += usize::from(caller.ask().await.status == 201);
            }
            done
        };
        let done = join_all((0..ENOUGH_CALLERS).map(writing)).await;
        rate(done.iter().sum(), time)
    }

    /// Callers who come one after the other, and then all want something without a pause, or later, if they are told to.
    async fn flood(&self, callers: usize, until: Instant) -> Vec<Answer> {
        let begin = Instant::now();
        let calling = async |number: usize| {
            let share = f64::from(u32::try_from(number).unwrap());
            let share = share / f64::from(u32::try_from(callers).unwrap());
            sleep_until((begin + RISE.mul_f64(share)).into()).await;
            let mut caller = self.writer(number).await;
            let mut answers = Vec::new();
            while Instant::now() < until {
                let answer = caller.ask().await;
                let later = if answer.status == 201 {
                    Duration::ZERO
                } else {
                    RETRY_AFTER
                };
                answers.push(answer);
                sleep_until((Instant::now() + later).into()).await;
            }
            answers
        };
        let answers = join_all((0..callers).map(calling)).await;
        answers.into_iter().flatten().collect()
    }

    /// The longest time that `/health` took, on a connection of its own each time.
    async fn health(&self, until: Instant) -> Duration {
        let mut longest = Duration::ZERO;
        while Instant::now() < until {
            let begun = Instant::now();
            let request = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n".to_owned();
            let asking = async { Caller::new(&self.server, request).await.ask().await };
            let answer = timeout(SOON, asking).await.expect("it answers");
            assert_eq!(answer.status, 200);
            longest = longest.max(begun.elapsed());
            sleep_until((begun + BETWEEN_LOOKS).into()).await;
        }
        longest
    }
}

fn rate(count: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap()) / time.as_secs_f64()
}

/// `TICKBOX_TEST_SECONDS=60` makes a long run of it, which is measured by what is promised, `TICKBOX_TEST_CALLERS=8000` a
/// larger flood, in which some are refused. In the short one the other tests are at work beside it, so only a collapse shows.
async fn ten_times_too_many_callers_change_little(home: Home) {
    let seconds = setting("TICKBOX_TEST_SECONDS", 5);
    let (least_share, longest_health) = if seconds >= 30 {
        (0.8, Duration::from_secs(1))
    } else {
        (0.4, Duration::from_secs(5))
    };
    let trial = Trial::start(&home).await;
    let time = Duration::from_secs(u64::try_from(seconds).unwrap());
    let peak = trial.peak(time.min(Duration::from_secs(10))).await;
    let callers = setting("TICKBOX_TEST_CALLERS", 10 * ENOUGH_CALLERS);
    let begin = Instant::now() + RISE;
    let until = begin + time;
    let (answers, health) = join(trial.flood(callers, until), trial.health(until)).await;
    let counted = answers
        .iter()
        .filter(|answer| answer.status == 201 && (begin..until).contains(&answer.at));
    let goodput = rate(counted.count(), time);
    let refused = answers.iter().filter(|answer| answer.status != 201);
    let longest = answers.iter().map(|answer| answer.time).max().unwrap();
    eprintln!(
        "peak {peak:.0}/s; {callers} callers: {goodput:.0}/s, {} of {} refused, longest answer {longest:.1?}, \
         longest /health {health:.1?}",
        refused.clone().count(),
        answers.len(),
    );
    for answer in refused {
        assert!([429, 503].contains(&answer.status), "{}", answer.status);
    }
    assert!(goodput >= peak * least_share, "{goodput} of {peak}");
    assert!(health <= longest_health, "{health:?}");
    assert!(longest <= SOON, "{longest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_times_too_many_callers_change_little_on_sqlite() {
    ten_times_too_many_callers_change_little(Home::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_times_too_many_callers_change_little_on_postgres() {
    ten_times_too_many_callers_change_little(Home::postgres().await).await;
}
