//! The page at `/`, with its files inside the binary. They are made of `web` and committed; what they do is said there.

mod sign_in;

use std::sync::Arc;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use bytes::Bytes;

use crate::config::SignIn;
use crate::http::SharedApp;
use crate::http::embedded::{File, FileRequest};
use crate::http::problem::Problem;

/// The page has places for what depends on settings.
const INDEX: &str = include_str!("built/index.html");
const SCRIPT: &str = include_str!("built/app.js");
const SHARED: &str = include_str!("built/shared.js");
const MORE: &str = include_str!("built/more.js");
const STYLE: &str = include_str!("built/app.css");
const WORKER: &str = include_str!("built/worker.js");

/// The files besides the page itself, and their types.
const FILES: [(&str, &str, &str); 5] = [
    ("/app.js", SCRIPT, JAVASCRIPT),
    ("/shared.js", SHARED, JAVASCRIPT),
    ("/more.js", MORE, JAVASCRIPT),
    ("/app.css", STYLE, "text/css; charset=utf-8"),
    ("/worker.js", WORKER, JAVASCRIPT),
];
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Where somebody in development gets a token for a name.
const DEVELOPMENT_TOKEN: &str = "/development/token";

/// Looked at again each time, which costs an answer without a body.
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
/// The address says which content it has.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The address of every route that a page has.
pub(super) fn templates() -> impl Iterator<Item = &'static str> {
    let files = FILES.iter().map(|(path, ..)| *path);
    ["/", DEVELOPMENT_TOKEN].into_iter().chain(files)
}

/// The routes of the page, if there is one. That of tokens is there in development only.
pub(super) fn table(page: Option<&SignIn>) -> Vec<(&'static str, MethodRouter<SharedApp>)> {
    let Some(sign_in) = page else {
        return Vec::new();
    };
    let policy = policy(sign_in);
    let index = INDEX.replace("{sign-in}", &escaped(sign_in.as_str()));
    let file = |content: Bytes, media_type: &'static str| {
        let file = Arc::new(File::new(media_type, content));
        let policy = policy.clone();
        get(async move |uri: Uri, asked: FileRequest| answer(&file, &policy, &uri, &asked))
    };
    let mut routes = vec![("/", file(index.into(), "text/html; charset=utf-8"))];
    for (path, content, media_type) in FILES {
        let content = Bytes::from_static(content.as_bytes());
        routes.push((path, file(content, media_type)));
    }
    if *sign_in == SignIn::Name {
        routes.push((DEVELOPMENT_TOKEN, post(sign_in::create_development_token)));
    }
    routes
}

/// No script but ours, nothing of others, nowhere to send anything but here and to the sign-in server.
fn policy(sign_in: &SignIn) -> HeaderValue {
    let server = match sign_in {
        SignIn::Server(url) => format!(" {}", url.origin().ascii_serialization()),
        SignIn::Name | SignIn::Token => String::new(),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{server}; worker-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types tickbox"
    );
    // An origin has no character that a header cannot have.
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// As the value of an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

fn answer(file: &File, policy: &HeaderValue, uri: &Uri, asked: &FileRequest) -> Response {
    let Some(caching) = caching(uri) else {
        return Problem::route_not_found().into_response();
    };
    let headers = [
        (CACHE_CONTROL, caching),
        (CONTENT_SECURITY_POLICY, policy.clone()),
        (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, file.answer(asked)).into_response()
}

/// How long an answer is good. An address that says which content it has is good for ever, if it is of this build;
/// there is nothing at one of another build, which would be kept under a wrong name.
fn caching(uri: &Uri) -> Option<HeaderValue> {
    let address = uri.path_and_query().map_or("", |it| it.as_str());
    let name = address.trim_start_matches('/');
    if !name.contains("?v=") {
        return Some(NO_CACHE);
    }
    // The worker names all that it keeps.
    WORKER.contains(&format!("\"{name}\"")).then_some(FOR_EVER)
}
