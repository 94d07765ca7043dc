//! Which server is asked, for whom and with which token: from flags and variables. What cannot work is a wrong argument,
//! and nothing is sent.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use url::Url;

use super::Whom;
use super::connection::Answered;
use super::show::plain;
use crate::cli::{Failure, program};

/// Where the server is in development.
const DEFAULT_URL: &str = "http://127.0.0.1:8000";

/// An empty variable counts as not set.
fn given(setting: Option<&String>) -> Option<&str> {
    setting.map(String::as_str).filter(|text| !text.is_empty())
}

pub(super) fn base(whom: &Whom) -> Answered<Url> {
    let text = given(whom.url.as_ref()).unwrap_or(DEFAULT_URL);
    let url = Url::parse(text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let has_login = |url: &Url| !url.username().is_empty() || url.password().is_some();
    let problem = match url {
        Some(url) if has_login(&url) => {
            "the server's URL has a name or a password in it, and the token alone says who asks: leave them out"
                .to_owned()
        }
        Some(url) if url.query().is_some() => {
            format!("{} has a query, which no server's URL has", plain(text))
        }
        Some(url) => return Ok(url),
        // Before an @ there may be a password.
        None if text.contains('@') => "the server's URL cannot be read".to_owned(),
        None => format!("{} is no URL of a server", plain(text)),
    };
    Err(Failure::Usage(format!(
        "{problem}. Example: TICKBOX_URL={DEFAULT_URL}"
    )))
}

/// There is no third party between this program and such an address.
pub(super) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(super) fn token(whom: &Whom, base: &Url) -> Answered<String> {
    let Some(token) = given(whom.token.as_ref()) else {
        return Err(Failure::Usage(no_token(base)));
    };
    if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(token.to_owned());
    }
    let text = "the token has a space, a line break or another sign that is in no token: set TICKBOX_TOKEN to the token alone";
    Err(Failure::Usage(text.to_owned()))
}

fn no_token(base: &Url) -> String {
    if is_local(base) {
        let program = program();
        return format!(
            "no token: in development `export TICKBOX_TOKEN=$({program} token --user ID)` makes one, in the server's directory"
        );
    }
    "no token: set TICKBOX_TOKEN to one that your app's sign-in has issued".to_owned()
}

/// The user, as a part of a path: the one that is named, or else that of the token.
pub(super) fn user(whom: &Whom, token: &str) -> Answered<String> {
    if let Some(user) = &whom.user {
        return if is_segment(user) {
            Ok(user.clone())
        } else {
            let text = format!("--user \"{}\" names no user", plain(user));
            Err(Failure::Usage(text))
        };
    }
    identity(token)
        .filter(|user| is_segment(user))
        .ok_or_else(|| {
            let text = "the token does not say whose it is: name the user with --user ID";
            Failure::Usage(text.to_owned())
        })
}

/// Whether it can stand in a path: a URL has no dots alone there, however they are encoded.
fn is_segment(text: &str) -> bool {
    !matches!(text, "" | "." | "..")
}

/// Whose token it is, as it says itself: the server verifies it.
pub(super) fn identity(token: &str) -> Option<String> {
    let payload = token.split('.').nth(1)?.trim_end_matches('=');
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let named = claims.get("sub").or_else(|| claims.get("user_id"));
    named?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_whose_it_is() {
        let token = |claims: &str| format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims));
        assert_eq!(identity(&token(r#"{"sub":"ada"}"#)).as_deref(), Some("ada"));
        assert_eq!(
            identity(&token(r#"{"user_id":"b|c"}"#)).as_deref(),
            Some("b|c")
        );
        for none in [
            token("{}"),
            token("[]"),
            "opaque".to_owned(),
            "a.b.c".to_owned(),
        ] {
            assert_eq!(identity(&none), None, "{none}");
        }
    }
}
