//! What the metrics tell of how things stand: connections, the queue of writes, groups, keys and streams, after and
//! during real traffic. What is counted of requests: `metrics`.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::future::join_all;
use http_body_util::BodyExt;
use serde_json::json;
use tickbox::config::AuthSettings;

use crate::support::exposition::Exposition;
use crate::support::{Home, TestApp, every_engine};

every_engine!(
    groups_and_connections_are_told_after_traffic,
    what_waits_is_told_while_it_waits,
    open_streams_are_told,
);

fn read(app: &TestApp) -> Exposition {
    Exposition::read(&app.app.metrics_text())
}

/// Ends when the metrics say so: what is told to a caller is counted a moment later.
async fn until(app: &TestApp, is_so: impl Fn(&Exposition) -> bool) -> Exposition {
    loop {
        let now = read(app);
        if is_so(&now) {
            return now;
        }
        tokio::task::yield_now().await;
    }
}

const WORKS: &str = "tickbox_write_group_works";
const QUEUE: &str = "tickbox_write_queue_works";
const BYTES: &str = "tickbox_write_queue_bytes";
const STREAMS: &str = "tickbox_event_streams";

fn pool(now: &Exposition, what: &str, pool: &str) -> u64 {
    let name = format!("tickbox_database_connections_{what}");
    now.count(&name, &[("pool", pool)])
}

fn works(now: &Exposition) -> u64 {
    now.count(&format!("{WORKS}_sum"), &[])
}

async fn groups_and_connections_are_told_after_traffic(app: TestApp) {
    let before = read(&app);
    assert_eq!(works(&before), 0);
    let users: Vec<_> = (0..20)
        .map(|number| app.user(&format!("user {number}")))
        .collect();
    join_all(users.iter().map(async |user| {
        user.create(json!({"title": "Buy milk"})).await;
        user.create(json!({"title": "Buy bread"})).await;
        assert_eq!(user.list().await["count"], 2);
    }))
    .await;
    let now = until(&app, |now| works(now) == 40).await;
    let groups = now.count(&format!("{WORKS}_count"), &[]);
    // Two writes of one user are in two groups, since the second came after the answer to the first.
    assert!((2..=40).contains(&groups), "{groups}");
    let of = |suffix: &str| format!("tickbox_write_group_duration_seconds{suffix}");
    assert_eq!(now.count(&of("_count"), &[]), groups);
    let seconds = now.find(&of("_sum"), &[]).unwrap();
    assert!(seconds > 0.0 && seconds < 60.0, "{seconds}");
    let largest = [("le", "64")];
    assert_eq!(now.count(&format!("{WORKS}_bucket"), &largest), groups);

    for name in [QUEUE, BYTES, STREAMS] {
        assert_eq!(now.count(name, &[]), 0, "{name}");
    }
    let rests = |now: &Exposition| {
        ["read", "write"]
            .iter()
            .all(|kind| pool(now, "idle", kind) > 0)
    };
    let now = until(&app, rests).await;
    for kind in ["read", "write"] {
        let (most, idle) = (pool(&now, "max", kind), pool(&now, "idle", kind));
        assert!(idle <= most, "{kind}: {idle} of {most}");
        assert_eq!(pool(&now, "awaited", kind), 0);
    }
    let most = pool(&now, "max", "read") + pool(&now, "max", "write");
    match &app.home {
        // As the settings of the tests have it.
        Home::Postgres(_) => assert_eq!(most, 30),
        Home::Sqlite(_) => assert!((3..=5).contains(&most), "{most}"),
    }
    // Nothing is fetched where there is a secret.
    let fetches = now.series("tickbox_key_fetches_total");
    assert!(fetches.len() == 2 && fetches.iter().all(|(_, count)| *count == 0.0));
    assert!(now.series("tickbox_key_set_fetch_time_seconds").is_empty());
}

/// More than two groups take, which are as many as there can be at a time.
const MANY: u64 = 200;

async fn what_waits_is_told_while_it_waits(app: TestApp) {
    let users: Vec<_> = (0..8)
        .map(|number| app.user(&format!("user {number}")))
        .collect();
    for user in &users {
        user.create(json!({"title": "Buy milk"})).await;
    }
    until(&app, |now| works(now) == 8).await;
    let held = Held::hold(&app.home).await;
    let writers = users.iter().cycle().take(MANY.try_into().unwrap());
    let writing = join_all(writers.map(async |user| {
        let written = user.post(&user.tasks, json!({"title": "Buy bread"})).await;
        assert_eq!(written.status, StatusCode::CREATED);
    }));
    let looking = async {
        let now = until(&app, |now| now.count(QUEUE, &[]) > 0).await;
        assert!(now.count(BYTES, &[]) > 0);
        // Those whose turn it is have not ended.
        assert_eq!(works(&now), 8);
        if let Home::Sqlite(_) = &app.home {
            until(&app, |now| pool(now, "idle", "write") == 0).await;
        }
        held.let_go().await;
    };
    tokio::join!(writing, looking);
    let now = until(&app, |now| works(now) == 8 + MANY).await;
    assert_eq!((now.count(QUEUE, &[]), now.count(BYTES, &[])), (0, 0));
}

/// A database in which somebody else keeps all writes from going on.
enum Held {
    Sqlite(rusqlite::Connection),
    Postgres(Box<tokio_postgres::Client>),
}

impl Held {
    async fn hold(home: &Home) -> Self {
        match home {
            Home::Sqlite(directory) => {
                let holder = rusqlite::Connection::open(directory.path().join("test.db")).unwrap();
                holder.execute_batch("BEGIN IMMEDIATE").unwrap();
                Self::Sqlite(holder)
            }
            Home::Postgres(database) => {
                let holder = database.administrator().await;
                let lock = "BEGIN; LOCK TABLE tickbox.accounts IN ACCESS EXCLUSIVE MODE";
                holder.batch_execute(lock).await.unwrap();
                Self::Postgres(Box::new(holder))
            }
        }
    }

    async fn let_go(self) {
        match self {
            Self::Sqlite(holder) => holder.execute_batch("ROLLBACK").unwrap(),
            Self::Postgres(holder) => holder.batch_execute("ROLLBACK").await.unwrap(),
        }
    }
}

async fn open_streams_are_told(app: TestApp) {
    let mut streams = Vec::new();
    for user in ["ada", "ada", "bob"] {
        let user = app.user(user);
        let request = Request::get(user.events()).body(Body::empty()).unwrap();
        let mut stream = user.receive(request).await.into_body();
        assert!(stream.frame().await.unwrap().is_ok());
        streams.push(stream);
    }
    assert_eq!(read(&app).count(STREAMS, &[]), 3);
    streams.pop();
    assert_eq!(read(&app).count(STREAMS, &[]), 2);
    streams.clear();
    assert_eq!(read(&app).count(STREAMS, &[]), 0);
}

#[tokio::test]
async fn fetches_of_keys_are_told_with_the_age_of_what_they_brought() {
    let home = tempfile::TempDir::with_prefix("tickbox-test-").unwrap();
    let file = home.path().join("jwks.json");
    let settings = AuthSettings {
        better_auth_url: Some("https://app.example.com".to_owned()),
        jwks_url: Some(file.display().to_string()),
        ..AuthSettings::default()
    };
    let app = TestApp::trusting(&settings).await;
    let fetches =
        |now: &Exposition, outcome| now.count("tickbox_key_fetches_total", &[("outcome", outcome)]);
    let time = |now: &Exposition| now.find("tickbox_key_set_fetch_time_seconds", &[]);
    let now = until(&app, |now| fetches(now, "failed") >= 2).await;
    assert_eq!((fetches(&now, "fetched"), time(&now)), (0, Some(0.0)));

    let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k1", "alg": "EdDSA",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    std::fs::write(&file, json!({"keys": [key]}).to_string()).unwrap();
    assert_eq!(app.app.authenticator.refresh().await[0].problem, None);
    let now = read(&app);
    assert!(fetches(&now, "fetched") >= 1);
    let seconds = app.clock.now().as_seconds();
    let fetched_at = format!("{:.0}", time(&now).unwrap().floor());
    assert_eq!(fetched_at, seconds.to_string());
}
