//! Whether the process is alive, and whether it can serve: for load balancers, containers and people.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::KeysStatus;
use crate::error::{Error, chain};
use crate::http::SharedApp;
use crate::http::body::json::Json;

const TAG: &str = "health";

/// How long the database may take to show that it can be used.
const LONGEST_CHECK: Duration = Duration::from_secs(2);

/// The process lives.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "healthy", "timestamp": "2026-11-23T08:00:00.000000Z", "version": "0.1.0"}))]
pub(super) struct Health {
    /// Always `healthy`.
    status: &'static str,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    timestamp: String,
    /// The version of the program.
    version: &'static str,
}

/// Whether requests can be served now.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ready", "checks": {"database": "ok", "keys": "ok"}}))]
pub(super) struct Readiness {
    /// `ready`, or `unavailable`.
    status: &'static str,
    checks: Checks,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Checks {
    /// `ok`, or `unavailable`.
    database: &'static str,
    /// `ok`, or `unavailable`.
    keys: &'static str,
}

/// Ask whether the process lives
///
/// Asks nothing of the database.
#[utoipa::path(
    get, path = "/health", tag = TAG, security(()),
    responses((status = 200, description = "The process lives", body = Health)),
)]
pub(super) async fn get_health(State(app): State<SharedApp>) -> Json<Health> {
    Json(Health {
        status: "healthy",
        timestamp: app.clock.now().to_string(),
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// Ask whether requests can be served
#[utoipa::path(
    get, path = "/ready", tag = TAG, security(()),
    responses(
        (status = 200, description = "Requests can be served", body = Readiness),
        (status = 503, description = "The database or the keys that verify tokens cannot be reached", body = Readiness,
         headers(("Retry-After" = String, description = "Seconds to wait before the next try")),
         example = json!({"status": "unavailable", "checks": {"database": "unavailable", "keys": "ok"}})),
    ),
)]
pub(super) async fn get_readiness(State(app): State<SharedApp>) -> Response {
    // Health checks wait for a few seconds only.
    let checking = tokio::time::timeout(LONGEST_CHECK, app.store.system_check());
    let database = checking
        .await
        .unwrap_or_else(|_| Err(Error::Internal("no answer in time".into())));
    if let Err(error) = &database {
        tracing::warn!(error = chain(error), "the database is not ready");
    }
    let keys = !matches!(app.authenticator.keys(), KeysStatus::Unavailable { .. });
    let word = |ok: bool| if ok { "ok" } else { "unavailable" };
    let ready = database.is_ok() && keys;
    let readiness = Readiness {
        status: if ready { "ready" } else { "unavailable" },
        checks: Checks {
            database: word(database.is_ok()),
            keys: word(keys),
        },
    };
    if ready {
        return Json(readiness).into_response();
    }
    let soon = [(RETRY_AFTER, HeaderValue::from_static("1"))];
    (StatusCode::SERVICE_UNAVAILABLE, soon, Json(readiness)).into_response()
}
