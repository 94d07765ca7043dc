//! The page at `/`: whether there is one, and how people sign in there.

use url::Url;

use super::ConfigError;

/// How people sign in on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// With a name alone, from this machine: in development, as long as no setting about tokens is set.
    Name,
    /// With a token that somebody made for them.
    Token,
    /// At a Better Auth server; its endpoints stand below this URL.
    Server(Url),
}

impl SignIn {
    /// As the page gets it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Name => "name",
            Self::Token => "token",
            Self::Server(url) => url.as_str().trim_end_matches('/'),
        }
    }
}

/// `WEB`.
pub(super) fn has_page(text: Option<&str>) -> Result<bool, ConfigError> {
    match text {
        None | Some("on" | "true" | "1") => Ok(true),
        Some("off" | "false" | "0") => Ok(false),
        Some(other) => Err(ConfigError {
            variable: "WEB",
            problem: format!("is {other:?}, but must be on or off"),
            example: "WEB=off",
        }),
    }
}
