//! A response of the server, read completely, and whether a retry makes sense.

use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode, header};

/// The most retries of a request.
pub(super) const REPEATS: u32 = 4;

/// A person at a terminal should not wait longer without a message.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// A complete response.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
    /// The same request was sent before, and its answer was lost.
    pub(super) is_after_loss: bool,
}

impl Reply {
    pub(super) async fn to(request: RequestBuilder) -> Result<Self, reqwest::Error> {
        Self::read(request.send().await?).await
    }

    pub(super) async fn read(response: reqwest::Response) -> Result<Self, reqwest::Error> {
        let text = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().ok()?.to_owned())
        };
        let seconds = text(header::RETRY_AFTER).and_then(|text| text.parse().ok());
        Ok(Self {
            status: response.status(),
            retry_after: seconds.map(Duration::from_secs),
            location: text(header::LOCATION),
            body: response.bytes().await?.into(),
            is_after_loss: false,
        })
    }

    /// How long to wait before the same is asked again, where that may help.
    pub(super) fn pause(&self, repeats: u32) -> Option<Duration> {
        let may_help = matches!(
            self.status,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS | StatusCode::CONFLICT
        );
        let pause = self.retry_after.filter(|pause| *pause <= LONGEST_PAUSE);
        pause.filter(|_| may_help && repeats < REPEATS)
    }
}
