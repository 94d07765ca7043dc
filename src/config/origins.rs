//! Which web pages may call from a browser, and how the list of them is read. What a browser is told is
//! decided in `http::cors`.

use axum::http::HeaderValue;
use url::Url;

/// The origins on the list of `ALLOWED_ORIGINS`.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    exact: Vec<HeaderValue>,
    /// `*`, which is possible outside production only.
    any: bool,
}

impl Origins {
    pub fn new(exact: Vec<HeaderValue>, any: bool) -> Self {
        Self { exact, any }
    }

    /// Whether no page at all may call.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && !self.any
    }

    pub fn allows(&self, origin: &HeaderValue) -> bool {
        self.any || self.exact.contains(origin)
    }
}

/// An origin as a browser sends it (RFC 6454 §6.2): scheme, host, port unless it is the scheme's own.
pub(super) fn parse(text: &str) -> Result<HeaderValue, String> {
    let problem =
        || format!("names {text:?}, which is not an origin: scheme, host and port, without a path");
    let url = Url::parse(text).map_err(|_| problem())?;
    let bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || !bare {
        return Err(problem());
    }
    HeaderValue::from_str(&url.origin().ascii_serialization()).map_err(|_| problem())
}
