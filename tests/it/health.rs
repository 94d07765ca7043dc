//! Health, readiness, and the documentation pages.

use axum::http::StatusCode;
use insta::{allow_duplicates, assert_json_snapshot};

use crate::support::{TestApp, every_engine};

every_engine!(
    health_and_readiness_need_no_token,
    the_documents_are_served_without_internet
);

async fn health_and_readiness_need_no_token(app: TestApp) {
    let nobody = app.nobody();
    let health = nobody.get("/health").await.expect(StatusCode::OK);
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    allow_duplicates! {
        assert_json_snapshot!(health, {".version" => "[version]"}, @r#"
        {
          "status": "healthy",
          "timestamp": "2026-01-01T00:00:00.002000Z",
          "version": "[version]"
        }
        "#);
    }
    let ready = nobody.get("/ready").await.expect(StatusCode::OK);
    allow_duplicates! {
        assert_json_snapshot!(ready, @r#"
        {
          "checks": {
            "database": "ok",
            "keys": "ok"
          },
          "status": "ready"
        }
        "#);
    }
}

async fn the_documents_are_served_without_internet(app: TestApp) {
    let nobody = app.nobody();
    let document = nobody.get("/openapi.json").await;
    assert_eq!(document.header("content-type"), Some("application/json"));
    assert_eq!(document.text, tickbox::http::document_text());
    let page = nobody.get("/docs").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (StatusCode::OK, Some("text/html; charset=utf-8"))
    );
    // Everything that the page loads comes from here, whatever stands before the path.
    for (page, from) in [("/docs", "docs/"), ("/docs/", "")] {
        let page = nobody.get(page).await;
        let files = ["swagger-ui.css", "swagger-ui-bundle.js", "start.js"];
        for file in files {
            assert!(
                page.text.contains(&format!("\"{from}{file}\"")),
                "{}",
                page.text
            );
        }
        assert!(
            !page.text.contains("\"/") && !page.text.contains("://"),
            "{}",
            page.text
        );
    }
    for (asset, least) in [
        ("/docs/swagger-ui.css", 100_000),
        ("/docs/swagger-ui-bundle.js", 1_000_000),
        ("/docs/start.js", 100),
    ] {
        let answer = nobody.get(asset).await;
        assert_eq!(answer.status, StatusCode::OK, "{asset}");
        assert!(
            answer.text.len() > least,
            "{asset} has {} bytes",
            answer.text.len()
        );
    }
    let answer = nobody.get("/redoc").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::PERMANENT_REDIRECT, Some("/docs"))
    );
}
