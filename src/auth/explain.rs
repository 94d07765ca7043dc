//! For `doctor`: fetches every key set once and reports, and checks a token against every rule. Prints nothing.

use serde::Serialize;

use super::Authenticator;
use super::claims::Claims;
use super::keys::source::{Fetching, Loaded};
use super::refusal::{Fault, shown};
use super::rules::{RULES, Seen};
use super::session::{self, Credential};
use super::token::{Header, Parts, described};

/// One rule and its result for a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub name: &'static str,
    pub outcome: Outcome,
    /// What was found; never contains the token.
    pub detail: String,
    /// What to change, on whichever side; empty unless the rule failed.
    pub cure: &'static str,
    /// The reason that a refusal would give, if the rule failed.
    pub reason: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Passed,
    Failed,
    /// Not tried: an earlier rule has failed that this one builds on.
    Skipped,
}

/// The result of fetching one issuer's keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IssuerReport {
    /// The names that `iss` may have; empty if it is not checked.
    pub issuer: Vec<String>,
    /// What `aud` may say; empty if it is not checked.
    pub audience: Vec<String>,
    pub address: String,
    /// Why there are no keys; the other fields then say nothing.
    pub problem: Option<String>,
    pub keys: usize,
    pub algorithms: Vec<&'static str>,
    /// Keys that cannot be used, each with the reason.
    pub skipped: Vec<String>,
    /// How far the issuer's clock is ahead of ours, in seconds; `None` if it does not tell.
    pub clock_skew_seconds: Option<i64>,
}

impl Authenticator {
    /// Fetches every key set now.
    pub async fn refresh(&self) -> Vec<IssuerReport> {
        let mut reports = Vec::new();
        for party in &self.parties {
            let Some(source) = &party.keys else { continue };
            let loaded = source.load().await;
            let now = self.clock.now().as_seconds();
            let mut report = IssuerReport {
                issuer: party.issuer.names.values().to_vec(),
                audience: party.issuer.audiences.values().to_vec(),
                address: source.address.to_string(),
                problem: None,
                keys: 0,
                algorithms: Vec::new(),
                skipped: Vec::new(),
                clock_skew_seconds: None,
            };
            match loaded {
                Err(problem) => report.problem = Some(problem),
                Ok(Loaded {
                    keys,
                    algorithms,
                    skipped,
                    date,
                }) => {
                    report.keys = keys;
                    report.algorithms = algorithms;
                    report.skipped = skipped;
                    report.clock_skew_seconds = date.map(|date| date.as_seconds() - now);
                }
            }
            reports.push(report);
        }
        reports
    }

    /// Checks a token against every rule, also after the first that fails. Fetches keys that are not there yet.
    pub async fn explain(&self, token: &str) -> Vec<Step> {
        let token = token.trim();
        let token = match token.split_at_checked(7) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer ") => rest.trim(),
            _ => token,
        };
        let mut steps = Steps(Vec::new());
        self.walk(token, &mut steps).await;
        steps.0
    }

    async fn walk(&self, token: &str, steps: &mut Steps) {
        let parts = Parts::split(token);
        if let (Err(fault), Some(sessions)) = (&parts, &self.sessions)
            && session::may_be_one(fault)
        {
            let resolved = sessions.resolve(Credential::Bearer(token), None).await;
            steps.then("session", Some(resolved), |resolved| {
                let user = resolved?.user;
                Ok((format!("a session of {}", shown(user.as_str())), ()))
            });
            return;
        }
        let parts = steps.then("form", Some(parts), |parts| {
            Ok((format!("{} bytes in three parts", token.len()), parts?))
        });
        let header = steps.then("header", parts, |parts| {
            let header = Header::read(parts.header)?;
            let kid = header.kid.as_deref().map(shown);
            Ok((
                kid.map_or("no kid".to_owned(), |kid| format!("kid {kid}")),
                header,
            ))
        });
        let algorithm = steps.then("alg", header.as_ref(), |header| {
            Ok((shown(&header.alg), header.algorithm()?))
        });
        let claims = steps.then("claims", parts, |parts| {
            let claims = Claims::read(parts.claims)?;
            Ok((format!("{} claims", claims.names().len()), claims))
        });
        let mut seen = None;
        if let (Some(header), Some(algorithm), Some(claims)) = (&header, algorithm, &claims) {
            seen = Some(Seen {
                auth: self,
                header,
                algorithm,
                claims,
                now: self.clock.now(),
            });
        }
        for (name, rule) in RULES {
            let told = |seen| rule(seen).map(|()| (detail(name, seen), ()));
            steps.then(name, seen.as_ref(), told);
        }
        self.walk_signature(seen, parts, steps).await;
    }

    /// Skipped without an issuer, unless it was made with a secret: it is not known whose key it should be.
    async fn walk_signature(
        &self,
        seen: Option<Seen<'_>>,
        parts: Option<Parts<'_>>,
        steps: &mut Steps,
    ) {
        let mut checked = None;
        if let (Some(seen), Some(parts)) = (seen, parts)
            && (seen.algorithm == super::Algorithm::Hs256 || seen.party().is_ok())
        {
            let found = self.check_signature(&seen, &parts, Fetching::Foreground);
            checked = Some(found.await);
        }
        steps.then("signature", checked, |checked| {
            checked.map(|()| ("good".to_owned(), ()))
        });
    }
}

struct Steps(Vec<Step>);

impl Steps {
    fn add(&mut self, name: &'static str, found: Result<String, Fault>) {
        let step = match found {
            Ok(detail) => Step {
                name,
                outcome: Outcome::Passed,
                detail,
                cure: "",
                reason: None,
            },
            Err(fault) => Step {
                name,
                outcome: Outcome::Failed,
                cure: fault.reason.cure(),
                reason: Some(fault.reason.code()),
                detail: fault.detail,
            },
        };
        self.0.push(step);
    }

    /// Checks a rule with the result of an earlier one; skips it if that one failed.
    fn then<I, O>(
        &mut self,
        name: &'static str,
        input: Option<I>,
        rule: impl FnOnce(I) -> Result<(String, O), Fault>,
    ) -> Option<O> {
        let Some(input) = input else {
            self.0.push(Step {
                name,
                outcome: Outcome::Skipped,
                detail: String::new(),
                cure: "",
                reason: None,
            });
            return None;
        };
        let (found, output) = match rule(input) {
            Ok((detail, output)) => (Ok(detail), Some(output)),
            Err(fault) => (Err(fault), None),
        };
        self.add(name, found);
        output
    }
}

/// The text for a rule that was passed.
fn detail(rule: &str, seen: &Seen<'_>) -> String {
    let claim = |name: &str| {
        seen.claims
            .get(name)
            .map_or_else(|| "absent".to_owned(), described)
    };
    let checked = |is_checked: bool, name: &str| {
        let note = if is_checked { "" } else { ", not checked" };
        format!("{}{note}", claim(name))
    };
    match rule {
        "crit" => "absent".to_owned(),
        "typ" => "absent or JWT".to_owned(),
        "key configured" => match seen.algorithm {
            super::Algorithm::Hs256 => "a secret".to_owned(),
            _ => "public keys".to_owned(),
        },
        "purpose" => "a login".to_owned(),
        "exp" => seen
            .claims
            .expiry(seen.now)
            .map_or_else(|_| claim("exp"), |exp| exp.to_string()),
        "lifetime" => format!("at most {} s", seen.auth.max_lifetime.as_secs()),
        "iss" => {
            let is_checked = seen
                .party()
                .is_ok_and(|party| party.issuer.names.is_checked());
            checked(is_checked, rule)
        }
        "aud" => checked(seen.is_audience_checked(), rule),
        "identity" => seen
            .claims
            .identity()
            .map_or_else(|_| String::new(), |user| shown(user.as_str())),
        other => claim(other),
    }
}
