//! The documentation pages, with all their files inside the binary: they work without internet.

use std::sync::{Arc, LazyLock};

use axum::extract::RawPathParams;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use utoipa_swagger_ui::Config;

use crate::http::SharedApp;
use crate::http::embedded::{File, FileRequest};
use crate::http::problem::Problem;

/// Its addresses are relative, so that it works under any prefix; `{docs}` stands for where its files are from here.
const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tickbox API</title>
<link rel="stylesheet" href="{docs}swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{docs}swagger-ui-bundle.js"></script>
<script src="{docs}start.js"></script>
</body>
</html>
"#;

/// The parts that the page needs to work without internet.
const START: &str = include_str!("docs/start.js");

/// The pages run no external script and call only this server.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
);

/// Made for whoever asks first: few servers are ever asked.
static DOCUMENT: LazyLock<File> =
    LazyLock::new(|| File::new("application/json", crate::http::document_text()));
static SCRIPT: LazyLock<File> =
    LazyLock::new(|| File::new("text/javascript", Bytes::from_static(START.as_bytes())));
static BUNDLE: LazyLock<File> =
    LazyLock::new(|| File::from_gzip("text/javascript", asset("swagger-ui-bundle.js")));
static STYLE: LazyLock<File> =
    LazyLock::new(|| File::from_gzip("text/css", asset("swagger-ui.css")));

/// The routes that the OpenAPI document does not have.
pub(super) fn table() -> [(&'static str, MethodRouter<SharedApp>); 5] {
    let openapi = async |asked: FileRequest| DOCUMENT.answer(&asked);
    let page = |docs: &'static str| {
        let page = move || async move {
            let page = Html(PAGE.replace("{docs}", docs));
            ([(CONTENT_SECURITY_POLICY, POLICY)], page)
        };
        get(page)
    };
    let redirect = || async { Redirect::permanent("/docs") };
    [
        ("/openapi.json", get(openapi)),
        ("/docs", page("docs/")),
        ("/docs/", page("")),
        ("/docs/{file}", get(file)),
        ("/redoc", get(redirect)),
    ]
}

async fn file(parameters: RawPathParams, asked: FileRequest) -> Response {
    let name = parameters.iter().next().map_or("", |(_, name)| name);
    let file = match name {
        "start.js" => &*SCRIPT,
        "swagger-ui.css" => &*STYLE,
        "swagger-ui-bundle.js" => &*BUNDLE,
        _ => return Problem::route_not_found().into_response(),
    };
    let caching = HeaderValue::from_static("public, max-age=3600");
    ([(CACHE_CONTROL, caching)], file.answer(&asked)).into_response()
}

/// Compressed, as the crate embeds them.
fn asset(name: &str) -> Bytes {
    let file = utoipa_swagger_ui::serve(name, Arc::new(Config::from("/openapi.json")));
    let file = file.ok().flatten();
    file.map_or_else(Bytes::new, |file| file.bytes.into_owned().into())
}
