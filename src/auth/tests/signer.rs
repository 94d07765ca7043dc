//! Keys made by the tests, as a Better Auth server has them: a private part that signs, a JWK for the key set.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaEncoding, RsaKeyPair,
};
use serde_json::{Value, json};

use super::encode;

/// Making an RSA key takes long, so the tests share one.
static RSA: LazyLock<Arc<RsaKeyPair>> =
    LazyLock::new(|| Arc::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()));

pub(super) struct Signer {
    pub(super) alg: &'static str,
    pub(super) kid: String,
    /// As a JWKS lists it.
    pub(super) jwk: Value,
    key: Key,
}

enum Key {
    Edwards(Ed25519KeyPair),
    Elliptic(EcdsaKeyPair),
    Rsa(Arc<RsaKeyPair>),
}

impl Signer {
    /// `alg` may be any name that a Better Auth server writes into its tokens.
    pub(super) fn new(alg: &'static str, kid: &str) -> Self {
        let (key, mut jwk) = match alg {
            "EdDSA" | "Ed25519" => edwards(),
            "ES256" => elliptic(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, "P-256"),
            "ES384" => elliptic(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, "P-384"),
            "ES512" => elliptic(&signature::ECDSA_P521_SHA512_FIXED_SIGNING, "P-521"),
            _ => {
                let key = Arc::clone(&RSA);
                let (n, e) = modulus_and_exponent(key.public_key().as_ref());
                (
                    Key::Rsa(key),
                    json!({"kty": "RSA", "n": encode(n), "e": encode(e)}),
                )
            }
        };
        jwk["alg"] = json!(alg);
        jwk["kid"] = json!(kid);
        Self {
            alg,
            kid: kid.to_owned(),
            jwk,
            key,
        }
    }

    /// A token as `/token` answers it: `alg` and `kid` in the header, nothing else.
    pub(super) fn token(&self, claims: &Value) -> String {
        let header = json!({"alg": self.alg, "kid": self.kid});
        self.token_of(&header.to_string(), &claims.to_string())
    }

    pub(super) fn token_of(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = self.sign(message.as_bytes());
        format!("{message}.{}", encode(signature))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Edwards(key) => key.sign(message).as_ref().to_vec(),
            Key::Elliptic(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Key::Rsa(key) => {
                let encoding: &dyn RsaEncoding = match self.alg {
                    "RS256" => &signature::RSA_PKCS1_SHA256,
                    "RS384" => &signature::RSA_PKCS1_SHA384,
                    "RS512" => &signature::RSA_PKCS1_SHA512,
                    "PS256" => &signature::RSA_PSS_SHA256,
                    "PS384" => &signature::RSA_PSS_SHA384,
                    "PS512" => &signature::RSA_PSS_SHA512,
                    other => panic!("{other}"),
                };
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(encoding, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    /// The public key in the forms that an attacker may use as an HMAC secret: PEM, DER, JWK text, raw.
    pub(super) fn public_forms(&self) -> Vec<Vec<u8>> {
        let der = match &self.key {
            Key::Edwards(key) => key.public_key().as_ref().to_vec(),
            Key::Elliptic(key) => key.public_key().as_ref().to_vec(),
            Key::Rsa(key) => key.public_key().as_ref().to_vec(),
        };
        let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &der);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
        vec![
            pem.into_bytes(),
            der,
            self.jwk.to_string().into_bytes(),
            base64.into_bytes(),
        ]
    }
}

/// The document that `/jwks` answers.
pub(super) fn key_set(signers: &[&Signer]) -> String {
    let keys: Vec<&Value> = signers.iter().map(|signer| &signer.jwk).collect();
    json!({ "keys": keys }).to_string()
}

fn edwards() -> (Key, Value) {
    let key = Ed25519KeyPair::generate().unwrap();
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(key.public_key())});
    (Key::Edwards(key), jwk)
}

fn elliptic(algorithm: &'static EcdsaSigningAlgorithm, curve: &str) -> (Key, Value) {
    let key = EcdsaKeyPair::generate(algorithm).unwrap();
    let point = key.public_key().as_ref();
    let (x, y) = point[1..].split_at(point.len() / 2);
    let jwk = json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)});
    (Key::Elliptic(key), jwk)
}

/// From an `RSAPublicKey` in DER (RFC 8017 A.1.1): a sequence of two integers.
fn modulus_and_exponent(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    fn element(der: &[u8]) -> (&[u8], &[u8]) {
        let (length, start) = match der[1] {
            long @ 0x81..=0x84 => {
                let digits = usize::from(long & 0x0f);
                let length = der[2..2 + digits]
                    .iter()
                    .fold(0, |length, digit| length << 8 | usize::from(*digit));
                (length, 2 + digits)
            }
            short => (usize::from(short), 2),
        };
        der[start..].split_at(length)
    }
    let (sequence, _) = element(der);
    let (n, rest) = element(sequence);
    let (e, _) = element(rest);
    let unsigned = |integer: &[u8]| integer.strip_prefix(&[0]).unwrap_or(integer).to_vec();
    (unsigned(n), unsigned(e))
}
