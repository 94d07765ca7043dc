//! The TypeScript client of this version: `/client.tgz` is what npm, pnpm and yarn install, `/client.js` is the same
//! as one module for pages without a bundler. Both are built in `clients/typescript` and committed.

use std::sync::LazyLock;

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use axum::routing::{MethodRouter, get};
use const_format::concatcp;

use crate::http::SharedApp;
use crate::http::embedded::{File, FileRequest, GZIP};

/// Its address is the same for every version, so caches must ask each time whether it has changed.
const ASK_FIRST: HeaderValue = HeaderValue::from_static("public, no-cache");

/// The name under which a person saves the package: that which `npm pack` gives it.
const SAVED_AS: &str = concatcp!(
    "attachment; filename=\"tickbox-client-",
    env!("CARGO_PKG_VERSION"),
    ".tgz\""
);

static PACKAGE: LazyLock<File> = LazyLock::new(|| {
    let content = include_bytes!("../../clients/typescript/packed/client.tgz");
    File::new(GZIP, content.as_slice())
});

static MODULE: LazyLock<File> = LazyLock::new(|| {
    let content = include_bytes!("../../clients/typescript/packed/client.js");
    File::new("text/javascript; charset=utf-8", content.as_slice())
});

/// The routes, none of which is in the OpenAPI document.
pub(super) fn table() -> [(&'static str, MethodRouter<SharedApp>); 2] {
    let cache = (CACHE_CONTROL, ASK_FIRST);
    let saved_as = (CONTENT_DISPOSITION, HeaderValue::from_static(SAVED_AS));
    let package = [cache.clone(), saved_as];
    let package = async move |asked: FileRequest| (package, PACKAGE.answer(&asked));
    let module = async move |asked: FileRequest| ([cache], MODULE.answer(&asked));
    [("/client.tgz", get(package)), ("/client.js", get(module))]
}
