//! `tickbox healthcheck`: asks the server on this machine whether it is alive; the exit code is the answer.

use std::time::Duration;

use super::{Failure, Outcome, print};
use crate::config::Settings;
use crate::error::chain;

/// Shorter than the time limit that container engines use by default (30 s).
const TIMEOUT: Duration = Duration::from_secs(5);

pub(super) async fn run(settings: &Settings) -> Outcome {
    let url = format!("{}/health", settings.local_url()?);
    let said = |error: reqwest::Error| Failure::Said(format!("{url}: {}", chain(&error)));
    // Never through a proxy: the server is on this machine.
    let client = reqwest::Client::builder()
        .timeout(TIMEOUT)
        .no_proxy()
        .build()
        .map_err(said)?;
    let response = client.get(&url).send().await.map_err(said)?;
    response.error_for_status().map_err(said)?;
    print("healthy\n")
}
