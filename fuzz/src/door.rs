//! A whole server in this process, on a file of its own, with a user who has a task that repeats and a list.

use std::fmt::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tickbox::app::App;
use tickbox::auth::{AuthConfig, Authenticator};
use tickbox::clock::{Clock, Timestamp};
use tickbox::config::{AuthSettings, Environment, Limits, Web};
use tickbox::domain::UserId;
use tickbox::http::{FrontDoor, front_door, templates};
use tickbox::metrics::Metrics;
use tickbox::secret::Secret;
use tickbox::store::{Migrations, SqliteConfig, Store, StoreConfig};
use tokio::runtime::Runtime;

/// What inputs may name.
pub(crate) const TASK: &str = "01990f3e-8a5c-7cc3-98c4-0000000000aa";
pub(crate) const PART: &str = "01990f3e-8a5c-7cc3-98c4-0000000000bb";
pub(crate) const LIST: &str = "01990f3e-8a5c-7cc3-98c4-0000000000cc";
pub(crate) const USER: &str = "/api/ada";

/// After so many requests the user begins anew, so that there is always room.
const LIFE: u32 = 2000;

static DOOR: LazyLock<Door> = LazyLock::new(Door::open);

struct Door {
    runtime: Runtime,
    front: FrontDoor,
    token: String,
    asked: AtomicU32,
    _directory: TempDir,
}

/// What was answered: the status, and the body as JSON.
pub(crate) type Answered = (StatusCode, Value);

impl Door {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        // In memory, if that can be had: there is much to write.
        let memory = std::path::Path::new("/dev/shm");
        let directory = match TempDir::with_prefix_in("tickbox-fuzz-", memory) {
            Ok(directory) => directory,
            Err(_) => TempDir::with_prefix("tickbox-fuzz-").unwrap(),
        };
        let now = Timestamp::from_micros(1_795_435_200_000_000);
        let clock = Clock::seeded(now, Duration::from_millis(1));
        let settings = AuthSettings {
            better_auth_secret: Some(Secret::new("a secret of thirty-two bytes, or more")),
            ..AuthSettings::default()
        };
        let environment = Environment::Development;
        let (config, _) = AuthConfig::from_settings(&settings, environment).unwrap();
        let authenticator = Arc::new(Authenticator::new(config, clock.clone()).unwrap());
        let ada = UserId::parse("ada").unwrap();
        let token = authenticator.sign(&ada, None, Duration::from_hours(24 * 7));
        let store = StoreConfig::Sqlite(SqliteConfig {
            path: directory.path().join("fuzz.db"),
        });
        let opening = Store::open(&store, Migrations::Apply(now));
        let store = runtime.block_on(opening).unwrap();
        let limits = Limits {
            retention: Duration::from_hours(1),
            most_tasks: 1000,
            rate: None,
        };
        let metrics = Metrics::new(templates(), now);
        let web = Web::default();
        let app = App::new(
            store,
            authenticator,
            clock,
            environment,
            web,
            metrics,
            &limits,
        );
        let front = front_door(app);
        Self {
            runtime,
            front,
            token: token.unwrap(),
            asked: AtomicU32::new(0),
            _directory: directory,
        }
    }

    fn ask(&self, request: Builder, body: Body) -> Option<Answered> {
        let token = format!("Bearer {}", self.token);
        let request = request.header(header::AUTHORIZATION, token);
        // A path or a header that cannot be sent is none of ours.
        let request = request.body(body).ok()?;
        let answered = self.runtime.block_on(async {
            let answer = self.front.handle(request).await;
            let (head, body) = answer.into_parts();
            (head, body.collect().await.unwrap().to_bytes())
        });
        let (head, body) = answered;
        let told = || String::from_utf8_lossy(&body);
        assert!(head.status.as_u16() < 500, "{}: {}", head.status, told());
        assert!(head.headers.contains_key("x-request-id"));
        if body.is_empty() {
            return Some((head.status, Value::Null));
        }
        let json: Value = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{}", told()));
        if head.status.is_client_error() {
            assert!(json["error"]["code"].is_string(), "{}", told());
            assert!(json["error"]["message"].is_string(), "{}", told());
        }
        Some((head.status, json))
    }

    fn send(&self, method: &str, path: &str, body: &Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("{USER}{path}"));
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let _ = self.ask(request, Body::from(body.to_string()));
    }

    /// A user who has what inputs name.
    fn begin_anew(&self) {
        self.send("DELETE", "?confirm=ada", &Value::Null);
        self.send("POST", "/lists", &json!({"id": LIST, "name": "A list"}));
        let rule = json!({"rule": "FREQ=WEEKLY;BYDAY=MO,TH"});
        let task = json!({
            "id": TASK, "title": "Water the plants", "due": "2026-12-07T09:00[Europe/Berlin]",
            "recurrence": rule, "list_id": LIST, "tags": ["home"], "priority": 3,
            "references": [{"source": "a", "external_id": "1"}], "metadata": {"a": [1, null]},
        });
        self.send("POST", "/tasks", &task);
        let part =
            json!({"id": PART, "title": "The cactus", "parent_id": TASK, "description": "little"});
        self.send("POST", "/tasks", &part);
    }
}

/// Asks as the user; nothing, if that is no request.
pub(crate) fn ask(request: Builder, body: impl Into<Body>) -> Option<Answered> {
    let door = &*DOOR;
    if door
        .asked
        .fetch_add(1, Ordering::Relaxed)
        .is_multiple_of(LIFE)
    {
        door.begin_anew();
    }
    door.ask(request, body.into())
}

/// As [`ask`], of the same user who was asked about before.
pub(crate) fn ask_again(request: Builder) -> Option<Answered> {
    DOOR.ask(request, Body::empty())
}

/// As the value of a query's parameter.
pub(crate) fn encoded(text: &[u8]) -> String {
    text.iter().fold(String::new(), |mut encoded, byte| {
        let _ = write!(encoded, "%{byte:02X}");
        encoded
    })
}
