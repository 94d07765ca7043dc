//! Hostile tokens with the reason for which they are refused: those of `corpus.txt`, and those that need code.
//! None is accepted, none panics, each is refused in less than a millisecond.

use std::time::{Duration, Instant};

use serde_json::json;

use super::key_sets::{Running, serving};
use super::server::Server;
use super::signer::Signer;
use super::{NOW, ORIGIN, SECRET, authenticator, encode, hs256_of, keys_at, reason, secret_only};
use crate::config::AuthSettings;

const HS256: &str = r#"{"alg":"HS256"}"#;

/// Which settings a token is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// A secret and nothing else.
    Secret,
    /// Public keys only.
    Keys,
    /// Both; issuer and audience are required.
    Both,
}

use Door::{Both, Keys, Secret};

struct Case {
    door: Door,
    token: String,
    reason: &'static str,
}

fn case(door: Door, token: impl Into<String>, reason: &'static str) -> Case {
    Case {
        door,
        token: token.into(),
        reason,
    }
}

/// The claims of a good token as text, with `members` in the place of those of the same names.
fn text(members: &str) -> String {
    let stock = [
        ("iat", NOW.to_string()),
        ("exp", (NOW + 900).to_string()),
        ("iss", format!("\"{ORIGIN}\"")),
        ("aud", format!("\"{ORIGIN}\"")),
        ("sub", "\"ada\"".to_owned()),
    ];
    let mut all: Vec<String> = stock
        .into_iter()
        .filter(|(name, _)| !members.contains(&format!("\"{name}\":")))
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    all.extend((!members.is_empty()).then(|| members.to_owned()));
    format!("{{{}}}", all.join(","))
}

fn signed(header: &str, claims: &str) -> String {
    hs256_of(SECRET.as_bytes(), header, claims)
}

/// Good claims under any header, with any signature.
fn with_signature(header: &str, signature: &[u8]) -> String {
    let message = format!("{}.{}", encode(header), encode(text("")));
    format!("{message}.{}", encode(signature))
}

/// The lines of `corpus.txt`.
fn written(thief: &Signer) -> Vec<Case> {
    let good = signed(HS256, &text(""));
    let two_parts = good.rsplit_once('.').unwrap().0;
    let mut cases = Vec::new();
    let (mut door, mut how) = (Secret, "");
    for line in include_str!("corpus.txt").lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (first, rest) = line.split_once(' ').unwrap();
        if let (Some(name), Some(rest)) = (first.strip_prefix('['), rest.strip_suffix(']')) {
            how = rest;
            door = match name {
                "secret" => Secret,
                "keys" => Keys,
                "both" => Both,
                other => panic!("{other}"),
            };
            continue;
        }
        let line = rest
            .replace("<NUL>", "\0")
            .replace("<BOM>", "\u{feff}")
            .replace("<LF>", "\n")
            .replace("<ORIGIN>", ORIGIN)
            .replace("<JWK>", &thief.jwk.to_string())
            .replace("<DOTS2>", two_parts);
        let token = match how {
            "header" => signed(&line, &text("")),
            "unsigned" => with_signature(&line, b""),
            "thief" => thief.token_of(&line, &text("")),
            "claims" => signed(HS256, &line),
            "members" => signed(HS256, &text(&line)),
            "life" => signed(
                HS256,
                &format!("{{\"iat\":{NOW},\"exp\":{},{line}}}", NOW + 900),
            ),
            "token" => line,
            other => panic!("{other}"),
        };
        cases.push(case(door, token, first));
    }
    cases
}

/// Secrets that people guess, and public keys in the place of a secret.
fn guessed(keys: &[&Signer]) -> Vec<Case> {
    let texts = ["", "\0", "secret", "none", "null", "undefined", ORIGIN];
    let mut guesses: Vec<Vec<u8>> = texts.map(|guess| guess.as_bytes().to_vec()).into();
    guesses.push(encode(SECRET).into_bytes());
    guesses.push(format!("{SECRET}\n").into_bytes());
    guesses.push(SECRET.to_uppercase().into_bytes());
    guesses.push(SECRET.as_bytes()[1..].to_vec());
    guesses.extend(keys.iter().flat_map(|key| key.public_forms()));
    let forged = |guess: &Vec<u8>| hs256_of(guess, r#"{"alg":"HS256","kid":"k1"}"#, &text(""));
    guesses
        .iter()
        .map(|guess| case(Both, forged(guess), "bad_signature"))
        .collect()
}

/// What is too large, too deep or too long.
fn oversized() -> Vec<Case> {
    let arrays = |depth| format!("\"x\":{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = |depth| format!("\"x\":{}1{}", "{\"x\":".repeat(depth), "}".repeat(depth));
    let members = |members: &str| signed(HS256, &text(members));
    let header = |padding| format!(r#"{{"alg":"HS256","x":"{}"}}"#, "x".repeat(padding));
    let kid = json!({"alg": "EdDSA", "kid": "k".repeat(256)}).to_string();
    vec![
        case(Secret, members(&arrays(17)), "malformed_token"),
        case(Secret, members(&arrays(2500)), "malformed_token"),
        case(Secret, members(&arrays(10_000)), "token_too_large"),
        case(Secret, members(&objects(17)), "malformed_token"),
        case(Secret, members(&objects(900)), "malformed_token"),
        case(
            Secret,
            signed(&header(100 * 1024), &text("")),
            "token_too_large",
        ),
        case(
            Secret,
            signed(&header(8 * 1024), &text("")),
            "token_too_large",
        ),
        case(Secret, "x".repeat(100 * 1024), "token_too_large"),
        case(Secret, ".".repeat(8000), "not_a_jwt"),
        case(
            Secret,
            members(&format!("\"sub\":\"{}\"", "é".repeat(256))),
            "identity_invalid",
        ),
        case(Keys, with_signature(&kid, b"x"), "malformed_token"),
    ]
}

/// Each part of a good token spoiled in each way: one token has one spelling.
fn respelled() -> Vec<Case> {
    let good = signed(HS256, &text("\"x\":\"+ \""));
    let parts: Vec<&str> = good.split('.').collect();
    let mut cases = Vec::new();
    for place in 0..3 {
        let part = parts[place];
        for spoiled in [
            format!("{part}="),
            format!("{part}=="),
            format!("{part}A"),
            format!("{part}\\n"),
            format!("~{part}"),
            format!("{}+/A", &part[..part.len() - 3]),
            part[1..].to_owned(),
            String::new(),
        ] {
            let mut parts = parts.clone();
            parts[place] = &spoiled;
            cases.push(case(Secret, parts.join("."), "refused"));
        }
    }
    let invalid_utf8 = encode([b"{\"sub\":\"".as_slice(), &[0xff, 0xc0, 0x80], b"\"}"].concat());
    for (place, part) in [
        (0, other_spelling(&encode(r#"{"alg":"HS256"} "#))),
        (1, other_spelling(&encode(r#"{"sub":"ada"}"#))),
        (1, invalid_utf8),
        (2, other_spelling(parts[2])),
    ] {
        let mut parts = parts.clone();
        parts[place] = &part;
        cases.push(case(Secret, parts.join("."), "malformed_token"));
    }
    cases
}

/// The same bytes with other spare bits in the last character.
fn other_spelling(part: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    assert!(!part.len().is_multiple_of(4), "no spare bits");
    let (start, last) = part.split_at(part.len() - 1);
    let place = ALPHABET.find(last).unwrap() + 1;
    format!("{start}{}", &ALPHABET[place..=place])
}

/// Signatures that were never made with the key.
fn forged(ec: &Signer, rsa: &Signer) -> Vec<Case> {
    /// The order of P-256: r and s must be smaller (SEC 1 §4.1.4).
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, //
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25,
        0x51,
    ];
    let zero = [0; 32];
    let mut one = zero;
    one[31] = 1;
    let der = [&[0x30, 0x44, 2, 0x20], one.as_slice(), &[2, 0x20], &one].concat();
    let mut signatures = vec![("ES256", "ec", der)];
    for (r, s) in [
        (zero, zero),
        (zero, one),
        (one, zero),
        (one, one),
        (ORDER, ORDER),
        (ORDER, one),
    ] {
        signatures.push(("ES256", "ec", [r, s].concat()));
    }
    for byte in [0, 1, 0xff] {
        let sizes = [1, 32, 63, 64, 65, 96, 132];
        signatures.extend(sizes.map(|size| ("ES256", "ec", vec![byte; size])));
        signatures.extend(sizes.map(|size| ("EdDSA", "k1", vec![byte; size])));
        signatures.extend([1, 255, 256, 257, 512].map(|size| ("RS256", "rsa", vec![byte; size])));
    }
    let mut cases: Vec<Case> = signatures
        .into_iter()
        .map(|(alg, kid, signature)| {
            let header = json!({"alg": alg, "kid": kid}).to_string();
            case(Keys, with_signature(&header, &signature), "bad_signature")
        })
        .collect();
    for signer in [ec, rsa] {
        let header = json!({"alg": signer.alg, "kid": signer.kid}).to_string();
        let other = signer.token_of(&header, &text("\"sub\":\"bob\""));
        let (_, signature) = other.rsplit_once('.').unwrap();
        let moved = with_signature(&header, b"") + signature;
        cases.push(case(Keys, moved, "bad_signature"));
        let header = json!({"alg": signer.alg, "kid": "k1"}).to_string();
        let token = signer.token_of(&header, &text(""));
        cases.push(case(Keys, token, "algorithm_does_not_fit_key"));
    }
    cases
}

#[tokio::test]
async fn every_hostile_token_is_refused_at_once_and_for_the_right_reason() {
    let (edwards, thief) = (Signer::new("EdDSA", "k1"), Signer::new("EdDSA", "k1"));
    let (ec, rsa) = (Signer::new("ES256", "ec"), Signer::new("RS256", "rsa"));
    let server = Server::start(serving(&[&edwards, &ec, &rsa])).await;
    let secret = authenticator(&secret_only());
    let keys = Running::ready(&server).await;
    let both = authenticator(&AuthSettings {
        better_auth_secret: secret_only().better_auth_secret,
        ..keys_at(&server)
    });
    both.refresh().await;

    let mut cases = written(&thief);
    cases.extend(guessed(&[&edwards, &ec, &rsa]));
    cases.extend(oversized());
    cases.extend(respelled());
    cases.extend(forged(&ec, &rsa));
    assert!(cases.len() >= 300, "{}", cases.len());
    let good = signed(HS256, &text(""));
    assert_eq!(reason(&secret, &good).await, "accepted");
    assert_eq!(reason(&both, &good).await, "accepted");
    for case in &cases {
        let Case {
            door,
            token,
            reason: expected,
        } = case;
        let auth = match door {
            Secret => &secret,
            Keys => &keys.auth,
            Both => &both,
        };
        // The machine may be busy with something else, but not five times.
        let mut fastest = Duration::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            let got = reason(auth, token).await;
            fastest = fastest.min(start.elapsed());
            let fits = got == *expected || (*expected == "refused" && got != "accepted");
            assert!(fits, "{door:?} {token:.300}: {got}, not {expected}");
        }
        assert!(
            fastest < Duration::from_millis(1),
            "{token:.300}: {fastest:?}"
        );
    }
}
