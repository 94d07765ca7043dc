//! Documents do as they say: every command of the README, the quickstart and the pages about the API and sync is run, in
//! order, in a fresh folder, on both engines, and prints what stands below it. How it is compared: `support::guide`. The
//! guide of the command line: `task_commands::guide`.

use crate::support::better_auth::lasting_port;
use crate::support::guide::{Exception, Guide, Instead};
use crate::support::postgres::Cluster;
use crate::support::terminal::Terminal;
use crate::support::{Home, postgres::Database};

const BUILT: &str = "a release build takes minutes: it is the program that the tests have built";
const DOCKER: &str = "it needs Docker and a registry of images";

const README: &[Exception] = &[
    Exception(
        "cargo run --release     # serve; prints a curl to paste\n\
         cargo xtask test        # all tests, on SQLite and on a real PostgreSQL; installs what they need",
        Instead::Nothing,
        "these are the tests; serving comes next",
    ),
    Exception(
        "cargo run --release",
        Instead::ServeBy("target/release/tickbox"),
        BUILT,
    ),
    Exception(
        "curl -X POST http://127.0.0.1:8000/api/demo/tasks -H 'Content-Type: application/json' \
         -H 'Authorization: Bearer eyJhbGci…' -d '{\"title\": \"Buy milk\"}'",
        Instead::Paste("curl "),
        "the token is another one each time: it is pasted from what the server printed",
    ),
];

const QUICKSTART: &[Exception] = &[
    Exception(
        "cargo run --release",
        Instead::ServeBy("target/release/tickbox"),
        BUILT,
    ),
    Exception(
        "tickbox",
        Instead::Serve,
        "it is a server, and does not end",
    ),
    Exception(
        "npm ci --ignore-scripts --prefix tests/better-auth",
        Instead::Nothing,
        "cargo xtask setup has done it",
    ),
    Exception(
        "node tests/better-auth/server.mjs '{\"port\": 3000}'",
        Instead::ServeBeside,
        "it is a server, and does not end",
    ),
    Exception(
        "BETTER_AUTH_URL=http://127.0.0.1:3000 tickbox",
        Instead::Serve,
        "it is a server, and does not end",
    ),
    Exception(
        "docker build --file deploy/Dockerfile --tag tickbox .\n\
         docker run --rm --publish 8000:8000 --volume tickbox-data:/data tickbox",
        Instead::Nothing,
        DOCKER,
    ),
    Exception(
        "cd deploy\n\
         cat > .env <<EOF\n\
         POSTGRES_PASSWORD=$(openssl rand -hex 24)\n\
         BETTER_AUTH_URL=https://app.example.com\n\
         ALLOWED_ORIGINS=https://app.example.com\n\
         EOF\n\
         docker compose up --detach --wait\n\
         curl http://127.0.0.1:8000/ready",
        Instead::Nothing,
        DOCKER,
    ),
];

const API: &[Exception] = &[Exception(
    "curl http://127.0.0.1:8000/ready        # while PostgreSQL is stopped: 503",
    Instead::Nothing,
    "nobody stops PostgreSQL here: tests of outages do",
)];

/// The guides' port of the server, as it is here.
fn take_port(guide: &mut Guide) -> String {
    let port = lasting_port().to_string();
    guide.place("127.0.0.1:8000", &format!("127.0.0.1:{port}"));
    port
}

/// On an engine: `None` is the default, SQLite in the folder.
async fn follow(
    guide: &mut Guide,
    (installed, serves): (bool, bool),
    database: Option<&str>,
    more: &[(&str, &str)],
) {
    let port = take_port(guide);
    let url = database.map(|url| ("DATABASE_URL", url));
    let variables: Vec<_> = [("PORT", &*port)].into_iter().chain(url).collect();
    let mut terminal = Terminal::open(installed, &[&variables, more].concat());
    if serves {
        guide.serve_first(&mut terminal, "tickbox").await;
    }
    guide.follow(&mut terminal).await;
}

/// A database that knows nothing yet.
async fn postgres() -> (Home, String) {
    let home = Home::postgres().await;
    let url = home.url();
    (home, url)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_on_sqlite() {
    let mut guide = Guide::open("README.md", README);
    follow(&mut guide, (false, false), None, &[]).await;
    assert!(guide.count >= 4, "{}", guide.count);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_on_postgres() {
    let (_home, url) = postgres().await;
    let mut guide = Guide::open("README.md", README);
    follow(&mut guide, (false, false), Some(&url), &[]).await;
}

/// The database that the quickstart makes, in a cluster of its own; and Better Auth, on a port of its own.
async fn quickstart(on_postgres: bool) {
    let cluster = Cluster::start().await;
    let mut guide = Guide::open("docs/quickstart.md", QUICKSTART);
    let (port, database_port) = (lasting_port().to_string(), cluster.port().to_string());
    guide.place("127.0.0.1:3000", &format!("127.0.0.1:{port}"));
    guide.place("\"port\": 3000", &format!("\"port\": {port}"));
    guide.place("@localhost/app", &format!("@127.0.0.1:{database_port}/app"));
    let database = if on_postgres {
        Some(cluster.database().await)
    } else {
        None
    };
    let administrator = [
        ("PGHOST", "127.0.0.1"),
        ("PGPORT", &*database_port),
        ("PGUSER", "postgres"),
        ("PGDATABASE", "postgres"),
    ];
    let url = database.as_ref().map(Database::url);
    follow(&mut guide, (false, false), url, &administrator).await;
    assert!(guide.count >= 20, "{}", guide.count);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quickstart_on_sqlite() {
    quickstart(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quickstart_on_postgres() {
    quickstart(true).await;
}

const ORIGIN: [(&str, &str); 1] = [("ALLOWED_ORIGINS", "http://localhost:3000")];

#[tokio::test(flavor = "multi_thread")]
async fn the_api_on_sqlite() {
    let mut guide = Guide::open("docs/api.md", API);
    follow(&mut guide, (true, true), None, &ORIGIN).await;
    assert!(guide.count >= 50, "{}", guide.count);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_on_postgres() {
    let (_home, url) = postgres().await;
    let mut guide = Guide::open("docs/api.md", API);
    follow(&mut guide, (true, true), Some(&url), &ORIGIN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_on_sqlite() {
    let mut guide = Guide::open("docs/sync.md", &[]);
    follow(&mut guide, (true, true), None, &[]).await;
    assert!(guide.count >= 9, "{}", guide.count);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_on_postgres() {
    let (_home, url) = postgres().await;
    let mut guide = Guide::open("docs/sync.md", &[]);
    follow(&mut guide, (true, true), Some(&url), &[]).await;
}
