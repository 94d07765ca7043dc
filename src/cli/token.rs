//! `tickbox token`: signs a token as an app of yours would, to try the API by hand.

use std::time::Duration;

use clap::Args;

use super::{Failure, Outcome, print};
use crate::auth::{AuthConfig, Authenticator};
use crate::clock::Clock;
use crate::config::{Environment, Settings, parse_duration};
use crate::domain::UserId;

#[derive(Args)]
pub(super) struct Options {
    /// Whose token: becomes its `sub`
    #[arg(long, value_name = "ID", value_parser = user)]
    user: UserId,
    /// Becomes its `email`
    #[arg(long)]
    email: Option<String>,
    /// How long it lives: a number and s, m, h, d or w
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = ttl)]
    ttl: Duration,
    /// Also in production, where whoever can run this could be anybody
    #[arg(long)]
    force: bool,
}

fn user(text: &str) -> Result<UserId, &'static str> {
    UserId::parse(text).ok_or("an identity has 1 to 255 characters and no control characters")
}

fn ttl(text: &str) -> Result<Duration, &'static str> {
    parse_duration(text).ok_or("a time is a number and one of s, m, h, d, w, such as 90s or 7d")
}

pub(super) fn run(options: &Options, settings: &Settings) -> Outcome {
    let environment = settings.environment()?;
    if environment == Environment::Production && !options.force {
        let text = "in production a token is what your Better Auth server issues; --force signs one all the same";
        return Err(Failure::Said(text.to_owned()));
    }
    let source = settings.auth()?;
    let (config, _) = AuthConfig::from_settings(&source.settings, environment)?;
    let authenticator = Authenticator::new(config, Clock::system())?;
    let token = authenticator
        .sign(&options.user, options.email.as_deref(), options.ttl)
        .map_err(|error| Failure::Said(error.to_string()))?;
    print(&format!("{token}\n"))
}
