//! Every algorithm that a Better Auth server can issue, and no confusion between them.

use serde_json::{Value, json};

use super::server::{Answer, Server};
use super::signer::{Signer, key_set};
use super::{authenticator, claims, encode, hs256_of, keys_at, reason};
use crate::auth::keys::algorithm::Algorithm;
use crate::auth::keys::jwk::PublicKey;

const ALL: [&str; 11] = [
    "EdDSA", "Ed25519", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384",
    "PS512",
];

#[tokio::test]
async fn each_key_verifies_its_own_algorithm_and_no_other() {
    let signers: Vec<Signer> = ALL.into_iter().map(|alg| Signer::new(alg, alg)).collect();
    let all: Vec<&Signer> = signers.iter().collect();
    let server = Server::start(Answer::ok(key_set(&all))).await;
    let auth = authenticator(&keys_at(&server));
    let report = auth.refresh().await.remove(0);
    assert_eq!((report.keys, report.skipped.len()), (11, 0), "{report:?}");
    assert_eq!(
        report.algorithms.join(" "),
        "ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512"
    );

    let stock = claims(&json!({})).to_string();
    for signer in &signers {
        let token = signer.token(&claims(&json!({})));
        assert_eq!(reason(&auth, &token).await, "accepted", "{}", signer.alg);
        for other in ALL.into_iter().filter(|other| *other != signer.alg) {
            // The signature is good, but the header names another key; then another algorithm.
            let header = json!({"alg": signer.alg, "kid": other}).to_string();
            let got = reason(&auth, &signer.token_of(&header, &stock)).await;
            assert!(
                matches!(got, "bad_signature" | "algorithm_does_not_fit_key"),
                "{} {other}: {got}",
                signer.alg
            );
            let header = json!({"alg": other, "kid": signer.kid}).to_string();
            let got = reason(&auth, &signer.token_of(&header, &stock)).await;
            let same = signer.jwk["kty"] == "OKP" && other.starts_with("Ed");
            let expected = if same {
                "accepted"
            } else {
                "algorithm_does_not_fit_key"
            };
            assert_eq!(got, expected, "{} as {other}", signer.alg);
        }
    }
}

#[tokio::test]
async fn a_public_key_is_never_an_hmac_secret() {
    let signers: Vec<Signer> = ALL.into_iter().map(|alg| Signer::new(alg, alg)).collect();
    let all: Vec<&Signer> = signers.iter().collect();
    let server = Server::start(Answer::ok(key_set(&all))).await;
    let with_secret = crate::config::AuthSettings {
        better_auth_secret: super::secret_only().better_auth_secret,
        ..keys_at(&server)
    };
    for (settings, expected) in [
        (keys_at(&server), "no_secret_configured"),
        (with_secret, "bad_signature"),
    ] {
        let auth = authenticator(&settings);
        auth.refresh().await;
        for signer in &signers {
            let header = json!({"alg": "HS256", "kid": signer.kid}).to_string();
            for form in signer.public_forms() {
                let token = hs256_of(&form, &header, &claims(&json!({})).to_string());
                assert_eq!(reason(&auth, &token).await, expected, "{}", signer.alg);
            }
        }
    }
}

#[test]
fn a_key_without_alg_gets_what_better_auth_signs_with_its_kind() {
    for (alg, expected) in [
        ("EdDSA", "EdDSA"),
        ("ES256", "ES256"),
        ("ES512", "ES512"),
        ("RS512", "RS256 PS256"),
    ] {
        let mut jwk = Signer::new(alg, "1").jwk;
        jwk.as_object_mut().unwrap().remove("alg");
        let key = PublicKey::read(&jwk).unwrap();
        let names: Vec<_> = key.algorithms().map(Algorithm::name).collect();
        assert_eq!(names.join(" "), expected);
    }
}

/// A stock key with some members changed; `null` takes a member out.
fn changed(alg: &'static str, changes: &Value) -> Result<PublicKey, String> {
    let mut jwk = Signer::new(alg, "1").jwk;
    let members = jwk.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    PublicKey::read(&jwk)
}

fn refused(alg: &'static str, changes: &Value, word: &str) {
    let problem = changed(alg, changes).err().unwrap_or_default();
    assert!(problem.contains(word), "{changes}: {problem:?}");
}

#[test]
fn odd_keys_say_why_they_cannot_be_used() {
    let zeros = |bytes: usize| encode(vec![0; bytes]);
    for (alg, changes, word) in [
        ("EdDSA", json!({"crv": "Ed448"}), "curve"),
        ("EdDSA", json!({"crv": "X25519"}), "curve"),
        ("EdDSA", json!({"alg": "RS256"}), "does not fit"),
        ("EdDSA", json!({"alg": "eddsa"}), "does not fit"),
        ("EdDSA", json!({"alg": 7}), "invalid type"),
        ("EdDSA", json!({"kid": 7}), "invalid type"),
        ("EdDSA", json!({"kid": "k".repeat(256)}), "longer"),
        (
            "EdDSA",
            json!({"kty": "oct", "k": "c2VjcmV0"}),
            "shared secret",
        ),
        ("EdDSA", json!({"kty": "AKP"}), "kty"),
        ("EdDSA", json!({"kty": null}), "kty"),
        ("EdDSA", json!({"use": "enc"}), "use"),
        ("EdDSA", json!({"key_ops": ["sign"]}), "key_ops"),
        ("EdDSA", json!({"d": zeros(32)}), "private"),
        ("EdDSA", json!({"x": zeros(31)}), "Ed25519"),
        (
            "EdDSA",
            json!({"x": format!("{}=", zeros(32))}),
            "base64url",
        ),
        ("EdDSA", json!({"x": null}), "missing"),
        ("ES256", json!({"crv": "secp256k1"}), "curve"),
        ("ES256", json!({"crv": "P-384"}), "does not fit"),
        ("ES256", json!({"x": zeros(32)}), "curve"),
        ("ES256", json!({"x": zeros(31)}), "length"),
        ("ES256", json!({"y": null}), "missing"),
    ] {
        refused(alg, &changes, word);
    }
    for (alg, changes) in [
        (
            "EdDSA",
            json!({"use": "sig", "key_ops": ["verify"], "x5u": "http://evil.example"}),
        ),
        ("EdDSA", json!({"kid": null})),
        ("RS256", json!({"e": "AAEAAQ"})),
    ] {
        assert!(changed(alg, &changes).is_ok(), "{changes}");
    }
}

#[test]
fn odd_rsa_keys_say_why_they_cannot_be_used() {
    let long = |bytes: usize| encode(vec![0xff; bytes]);
    for (changes, word) in [
        (json!({"n": long(128)}), "1024 bits"),
        (json!({"n": long(1025)}), "8200 bits"),
        (json!({"n": ""}), "0 bits"),
        (json!({"e": "AQ"}), "exponent"),
        (json!({"e": "AQAA"}), "exponent"),
        (json!({"e": ""}), "exponent"),
        (json!({"e": long(9)}), "exponent"),
        (json!({"alg": "HS256"}), "does not fit"),
        (json!({"alg": "RSA-OAEP-256"}), "does not fit"),
    ] {
        refused("RS256", &changes, word);
    }
}
