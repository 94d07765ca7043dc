//! The page at `/`, with its files inside the binary. They are made of `web` and committed; what they do is said there.

mod sign_in;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;

use crate::config::SignIn;
use crate::http::SharedApp;
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
        let file = File::new(content, media_type, policy.clone());
        get(move |uri: Uri, headers: HeaderMap| async move { file.answer(&uri, &headers) })
    };
    let mut routes = vec![("/", file(index.into(), "text/html; charset=utf-8"))];
    for (path, content, media_type) in FILES {
        routes.push((
            path,
            file(Bytes::from_static(content.as_bytes()), media_type),
        ));
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

/// One of the page's files, with all that its answer says.
#[derive(Clone)]
struct File {
    content: Bytes,
    media_type: HeaderValue,
    policy: HeaderValue,
    /// A mark of the content, without quotes.
    mark: String,
}

impl File {
    fn new(content: Bytes, media_type: &'static str, policy: HeaderValue) -> Self {
        let mark = URL_SAFE_NO_PAD.encode(&digest(&SHA256, &content).as_ref()[..15]);
        Self {
            content,
            media_type: HeaderValue::from_static(media_type),
            policy,
            mark,
        }
    }

    fn answer(&self, uri: &Uri, headers: &HeaderMap) -> Response {
        let Some(caching) = caching(uri) else {
            return Problem::route_not_found().into_response();
        };
        let tag = HeaderValue::try_from(format!("\"{}\"", self.mark));
        let common = [
            (CACHE_CONTROL, caching),
            (ETAG, tag.unwrap_or(HeaderValue::from_static("\"\""))),
            (CONTENT_SECURITY_POLICY, self.policy.clone()),
            (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        if self.is_known(headers) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        let own = [(CONTENT_TYPE, self.media_type.clone())];
        (common, own, self.content.clone()).into_response()
    }

    /// A proxy that compresses writes more into a tag, or before it; the mark is in it all the same.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let mut tags = headers.get_all(IF_NONE_MATCH).iter();
        tags.any(|tags| tags.to_str().is_ok_and(|tags| tags.contains(&self.mark)))
    }
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
