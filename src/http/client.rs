//! The TypeScript client of this version: `/client.tgz` is what npm, pnpm and yarn install, `/client.js` is the same
//! as one module for pages without a bundler. Both are built in `clients/typescript` and committed.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use const_format::concatcp;

use crate::http::SharedApp;
use crate::http::conditional::{IfNoneMatch, not_modified};

/// Its address is the same for every version, so caches must ask each time whether it has changed.
const ASK_FIRST: HeaderValue = HeaderValue::from_static("public, no-cache");

/// The name under which a person saves the package: that which `npm pack` gives it.
const SAVED_AS: &str = concatcp!(
    "attachment; filename=\"tickbox-client-",
    env!("CARGO_PKG_VERSION"),
    ".tgz\""
);

/// A file with its tag, which is a sum of its bytes.
struct File {
    media_type: &'static str,
    saved_as: Option<&'static str>,
    content: &'static [u8],
    tag: HeaderValue,
}

static PACKAGE: LazyLock<File> = LazyLock::new(|| {
    let content = include_bytes!("../../clients/typescript/packed/client.tgz");
    File::new("application/gzip", Some(SAVED_AS), content)
});

static MODULE: LazyLock<File> = LazyLock::new(|| {
    let content = include_bytes!("../../clients/typescript/packed/client.js");
    File::new("text/javascript; charset=utf-8", None, content)
});

/// The routes, none of which is in the OpenAPI document.
pub(super) fn table() -> [(&'static str, MethodRouter<SharedApp>); 2] {
    let package = async |known: IfNoneMatch| PACKAGE.answer(&known);
    let module = async |known: IfNoneMatch| MODULE.answer(&known);
    [("/client.tgz", get(package)), ("/client.js", get(module))]
}

impl File {
    fn new(
        media_type: &'static str,
        saved_as: Option<&'static str>,
        content: &'static [u8],
    ) -> Self {
        let sum = digest(&SHA256, content);
        let sum = u128::from_be_bytes(std::array::from_fn(|at| sum.as_ref()[at]));
        let tag = HeaderValue::from_str(&format!("\"{sum:x}\""));
        Self {
            media_type,
            saved_as,
            content,
            tag: tag.unwrap_or(HeaderValue::from_static("\"\"")),
        }
    }

    fn answer(&self, known: &IfNoneMatch) -> Response {
        let mut response = if known.has(&self.tag) {
            not_modified(self.tag.clone())
        } else {
            let headers = [
                (CONTENT_TYPE, HeaderValue::from_static(self.media_type)),
                (ETAG, self.tag.clone()),
            ];
            (headers, self.content).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, ASK_FIRST);
        if let Some(saved_as) = self.saved_as {
            headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(saved_as));
        }
        response
    }
}
