//! How key sets are fetched, kept and given up, against a server on a loopback port.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::server::{Answer, Server};
use super::signer::{Signer, key_set};
use super::{ask, authenticator_at, claims, clock, keys_at, keys_at_address, reason};
use crate::auth::{Authenticator, KeysStatus, TokenRefusal};
use crate::clock::Clock;
use crate::config::AuthSettings;

/// An authenticator whose background task runs as long as this lives.
pub(super) struct Running {
    pub(super) auth: Arc<Authenticator>,
    clock: Clock,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Running {
    fn start(settings: &AuthSettings) -> Self {
        let clock = clock();
        let running = Self {
            auth: authenticator_at(settings, &clock),
            clock,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        running.auth.start(&running.tasks, running.stop.clone());
        running
    }

    /// Starts against `server` and waits until its first answer has been taken.
    pub(super) async fn ready(server: &Server) -> Self {
        let running = Self::start(&keys_at(server));
        server.has_hits(1).await;
        while running.auth.keys() != KeysStatus::Ready {
            tokio::task::yield_now().await;
        }
        running
    }

    pub(super) async fn reason(&self, token: &str) -> &'static str {
        reason(&self.auth, token).await
    }

    fn advance_seconds(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub(super) fn stock(signer: &Signer) -> String {
    signer.token(&claims(&json!({})))
}

pub(super) fn serving(signers: &[&Signer]) -> Answer {
    Answer::ok(key_set(signers))
}

#[tokio::test]
async fn the_first_requests_wait_for_the_fetch_in_flight() {
    let key = Signer::new("EdDSA", "k1");
    let server = Server::start(serving(&[&key])).await;
    server.hold();
    let running = Running::start(&keys_at(&server));
    assert!(matches!(
        running.auth.keys(),
        KeysStatus::Unavailable { .. }
    ));
    let token = stock(&key);
    let requests = join_all((0..20).map(|_| running.reason(&token)));
    let release = async {
        server.has_hits(1).await;
        server.release();
    };
    let (reasons, ()) = tokio::join!(requests, release);
    assert_eq!(reasons, ["accepted"; 20]);
    assert_eq!(running.auth.keys(), KeysStatus::Ready);
    assert_eq!(server.hits(), 1);
    let (uri, headers) = server.last_request();
    assert_eq!(uri, "/api/auth/jwks");
    assert!(
        headers["user-agent"]
            .to_str()
            .unwrap()
            .starts_with("tickbox/")
    );
}

#[tokio::test]
async fn an_issuer_that_is_down_at_start_costs_503s_until_it_is_up() {
    let address = Server::nowhere().await;
    let running = Running::start(&keys_at_address(address));
    let key = Signer::new("ES256", "k1");
    let refusal = ask(&running.auth, &stock(&key)).await.unwrap_err();
    let TokenRefusal::KeysUnavailable { retry_after, .. } = &refusal else {
        panic!("{refusal:?}");
    };
    assert!(*retry_after >= Duration::from_secs(1));
    assert_eq!(refusal.reason().code(), "keys_unavailable");
    assert!(matches!(
        running.auth.keys(),
        KeysStatus::Unavailable { .. }
    ));

    let server = Server::start_at(address, serving(&[&key])).await;
    running.advance_seconds(10);
    assert_eq!(running.reason(&stock(&key)).await, "accepted");
    assert!(server.hits() >= 1);
}

#[tokio::test]
async fn a_new_key_is_found_by_its_first_token() {
    let (old, new) = (Signer::new("EdDSA", "k1"), Signer::new("ES512", "k2"));
    let server = Server::start(serving(&[&old])).await;
    let running = Running::ready(&server).await;
    server.answer(serving(&[&old, &new]));
    assert_eq!(running.reason(&stock(&new)).await, "accepted");
    assert_eq!(running.reason(&stock(&old)).await, "accepted");
    assert_eq!(server.hits(), 2);
}

#[tokio::test]
async fn a_key_that_is_younger_than_the_fetch_in_flight_is_found() {
    let (old, new) = (Signer::new("EdDSA", "k1"), Signer::new("EdDSA", "k2"));
    let server = Server::start(serving(&[&old])).await;
    let running = Running::ready(&server).await;
    server.hold();
    let token = stock(&new);
    let late = async {
        server.has_hits(2).await;
        server.answer(serving(&[&old, &new]));
        let (reason, ()) = tokio::join!(running.reason(&token), async { server.release() });
        reason
    };
    let (_, reason) = tokio::join!(running.auth.refresh(), late);
    assert_eq!(reason, "accepted");
    assert_eq!(server.hits(), 3);
}

#[tokio::test]
async fn a_storm_of_unknown_keys_is_one_fetch_per_cool_down() {
    let key = Signer::new("EdDSA", "k1");
    let server = Server::start(serving(&[&key])).await;
    let running = Running::ready(&server).await;
    let strangers: Vec<_> = (0..300)
        .map(|number| stock(&Signer::new("EdDSA", &format!("stranger {number}"))))
        .collect();
    server.hold();
    let storm = join_all(strangers.iter().map(|token| running.reason(token)));
    let release = async {
        server.has_hits(2).await;
        server.release();
    };
    let (reasons, ()) = tokio::join!(storm, release);
    assert!(reasons.iter().all(|reason| *reason == "unknown_key"));
    assert_eq!(server.hits(), 2);

    // Within the cool-down: nobody is asked. After it: one fetch, but not for keys that were looked for just now.
    let late = stock(&Signer::new("EdDSA", "late"));
    assert_eq!(running.reason(&late).await, "unknown_key");
    assert_eq!(server.hits(), 2);
    running.advance_seconds(10);
    assert_eq!(running.reason(&late).await, "unknown_key");
    assert_eq!(server.hits(), 3);
    running.advance_seconds(10);
    assert_eq!(running.reason(&late).await, "unknown_key");
    assert_eq!(server.hits(), 3);
    running.advance_seconds(20);
    assert_eq!(running.reason(&late).await, "unknown_key");
    assert_eq!(server.hits(), 4);
    assert_eq!(running.reason(&stock(&key)).await, "accepted");
}

#[tokio::test]
async fn failed_attempts_count_for_the_cool_down_and_keep_the_last_good_set() {
    let (key, new) = (Signer::new("EdDSA", "k1"), Signer::new("EdDSA", "k2"));
    let server = Server::start(serving(&[&key])).await;
    let running = Running::ready(&server).await;
    for (answer, pause) in [
        (Answer::status(500), 2),
        (Answer::status(429).header("x-retry-after", "40"), 40),
    ] {
        server.answer(answer);
        let before = server.hits();
        for _ in 0..3 {
            let refusal = ask(&running.auth, &stock(&new)).await.unwrap_err();
            let TokenRefusal::KeysUnavailable { retry_after, .. } = refusal else {
                panic!("{refusal:?}");
            };
            assert_eq!(retry_after.as_secs(), pause);
            assert_eq!(running.reason(&stock(&key)).await, "accepted");
        }
        assert_eq!(server.hits(), before + 1);
        assert_eq!(running.auth.keys(), KeysStatus::Ready);
        running.advance_seconds(11);
    }
    // Better Auth asked for 40 s of peace.
    let before = server.hits();
    server.answer(serving(&[&key, &new]));
    assert_ne!(running.reason(&stock(&new)).await, "accepted");
    assert_eq!(server.hits(), before);
    running.advance_seconds(30);
    assert_eq!(running.reason(&stock(&new)).await, "accepted");
}

#[tokio::test]
async fn a_withdrawn_key_dies_with_all_that_it_has_verified() {
    let (old, new) = (Signer::new("EdDSA", "k1"), Signer::new("EdDSA", "k2"));
    let server = Server::start(serving(&[&old, &new])).await;
    let running = Running::ready(&server).await;
    let token = stock(&old);
    assert_eq!(running.reason(&token).await, "accepted");
    server.answer(serving(&[&new]));
    assert_eq!(running.reason(&token).await, "accepted");
    running.auth.refresh().await;
    assert_eq!(running.reason(&token).await, "unknown_key");
    server.answer(Answer::ok(r#"{"keys":[]}"#));
    running.auth.refresh().await;
    assert_eq!(running.reason(&stock(&new)).await, "unknown_key");
    assert_eq!(running.auth.keys(), KeysStatus::Ready);
}

#[tokio::test]
async fn a_wiped_database_may_give_an_old_kid_to_a_new_key() {
    for alg in ["EdDSA", "ES256"] {
        let (before, after) = (Signer::new("EdDSA", "1"), Signer::new(alg, "1"));
        let server = Server::start(serving(&[&before])).await;
        let running = Running::ready(&server).await;
        assert_eq!(running.reason(&stock(&before)).await, "accepted");
        server.answer(serving(&[&after]));
        // The set is too young to doubt it.
        assert_ne!(running.reason(&stock(&after)).await, "accepted");
        assert_eq!(server.hits(), 1);
        running.advance_seconds(10);
        assert_eq!(running.reason(&stock(&after)).await, "accepted");
        assert_eq!(server.hits(), 2);
        assert_ne!(running.reason(&stock(&before)).await, "accepted");
    }
}

#[tokio::test]
async fn keys_are_refreshed_by_age_and_given_up_after_a_day() {
    let (old, new) = (Signer::new("EdDSA", "k1"), Signer::new("EdDSA", "k2"));
    let server = Server::start(serving(&[&old])).await;
    let settings = keys_at(&server);
    let (mut config, _) =
        crate::auth::AuthConfig::from_settings(&settings, crate::config::Environment::Production)
            .unwrap();
    config.pace.refresh = Duration::from_millis(1);
    let auth = Arc::new(Authenticator::new(config, clock()).unwrap());
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    auth.start(&tasks, stop.clone());
    server.has_hits(3).await;
    server.answer(serving(&[&new]));
    let hits = server.hits();
    server.has_hits(hits + 2).await;
    assert_eq!(reason(&auth, &stock(&new)).await, "accepted");
    assert_eq!(reason(&auth, &stock(&old)).await, "unknown_key");
    stop.cancel();
    tasks.close();
    tasks.wait().await;

    let server = Server::start(serving(&[&old])).await;
    let running = Running::ready(&server).await;
    server.answer(Answer::status(503));
    running.advance_seconds(24 * 3600);
    let fresh = |running: &Running| {
        let now = running.clock.now().as_seconds();
        old.token(&claims(&json!({"iat": now, "exp": now + 900})))
    };
    assert_eq!(running.reason(&fresh(&running)).await, "accepted");
    running.advance_seconds(1);
    let token = fresh(&running);
    assert_eq!(running.reason(&token).await, "keys_unavailable");
    assert!(matches!(
        running.auth.keys(),
        KeysStatus::Unavailable { .. }
    ));
}

#[tokio::test]
async fn a_caller_that_goes_away_stops_no_fetch() {
    let (old, new) = (Signer::new("EdDSA", "k1"), Signer::new("EdDSA", "k2"));
    let server = Server::start(serving(&[&old])).await;
    let running = Running::ready(&server).await;
    server.answer(serving(&[&old, &new]));
    server.hold();
    let token = stock(&new);
    {
        let impatient = running.reason(&token);
        tokio::pin!(impatient);
        tokio::select! {
            biased;
            reason = &mut impatient => panic!("{reason}"),
            () = server.has_hits(2) => {}
        }
    }
    let (reason, ()) = tokio::join!(running.reason(&token), async { server.release() });
    assert_eq!(reason, "accepted");
    assert_eq!(server.hits(), 2);
}
