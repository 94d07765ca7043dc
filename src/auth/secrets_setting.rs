//! `BETTER_AUTH_SECRET` and `BETTER_AUTH_SECRETS`: from text to secrets, newest first. Keys are made of them in `keys`.

use super::settings::given;
use crate::config::{AuthSettings, ConfigError, Environment};
use crate::secret::Secret;

/// Least bytes in production; Better Auth asks for as many.
const MIN_BYTES: usize = 32;

/// Better Auth's own fallback: published in its source, so it is no secret.
const PUBLISHED: &str = "better-auth-secret-12345678901234567890";

const ONE: &str = "BETTER_AUTH_SECRET";
const SEVERAL: &str = "BETTER_AUTH_SECRETS";
const ONE_EXAMPLE: &str = "BETTER_AUTH_SECRET=$(openssl rand -base64 32)";
const SEVERAL_EXAMPLE: &str =
    "BETTER_AUTH_SECRETS=2:$(openssl rand -base64 32),1:<the secret before it>";

/// Both variables may be set: tokens signed with any of their secrets are accepted.
pub(super) fn read(
    settings: &AuthSettings,
    environment: Environment,
    warnings: &mut Vec<String>,
) -> Result<Vec<Secret>, ConfigError> {
    let mut secrets = match &settings.better_auth_secrets {
        Some(text) if !text.expose().trim().is_empty() => versions(text.expose())?,
        _ => Vec::new(),
    };
    for secret in &secrets {
        check(SEVERAL, secret, environment, warnings)?;
    }
    if let Some(secret) = &settings.better_auth_secret
        && given(Some(&secret.expose().to_owned())).is_some()
    {
        check(ONE, secret, environment, warnings)?;
        if !secrets.contains(secret) {
            secrets.push(secret.clone());
        }
    }
    Ok(secrets)
}

/// `2:new,1:old`: the form that Better Auth reads; white space around an entry does not belong to it.
fn versions(text: &str) -> Result<Vec<Secret>, ConfigError> {
    let error = |problem: String| ConfigError {
        variable: SEVERAL,
        problem,
        example: SEVERAL_EXAMPLE,
    };
    let mut entries: Vec<(u64, Secret)> = Vec::new();
    for (place, entry) in text.split(',').enumerate() {
        let place = place + 1;
        let (version, value) = entry
            .split_once(':')
            .and_then(|(version, value)| Some((version.trim().parse().ok()?, value.trim())))
            .filter(|(_, value)| !value.is_empty())
            .ok_or_else(|| {
                error(format!(
                    "has an entry (number {place}) that is not <version>:<secret>"
                ))
            })?;
        if entries.iter().any(|(other, _)| *other == version) {
            return Err(error(format!("has version {version} twice")));
        }
        entries.push((version, Secret::new(value)));
    }
    entries.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    Ok(entries.into_iter().map(|(_, secret)| secret).collect())
}

fn check(
    variable: &'static str,
    secret: &Secret,
    environment: Environment,
    warnings: &mut Vec<String>,
) -> Result<(), ConfigError> {
    let bytes = secret.expose().len();
    let problem = if secret.expose() == PUBLISHED {
        "is Better Auth's published default, which everybody knows".to_owned()
    } else if bytes < MIN_BYTES {
        format!("has a secret of {bytes} bytes; anything shorter than {MIN_BYTES} can be guessed")
    } else {
        if secret.expose().trim() != secret.expose() {
            warnings.push(format!(
                "{variable} begins or ends with white space, which is part of the secret"
            ));
        }
        return Ok(());
    };
    if environment == Environment::Production {
        return Err(ConfigError {
            variable,
            problem,
            example: if variable == ONE {
                ONE_EXAMPLE
            } else {
                SEVERAL_EXAMPLE
            },
        });
    }
    warnings.push(format!("{variable} {problem}; production will refuse it"));
    Ok(())
}
