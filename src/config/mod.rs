//! Settings: from flags, environment and `.env` to typed values, or a sentence that says what to change.
//! What the settings of `auth` mean is decided there.

mod database_url;
mod dotenv;
mod duration;
mod flags;
mod foreign_file;
mod log_filter;
mod origins;
mod page;
mod postgres_options;
mod public_path;
mod secret_file;
mod settings;
mod values;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

pub use self::duration::parse_duration;
pub use self::flags::Flags;
pub use self::log_filter::parse_log_filter;
pub use self::origins::Origins;
pub use self::page::SignIn;
pub use self::public_path::PublicPath;
pub use self::settings::Settings;
use crate::quota::Rate;
use crate::secret::Secret;

/// How strict the program is at start, how much an error says, and how logs look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    Development,
    Staging,
    Production,
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        })
    }
}

/// What users may do, and for how long things are kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long the trash and the history are kept.
    pub retention: Duration,
    /// How many tasks a user may have outside of the trash.
    pub most_tasks: i64,
    /// How often a user may ask; `None`: as often as they like.
    pub rate: Option<Rate>,
}

/// How the server is seen from outside: by web pages, and through proxies.
#[derive(Clone, Debug, Default)]
pub struct Web {
    /// Web pages that may call from a browser.
    pub origins: Origins,
    pub public_path: PublicPath,
    /// How people sign in on the page at `/`, if there is one.
    pub page: Option<SignIn>,
}

impl From<Origins> for Web {
    fn from(origins: Origins) -> Self {
        Self {
            origins,
            ..Self::default()
        }
    }
}

/// A setting that cannot be used: names the variable, says why, and gives an example of a good one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} {problem}. Example: {example}")]
pub struct ConfigError {
    /// The environment variable.
    pub variable: &'static str,
    /// Follows the variable's name in a sentence, without a full stop.
    pub problem: String,
    /// A setting that would work, such as `BETTER_AUTH_URL=https://app.example.com`.
    pub example: &'static str,
}

/// The settings of `auth`, as text; `None` or empty where a variable is not set. `auth::settings` gives them meaning.
#[derive(Clone, Debug, Default)]
pub struct AuthSettings {
    pub better_auth_secret: Option<Secret>,
    pub better_auth_secrets: Option<Secret>,
    pub better_auth_url: Option<String>,
    pub jwks_url: Option<String>,
    pub jwt_issuer: Option<String>,
    pub jwt_audience: Option<String>,
    pub jwt_max_lifetime: Option<String>,
    /// `JWKS_ALLOW_HTTP`: keys may come over plain http from outside loopback and private networks.
    pub jwks_allow_http: bool,
    /// `BETTER_AUTH_SESSIONS`: session tokens and cookies are resolved by the Better Auth server.
    pub better_auth_sessions: bool,
}

/// The settings of `auth`, and the file of the secret if the program made one.
#[derive(Clone, Debug)]
pub struct AuthSource {
    pub settings: AuthSettings,
    pub made_secret: Option<PathBuf>,
}
