//! Published examples of signatures: RFC 7515 appendix A, RFC 7520 §4, RFC 8037 appendix A.
//! They are no logins, so the parts are tested that they reach: the reader of tokens, and the keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use crate::auth::keys::algorithm::Algorithm;
use crate::auth::keys::jwk::PublicKey;
use crate::auth::keys::secrets::Secrets;
use crate::auth::token::{Header, Parts};

#[derive(Deserialize)]
struct Vector {
    source: String,
    jwk: Option<Value>,
    secret: Option<String>,
    jws: String,
}

/// Whether the signature is good.
fn verify(vector: &Vector, message: &[u8], signature: &[u8]) -> bool {
    let parts = Parts::split(&vector.jws).unwrap();
    let algorithm = Header::read(parts.header).unwrap().algorithm().unwrap();
    match (&vector.jwk, &vector.secret) {
        (Some(jwk), _) => PublicKey::read(jwk)
            .unwrap()
            .verify(algorithm, message, signature)
            .unwrap(),
        (None, Some(secret)) => {
            assert_eq!(algorithm, Algorithm::Hs256);
            let secret = URL_SAFE_NO_PAD.decode(secret).unwrap();
            Secrets::new([secret.as_slice()].into_iter()).verify(message, signature)
        }
        (None, None) => panic!("{} has no key", vector.source),
    }
}

#[test]
fn published_signatures_are_good_and_each_changed_bit_is_not() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("vectors.json")).unwrap();
    assert_eq!(vectors.len(), 8);
    for vector in &vectors {
        let parts = Parts::split(&vector.jws).unwrap();
        let signature = parts.signature().unwrap();
        assert!(
            verify(vector, parts.message, &signature),
            "{}",
            vector.source
        );
        let mut message = parts.message.to_vec();
        message[7] ^= 1;
        assert!(!verify(vector, &message, &signature), "{}", vector.source);
        for place in [0, signature.len() / 2, signature.len() - 1] {
            let mut changed = signature.clone();
            changed[place] ^= 1;
            assert!(
                !verify(vector, parts.message, &changed),
                "{}",
                vector.source
            );
        }
        assert!(
            !verify(vector, parts.message, &signature[1..]),
            "{}",
            vector.source
        );
    }
}
