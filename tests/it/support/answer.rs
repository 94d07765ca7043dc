//! What the app answered, read whole, and what tests ask of it.

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;

/// What came back.
#[must_use]
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(super) async fn read(response: Response<Body>) -> Self {
        let (head, body) = response.into_parts();
        let bytes = body
            .collect()
            .await
            .expect("the body arrives whole")
            .to_bytes();
        Self {
            status: head.status,
            headers: head.headers,
            // Nothing but the package of the client is no text, and nobody looks at that here.
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// The body, if the status is the expected one.
    #[track_caller]
    pub(crate) fn expect(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.text).expect("the body is JSON")
    }

    /// The code and the message of an error.
    #[track_caller]
    pub(crate) fn error(self, status: StatusCode) -> (String, String) {
        assert_eq!(self.header("content-type"), Some("application/json"));
        let body = self.expect(status);
        let text = |name: &str| body["error"][name].as_str().unwrap_or_default().to_owned();
        (text("code"), text("message"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("a header is ASCII"))
    }
}
