//! How people sign in on the program's own page: it follows from how tokens are verified.

use std::net::IpAddr;

use super::settings::bases;
use crate::config::{AuthSource, ConfigError, Environment, SignIn};

/// `host` is where the server listens.
pub fn sign_in(
    source: &AuthSource,
    environment: Environment,
    host: &str,
) -> Result<SignIn, ConfigError> {
    // With several servers the first: a page has one form.
    if let Some(base) = bases(&source.settings)?.first() {
        return Ok(SignIn::Server(base.endpoint("")));
    }
    // With any setting about tokens, or an address that other machines can reach, there is something to protect.
    let is_untouched = environment == Environment::Development && source.made_secret.is_some();
    let is_private = host == "localhost" || host.parse().is_ok_and(|it: IpAddr| it.is_loopback());
    Ok(if is_untouched && is_private {
        SignIn::Name
    } else {
        SignIn::Token
    })
}
