//! From settings to a configuration, or to one clear sentence.

use super::{ORIGIN, SECRET, secret_only};
use crate::auth::AuthConfig;
use crate::config::{AuthSettings, ConfigError, Environment};
use crate::secret::Secret;

fn read(settings: &AuthSettings, environment: Environment) -> Result<Vec<String>, ConfigError> {
    AuthConfig::from_settings(settings, environment).map(|(config, warnings)| {
        assert!(config.can_verify());
        warnings
    })
}

/// Settings of the form `NAME=value …`.
fn settings(text: &str) -> AuthSettings {
    let mut settings = AuthSettings::default();
    for pair in text.split_whitespace() {
        let (name, value) = pair.split_once('=').unwrap();
        let value = value.to_owned();
        match name {
            "SECRET" => settings.better_auth_secret = Some(Secret::new(value)),
            "SECRETS" => settings.better_auth_secrets = Some(Secret::new(value)),
            "URL" => settings.better_auth_url = Some(value),
            "JWKS" => settings.jwks_url = Some(value),
            "ISSUER" => settings.jwt_issuer = Some(value),
            "AUDIENCE" => settings.jwt_audience = Some(value),
            "LIFETIME" => settings.jwt_max_lifetime = Some(value),
            "HTTP" => settings.jwks_allow_http = true,
            "SESSIONS" => settings.better_auth_sessions = true,
            other => panic!("{other}"),
        }
    }
    settings
}

/// The sentence for the operator, or the configuration in short.
fn outcome(text: &str) -> String {
    match AuthConfig::from_settings(&settings(text), Environment::Production) {
        Err(error) => error.to_string(),
        Ok((config, _)) => format!(
            "{:?} {:?}",
            config.parties,
            config.sessions.map(String::from)
        ),
    }
}

#[test]
fn nothing_to_verify_with_is_refused_everywhere() {
    for environment in [
        Environment::Development,
        Environment::Staging,
        Environment::Production,
    ] {
        let error = read(&AuthSettings::default(), environment).unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"BETTER_AUTH_URL is not set, and neither is BETTER_AUTH_SECRET: no token can be verified. Example: BETTER_AUTH_URL=https://app.example.com");
        }
    }
    let empty = settings("SECRET= SECRETS= URL= JWKS= ISSUER= AUDIENCE= LIFETIME=");
    assert!(read(&empty, Environment::Development).is_err());
}

#[test]
fn production_refuses_weak_secrets_that_development_warns_of() {
    for weak in [
        "SECRET=sesame",
        "SECRET=better-auth-secret-12345678901234567890",
        "SECRETS=1:sesame",
    ] {
        let error = read(&settings(weak), Environment::Production).unwrap_err();
        assert!(error.variable.starts_with("BETTER_AUTH_SECRET"), "{error}");
        assert!(!error.to_string().contains("sesame"), "{error}");
        let warnings = read(&settings(weak), Environment::Development).unwrap();
        assert!(
            warnings[0].contains("production will refuse it"),
            "{warnings:?}"
        );
    }
    let warnings = read(&secret_only(), Environment::Production).unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("neither iss nor aud"), "{warnings:?}");
    let several = AuthSettings {
        better_auth_secrets: Some(Secret::new(format!("1:{}", "x".repeat(32)))),
        ..AuthSettings::default()
    };
    let several = read(&several, Environment::Production);
    // What is not set is not named.
    assert!(!several.unwrap()[0].contains("BETTER_AUTH_SECRET"));
    let bound = AuthSettings {
        jwt_issuer: Some(ORIGIN.to_owned()),
        jwt_audience: Some(ORIGIN.to_owned()),
        ..secret_only()
    };
    assert_eq!(read(&bound, Environment::Production), Ok(Vec::new()));
    assert!(
        !format!(
            "{:?}",
            AuthConfig::from_settings(&bound, Environment::Staging)
        )
        .contains(SECRET)
    );
}

#[test]
fn what_follows_from_an_address() {
    insta::assert_snapshot!(outcome("URL=https://app.example.com/ SESSIONS=1"), @r#"[Party { issuer: Issuer { names: OneOf(["https://app.example.com"]), audiences: OneOf(["https://app.example.com"]) }, keys: Some(https://app.example.com/api/auth/jwks) }] Some("https://app.example.com/api/auth/get-session")"#);
    insta::assert_snapshot!(outcome("URL=https://app.example.com/auth SESSIONS=1 ISSUER=x AUDIENCE=y,z"), @r#"[Party { issuer: Issuer { names: OneOf(["x"]), audiences: OneOf(["y", "z"]) }, keys: Some(https://app.example.com/auth/jwks) }] Some("https://app.example.com/auth/get-session")"#);
    insta::assert_snapshot!(outcome("URL=http://localhost:3000 JWKS=http://frontend:3000/api/auth/jwks SESSIONS=1"), @r#"[Party { issuer: Issuer { names: OneOf(["http://localhost:3000"]), audiences: OneOf(["http://localhost:3000"]) }, keys: Some(http://frontend:3000/api/auth/jwks) }] Some("http://frontend:3000/api/auth/get-session")"#);
    insta::assert_snapshot!(outcome("URL=https://a.example,https://b.example/b"), @r#"[Party { issuer: Issuer { names: OneOf(["https://a.example"]), audiences: OneOf(["https://a.example"]) }, keys: Some(https://a.example/api/auth/jwks) }, Party { issuer: Issuer { names: OneOf(["https://b.example"]), audiences: OneOf(["https://b.example"]) }, keys: Some(https://b.example/b/jwks) }] None"#);
    insta::assert_snapshot!(outcome("URL=https://a.example JWKS=https://cdn.example/keys.json SESSIONS=1"), @r#"[Party { issuer: Issuer { names: OneOf(["https://a.example"]), audiences: OneOf(["https://a.example"]) }, keys: Some(https://cdn.example/keys.json) }] Some("https://a.example/api/auth/get-session")"#);
    insta::assert_snapshot!(outcome("JWKS=keys.json ISSUER=https://app.example.com"), @r#"[Party { issuer: Issuer { names: OneOf(["https://app.example.com"]), audiences: OneOf(["https://app.example.com"]) }, keys: Some(keys.json) }] None"#);
    insta::assert_snapshot!(outcome("JWKS=https://app.example.com/jwks ISSUER=* AUDIENCE=*"), @"[Party { issuer: Issuer { names: Anything, audiences: Anything }, keys: Some(https://app.example.com/jwks) }] None");
}

#[test]
fn what_is_refused_at_start() {
    insta::assert_snapshot!(outcome("URL=http://app.example.com"), @"BETTER_AUTH_URL leads to http://app.example.com/api/auth/jwks: over plain http anybody on the way can replace the keys (JWKS_ALLOW_HTTP=true allows it). Example: BETTER_AUTH_URL=https://app.example.com");
    insta::assert_snapshot!(outcome("URL=app.example.com"), @"BETTER_AUTH_URL is not a URL (relative URL without a base). Example: BETTER_AUTH_URL=https://app.example.com");
    insta::assert_snapshot!(outcome("JWKS=https://app.example.com/jwks"), @"JWT_ISSUER is not set, and neither is BETTER_AUTH_URL: any token of the key set would pass. Example: JWT_ISSUER=https://app.example.com");
    insta::assert_snapshot!(outcome("JWKS=https://app.example.com/jwks ISSUER=better-auth"), @"JWT_AUDIENCE is not set, and cannot be told from JWT_ISSUER: any token of the key set would pass, ID tokens of other clients too. Example: JWT_AUDIENCE=https://app.example.com");
    insta::assert_snapshot!(outcome("JWKS=ftp://app.example.com/jwks ISSUER=x AUDIENCE=y"), @"JWKS_URL has the scheme ftp: only https, http and file are read. Example: JWKS_URL=https://app.example.com/api/auth/jwks");
    insta::assert_snapshot!(outcome("URL=https://a.example,https://b.example ISSUER=*"), @"JWT_ISSUER must name one issuer for each of the 2 URLs in BETTER_AUTH_URL, in the same order. Example: JWT_ISSUER=https://a.example.com,https://b.example.com");
    insta::assert_snapshot!(outcome("URL=https://a.example,https://b.example JWKS=https://c.example/jwks"), @"JWKS_URL has 1 addresses for 2 URLs in BETTER_AUTH_URL: give one for each, in the same order. Example: JWKS_URL=https://app.example.com/api/auth/jwks");
    insta::assert_snapshot!(outcome("URL=https://a.example,https://b.example SESSIONS=1"), @"BETTER_AUTH_SESSIONS works with one Better Auth server only: an opaque token does not say whose it is. Example: BETTER_AUTH_SESSIONS=true BETTER_AUTH_URL=https://app.example.com");
    insta::assert_snapshot!(outcome("URL=http://a.example JWKS=keys.json SESSIONS=1"), @"BETTER_AUTH_SESSIONS would send session tokens over plain http, where anybody on the way can take them. Example: BETTER_AUTH_SESSIONS=true BETTER_AUTH_URL=https://app.example.com");
    insta::assert_snapshot!(outcome("SECRET=012345678901234567890123456789-- SESSIONS=1"), @"BETTER_AUTH_SESSIONS needs the address of the Better Auth server. Example: BETTER_AUTH_SESSIONS=true BETTER_AUTH_URL=https://app.example.com");
    insta::assert_snapshot!(outcome("URL=https://a.example LIFETIME=forever"), @r#"JWT_MAX_LIFETIME is "forever", not a span of time from 1s to 3650d. Example: JWT_MAX_LIFETIME=7d"#);
    insta::assert_snapshot!(outcome("SECRETS=abc"), @"BETTER_AUTH_SECRETS has an entry (number 1) that is not <version>:<secret>. Example: BETTER_AUTH_SECRETS=2:$(openssl rand -base64 32),1:<the secret before it>");
}

#[test]
fn checks_that_are_off_and_odd_issuers_are_warned_of() {
    for (text, word) in [
        ("URL=https://a.example ISSUER=*", "JWT_ISSUER=*"),
        ("URL=https://a.example AUDIENCE=*", "JWT_AUDIENCE=*"),
        (
            "URL=https://a.example ISSUER=https://a.example/",
            "no trailing slash",
        ),
        (
            "URL=https://a.example,https://b.example",
            "one space of ids",
        ),
        ("URL=http://a.example HTTP=1", "plain http"),
    ] {
        let warnings = read(&settings(text), Environment::Production).unwrap();
        assert!(
            warnings.iter().any(|it| it.contains(word)),
            "{text}: {warnings:?}"
        );
    }
    assert_eq!(
        read(&settings("URL=https://a.example"), Environment::Production),
        Ok(Vec::new())
    );
}

#[test]
fn lifetimes() {
    for (text, seconds) in [
        ("7d", Some(604_800)),
        ("90m", Some(5400)),
        ("1w", Some(604_800)),
        ("3650d", Some(315_360_000)),
        ("3651d", None),
        ("3600", None),
        ("0s", None),
        ("-1d", None),
        ("1y", None),
        ("1.5h", None),
        ("99999999999999999999d", None),
        ("é", None),
    ] {
        let read = AuthConfig::from_settings(
            &AuthSettings {
                jwt_max_lifetime: Some(text.to_owned()),
                ..secret_only()
            },
            Environment::Production,
        );
        assert_eq!(
            read.ok().map(|(config, _)| config.max_lifetime.as_secs()),
            seconds,
            "{text}"
        );
    }
}
