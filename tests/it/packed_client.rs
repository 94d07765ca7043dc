//! The TypeScript client as the server hands it out. That it is what its sources make, and that it can be installed
//! and run, is tried in `typescript_client`.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;

use crate::support::TestApp;

const PACKAGE: &[u8] = include_bytes!("../../clients/typescript/packed/client.tgz");
const MODULE: &[u8] = include_bytes!("../../clients/typescript/packed/client.js");

async fn ask(
    app: &TestApp,
    method: Method,
    path: &str,
    known: &str,
) -> (StatusCode, HeaderMap, Bytes) {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("if-none-match", known).body(Body::empty());
    let answer = app.nobody().receive(request.unwrap()).await;
    let (head, body) = answer.into_parts();
    let content = body.collect().await.unwrap().to_bytes();
    (head.status, head.headers, content)
}

#[tokio::test]
async fn the_client_is_handed_out_to_everybody_and_not_twice_to_the_same() {
    let app = TestApp::sqlite().await;
    for (path, media_type, committed) in [
        ("/client.tgz", "application/gzip", PACKAGE),
        ("/client.js", "text/javascript; charset=utf-8", MODULE),
    ] {
        let (status, headers, content) = ask(&app, Method::GET, path, "\"another\"").await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(headers["content-type"], media_type);
        assert_eq!(headers["cache-control"], "public, no-cache");
        assert!(content == committed, "{path}");
        let tag = headers["etag"].to_str().unwrap();
        // Also where a proxy has compressed it.
        let compressed = format!("W/{}-gzip\"", tag.trim_end_matches('"'));
        for known in [tag, &compressed, &format!("\"a\", {tag}"), "*"] {
            let (status, headers, content) = ask(&app, Method::GET, path, known).await;
            assert_eq!(status, StatusCode::NOT_MODIFIED, "{path} {known}");
            assert_eq!(headers["etag"], tag);
            assert_eq!(headers["cache-control"], "public, no-cache");
            assert!(content.is_empty(), "{path} {known}");
        }
        let (status, headers, content) = ask(&app, Method::HEAD, path, "\"another\"").await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(headers["content-length"], committed.len().to_string());
        assert!(content.is_empty(), "{path}");
        let (status, _, _) = ask(&app, Method::POST, path, "*").await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}

#[tokio::test]
async fn the_client_is_of_the_version_of_the_program() {
    let version = env!("CARGO_PKG_VERSION");
    let app = TestApp::sqlite().await;
    let (_, headers, _) = ask(&app, Method::GET, "/client.tgz", "\"another\"").await;
    let name = format!("attachment; filename=\"tickbox-client-{version}.tgz\"");
    assert_eq!(headers["content-disposition"], name);
    let banner = format!("/*! tickbox-client {version} | MIT OR Apache-2.0 */");
    assert!(MODULE.starts_with(banner.as_bytes()));
    let package = include_str!("../../clients/typescript/package.json");
    let package: serde_json::Value = serde_json::from_str(package).unwrap();
    assert_eq!(package["version"], version);
}
