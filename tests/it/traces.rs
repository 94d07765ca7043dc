//! A request that is a part of a trace: what the log says of it, and what the Better Auth server is told.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::process::{Running, Tickbox, http};

const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// Hears one question about a session, knows none, and gives what it was told.
async fn hear(listener: &TcpListener) -> String {
    loop {
        let (mut line, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let read = line.read_buf(&mut head).await.unwrap();
            assert!(read > 0, "{}", head.escape_ascii());
        }
        let answer = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\nnull";
        line.write_all(answer.as_bytes()).await.unwrap();
        let head = String::from_utf8(head).unwrap();
        // Keys are fetched as well, by nobody's request.
        if head.starts_with("GET /api/auth/get-session") {
            return head;
        }
        assert!(!head.contains("traceparent"), "{head}");
    }
}

/// The request's line in the log.
async fn logged(server: &mut Running, request_id: &str) -> Value {
    server
        .logged(&format!("\"request_id\":\"{request_id}\""))
        .await;
    let is_it = |line: &&str| line.contains(request_id) && line.contains("\"tickbox::request\"");
    // The line of a refusal comes before it.
    server.logged(&format!("\"{request_id}-end\"")).await;
    let log = server.stderr();
    serde_json::from_str(log.lines().find(is_it).unwrap()).unwrap()
}

/// Asks with a session token, so that the Better Auth server is asked; then once more, to know that all is logged.
async fn ask(server: &Running, request_id: &str, headers: &[(&str, &str)]) {
    let mut request = http()
        .get(format!("{}/api/ada/tasks", server.url))
        .header("x-request-id", request_id)
        .bearer_auth(format!("Wc1nlHKnVbOUdBOrkyZq6RWjFqnJx3{request_id}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    assert_eq!(request.send().await.unwrap().status(), 401);
    let end = http().get(format!("{}/health", server.url));
    let end = end.header("x-request-id", format!("{request_id}-end"));
    assert_eq!(end.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_trace_goes_through_the_log_to_whoever_is_asked() {
    let issuer = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut server = Tickbox::new(["serve"])
        .env("ENVIRONMENT", "production")
        .env(
            "BETTER_AUTH_URL",
            format!("http://{}", issuer.local_addr().unwrap()),
        )
        .env("BETTER_AUTH_SESSIONS", "true")
        .serve()
        .await;
    let parent = format!("00-{ID}-{PARENT}-01");
    let headers = [
        ("traceparent", parent.as_str()),
        ("tracestate", "a=1"),
        ("tracestate", "b=2"),
    ];
    let (told, ()) = tokio::join!(hear(&issuer), ask(&server, "one", &headers));
    let line = logged(&mut server, "one").await;
    assert_eq!(
        (&line["trace_id"], &line["parent_id"]),
        (&ID.into(), &PARENT.into())
    );
    let span = line["span_id"].as_str().unwrap();
    assert_eq!(span.len(), 16);
    assert_ne!(span, PARENT);
    // What is asked is a part of what we do.
    assert!(
        told.contains(&format!("\r\ntraceparent: 00-{ID}-{span}-01\r\n")),
        "{told}"
    );
    assert!(told.contains("\r\ntracestate: a=1,b=2\r\n"), "{told}");
    let refused = format!("\"request_id\":\"one\",\"trace_id\":\"{ID}\",\"reason\"");
    assert!(server.stderr().contains(&refused), "{}", server.stderr());

    let other = parent.replace("-01", "-00");
    for (request_id, headers) in [
        ("two", vec![]),
        (
            "three",
            vec![("traceparent", "00-not-a-trace"), ("tracestate", "a=1")],
        ),
        ("four", vec![("tracestate", "a=1")]),
        (
            "five",
            vec![
                ("traceparent", parent.as_str()),
                ("traceparent", other.as_str()),
            ],
        ),
    ] {
        let (told, ()) = tokio::join!(hear(&issuer), ask(&server, request_id, &headers));
        assert!(!told.contains("trace"), "{told}");
        let line = logged(&mut server, request_id).await;
        let names = ["trace_id", "span_id", "parent_id"];
        assert!(names.iter().all(|name| line.get(name).is_none()), "{line}");
    }
}
