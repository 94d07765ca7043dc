//! Whatever is sent, the reader answers: it never panics, and accepts nothing that was not signed.

use axum::http::{HeaderMap, HeaderValue, header};
use futures_util::FutureExt;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{NOW, SECRET, authenticator, bearer, encode, hs256_of, secret_only};
use crate::auth::keys::jwk::PublicKey;
use crate::auth::{Authenticator, Caller, TokenRefusal};

/// With a secret alone nothing is ever waited for.
fn ask(auth: &Authenticator, headers: &HeaderMap) -> Result<Caller, TokenRefusal> {
    let found = auth.authenticate(headers, None).now_or_never().unwrap();
    if let Err(refusal) = &found {
        let text = refusal.message() + refusal.explanation().unwrap_or_default();
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
    found
}

/// JSON values of every kind, a few levels deep.
fn values() -> impl Strategy<Value = Value> {
    let leaves = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-100_000..1_000_000_i64).prop_map(|offset| json!(NOW + offset)),
        ".{0,12}".prop_map(Value::from),
        "(ada|JWT|HS256|EdDSA|https://app.example.com)".prop_map(Value::from),
    ];
    leaves.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,3}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Objects with the names that the rules look at.
fn objects(names: &'static str) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map(names, values(), 0..8)
        .prop_map(|members| members.into_iter().collect())
}

const CLAIMS: &str = "(sub|user_id|exp|iat|nbf|iss|aud|email|type|session|user|x)";
const HEADER: &str = "(alg|kid|typ|crit|jwk|b64)";
const JWK: &str = "(kty|kid|alg|use|key_ops|crv|x|y|n|e|d)";

proptest! {
    #[test]
    fn any_header_is_answered(text in "(Bearer )?[ -~]{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let auth = authenticator(&secret_only());
        for value in [text.as_bytes(), &bytes, &[b"Bearer ".as_slice(), &bytes].concat()] {
            let Ok(value) = HeaderValue::from_bytes(value) else { continue };
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
            prop_assert!(ask(&auth, &headers).is_err());
        }
    }

    #[test]
    fn any_three_parts_are_answered(parts in prop::array::uniform3(prop::collection::vec(any::<u8>(), 0..60))) {
        let auth = authenticator(&secret_only());
        let token = parts.map(encode).join(".");
        prop_assert!(ask(&auth, &bearer(&token)).is_err());
    }

    #[test]
    fn any_claims_are_answered_and_keep_the_rules_if_accepted(mut claims in objects(CLAIMS), login in any::<bool>()) {
        let auth = authenticator(&secret_only());
        if login {
            claims.insert("exp".to_owned(), json!(NOW + 60));
            claims.insert("sub".to_owned(), json!("ada"));
        }
        let text = Value::Object(claims.clone()).to_string();
        let token = hs256_of(SECRET.as_bytes(), r#"{"alg":"HS256"}"#, &text);
        if let Ok(caller) = ask(&auth, &bearer(&token)) {
            let identity = claims.get("sub").or_else(|| claims.get("user_id"));
            prop_assert_eq!(identity, Some(&json!(caller.user.as_str())));
            let exp = claims["exp"].as_f64().unwrap();
            let now = f64::from(i32::try_from(NOW).unwrap());
            prop_assert!(exp > now && exp <= now + 604_830.0);
            prop_assert!(!claims.contains_key("type"));
        }
        let forged = hs256_of(b"another secret", r#"{"alg":"HS256"}"#, &text);
        prop_assert!(ask(&auth, &bearer(&forged)).is_err());
        prop_assert!(auth.explain(&token).now_or_never().unwrap().len() >= 16);
    }

    #[test]
    fn any_header_object_is_answered(header in objects(HEADER)) {
        let auth = authenticator(&secret_only());
        let accepted = header.get("alg") == Some(&json!("HS256"));
        let claims = json!({"sub": "ada", "exp": NOW + 60}).to_string();
        let token = hs256_of(SECRET.as_bytes(), &Value::Object(header).to_string(), &claims);
        prop_assert!(ask(&auth, &bearer(&token)).is_err() || accepted);
    }

    #[test]
    fn any_jwk_is_answered(jwk in objects(JWK), kty in "(OKP|EC|RSA|oct)", crv in "(Ed25519|P-256|P-384|P-521)", bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut jwk = jwk;
        jwk.insert("kty".to_owned(), json!(kty));
        jwk.insert("crv".to_owned(), json!(crv));
        for name in ["x", "y", "n", "e"] {
            jwk.insert(name.to_owned(), json!(encode(&bytes)));
        }
        if let Ok(key) = PublicKey::read(&Value::Object(jwk)) {
            for algorithm in key.algorithms() {
                prop_assert_eq!(key.verify(algorithm, b"message", &bytes), Some(false));
            }
        }
    }
}
