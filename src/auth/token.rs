//! The compact form of a JWS (RFC 7515 §7.1): three strict base64url parts and the header's rules.
//! Also names what is sent instead of a JWT. What the claims mean, and whether the signature is good, is decided elsewhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::keys::algorithm::Algorithm;
use super::keys::jwk::MAX_KID_BYTES;
use super::reason::Reason;
use super::refusal::{Fault, shown};
use super::strict_json;

/// Largest `Authorization` value, in bytes; a stock token has 600 to 1900.
pub(super) const MAX_BYTES: usize = 8 * 1024;

/// A token cut at its dots; nothing is decoded yet.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) header: &'a str,
    pub(super) claims: &'a str,
    pub(super) signature: &'a str,
    /// The bytes that the signature covers.
    pub(super) message: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(super) fn split(token: &'a str) -> Result<Self, Fault> {
        if token.len() > MAX_BYTES {
            let detail = format!(
                "the token has {} bytes, at most {MAX_BYTES} are read",
                token.len()
            );
            return Err(Fault::new(Reason::TooLarge, detail));
        }
        if token.bytes().any(|byte| byte == b' ' || byte == b',') {
            return Err(Fault::new(
                Reason::MalformedToken,
                "Authorization holds more than one word after Bearer",
            ));
        }
        let dots = token.bytes().filter(|byte| *byte == b'.').count();
        let (Some((signed, signature)), 2) = (token.rsplit_once('.'), dots) else {
            return Err(not_a_jws(token, dots));
        };
        let (header, claims) = signed.split_once('.').unwrap_or((signed, ""));
        Ok(Self {
            header,
            claims,
            signature,
            message: signed.as_bytes(),
        })
    }

    /// The decoded signature; an empty one is a fault.
    pub(super) fn signature(&self) -> Result<Vec<u8>, Fault> {
        let signature = decode("signature", self.signature)?;
        if signature.is_empty() {
            return Err(Fault::new(
                Reason::MalformedToken,
                "the token has no signature",
            ));
        }
        Ok(signature)
    }
}

/// Names what came instead of three parts, by its shape alone: none of it is ever printed.
fn not_a_jws(token: &str, dots: usize) -> Fault {
    let is_json = |text: &str| {
        URL_SAFE_NO_PAD
            .decode(text.trim_end_matches('='))
            .is_ok_and(|bytes| bytes.starts_with(b"{\""))
    };
    let alphanumeric = token.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match dots {
        0 if matches!(token, "undefined" | "null" | "NaN" | "None") || token.starts_with('[') => {
            Fault::new(
                Reason::NotAJwt,
                "the client sent the text of an empty variable instead of a token",
            )
        }
        // Base64 may happen to be alphanumeric; a session token has 32 characters, and no start of its own.
        0 if is_json(token) && (token.len() > 64 || !alphanumeric) => Fault::new(
            Reason::SessionCacheCookie,
            "this is the compact session_data cookie, not a JWT",
        ),
        0 if alphanumeric && token.len() >= 16 => Fault::new(
            Reason::OpaqueSession,
            "this is an opaque Better Auth session token, not a JWT",
        ),
        1 => Fault::new(
            Reason::SignedSession,
            "this is a signed Better Auth session token or cookie (one dot), not a JWT (two dots)",
        ),
        4 => Fault::new(
            Reason::EncryptedToken,
            "this is an encrypted token (JWE, four dots), such as the session_data cookie of a server without a database",
        ),
        _ => Fault::new(
            Reason::NotAJwt,
            format!("a JWT has two dots, this has {dots}"),
        ),
    }
}

fn decode(part: &str, text: &str) -> Result<Vec<u8>, Fault> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| {
        Fault::new(
            Reason::MalformedToken,
            format!("the token's {part} is not base64url without padding"),
        )
    })
}

/// Decodes a part and reads it as one strict JSON object.
pub(super) fn object(part: &str, text: &str) -> Result<Map<String, Value>, Fault> {
    strict_json::object(part, &decode(part, text)?)
}

/// The members of a JOSE header that matter; `jku`, `jwk`, `x5c`, `x5u` are never read.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) alg: String,
    pub(super) kid: Option<String>,
    typ: Option<String>,
    critical: bool,
}

impl Header {
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let mut members = object("header", text)?;
        let mut take = |name: &str| match members.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Fault::new(
                Reason::MalformedToken,
                format!("{name} in the token's header is not a text"),
            )),
        };
        let alg = take("alg")?
            .ok_or_else(|| Fault::new(Reason::MalformedToken, "the token's header has no alg"))?;
        let (kid, typ) = (take("kid")?, take("typ")?);
        if kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID_BYTES) {
            return Err(Fault::new(
                Reason::MalformedToken,
                format!("kid is longer than {MAX_KID_BYTES} bytes"),
            ));
        }
        Ok(Self {
            alg,
            kid,
            typ,
            critical: members.contains_key("crit"),
        })
    }

    pub(super) fn algorithm(&self) -> Result<Algorithm, Fault> {
        Algorithm::parse(&self.alg).ok_or_else(|| {
            Fault::new(
                Reason::AlgorithmRefused,
                format!("alg {} is not accepted", shown(&self.alg)),
            )
        })
    }

    /// No extension is understood, so one that must be understood is refused (RFC 7515 §4.1.11).
    pub(super) fn no_extensions(&self) -> Result<(), Fault> {
        if self.critical {
            return Err(Fault::new(
                Reason::CriticalHeader,
                "the token's header has crit: it demands an extension that is not supported",
            ));
        }
        Ok(())
    }

    /// `typ` keeps tokens of other kinds, signed with the same keys, from being logins (RFC 8725 §3.11). It is a media type,
    /// which RFC 7515 §4.1.9 lets issuers shorten.
    pub(super) fn is_plain_jwt(&self) -> Result<(), Fault> {
        let Some(typ) = &self.typ else {
            return Ok(());
        };
        let lower = typ.to_ascii_lowercase();
        if lower.strip_prefix("application/").unwrap_or(&lower) == "jwt" {
            return Ok(());
        }
        let kind = match lower.as_str() {
            "better-auth.session-cache+jwt" => "the session cookie's cache, not a login token",
            "at+jwt" => "an OAuth access token for a client, not a login token",
            _ => "not a login token",
        };
        Err(Fault::new(
            Reason::ForeignType,
            format!("typ is {}: {kind}", shown(typ)),
        ))
    }
}

/// What a token says of itself, unverified: escaped and cut, so that it is safe in a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub alg: Option<String>,
    pub kid: Option<String>,
    pub iss: Option<String>,
    pub aud: Option<String>,
}

impl Facts {
    /// Takes whatever can be read; a part that cannot is left out.
    pub(super) fn of(token: &str) -> Self {
        let Ok(parts) = Parts::split(token) else {
            return Self::default();
        };
        let header = object("header", parts.header).unwrap_or_default();
        let claims = object("claims", parts.claims).unwrap_or_default();
        let text = |value: Option<&Value>| value.map(described);
        Self {
            alg: text(header.get("alg")),
            kid: text(header.get("kid")),
            iss: text(claims.get("iss")),
            aud: text(claims.get("aud")),
        }
    }
}

/// A value as it is shown to people: a text without its quotes, anything else as JSON.
pub(super) fn described(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    }
}
