//! Files inside the binary: their entity tags, and compressed for whoever takes that. What a file is not embedded as is made
//! when it is first asked for, and kept.

use std::io::{Read, Write};
use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::SharedApp;
use super::conditional::{IfNoneMatch, not_modified};
use super::problem::Problem;

/// The media type of what is compressed already.
pub(super) const GZIP: &str = "application/gzip";

/// A file with its tag, which is a sum of its bytes.
pub(super) struct File {
    media_type: &'static str,
    sum: String,
    /// One of these is there from the beginning.
    content: OnceLock<Bytes>,
    compressed: OnceLock<Bytes>,
}

/// What is said of a request for a file.
pub(super) struct FileRequest {
    known: IfNoneMatch,
    takes_gzip: bool,
}

impl File {
    pub(super) fn new(media_type: &'static str, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        let sum = sum(&content);
        Self {
            media_type,
            sum,
            content: OnceLock::from(content),
            compressed: OnceLock::new(),
        }
    }

    /// One that is embedded compressed.
    pub(super) fn from_gzip(media_type: &'static str, compressed: impl Into<Bytes>) -> Self {
        let compressed = compressed.into();
        let sum = sum(&compressed);
        Self {
            media_type,
            sum,
            content: OnceLock::new(),
            compressed: OnceLock::from(compressed),
        }
    }

    pub(super) fn answer(&self, asked: &FileRequest) -> Response {
        let tag = |coding: &str| {
            let tag = HeaderValue::try_from(format!("\"{}{coding}\"", self.sum));
            tag.unwrap_or(HeaderValue::from_static("\"\""))
        };
        let media_type = (CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        let mut response = if asked.known.has(&tag("")) {
            not_modified(tag(""))
        } else if asked.takes_gzip && self.media_type != GZIP {
            let coding = (CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            // Other bytes have another tag (RFC 9110 §8.8.3.3).
            let headers = [media_type, coding, (ETAG, tag("-gzip"))];
            (headers, self.compressed().clone()).into_response()
        } else {
            ([media_type, (ETAG, tag(""))], self.content().clone()).into_response()
        };
        if self.media_type != GZIP {
            let vary = HeaderValue::from_static("accept-encoding");
            response.headers_mut().insert(VARY, vary);
        }
        response
    }

    // Memory refuses nothing, and what was embedded can be read.

    fn content(&self) -> &Bytes {
        self.content.get_or_init(|| {
            let compressed = self.compressed.get().map_or(&[][..], |it| it);
            let mut content = Vec::new();
            let read = GzDecoder::new(compressed).read_to_end(&mut content);
            read.map(|_| content).unwrap_or_default().into()
        })
    }

    fn compressed(&self) -> &Bytes {
        self.compressed.get_or_init(|| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            let written = encoder.write_all(self.content());
            let bytes = written.and_then(|()| encoder.finish());
            bytes.unwrap_or_default().into()
        })
    }
}

fn sum(bytes: &[u8]) -> String {
    let sum = digest(&SHA256, bytes);
    let sum = u128::from_be_bytes(std::array::from_fn(|at| sum.as_ref()[at]));
    format!("{sum:x}")
}

impl FromRequestParts<SharedApp> for FileRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Problem> {
        Ok(Self {
            known: IfNoneMatch::from_request_parts(parts, app).await?,
            takes_gzip: takes_gzip(&parts.headers),
        })
    }
}

/// Whether `Accept-Encoding` allows gzip (RFC 9110 §12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter();
    let mut codings = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|it| it.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight
            .trim()
            .trim_start_matches("q=")
            .trim_end_matches(['0', '.']);
        let refused = coding.contains(';') && weight.is_empty();
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_whoever_takes_it() {
        for (sent, takes) in [
            ("gzip", true),
            ("br, GZIP", true),
            ("gzip;q=0.5, br", true),
            ("gzip; q=1.0", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000, br", false),
            ("br, zstd", false),
            ("x-gzip-like", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(sent));
            assert_eq!(takes_gzip(&headers), takes, "{sent}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
