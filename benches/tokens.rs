//! How long one token takes, cold and remembered, per algorithm: `cargo bench --bench tokens`.
//! The goals: HS256 within 5 µs cold, everything within 1 µs once it is remembered.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and stops at the first surprise"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt;
use serde_json::{Value, json};
use tickbox::auth::{AuthConfig, Authenticator};
use tickbox::clock::Clock;
use tickbox::config::{AuthSettings, Environment};
use tickbox::secret::Secret;

const ORIGIN: &str = "https://app.example.com";
const SECRET: &str = "a secret of forty bytes, for tests only!";

/// Different tokens for the cold runs: as many as are remembered would be too many to sign.
const TOKENS: usize = 500;

/// Times that one remembered token is asked for.
const REPEATS: u32 = 20_000;

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn elliptic(algorithm: &'static EcdsaSigningAlgorithm, alg: &str, crv: &str) -> (Value, Sign) {
    let key = EcdsaKeyPair::generate(algorithm).unwrap();
    let point = key.public_key().as_ref();
    let (x, y) = point[1..].split_at(point.len() / 2);
    let jwk =
        json!({"kty": "EC", "crv": crv, "alg": alg, "kid": alg, "x": encode(x), "y": encode(y)});
    let sign = move |message: &[u8]| {
        key.sign(&SystemRandom::new(), message)
            .unwrap()
            .as_ref()
            .to_vec()
    };
    (jwk, Box::new(sign))
}

fn edwards() -> (Value, Sign) {
    let key = Ed25519KeyPair::generate().unwrap();
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "EdDSA", "x": encode(key.public_key())});
    (
        jwk,
        Box::new(move |message| key.sign(message).as_ref().to_vec()),
    )
}

fn rsa() -> (Value, Sign) {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    // RSAPublicKey in DER with 2048 bits: two headers of 4 bytes and a zero come before the modulus, 65537 ends it.
    let n = encode(&key.public_key().as_ref()[9..9 + 256]);
    let jwk = json!({"kty": "RSA", "alg": "RS256", "kid": "RS256", "n": n, "e": "AQAB"});
    let sign = move |message: &[u8]| {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message,
            &mut signature,
        )
        .unwrap();
        signature
    };
    (jwk, Box::new(sign))
}

fn hmac() -> Sign {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    Box::new(move |message| aws_lc_rs::hmac::sign(&key, message).as_ref().to_vec())
}

/// A stock token: the whole row of a user.
fn request(alg: &str, number: usize, now: i64, sign: &Sign) -> HeaderMap {
    let claims = json!({
        "iat": now, "name": "Ada Lovelace", "email": "ada@example.com", "emailVerified": true, "image": null,
        "createdAt": "2026-11-23T12:00:00.000Z", "updatedAt": "2026-11-23T12:00:00.000Z",
        "id": format!("TnwXORqQ6oxSnNQtCvQU5t5jHc{number:06}"), "sub": format!("TnwXORqQ6oxSnNQtCvQU5t5jHc{number:06}"),
        "exp": now + 900, "iss": ORIGIN, "aud": ORIGIN,
    });
    let header = json!({"alg": alg, "kid": alg}).to_string();
    let message = format!("{}.{}", encode(header), encode(claims.to_string()));
    let token = format!("{message}.{}", encode(sign(message.as_bytes())));
    let value = HeaderValue::try_from(format!("Bearer {token}")).unwrap();
    HeaderMap::from_iter([(header::AUTHORIZATION, value)])
}

fn verify(auth: &Authenticator, request: &HeaderMap) {
    let caller = auth.authenticate(black_box(request), None).now_or_never();
    black_box(caller.unwrap().unwrap());
}

/// Trusts `keys`, from a file, and the secret.
fn authenticator(keys: &[(Value, Sign)], clock: &Clock) -> Authenticator {
    let path = std::env::temp_dir().join(format!("tickbox-bench-{}.json", std::process::id()));
    let set: Vec<&Value> = keys.iter().map(|(jwk, _)| jwk).collect();
    std::fs::write(&path, json!({ "keys": set }).to_string()).unwrap();
    let settings = AuthSettings {
        better_auth_secret: Some(Secret::new(SECRET)),
        better_auth_url: Some(ORIGIN.to_owned()),
        jwks_url: Some(path.display().to_string()),
        ..AuthSettings::default()
    };
    let (config, _) = AuthConfig::from_settings(&settings, Environment::Production).unwrap();
    let auth = Authenticator::new(config, clock.clone()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let reports = runtime.block_on(auth.refresh());
    assert_eq!(reports[0].keys, keys.len(), "{reports:?}");
    std::fs::remove_file(&path).unwrap();
    auth
}

fn main() {
    let keys = [
        edwards(),
        elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING, "ES256", "P-256"),
        elliptic(&ECDSA_P521_SHA512_FIXED_SIGNING, "ES512", "P-521"),
        rsa(),
    ];
    let clock = Clock::system();
    let auth = authenticator(&keys, &clock);
    let names = keys.iter().map(|(jwk, _)| jwk["alg"].as_str().unwrap());
    let signs: Vec<(&str, &Sign)> = names.zip(keys.iter().map(|(_, sign)| sign)).collect();
    let hmac = hmac();
    println!("{:<8} {:>10} {:>10}", "", "cold", "remembered");
    for (alg, sign) in [("HS256", &hmac)].into_iter().chain(signs) {
        let now = clock.now().as_seconds();
        let requests: Vec<_> = (0..TOKENS)
            .map(|number| request(alg, number, now, sign))
            .collect();
        let mut cold: Vec<Duration> = requests
            .iter()
            .map(|request| {
                let start = Instant::now();
                verify(&auth, request);
                start.elapsed()
            })
            .collect();
        cold.sort_unstable();
        let start = Instant::now();
        for _ in 0..REPEATS {
            verify(&auth, &requests[0]);
        }
        let remembered = start.elapsed() / REPEATS;
        println!("{alg:<8} {:>10.1?} {remembered:>10.1?}", cold[TOKENS / 2]);
    }
}
