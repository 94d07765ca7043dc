//! Requests to be counted by callgrind, through the front door of an app as it is in production, on
//! one engine; and what starts callgrind on that and compares: `cargo xtask instructions`. How counts
//! are read is in `callgrind`, kept and judged in `record`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and stops at the first surprise"
)]

mod callgrind;
mod record;

// A throw-away PostgreSQL, as the tests have it.
#[path = "../../../tests/it/support/leash.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod leash;
#[path = "../../../tests/it/support/postgres.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod postgres;
#[path = "../../../tests/it/support/postgres_18.rs"]
mod postgres_18;
#[path = "../../../tests/it/support/postgres_janitor.rs"]
mod postgres_janitor;
#[path = "../../../tests/it/support/postgres_tls.rs"]
mod postgres_tls;

use std::cell::Cell;
use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tickbox::app::App;
use tickbox::auth::{AuthConfig, Authenticator};
use tickbox::clock::Clock;
use tickbox::config::{AuthSettings, Environment, Limits, Origins, parse_log_filter};
use tickbox::domain::UserId;
use tickbox::http::{FrontDoor, front_door, templates};
use tickbox::metrics::Metrics;
use tickbox::secret::Secret;
use tickbox::store::{
    Migrations, PoolSize, PostgresConfig, PreparedStatements, SqliteConfig, Store, StoreConfig,
};
use tickbox::telemetry;

use self::postgres::{Cluster, Database};

/// As in the program: what allocation costs is part of a request.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SECRET: &str = "a secret of thirty-two bytes, or more";
const TASKS: &str = "/api/ada/tasks";
const NEW_TASK: &str = r#"{"title":"Buy milk","description":"and bread"}"#;

/// More than two pages, so that a page has a next one.
const TASKS_AT_START: usize = 60;

/// With a date and a priority: more than a page, as above.
const TASKS_DUE: usize = 40;
const TODAY: &str = "/api/ada/tasks?filter=completed%20%3D%20false%20AND%20due%20%3C%3D%20today()\
    &order_by=due%2Cpriority&limit=20";

/// Enough for every connection to have been opened and every statement to have been prepared.
const UNCOUNTED: usize = 100;

/// Over so many requests, what one of them happens to pay for others weighs little.
const COUNTED: usize = 400;

/// For the database to have answered all that it was asked. Whether an answer arrives in one piece
/// or in four is chance, and shows in the number of instructions that read it; so nobody looks
/// before all of it is there.
const LONG_ENOUGH: Duration = Duration::from_millis(2);

/// Callgrind writes down what it has counted, and begins anew, each time this is entered.
#[inline(never)]
fn callgrind_lap() {
    black_box(());
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .on_thread_park(|| thread::sleep(LONG_ENOUGH))
        .build()
        .unwrap();
    match std::env::args().nth(1).as_deref() {
        Some("sqlite") => runtime.block_on(async {
            let directory = TempDir::with_prefix("tickbox-bench-").unwrap();
            let path = directory.path().join("bench.db");
            count(&StoreConfig::Sqlite(SqliteConfig { path })).await;
        }),
        Some("postgres") => runtime.block_on(async {
            let cluster = Cluster::start().await;
            let database = cluster.database().await;
            count(&StoreConfig::Postgres(postgres_config(&database))).await;
        }),
        other => {
            let program = std::env::current_exe().unwrap();
            let judged = match other {
                Some("--accept") => record::accept(&program),
                other => record::check(&program, other != Some("--quiet")),
            };
            if let Err(message) = judged {
                eprintln!("{message}");
                std::process::exit(1);
            }
        }
    }
}

/// With the defaults of the settings.
fn postgres_config(database: &Database) -> PostgresConfig {
    PostgresConfig {
        url: Secret::new(database.url()),
        schema: "tickbox".to_owned(),
        pool: PoolSize {
            kept: 10,
            overflow: 20,
        },
        prepared_statements: PreparedStatements::Auto,
    }
}

/// Sends requests of every kind, and prints a line with the kind and the number for each.
async fn count(store: &StoreConfig) {
    let client = Client::new(store).await;
    for _ in 0..TASKS_AT_START {
        client.send(client.create(), StatusCode::CREATED).await;
    }
    let page = format!("{TASKS}?limit=20");
    let list = client.send(client.get(&page), StatusCode::OK).await;
    let task = format!("{TASKS}/{}", list["tasks"][0]["id"].as_str().unwrap());
    let changes = "/api/ada/changes?limit=20";
    let first = client.send(client.get(changes), StatusCode::OK).await;
    let since = first["next_cursor"].as_str().unwrap();
    let changes = format!("{changes}&since={since}");
    let complete = |number: usize| {
        let body = format!(r#"{{"completed":{}}}"#, number.is_multiple_of(2));
        client.request(Method::PATCH, &format!("{task}/complete"), body)
    };

    client
        .count("get", StatusCode::OK, |_| client.get(&task))
        .await;
    client
        .count("list", StatusCode::OK, |_| client.get(&page))
        .await;
    client
        .count("changes", StatusCode::OK, |_| client.get(&changes))
        .await;
    client
        .count("create", StatusCode::CREATED, |_| client.create())
        .await;
    client.count("complete", StatusCode::OK, complete).await;

    let made = Cell::new(0);
    let keyed = |_| {
        made.set(made.get() + 1);
        let mut request = client.create();
        let key = HeaderValue::try_from(made.get().to_string()).unwrap();
        request.headers_mut().insert("idempotency-key", key);
        request
    };
    client
        .count("create-keyed", StatusCode::CREATED, keyed)
        .await;
    let sibling = list["tasks"][1]["id"].as_str().unwrap();
    let to = [
        format!(r#"{{"after":"{sibling}"}}"#),
        r#"{"after":null}"#.to_owned(),
    ];
    let moving = |number: usize| {
        client.request(
            Method::POST,
            &format!("{task}/move"),
            to[number % 2].clone(),
        )
    };
    client.count("move", StatusCode::OK, moving).await;
    for number in 0..TASKS_DUE {
        let (day, priority) = (1 + number % 28, 1 + number % 9);
        let due = format!("2026-01-{day:02}");
        let body = json!({"title": "Buy milk", "due": due, "priority": priority});
        let request = client.request(Method::POST, TASKS, body.to_string());
        client.send(request, StatusCode::CREATED).await;
    }
    client
        .count("today", StatusCode::OK, |_| client.get(TODAY))
        .await;
}

struct Client {
    door: FrontDoor,
    authorization: HeaderValue,
}

impl Client {
    async fn new(store: &StoreConfig) -> Self {
        let environment = Environment::Production;
        telemetry::start(environment, parse_log_filter("info").unwrap());
        let clock = Clock::system();
        let settings = AuthSettings {
            better_auth_secret: Some(Secret::new(SECRET)),
            ..AuthSettings::default()
        };
        let (config, _) = AuthConfig::from_settings(&settings, environment).unwrap();
        let authenticator = Arc::new(Authenticator::new(config, clock.clone()).unwrap());
        let ada = UserId::parse("ada").unwrap();
        let token = authenticator
            .sign(&ada, None, Duration::from_hours(1))
            .unwrap();
        let store = Store::open(store, Migrations::Apply(clock.now()))
            .await
            .unwrap();
        let metrics = Metrics::new(templates(), clock.now());
        let origins = Origins::default();
        let limits = Limits {
            retention: Duration::from_hours(30 * 24),
            most_tasks: 1_000_000,
            rate: None,
        };
        let app = App::new(
            store,
            authenticator,
            clock,
            environment,
            origins.into(),
            metrics,
            &limits,
        );
        Self {
            door: front_door(app),
            authorization: HeaderValue::try_from(format!("Bearer {token}")).unwrap(),
        }
    }

    fn get(&self, path: &str) -> Request<Body> {
        self.request(Method::GET, path, Body::empty())
    }

    fn create(&self) -> Request<Body> {
        self.request(Method::POST, TASKS, NEW_TASK)
    }

    fn request(&self, method: Method, path: &str, body: impl Into<Body>) -> Request<Body> {
        Request::builder()
            .method(method)
            .uri(path)
            .header(AUTHORIZATION, &self.authorization)
            .header(CONTENT_TYPE, "application/json")
            .body(body.into())
            .unwrap()
    }

    async fn send(&self, request: Request<Body>, wanted: StatusCode) -> Value {
        serde_json::from_slice(&self.answer(request, wanted).await).unwrap()
    }

    async fn answer(&self, request: Request<Body>, wanted: StatusCode) -> axum::body::Bytes {
        let response = self.door.handle(request).await;
        assert_eq!(response.status(), wanted);
        response.into_body().collect().await.unwrap().to_bytes()
    }

    async fn count(
        &self,
        kind: &str,
        wanted: StatusCode,
        request: impl Fn(usize) -> Request<Body>,
    ) {
        for number in 0..UNCOUNTED {
            self.answer(request(number), wanted).await;
        }
        // Made before, because a client makes them.
        let requests: Vec<_> = (0..COUNTED).map(request).collect();
        callgrind_lap();
        for request in requests {
            black_box(self.answer(request, wanted).await);
        }
        callgrind_lap();
        println!("{kind} {COUNTED}");
    }
}
