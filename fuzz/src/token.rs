//! Whatever is sent as a token, `auth` answers; what the fuzzer did not sign is never accepted.

use std::sync::LazyLock;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use futures_util::FutureExt;
use tickbox::auth::{AuthConfig, Authenticator};
use tickbox::clock::{Clock, Timestamp};
use tickbox::config::{AuthSettings, Environment};
use tickbox::secret::Secret;

static AUTH: LazyLock<Authenticator> = LazyLock::new(|| {
    let settings = AuthSettings {
        better_auth_secret: Some(Secret::new("a secret that the fuzzer cannot sign with")),
        ..AuthSettings::default()
    };
    let (config, _) = AuthConfig::from_settings(&settings, Environment::Production).unwrap();
    let now = Timestamp::from_micros(1_795_435_200_000_000);
    Authenticator::new(config, Clock::seeded(now, Duration::ZERO)).unwrap()
});

pub(crate) fn run(token: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(&[b"Bearer ".as_slice(), token].concat()) else {
        return;
    };
    let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
    // With a secret alone nothing is ever waited for.
    let refusal = AUTH
        .authenticate(&headers, None)
        .now_or_never()
        .unwrap()
        .unwrap_err();
    let text = refusal.message() + refusal.explanation().unwrap_or_default();
    assert!(!text.chars().any(char::is_control), "{text:?}");
    if let Ok(token) = str::from_utf8(token) {
        AUTH.explain(token).now_or_never().unwrap();
    }
}
