//! Tokens signed with the shared secret.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use serde_json::json;

use super::{
    NOW, ORIGIN, SECRET, ask, authenticator, authenticator_at, bearer, claims, clock, hs256,
    hs256_of, reason, secret_only,
};
use crate::auth::{KeysStatus, SignError, TokenRefusal};
use crate::config::AuthSettings;
use crate::domain::UserId;
use crate::secret::Secret;

#[tokio::test]
async fn a_secret_alone_is_enough() {
    let auth = authenticator(&secret_only());
    let caller = ask(&auth, &hs256(&json!({"sub": "ada", "exp": NOW + 60})))
        .await
        .unwrap();
    assert_eq!(caller.user.as_str(), "ada");
    assert_eq!(caller.email, None);
    assert_eq!(caller.expires_at.as_seconds(), NOW + 60);
    assert_eq!(auth.keys(), KeysStatus::NotNeeded);
    let stock = ask(&auth, &hs256(&claims(&json!({})))).await.unwrap();
    assert_eq!(stock.email.as_deref(), Some("ada@example.com"));
}

#[tokio::test]
async fn what_sign_makes_is_accepted_and_names_issuer_and_audience() {
    let bound = AuthSettings {
        jwt_issuer: Some(format!("{ORIGIN},https://other.example")),
        jwt_audience: Some("tasks".to_owned()),
        ..secret_only()
    };
    let both = AuthSettings {
        better_auth_url: Some(ORIGIN.to_owned()),
        ..secret_only()
    };
    let user = UserId::parse("ada").unwrap();
    for settings in [secret_only(), bound, both] {
        let auth = authenticator(&settings);
        let token = auth
            .sign(&user, Some("ada@example.com"), Duration::from_hours(1))
            .unwrap();
        let caller = ask(&auth, &token).await.unwrap();
        assert_eq!(caller.user, user);
        assert_eq!(caller.email.as_deref(), Some("ada@example.com"));
        assert_eq!(caller.expires_at.as_seconds(), NOW + 3600);
    }
}

#[tokio::test]
async fn a_token_from_the_future_is_refused_although_it_was_accepted_a_moment_ago() {
    let clock = clock();
    let auth = authenticator_at(&secret_only(), &clock);
    let token = hs256(&claims(&json!({})));
    assert_eq!(reason(&auth, &token).await, "accepted");
    clock.set_back(Duration::from_hours(48));
    assert_eq!(reason(&auth, &token).await, "issued_in_the_future");
    clock.advance(Duration::from_hours(48));
    assert_eq!(reason(&auth, &token).await, "accepted");
}

#[test]
fn sign_says_why_it_cannot() {
    let user = UserId::parse("ada").unwrap();
    let auth = authenticator(&secret_only());
    let week = Duration::from_hours(7 * 24);
    assert!(auth.sign(&user, None, week).is_ok());
    assert!(matches!(
        auth.sign(&user, None, week + Duration::from_secs(1)),
        Err(SignError::TooLong { .. })
    ));
    let keys_only = AuthSettings {
        better_auth_url: Some(ORIGIN.to_owned()),
        ..AuthSettings::default()
    };
    assert_eq!(
        authenticator(&keys_only).sign(&user, None, week),
        Err(SignError::NoSecret)
    );
}

#[tokio::test]
async fn every_secret_of_a_rotation_verifies_and_the_newest_signs() {
    let old = "the previous secret of a rotation";
    let settings = AuthSettings {
        better_auth_secrets: Some(Secret::new(format!("1:{old}, 2:new:er,with,commas"))),
        ..AuthSettings::default()
    };
    // A comma ends an entry, so "with" is one without a version.
    let error =
        crate::auth::AuthConfig::from_settings(&settings, crate::config::Environment::Development)
            .unwrap_err();
    assert_eq!(error.variable, "BETTER_AUTH_SECRETS");

    let settings = AuthSettings {
        better_auth_secrets: Some(Secret::new(format!("1:{old}, 2:new:er"))),
        better_auth_secret: Some(Secret::new("a,b:c")),
        ..AuthSettings::default()
    };
    let auth = authenticator(&settings);
    let text = json!({"sub": "ada", "exp": NOW + 60}).to_string();
    for secret in [old, "new:er", "a,b:c"] {
        let token = hs256_of(secret.as_bytes(), r#"{"alg":"HS256"}"#, &text);
        assert_eq!(reason(&auth, &token).await, "accepted", "{secret}");
    }
    let token = auth
        .sign(&UserId::parse("ada").unwrap(), None, Duration::from_mins(1))
        .unwrap();
    let newest = authenticator(&AuthSettings {
        better_auth_secret: Some(Secret::new("new:er")),
        ..AuthSettings::default()
    });
    assert_eq!(reason(&newest, &token).await, "accepted");
}

#[tokio::test]
async fn issuer_and_audience_are_required_once_configured() {
    let auth = authenticator(&AuthSettings {
        better_auth_url: Some(ORIGIN.to_owned()),
        ..secret_only()
    });
    for (changes, expected) in [
        (json!({}), "accepted"),
        (json!({"aud": ["x", ORIGIN]}), "accepted"),
        (json!({"type": "access"}), "accepted"),
        (json!({"iss": null}), "claim_missing"),
        (json!({"aud": null}), "claim_missing"),
        (json!({"iss": "https://evil.example"}), "issuer_mismatch"),
        (json!({"iss": format!("{ORIGIN}/")}), "issuer_mismatch"),
        (json!({"iss": [ORIGIN]}), "claim_malformed"),
        (json!({"aud": "client-7"}), "audience_mismatch"),
        (json!({"aud": []}), "audience_mismatch"),
        (json!({"aud": [ORIGIN, 7]}), "claim_malformed"),
        (json!({"aud": 7}), "claim_malformed"),
    ] {
        let got = reason(&auth, &hs256(&claims(&changes))).await;
        assert_eq!(got, expected, "{changes}");
    }
}

#[tokio::test]
async fn a_token_lives_from_iat_to_exp() {
    let auth = authenticator(&secret_only());
    for (changes, expected) in [
        (json!({"exp": NOW}), "token_expired"),
        (json!({"exp": NOW + 1}), "accepted"),
        (
            json!({"exp": f64::from(i32::MAX) + 0.5, "iat": i32::MAX - 60}),
            "issued_in_the_future",
        ),
        (
            json!({"exp": 1_795_435_200.5, "iat": 1_795_435_100.25}),
            "accepted",
        ),
        (json!({"exp": 3600}), "exp_before_2001"),
        (json!({"exp": -1}), "exp_before_2001"),
        (json!({"exp": "soon"}), "claim_malformed"),
        (json!({"exp": null}), "claim_missing"),
        (json!({"exp": NOW * 1000}), "lifetime_too_long"),
        (json!({"exp": 1e300}), "lifetime_too_long"),
        (json!({"exp": NOW + 604_800}), "accepted"),
        (json!({"exp": NOW + 604_801}), "lifetime_too_long"),
        (json!({"exp": NOW + 604_830, "iat": NOW + 30}), "accepted"),
        (json!({"exp": NOW + 604_830, "iat": null}), "accepted"),
        (
            json!({"exp": NOW + 604_831, "iat": null}),
            "lifetime_too_long",
        ),
        (json!({"iat": NOW - 604_000}), "lifetime_too_long"),
        (json!({"iat": NOW + 330}), "accepted"),
        (json!({"iat": NOW + 331}), "issued_in_the_future"),
        (json!({"iat": "now"}), "claim_malformed"),
        (json!({"nbf": NOW + 30}), "accepted"),
        (json!({"nbf": NOW + 31}), "not_yet_valid"),
        (json!({"nbf": []}), "claim_malformed"),
    ] {
        let got = reason(&auth, &hs256(&claims(&changes))).await;
        assert_eq!(got, expected, "{changes}");
    }
}

#[tokio::test]
async fn the_header_is_read_strictly_but_in_any_case() {
    let auth = authenticator(&secret_only());
    let token = hs256(&claims(&json!({})));
    for (value, expected) in [
        (format!("bearer {token}"), "accepted"),
        (format!("BEARER   {token} "), "accepted"),
        ("Bearer".to_owned(), "missing_token"),
        ("Bearer ".to_owned(), "missing_token"),
        ("Basic YTpi".to_owned(), "missing_token"),
        (token.clone(), "missing_token"),
        (format!("Bearer {token}, Bearer {token}"), "malformed_token"),
        (format!("Bearer {token} x"), "malformed_token"),
        (format!("Bearer {}", "x".repeat(8200)), "token_too_large"),
    ] {
        let headers = HeaderMap::from_iter([(
            header::AUTHORIZATION,
            HeaderValue::try_from(&value).unwrap(),
        )]);
        let got = match auth.authenticate(&headers, None).await {
            Ok(_) => "accepted",
            Err(refusal) => refusal.reason().code(),
        };
        assert_eq!(got, expected, "{value:.60}");
    }
    let mut twice = bearer(&token);
    twice.append(header::AUTHORIZATION, HeaderValue::from_static("Basic x"));
    let refusal = auth.authenticate(&twice, None).await.unwrap_err();
    assert_eq!(refusal.reason().code(), "several_authorization_headers");
    let none = auth
        .authenticate(&HeaderMap::new(), None)
        .await
        .unwrap_err();
    assert_eq!(none, TokenRefusal::Missing);
    assert_eq!(none.message(), "Missing authentication token");
}

/// `application/` may be left out (RFC 7515 §4.1.9), and media types are compared without regard to case. What is refused stands
/// in `corpus.txt`.
#[tokio::test]
async fn the_type_of_a_token_may_be_named_in_full() {
    let auth = authenticator(&secret_only());
    let claims = claims(&json!({})).to_string();
    for typ in ["JWT", "jwt", "application/jwt", "Application/JWT"] {
        let header = json!({"alg": "HS256", "typ": typ}).to_string();
        let token = hs256_of(SECRET.as_bytes(), &header, &claims);
        assert!(ask(&auth, &token).await.is_ok(), "{typ}");
    }
}

#[tokio::test]
async fn refusals_never_contain_the_token_or_the_secret() {
    let auth = authenticator(&AuthSettings {
        jwt_issuer: Some(ORIGIN.to_owned()),
        ..secret_only()
    });
    let good = hs256(&claims(&json!({})));
    let bad = format!("{}A", &good[..good.len() - 1]);
    for token in [
        bad.as_str(),
        &good[..good.len() / 2],
        &hs256(&claims(&json!({"exp": 1}))),
    ] {
        let refusal = ask(&auth, token).await.unwrap_err();
        let text = format!("{refusal} {refusal:?} {:?}", refusal.explanation());
        for part in token.split('.').filter(|part| part.len() > 8) {
            assert!(!text.contains(part), "{text}");
        }
        assert!(!text.contains(SECRET), "{text}");
    }
}
