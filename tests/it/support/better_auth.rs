//! Real Better Auth servers (`tests/better-auth`) with real users and their tokens. Made-up tokens
//! and broken issuers are not their business.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::leash::{Farewell, Leashed, Output};
use xtask::programs::find_program;

/// What the servers sign cookies and links in mails with.
pub(crate) const SECRET: &str = "a-secret-of-the-tests-that-guards-nothing";

/// Starting takes a second or two; a machine that is busy building needs more.
const START_LIMIT: Duration = Duration::from_mins(1);
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// A running server. It ends when it is dropped, and all that were started with it.
pub(crate) struct BetterAuth {
    /// Without a path or a trailing slash; also the issuer and the audience if no option says other.
    pub(crate) url: String,
    http: reqwest::Client,
    errors: Output,
    _process: Arc<Leashed>,
}

/// Someone who has signed up and is signed in.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) email: String,
    /// The opaque one that is no JWT: what people send by mistake.
    pub(crate) session_token: String,
    /// `name=value` as the server set them, still escaped.
    cookies: Vec<String>,
}

impl User {
    /// The header `Cookie` of this user's browser.
    pub(crate) fn cookies(&self) -> String {
        self.cookies.join("; ")
    }

    /// The value of Better Auth's cookie of this name, still escaped.
    pub(crate) fn cookie(&self, name: &str) -> &str {
        let start = format!("better-auth.{name}=");
        let mut found = self.cookies.iter().filter_map(|it| it.strip_prefix(&start));
        found
            .next()
            .unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }
}

impl BetterAuth {
    /// Starts a server. `options` may have
    /// - `"jwt"`: options of the jwt plugin, besides `"payload"` and `"subject"`, names of functions
    ///   in `server.mjs`; `false` leaves the plugin out;
    /// - `"bearer": true`: with the bearer plugin;
    /// - `"auth"`: options of `betterAuth()` itself, such as `baseURL`, `session`, `advanced`;
    /// - `"cors": true`: pages of other origins may ask, and are trusted;
    /// - `"version": "1.3"`: the old release instead of the newest;
    /// - `"port"`: a certain one, for an issuer that comes back: see [`lasting_port`];
    /// - `"tables"`: the database of an earlier one: see [`BetterAuth::tables`].
    pub(crate) async fn start(options: Value) -> Self {
        let mut servers = Self::start_all(vec![options]).await;
        servers.remove(0)
    }

    /// Starts several in one process, which saves most of the time that a start takes.
    pub(crate) async fn start_all(options: Vec<Value>) -> Vec<Self> {
        let node = find_program("node").expect("Node is not installed. Run: cargo xtask setup");
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/better-auth");
        assert!(
            directory.join("node_modules/better-auth").is_dir(),
            "Better Auth is not installed. Run: cargo xtask setup"
        );
        let number = options.len();
        let mut command = Command::new(node);
        command
            .arg("server.mjs")
            .arg(Value::Array(options).to_string())
            .current_dir(&directory)
            // Better Auth reads its address and secret from a good dozen of variables.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let farewell = Farewell {
            signal: "KILL",
            directory: None,
        };
        let mut process = Leashed::start(&mut command, &farewell).expect("node can be started");
        let errors = process.stderr();
        let mut urls = Vec::new();
        let ready = |line: &str| {
            let line: Value = serde_json::from_str(line).ok()?;
            urls.push(line["url"].as_str()?.to_owned());
            (urls.len() == number).then_some(())
        };
        let all = timeout(START_LIMIT, process.stdout().find(ready)).await;
        let started = all.ok().flatten().is_some();
        assert!(started, "Better Auth did not start:\n{}", errors.so_far());
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(REQUEST_LIMIT)
            .build()
            .expect("a client can be built");
        let process = Arc::new(process);
        let server = |url| Self {
            url,
            http: http.clone(),
            errors: errors.clone(),
            _process: Arc::clone(&process),
        };
        urls.into_iter().map(server).collect()
    }

    pub(crate) fn jwks_url(&self) -> String {
        format!("{}/api/auth/jwks", self.url)
    }

    /// Signs up a person with an e-mail address made of the name, which must be one word.
    pub(crate) async fn sign_up(&self, name: &str) -> User {
        let email = format!("{name}@example.com").to_lowercase();
        let body =
            json!({"name": name, "email": email, "password": "correct horse battery staple"});
        let response = self.post("/api/auth/sign-up/email", &body, "").await;
        let cookies = response.headers().get_all("set-cookie").iter();
        let cookies = cookies
            .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
            .map(str::to_owned)
            .collect();
        let answer = self.read(response).await;
        User {
            id: text(&answer["user"]["id"]),
            email: text(&answer["user"]["email"]),
            session_token: text(&answer["token"]),
            cookies,
        }
    }

    /// Ends the session of the user.
    pub(crate) async fn sign_out(&self, user: &User) {
        let path = "/api/auth/sign-out";
        let response = self.post(path, &json!({}), &user.cookies()).await;
        self.read(response).await;
    }

    /// A JWT for the user, as a front end gets it.
    pub(crate) async fn token(&self, user: &User) -> String {
        let response = self.get("/api/auth/token", &user.cookies()).await;
        text(&self.read(response).await["token"])
    }

    /// The status of an answer that has no token.
    pub(crate) async fn no_token(&self, user: &User) -> u16 {
        let response = self.get("/api/auth/token", &user.cookies()).await;
        response.status().as_u16()
    }

    /// Any payload, signed with the keys of the server.
    pub(crate) async fn sign(&self, payload: Value) -> String {
        let response = self.post("/fixture/sign", &payload, "").await;
        text(&self.read(response).await["token"])
    }

    /// The token of the last link that was mailed.
    pub(crate) async fn mailed(&self) -> String {
        let mails = self.read(self.get("/fixture/mails", "").await).await;
        text(
            mails
                .as_array()
                .and_then(|mails| mails.last())
                .expect("a mail was sent"),
        )
    }

    /// How often a path of the server has been asked for.
    pub(crate) async fn requests(&self, path: &str) -> u64 {
        let requests = self.read(self.get("/fixture/requests", "").await).await;
        requests[path].as_u64().unwrap_or(0)
    }

    /// All that the server keeps, for one that is started in its place.
    pub(crate) async fn tables(&self) -> Value {
        self.read(self.get("/fixture/tables", "").await).await
    }

    /// Winds on the clock of the server, and of all that were started with it.
    pub(crate) async fn advance(&self, by: Duration) {
        let body = json!({"seconds": by.as_secs()});
        let response = self.post("/fixture/advance", &body, "").await;
        self.read(response).await;
    }

    async fn get(&self, path: &str, cookies: &str) -> reqwest::Response {
        let request = self.http.get(format!("{}{path}", self.url));
        let request = request.header("cookie", cookies);
        request.send().await.expect("Better Auth answers")
    }

    async fn post(&self, path: &str, body: &Value, cookies: &str) -> reqwest::Response {
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request
            // Better Auth refuses a post from nowhere.
            .header("origin", &self.url)
            .header("content-type", "application/json")
            .header("cookie", cookies);
        let sent = request.body(body.to_string()).send().await;
        sent.expect("Better Auth answers")
    }

    async fn read(&self, response: reqwest::Response) -> Value {
        let (status, path) = (response.status(), response.url().path().to_owned());
        let body = response.text().await.expect("Better Auth answers in full");
        assert!(
            status.is_success(),
            "{path}: {status} {body}\n{}",
            self.errors.so_far()
        );
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{path}: {error}: {body}"))
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a text, not {value}"))
        .to_owned()
}

/// A port for a server that must come back to it: below those that the system gives to whoever asks for
/// any, so that nobody gets it in the meantime.
pub(crate) fn lasting_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = 10_000 + u16::try_from(std::process::id() % 20_000).unwrap_or_default();
    let is_free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (0..1000)
        .map(|_| start + NEXT.fetch_add(1, Ordering::Relaxed))
        .find(is_free)
        .expect("one of a thousand ports is free")
}
