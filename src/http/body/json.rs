//! JSON bodies of requests and responses.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use bytes::{Buf, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Serialize;
use serde_json::value::RawValue;

use super::input::FromJson;
use super::{length, strict};
use crate::http::SharedApp;
use crate::http::problem::Problem;

pub(in crate::http) const APPLICATION_JSON: HeaderValue =
    HeaderValue::from_static("application/json");

/// The default limit of a body.
const BODY_LIMIT: usize = 64 * 1024;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A JSON body of a response.
pub(in crate::http) struct Json<T>(pub(in crate::http) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(json) => ([(CONTENT_TYPE, APPLICATION_JSON)], json).into_response(),
            Err(error) => Problem::internal(error.into()).into_response(),
        }
    }
}

/// JSON that was written already, as a part of an answer.
pub(in crate::http) fn raw(json: Vec<u8>) -> Result<Box<RawValue>, Problem> {
    let text = String::from_utf8(json).map_err(|error| Problem::internal(error.into()))?;
    RawValue::from_string(text).map_err(|error| Problem::internal(error.into()))
}

/// A body of a response that is encoded already.
pub(in crate::http) struct JsonText(pub(in crate::http) Vec<u8>);

impl IntoResponse for JsonText {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, APPLICATION_JSON)], self.0).into_response()
    }
}

/// A complete body that was declared as JSON. [`JsonBody::read`] parses it.
pub(in crate::http) struct JsonBody<const LIMIT: usize = BODY_LIMIT>(Bytes);

impl<const LIMIT: usize> JsonBody<LIMIT> {
    pub(in crate::http) fn read<T: FromJson>(&self) -> Result<T, Problem> {
        T::from_json(&self.0)
    }

    /// As it was sent, but without a byte order mark.
    pub(in crate::http) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<const LIMIT: usize> FromRequest<SharedApp> for JsonBody<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &SharedApp) -> Result<Self, Problem> {
        let (head, body) = request.into_parts();
        length::check(&head.headers, LIMIT)?;
        let declared = check_declaration(&head.headers, &head.method);
        let mut body = read_body(body, LIMIT).await?;
        if !body.is_empty() {
            declared?;
        }
        // RFC 8259 §8.1 lets a receiver ignore it.
        if body.starts_with(BYTE_ORDER_MARK) {
            body.advance(BYTE_ORDER_MARK.len());
        }
        strict::check_body((&head.headers, &head.method, &head.extensions), &body)?;
        Ok(Self(body))
    }
}

/// The media type that the headers give a body, without its parameters.
pub(in crate::http) fn declared(headers: &HeaderMap) -> Result<&str, Problem> {
    if headers.contains_key(CONTENT_ENCODING) {
        let message =
            "A compressed body is not understood: send it as it is, without Content-Encoding";
        return Err(Problem::unsupported_media_type(message));
    }
    let declared = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = declared.and_then(|value| value.split(';').next());
    Ok(media_type.unwrap_or_default().trim())
}

/// Whether the headers say that the body is JSON (RFC 8259), or, for PATCH, a JSON merge patch (RFC 7396).
fn check_declaration(headers: &HeaderMap, method: &Method) -> Result<(), Problem> {
    let media_type = declared(headers)?;
    let is_json = media_type.eq_ignore_ascii_case("application/json");
    let is_merge_patch = media_type.eq_ignore_ascii_case("application/merge-patch+json");
    if is_json || (is_merge_patch && method == Method::PATCH) {
        Ok(())
    } else {
        let message = "The body must be JSON: send it with Content-Type: application/json";
        Err(Problem::unsupported_media_type(message))
    }
}

async fn read_body(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let reading = Limited::new(body, limit).collect();
    match tokio::time::timeout(BODY_TIMEOUT, reading).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::payload_too_large(limit)),
        Ok(Err(_)) => Err(Problem::bad_request("The body did not arrive whole")),
        Err(_) => Err(Problem::bad_request("The body did not arrive in time")),
    }
}
