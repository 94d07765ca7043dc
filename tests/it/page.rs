//! The page at `/`: how it is served, who gets a token for a name, and that it works in a browser. What that tries is
//! said in `web/test`.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tickbox::config::{Environment, SignIn, Web};

use crate::support::process::{Tickbox, http};
use crate::support::{Answer, Home, SECRET, TestApp, node};
use xtask::programs::find_browser;

const WEB: &str = "web";

const FILES: [(&str, &str); 6] = [
    ("/", "text/html; charset=utf-8"),
    ("/app.js", "text/javascript; charset=utf-8"),
    ("/shared.js", "text/javascript; charset=utf-8"),
    ("/more.js", "text/javascript; charset=utf-8"),
    ("/app.css", "text/css; charset=utf-8"),
    ("/worker.js", "text/javascript; charset=utf-8"),
];

async fn app(page: Option<SignIn>) -> TestApp {
    let (home, web) = (
        Home::sqlite(),
        Web {
            page,
            ..Web::default()
        },
    );
    let store = home.store();
    TestApp::with(home, &store, Environment::Development, web).await
}

async fn ask(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.nobody()
        .send(request.body(Body::empty()).unwrap())
        .await
}

#[tokio::test]
async fn its_files_are_there_for_everybody_and_asked_for_once() {
    let app = app(Some(SignIn::Name)).await;
    for (path, media_type) in FILES {
        let answer = ask(&app, Method::GET, path, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), Some(media_type));
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        let tag = answer.header("etag").unwrap().to_owned();

        let head = ask(&app, Method::HEAD, path, &[]).await;
        assert_eq!(head.status, StatusCode::OK);
        assert_eq!(head.text, "");
        assert_eq!(head.header("etag"), Some(&*tag));
        let length = answer.text.len().to_string();
        assert_eq!(head.header("content-length"), Some(&*length), "{path}");

        // As a proxy that compresses writes it, too.
        let weak = format!("\"other\", W/{}-gzip\"", tag.trim_end_matches('"'));
        for tag in [tag.as_str(), weak.as_str()] {
            let again = ask(&app, Method::GET, path, &[("if-none-match", tag)]).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path} {tag}");
            assert_eq!(again.text, "");
        }
        let other = ask(&app, Method::GET, path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!(other.status, StatusCode::OK);
        let posted = ask(&app, Method::POST, path, &[]).await;
        assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn what_the_program_carries_is_sent_compressed_to_whoever_takes_that() {
    let app = app(Some(SignIn::Name)).await;
    let mut first_load = 0;
    let others = [
        "/client.js",
        "/openapi.json",
        "/docs/swagger-ui-bundle.js",
        "/docs/swagger-ui.css",
        "/docs/start.js",
    ];
    for path in FILES.map(|(path, _)| path).into_iter().chain(others) {
        let plain = ask(&app, Method::GET, path, &[]).await;
        assert_eq!(plain.header("content-encoding"), None, "{path}");
        assert_eq!(plain.header("vary"), Some("accept-encoding"), "{path}");
        let takes = [("accept-encoding", "gzip, deflate, br")];
        let request = Request::builder()
            .uri(path)
            .header(takes[0].0, takes[0].1)
            .body(Body::empty());
        let (head, body) = app.nobody().receive(request.unwrap()).await.into_parts();
        assert_eq!(head.headers["content-encoding"], "gzip", "{path}");
        assert_eq!(head.headers["vary"], "accept-encoding", "{path}");
        let compressed = body.collect().await.unwrap().to_bytes();
        assert!(compressed.len() < plain.text.len(), "{path}");
        let mut text = String::new();
        let mut reader = flate2::read::GzDecoder::new(&*compressed);
        std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
        assert!(text == plain.text, "{path}");

        let tag = head.headers["etag"].to_str().unwrap();
        assert_ne!(Some(tag), plain.header("etag"), "{path}");
        let known = [takes[0], ("if-none-match", tag)];
        let again = ask(&app, Method::GET, path, &known).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
        if ["/", "/app.js", "/shared.js", "/app.css"].contains(&path) {
            first_load += compressed.len();
        }
    }
    assert!(first_load <= 60 * 1024, "{first_load}");
}

#[tokio::test]
async fn the_addresses_that_the_page_names_are_kept_for_ever() {
    let app = app(Some(SignIn::Name)).await;
    let index = ask(&app, Method::GET, "/", &[]).await.text;
    let worker = ask(&app, Method::GET, "/worker.js", &[]).await.text;
    let all = index + &worker;
    let is_named = |it: &&str| [".js?v=", ".css?v="].iter().any(|mark| it.contains(mark));
    let named: Vec<_> = all.split('"').filter(is_named).collect();
    assert_eq!(named.len(), 3 + 4, "{named:?}");
    for name in named {
        let path = format!("/{name}");
        let answer = ask(&app, Method::GET, &path, &[]).await;
        assert_eq!(
            answer.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
        // Of another build there is nothing here: caches would keep it under a wrong name.
        let answer = ask(&app, Method::GET, &format!("{path}0"), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn its_policy_lets_nothing_in_and_nothing_out_but_to_the_sign_in_server() {
    let url = "https://app.example.com:8443/api/auth/".parse().unwrap();
    for (sign_in, content, connect) in [
        (SignIn::Name, "name", "'self'"),
        (SignIn::Token, "token", "'self'"),
        (
            SignIn::Server(url),
            "https://app.example.com:8443/api/auth",
            "'self' https://app.example.com:8443",
        ),
    ] {
        let app = app(Some(sign_in)).await;
        let answer = ask(&app, Method::GET, "/", &[]).await;
        let meta = format!("<meta name=\"tickbox-sign-in\" content=\"{content}\">");
        assert!(answer.text.contains(&meta), "{}", answer.text);
        assert_eq!(
            answer.header("content-security-policy").unwrap(),
            format!(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                 connect-src {connect}; worker-src 'self'; base-uri 'none'; form-action 'none'; \
                 frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types tickbox"
            )
        );
        for inline in [" style=", "<style", "javascript:", " on"] {
            let head = answer.text.split("<noscript>").next().unwrap();
            assert!(!head.contains(inline), "{inline}: {head}");
        }
    }
}

#[tokio::test]
async fn without_a_page_there_is_none_of_its_routes() {
    let app = app(None).await;
    for (path, _) in FILES {
        let answer = ask(&app, Method::GET, path, &[]).await;
        let (code, message) = answer.error(StatusCode::NOT_FOUND);
        assert_eq!(code, "NOT_FOUND");
        assert_eq!(message, "No such route: see /docs");
    }
}

/// Asks for a token in the name of somebody, as a page with these headers would.
async fn token(app: &TestApp, body: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request =
        Request::post("/development/token").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.to_owned().into()).unwrap();
    app.nobody().send(request).await
}

#[tokio::test]
async fn a_name_gets_a_token_from_a_page_that_is_opened_on_this_machine() {
    let app = app(Some(SignIn::Name)).await;
    let ada = json!({"user": "ada"}).to_string();
    for host in [
        "127.0.0.1:8000",
        "localhost:8000",
        "localhost",
        "[::1]:8000",
    ] {
        let origin = format!("http://{host}");
        let headers = [("host", host), ("origin", origin.as_str())];
        let answer = token(&app, &ada, &headers).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let token = answer.expect(StatusCode::OK)["token"].clone();
        let ada = app.nobody().with_token(token.as_str().unwrap());
        let tasks = ada.get("/api/ada/tasks").await;
        assert_eq!(tasks.status, StatusCode::OK);
        let others = ada.get("/api/bob/tasks").await;
        assert_eq!(others.status, StatusCode::NOT_FOUND);
    }
    let host = ("host", "127.0.0.1:8000");
    for headers in [
        // A name that leads to this machine, and pages of others.
        vec![("host", "evil.example:8000")],
        vec![("host", "192.168.0.7:8000")],
        vec![host, ("origin", "http://evil.example")],
        vec![host, ("origin", "http://localhost:8000")],
        vec![host, ("origin", "http://127.0.0.1:3000")],
        vec![host, ("origin", "null")],
        vec![],
        // Through a proxy.
        vec![host, ("x-forwarded-for", "10.0.0.1")],
        vec![host, ("forwarded", "for=10.0.0.1")],
        vec![host, ("x-real-ip", "10.0.0.1")],
    ] {
        let answer = token(&app, &ada, &headers).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{headers:?}");
    }
    for (body, status) in [
        ("", StatusCode::BAD_REQUEST),
        ("{}", StatusCode::BAD_REQUEST),
        (r#"{"user": 7}"#, StatusCode::BAD_REQUEST),
        (r#"{"user": ""}"#, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = token(&app, body, &[host]).await;
        assert_eq!(answer.status, status, "{body}");
    }
    // A form of another page needs no leave of this server, but cannot say that it is JSON.
    let form = Request::post("/development/token").header("host", "127.0.0.1:8000");
    let form = form.header("content-type", "text/plain");
    let answer = app.nobody().send(form.body(ada.into()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

/// What the page of the program says about signing in, and the status of an answer to who asks for a token.
async fn ways_in(variables: &[(&str, &str)]) -> (Option<String>, u16) {
    let mut program = Tickbox::new(["serve"]);
    for (name, value) in variables {
        program = program.env(name, value);
    }
    let program = program.serve().await;
    let url = program.url.replace("0.0.0.0", "127.0.0.1");
    let http = http();
    let page = http.get(format!("{url}/")).send().await.unwrap();
    let found = page.status().is_success();
    let text = page.text().await.unwrap();
    let content = text.split("\"tickbox-sign-in\" content=\"").nth(1);
    let content = content.and_then(|rest| rest.split('"').next());
    assert_eq!(content.is_some(), found, "{text}");
    let asked = http
        .post(format!("{url}/development/token"))
        .header("content-type", "application/json")
        .body(json!({"user": "ada"}).to_string());
    let answer = asked.send().await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(body["token"].is_string(), status == 200, "{body}");
    (content.map(str::to_owned), status)
}

#[tokio::test]
async fn names_get_tokens_only_in_development_where_nothing_is_set_about_them() {
    let secret = (
        "BETTER_AUTH_SECRET",
        "a secret of thirty-two bytes, or more",
    );
    let server = ("BETTER_AUTH_URL", "http://127.0.0.1:9/");
    let [staging, production] = ["staging", "production"].map(|name| ("ENVIRONMENT", name));
    let token = || Some("token".to_owned());
    assert_eq!(ways_in(&[]).await, (Some("name".to_owned()), 200));
    assert_eq!(ways_in(&[secret]).await, (token(), 404));
    assert_eq!(ways_in(&[secret, staging]).await, (token(), 404));
    assert_eq!(ways_in(&[secret, production]).await, (token(), 404));
    let url = Some("http://127.0.0.1:9/api/auth".to_owned());
    assert_eq!(ways_in(&[server]).await, (url.clone(), 404));
    assert_eq!(ways_in(&[server, secret, production]).await, (url, 404));
    // Other machines could ask.
    assert_eq!(ways_in(&[("HOST", "0.0.0.0")]).await, (token(), 404));
    assert_eq!(ways_in(&[("WEB", "off")]).await, (None, 404));
}

#[tokio::test]
async fn the_ready_line_names_the_page_in_development() {
    let ready = "tickbox is ready on ";
    let mut program = Tickbox::new(["serve"]).serve().await;
    let line = program.printed(ready).await;
    let page = format!("; page: {}/;", program.url);
    assert!(line.contains(&page), "{line}");
    let secret = ("BETTER_AUTH_SECRET", SECRET);
    for silent in [
        [secret, ("WEB", "off")],
        [secret, ("ENVIRONMENT", "production")],
    ] {
        let program = silent
            .iter()
            .fold(Tickbox::new(["serve"]), |program, (name, value)| {
                program.env(name, value)
            });
        let mut program = program.serve().await;
        let line = program.printed(ready).await;
        assert!(!line.contains("page"), "{line}");
    }
}

#[tokio::test]
async fn a_word_that_is_neither_on_nor_off_stops_the_start() {
    let ended = Tickbox::new(["serve", "--web", "maybe"]).run().await;
    let said = "WEB is \"maybe\", but must be on or off. Example: WEB=off";
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
}

#[tokio::test]
async fn its_files_are_what_the_sources_make() {
    node::run(WEB, "npm", &["run", "check"], &[]).await;
}

#[tokio::test]
async fn it_works_in_a_browser() {
    let browser = find_browser().expect("Chromium is not installed. Run: cargo xtask setup");
    let variables = [
        ("TICKBOX", env!("CARGO_BIN_EXE_tickbox")),
        (
            "BROWSER_PROGRAM",
            browser.to_str().expect("a path in Unicode"),
        ),
    ];
    node::run(WEB, "npm", &["test"], &variables).await;
}
