//! A real Better Auth server (`tests/better-auth`) with real users and their tokens. Made-up tokens
//! and broken issuers are not its business.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::leash::{Farewell, Leashed, Output};
use super::programs::find_program;

/// Starting takes a second or two; a machine that is busy building needs more.
const START_LIMIT: Duration = Duration::from_mins(1);
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// A running server. Dropping it ends it.
pub(crate) struct BetterAuth {
    /// Without a path or a trailing slash; also the issuer and the audience if no option says other.
    pub(crate) url: String,
    http: reqwest::Client,
    errors: Output,
    _process: Leashed,
}

/// Someone who has signed up and is signed in.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) email: String,
    /// The opaque one that is no JWT: what people send by mistake.
    pub(crate) session_token: String,
    /// `name=value` as the server set them, still escaped.
    pub(crate) cookies: Vec<String>,
}

impl BetterAuth {
    /// Starts a server. `options` may have
    /// - `"jwt"`: options of the jwt plugin, besides `"payload"` and `"subject"`, names of functions
    ///   in `server.mjs`; `false` leaves the plugin out;
    /// - `"bearer": true`: with the bearer plugin;
    /// - `"auth"`: options of `betterAuth()` itself, such as `baseURL`, `session`, `advanced`;
    /// - `"version": "1.3"`: the old release instead of the newest;
    /// - `"port"`: a certain one, for an issuer that comes back.
    pub(crate) async fn start(options: Value) -> Self {
        let node = find_program("node").expect("Node is not installed. Run: cargo xtask setup");
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/better-auth");
        assert!(
            directory.join("node_modules/better-auth").is_dir(),
            "Better Auth is not installed. Run: cargo xtask setup"
        );
        let mut command = Command::new(node);
        command
            .arg("server.mjs")
            .arg(options.to_string())
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
        let ready = |line: &str| {
            serde_json::from_str::<Value>(line).ok()?["url"]
                .as_str()
                .map(str::to_owned)
        };
        let url = timeout(START_LIMIT, process.stdout().find(ready))
            .await
            .ok()
            .flatten();
        let url = url.unwrap_or_else(|| panic!("Better Auth did not start:\n{}", errors.so_far()));
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(REQUEST_LIMIT)
            .build();
        Self {
            url,
            http: http.expect("a client can be built"),
            errors,
            _process: process,
        }
    }

    pub(crate) fn jwks_url(&self) -> String {
        format!("{}/api/auth/jwks", self.url)
    }

    /// Signs up a person with a fresh e-mail address made of the name, which must be one word.
    pub(crate) async fn sign_up(&self, name: &str) -> User {
        let email = format!("{name}@example.com").to_lowercase();
        let body =
            json!({"name": name, "email": email, "password": "correct horse battery staple"});
        let response = self.post("/api/auth/sign-up/email", &body).await;
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

    /// A JWT for the user, as a front end gets it.
    pub(crate) async fn token(&self, user: &User) -> String {
        let request = self.http.get(format!("{}/api/auth/token", self.url));
        let request = request.header("cookie", user.cookies.join("; "));
        let response = request.send().await.expect("Better Auth answers");
        text(&self.read(response).await["token"])
    }

    /// Any payload, signed with the keys of the server.
    pub(crate) async fn sign(&self, payload: Value) -> String {
        let response = self.post("/fixture/sign", &payload).await;
        text(&self.read(response).await["token"])
    }

    /// How often a path of the server has been asked for.
    pub(crate) async fn requests(&self, path: &str) -> u64 {
        let request = self.http.get(format!("{}/fixture/requests", self.url));
        let response = request.send().await.expect("Better Auth answers");
        self.read(response).await[path].as_u64().unwrap_or(0)
    }

    async fn post(&self, path: &str, body: &Value) -> reqwest::Response {
        let request = self.http.post(format!("{}{path}", self.url));
        // Better Auth refuses a post from nowhere.
        let request = request
            .header("origin", &self.url)
            .header("content-type", "application/json");
        request
            .body(body.to_string())
            .send()
            .await
            .expect("Better Auth answers")
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
