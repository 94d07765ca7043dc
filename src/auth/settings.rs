//! The settings of `auth`: from text to an [`AuthConfig`], or a sentence that says what to change.
//! Reads no environment and fetches nothing.

use std::time::Duration;

use url::Url;

use super::address::{Address, BaseUrl, is_local};
use super::issuer::{Expected, Issuer};
use super::keys::Pace;
use super::secrets_setting;
use crate::config::{AuthSettings, ConfigError, Environment, parse_duration};
use crate::secret::Secret;

const URL_EXAMPLE: &str = "BETTER_AUTH_URL=https://app.example.com";
const KEYS_EXAMPLE: &str = "JWKS_URL=https://app.example.com/api/auth/jwks";
const ISSUER_EXAMPLE: &str = "JWT_ISSUER=https://app.example.com";
const AUDIENCE_EXAMPLE: &str = "JWT_AUDIENCE=https://app.example.com";

/// Longest life of a token unless `JWT_MAX_LIFETIME` says otherwise: Better Auth's longest usual setting.
const MAX_LIFETIME: Duration = Duration::from_hours(7 * 24);

/// Ten years: more is a typing error.
const LONGEST_LIFETIME: Duration = Duration::from_hours(3650 * 24);

/// How tokens are verified: valid by construction.
#[derive(Clone, Debug)]
pub struct AuthConfig {
    /// Newest first.
    pub(super) secrets: Vec<Secret>,
    pub(super) parties: Vec<Party>,
    pub(super) max_lifetime: Duration,
    /// Where session tokens are resolved, if that is switched on.
    pub(super) sessions: Option<Url>,
    pub(super) pace: Pace,
}

/// An issuer, and where its public keys are; without an address it signs with a secret only.
#[derive(Clone, Debug)]
pub(super) struct Party {
    pub(super) issuer: Issuer,
    pub(super) keys: Option<Address>,
}

impl AuthConfig {
    /// Parses the settings; also returns warnings for the log of the start.
    pub fn from_settings(
        settings: &AuthSettings,
        environment: Environment,
    ) -> Result<(Self, Vec<String>), ConfigError> {
        let mut warnings = Vec::new();
        let secrets = secrets_setting::read(settings, environment, &mut warnings)?;
        let bases = bases(settings)?;
        let addresses = addresses(settings, &bases, &mut warnings)?;
        if secrets.is_empty() && addresses.is_empty() {
            return Err(no_way_to_verify());
        }
        let parties = parties(settings, &bases, addresses, &mut warnings)?;
        let config = Self {
            secrets,
            sessions: sessions(settings, &bases, &parties)?,
            parties,
            max_lifetime: max_lifetime(settings)?,
            pace: Pace::default(),
        };
        Ok((config, warnings))
    }

    /// Whether there is anything to verify tokens with.
    pub fn can_verify(&self) -> bool {
        !self.secrets.is_empty() || self.parties.iter().any(|party| party.keys.is_some())
    }
}

pub(super) fn no_way_to_verify() -> ConfigError {
    ConfigError {
        variable: "BETTER_AUTH_URL",
        problem: "is not set, and neither is BETTER_AUTH_SECRET: no token can be verified"
            .to_owned(),
        example: URL_EXAMPLE,
    }
}

/// A setting with a value; an empty one counts as not set, as in templates of `.env` files.
pub(super) fn given(setting: Option<&String>) -> Option<&str> {
    setting
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

pub(super) fn bases(settings: &AuthSettings) -> Result<Vec<BaseUrl>, ConfigError> {
    list(given(settings.better_auth_url.as_ref()).unwrap_or_default())
        .map(|text| {
            BaseUrl::parse(text).map_err(|problem| ConfigError {
                variable: "BETTER_AUTH_URL",
                problem,
                example: URL_EXAMPLE,
            })
        })
        .collect()
}

/// One address of keys for each base URL, or the one that `JWKS_URL` names.
fn addresses(
    settings: &AuthSettings,
    bases: &[BaseUrl],
    warnings: &mut Vec<String>,
) -> Result<Vec<Address>, ConfigError> {
    let (variable, example, addresses) = match given(settings.jwks_url.as_ref()) {
        None => {
            let derived = bases.iter().map(|base| Address::Web(base.endpoint("jwks")));
            ("BETTER_AUTH_URL", URL_EXAMPLE, derived.collect())
        }
        Some(text) => ("JWKS_URL", KEYS_EXAMPLE, written(text, bases.len())?),
    };
    for address in &addresses {
        let Address::Web(url) = address else { continue };
        if url.scheme() == "https" || is_local(url) {
            continue;
        }
        if !settings.jwks_allow_http {
            return Err(ConfigError {
                variable,
                problem: format!(
                    "leads to {address}: over plain http anybody on the way can replace the keys (JWKS_ALLOW_HTTP=true allows it)"
                ),
                example,
            });
        }
        warnings.push(format!(
            "JWKS_ALLOW_HTTP: the keys from {address} are fetched over plain http, anybody on the way can replace them"
        ));
    }
    Ok(addresses)
}

/// `JWKS_URL` itself; with several base URLs it names one address for each, in the same order.
fn written(text: &str, bases: usize) -> Result<Vec<Address>, ConfigError> {
    let error = |problem| ConfigError {
        variable: "JWKS_URL",
        problem,
        example: KEYS_EXAMPLE,
    };
    let texts: Vec<&str> = if bases > 1 {
        list(text).collect()
    } else {
        vec![text]
    };
    if texts.len() != bases.max(1) {
        return Err(error(format!(
            "has {} addresses for {bases} URLs in BETTER_AUTH_URL: give one for each, in the same order",
            texts.len()
        )));
    }
    texts
        .into_iter()
        .map(|text| Address::parse(text).map_err(error))
        .collect()
}

/// Binds each address of keys to the names and audiences of its issuer.
fn parties(
    settings: &AuthSettings,
    bases: &[BaseUrl],
    addresses: Vec<Address>,
    warnings: &mut Vec<String>,
) -> Result<Vec<Party>, ConfigError> {
    let several = addresses.len() > 1;
    if several {
        warnings.push(
            "BETTER_AUTH_URL names several servers: users of all of them share one space of ids, so ids must be unique across them"
                .to_owned(),
        );
    }
    let names = expected("JWT_ISSUER", settings.jwt_issuer.as_ref(), warnings);
    let audiences = expected("JWT_AUDIENCE", settings.jwt_audience.as_ref(), warnings);
    if addresses.is_empty() {
        return Ok(vec![secret_party(names, audiences, warnings)]);
    }
    if several {
        check_count(names.as_ref(), addresses.len())?;
    }
    addresses
        .into_iter()
        .enumerate()
        .map(|(place, address)| {
            let names = match (&names, bases.get(place)) {
                (Some(Expected::OneOf(all)), _) if several => {
                    Expected::OneOf(vec![all[place].clone()])
                }
                (Some(names), _) => names.clone(),
                (None, Some(base)) => Expected::OneOf(vec![base.origin()]),
                (None, None) => return Err(ConfigError {
                    variable: "JWT_ISSUER",
                    problem: "is not set, and neither is BETTER_AUTH_URL: any token of the key set would pass".to_owned(),
                    example: ISSUER_EXAMPLE,
                }),
            };
            let audiences = match (&audiences, bases.get(place)) {
                (Some(audiences), _) => audiences.clone(),
                (None, Some(base)) => Expected::OneOf(vec![base.origin()]),
                (None, None) => audiences_of(&names)?,
            };
            Ok(Party {
                issuer: Issuer { names, audiences },
                keys: Some(address),
            })
        })
        .collect()
}

/// Several servers need a name for each: with one switched off, any server could speak for another.
fn check_count(names: Option<&Expected>, servers: usize) -> Result<(), ConfigError> {
    let fits = match names {
        None => true,
        Some(Expected::Anything) => false,
        Some(Expected::OneOf(names)) => names.len() == servers,
    };
    if fits {
        return Ok(());
    }
    Err(ConfigError {
        variable: "JWT_ISSUER",
        problem: format!(
            "must name one issuer for each of the {servers} URLs in BETTER_AUTH_URL, in the same order"
        ),
        example: "JWT_ISSUER=https://a.example.com,https://b.example.com",
    })
}

/// Better Auth's default audience is the issuer's own origin, so that is what an issuer alone implies.
fn audiences_of(names: &Expected) -> Result<Expected, ConfigError> {
    let origins: Option<Vec<String>> = match names {
        Expected::Anything => None,
        Expected::OneOf(names) => names
            .iter()
            .map(|name| BaseUrl::parse(name).ok().map(|base| base.origin()))
            .collect(),
    };
    origins.map(Expected::OneOf).ok_or_else(|| ConfigError {
        variable: "JWT_AUDIENCE",
        problem: "is not set, and cannot be told from JWT_ISSUER: any token of the key set would pass, ID tokens of other clients too".to_owned(),
        example: AUDIENCE_EXAMPLE,
    })
}

/// Only a secret, and no public keys: what is not configured is not checked, and a warning says so.
fn secret_party(
    names: Option<Expected>,
    audiences: Option<Expected>,
    warnings: &mut Vec<String>,
) -> Party {
    match (&names, &audiences) {
        (None, None) => warnings.push(
            "neither iss nor aud of tokens is checked: every login token signed with the secret is accepted, whichever app it is for; set JWT_ISSUER and JWT_AUDIENCE, and put both into the tokens"
                .to_owned(),
        ),
        (Some(_), None) => warnings.push("aud of tokens is not checked: set JWT_AUDIENCE".to_owned()),
        (None, Some(_)) => warnings.push("iss of tokens is not checked: set JWT_ISSUER".to_owned()),
        (Some(_), Some(_)) => {}
    }
    Party {
        issuer: Issuer {
            names: names.unwrap_or(Expected::Anything),
            audiences: audiences.unwrap_or(Expected::Anything),
        },
        keys: None,
    }
}

/// A list of exact values, or `*` for no check at all.
fn expected(
    variable: &str,
    setting: Option<&String>,
    warnings: &mut Vec<String>,
) -> Option<Expected> {
    let values: Vec<String> = list(given(setting)?).map(str::to_owned).collect();
    if values.iter().any(|value| value == "*") {
        warnings.push(format!(
            "{variable}=* switches a check off: tokens made for other purposes with the same keys are logins here"
        ));
        return Some(Expected::Anything);
    }
    for value in &values {
        let Ok(url) = BaseUrl::parse(value) else {
            continue;
        };
        if *value != url.origin() {
            warnings.push(format!(
                "{variable} is {value}; Better Auth's default has no path and no trailing slash: {}",
                url.origin()
            ));
        }
    }
    (!values.is_empty()).then_some(Expected::OneOf(values))
}

/// Sessions are resolved where the keys are, if that is the same server at another (internal) address: the path shows
/// it. Anybody else must not see a session token.
fn sessions(
    settings: &AuthSettings,
    bases: &[BaseUrl],
    parties: &[Party],
) -> Result<Option<Url>, ConfigError> {
    let error = |problem: &str| ConfigError {
        variable: "BETTER_AUTH_SESSIONS",
        problem: problem.to_owned(),
        example: "BETTER_AUTH_SESSIONS=true BETTER_AUTH_URL=https://app.example.com",
    };
    if !settings.better_auth_sessions {
        return Ok(None);
    }
    if bases.len() > 1 {
        return Err(error(
            "works with one Better Auth server only: an opaque token does not say whose it is",
        ));
    }
    let Some(base) = bases.first() else {
        return Err(error("needs the address of the Better Auth server"));
    };
    let usual = base.endpoint("jwks");
    let beside_keys = parties.iter().find_map(|party| match &party.keys {
        Some(Address::Web(url)) if url.path() == usual.path() => url.join("get-session").ok(),
        _ => None,
    });
    let address = beside_keys.unwrap_or_else(|| base.endpoint("get-session"));
    if address.scheme() == "https" || is_local(&address) || settings.jwks_allow_http {
        return Ok(Some(address));
    }
    Err(error(
        "would send session tokens over plain http, where anybody on the way can take them",
    ))
}

fn max_lifetime(settings: &AuthSettings) -> Result<Duration, ConfigError> {
    let Some(text) = given(settings.jwt_max_lifetime.as_ref()) else {
        return Ok(MAX_LIFETIME);
    };
    parse_duration(text)
        .filter(|it| *it <= LONGEST_LIFETIME)
        .ok_or_else(|| ConfigError {
            variable: "JWT_MAX_LIFETIME",
            problem: format!("is {text:?}, not a span of time from 1s to 3650d"),
            example: "JWT_MAX_LIFETIME=7d",
        })
}
