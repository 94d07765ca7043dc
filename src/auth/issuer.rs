//! Who may issue tokens and for whom: `iss` and `aud`, compared exactly; a refusal says what differs.
//! Where an issuer's keys come from is in `keys`.

use serde_json::Value;
use url::{Host, Url};

use super::claims::{Claims, malformed, missing};
use super::reason::Reason;
use super::refusal::{Fault, shown};

/// What a claim must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// Switched off by a setting, or the simplest case of a secret alone.
    Anything,
    /// At least one of these, byte for byte; never empty.
    OneOf(Vec<String>),
}

impl Expected {
    pub(super) fn is_checked(&self) -> bool {
        matches!(self, Self::OneOf(_))
    }

    pub(super) fn accepts(&self, got: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::OneOf(values) => values.iter().any(|value| value == got),
        }
    }

    /// Every value that is accepted; empty if the check is off.
    pub(super) fn values(&self) -> &[String] {
        match self {
            Self::Anything => &[],
            Self::OneOf(values) => values,
        }
    }
}

/// One issuer of tokens: the names it goes by, and the audiences it addresses this server with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Issuer {
    pub(super) names: Expected,
    pub(super) audiences: Expected,
}

impl Issuer {
    /// `aud`: a text or an array of texts, of which one must be ours.
    pub(super) fn addressed(&self, claims: &Claims) -> Result<(), Fault> {
        let Expected::OneOf(wanted) = &self.audiences else {
            return Ok(());
        };
        let got: Vec<&str> = match claims.get("aud") {
            None => {
                let hint = ": sign it with an audience (setAudience), or switch the check off with JWT_AUDIENCE=*";
                return Err(missing("aud", hint));
            }
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several
                .iter()
                .map(|value| {
                    value
                        .as_str()
                        .ok_or_else(|| malformed("a member of aud", "a text", value))
                })
                .collect::<Result<_, _>>()?,
            Some(other) => return Err(malformed("aud", "a text or an array of texts", other)),
        };
        if got.iter().any(|one| self.audiences.accepts(one)) {
            return Ok(());
        }
        let wanted: Vec<&String> = wanted.iter().collect();
        Err(Fault::new(
            Reason::AudienceMismatch,
            mismatch("aud", &got, &wanted, "JWT_AUDIENCE"),
        ))
    }
}

/// `iss`, where it is needed.
pub(super) fn name_of(claims: &Claims) -> Result<&str, Fault> {
    let hint = ": sign it with an issuer (setIssuer), or switch the check off with JWT_ISSUER=*";
    claims.text("iss")?.ok_or_else(|| missing("iss", hint))
}

/// No configured issuer goes by this name.
pub(super) fn unknown<'a>(got: &str, issuers: impl Iterator<Item = &'a Issuer>) -> Fault {
    let names: Vec<&String> = issuers.flat_map(|issuer| issuer.names.values()).collect();
    Fault::new(
        Reason::IssuerMismatch,
        mismatch("iss", &[got], &names, "JWT_ISSUER"),
    )
}

/// Says what was got and expected, what differs where that is small, and which settings of both sides decide it.
fn mismatch(claim: &str, got: &[&str], wanted: &[&String], setting: &str) -> String {
    let list = |values: &[&str]| match values {
        [] => "empty".to_owned(),
        [one] => shown(one),
        several => shown(&several.join(", ")),
    };
    let wanted: Vec<&str> = wanted.iter().map(|value| value.as_str()).collect();
    let difference = got
        .iter()
        .flat_map(|got| wanted.iter().filter_map(|wanted| differ_in(got, wanted)))
        .next()
        .map_or_else(String::new, |what| format!(" (they differ in {what})"));
    let (got, wanted) = (list(got), list(&wanted));
    format!(
        "{claim} is {got}, expected {wanted}{difference}: set {setting} here, or baseURL (or the jwt plugin's {}) there",
        if claim == "iss" { "issuer" } else { "audience" }
    )
}

/// The one small thing in which two addresses differ, if it is one of the usual ones.
fn differ_in(got: &str, wanted: &str) -> Option<&'static str> {
    if got.trim_end_matches('/') == wanted.trim_end_matches('/') {
        return Some("a trailing slash");
    }
    if got.eq_ignore_ascii_case(wanted) {
        return Some("upper and lower case");
    }
    if got.trim() == wanted.trim() {
        return Some("white space");
    }
    let (got, wanted) = (Url::parse(got).ok()?, Url::parse(wanted).ok()?);
    let same_host = got.host() == wanted.host();
    let same_port = got.port_or_known_default() == wanted.port_or_known_default();
    let same_scheme = got.scheme() == wanted.scheme();
    if same_host && same_port && same_scheme {
        return Some("the path");
    }
    if same_host && !same_scheme && (got.port() == wanted.port()) {
        return Some("the scheme, http and https");
    }
    if same_host && same_scheme {
        return Some("the port");
    }
    let loopback = |url: &Url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if loopback(&got) && loopback(&wanted) && same_port {
        return Some("the name for this machine, such as localhost and 127.0.0.1");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mismatch_names_the_small_difference() {
        let ours = "http://localhost:3000";
        for (got, what) in [
            ("http://localhost:3000/", Some("a trailing slash")),
            ("http://localhost:3000/api/auth", Some("the path")),
            ("https://localhost:3000", Some("the scheme, http and https")),
            ("http://localhost:3001", Some("the port")),
            ("HTTP://localhost:3000", Some("upper and lower case")),
            (
                "http://127.0.0.1:3000",
                Some("the name for this machine, such as localhost and 127.0.0.1"),
            ),
            ("https://other.example", None),
            ("better-auth", None),
        ] {
            assert_eq!(differ_in(got, ours), what, "{got}");
        }
    }

    #[test]
    fn the_words_of_a_mismatch() {
        insta::assert_snapshot!(
            mismatch("aud", &["http://localhost:3000/"], &[&"http://localhost:3000".to_owned()], "JWT_AUDIENCE"),
            @"aud is http://localhost:3000/, expected http://localhost:3000 (they differ in a trailing slash): set JWT_AUDIENCE here, or baseURL (or the jwt plugin's audience) there"
        );
    }
}
