//! Bodies that are not what they say, or do not arrive.

use std::io;

use axum::http::Method;
use axum::http::header::CONTENT_ENCODING;
use bytes::Bytes;
use futures_util::stream;

use super::*;

every_engine!(
    a_body_that_is_something_else_is_refused,
    a_body_that_cannot_be_read_further_tells_what_was_done,
    parameters_that_say_nothing_are_refused,
    a_body_may_be_longer_than_others_but_not_endless,
    a_user_has_one_import_at_a_time,
);

const NDJSON: &str = "application/x-ndjson";

const BAD: StatusCode = StatusCode::BAD_REQUEST;
const UNKNOWN: StatusCode = StatusCode::UNSUPPORTED_MEDIA_TYPE;
const INVALID: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const JSON: &str = "application/json";
const CSV: &str = "text/csv";
const CALENDAR: &str = "text/calendar";

/// A query, a media type, a body, and what comes of it.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    StatusCode,
    &'static str,
);

const SOMETHING_ELSE: [Case; 14] = [
    (
        "",
        NDJSON,
        "",
        INVALID,
        "line 1 of the body must begin with the line",
    ),
    (
        "",
        NDJSON,
        "{}\n",
        INVALID,
        "line 1 of the body must begin with the line",
    ),
    (
        "",
        NDJSON,
        "\n{\"kind\": \"tickbox\", \"version\": 2}",
        INVALID,
        "line 2 of the body has version 2",
    ),
    (
        "",
        NDJSON,
        "TYPE,CONTENT\n",
        BAD,
        "Line 1 of the body is not JSON",
    ),
    ("", NDJSON, "\u{0}", BAD, "Line 1 of the body is not JSON"),
    (
        "",
        "text/plain",
        HEAD,
        UNKNOWN,
        "send it with Content-Type: application/x-ndjson",
    ),
    (
        "",
        CSV,
        HEAD,
        INVALID,
        "line 1 of the body must name the columns TYPE and CONTENT",
    ),
    (
        "?from=todoist",
        NDJSON,
        HEAD,
        UNKNOWN,
        "Content-Type: text/csv",
    ),
    (
        "?from=google",
        CSV,
        HEAD,
        UNKNOWN,
        "Content-Type: application/json",
    ),
    (
        "?from=icalendar",
        JSON,
        HEAD,
        UNKNOWN,
        "Content-Type: text/calendar",
    ),
    (
        "?from=google",
        JSON,
        "[\n{",
        BAD,
        "Line 2 of the body is not JSON",
    ),
    (
        "?from=microsoft",
        JSON,
        "{\"value\":\n7}",
        INVALID,
        "line 2 of the body must be an object",
    ),
    (
        "",
        CALENDAR,
        "BEGIN:VEVENT\r\n",
        INVALID,
        "line 1 of the body must begin with BEGIN:VCALENDAR",
    ),
    (
        "",
        CSV,
        "TYPE,CONTENT\nsection,\"Ho\nme",
        BAD,
        "Line 2 of the body opens a quotation mark that nothing closes",
    ),
];

async fn a_body_that_is_something_else_is_refused(app: TestApp) {
    let ada = app.user("ada");
    for (query, media_type, body, status, says) in SOMETHING_ELSE {
        let (_, message) = send(&ada, query, media_type, body).await.error(status);
        assert!(
            message.contains(says),
            "{query} {media_type} {body}: {message}"
        );
    }
    let request = Request::post(path(&ada, "/import")).header(CONTENT_TYPE, NDJSON);
    let request = request
        .header(CONTENT_ENCODING, "gzip")
        .body(Body::from(HEAD));
    let (_, message) = ada.send(request.unwrap()).await.error(UNKNOWN);
    assert!(message.contains("without Content-Encoding"), "{message}");
    let request = Request::post(path(&ada, "/import")).body(Body::from(HEAD));
    ada.send(request.unwrap()).await.error(UNKNOWN);
    assert_eq!(export(&ada).await.1.len(), 1);
}

async fn a_body_that_cannot_be_read_further_tells_what_was_done(app: TestApp) {
    let ada = app.user("ada");
    let parts = |last: io::Result<Bytes>| {
        let lines = file((0..700).map(|number| task(number, json!({}))));
        Body::from_stream(stream::iter([Ok(Bytes::from(lines)), last]))
    };
    let lost = parts(Err(io::ErrorKind::ConnectionReset.into()));
    let answer = send(&ada, &format!("?id={ID}"), NDJSON, lost).await;
    let refused = answer.expect(StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"]["message"], "The body did not arrive whole");
    let done = &refused["error"]["import"];
    assert_eq!(done["id"], ID);
    assert_eq!(counts(done), [500, 0, 0, 0], "{refused}");
    assert_eq!(ada.list().await["count"], 500);
    // Once more, and whole: what was there is skipped.
    let whole = parts(Ok(Bytes::from("{\"kind\":\"task\"}\n")));
    let told = import(&ada, &format!("?id={ID}"), whole).await;
    assert_eq!(counts(&told), [200, 500, 0, 1]);
    assert_eq!(told["failures"][0]["line"], 702);
    let undone = undo_import(&ada, ID).await.expect(OK);
    assert_eq!(
        (&undone["removed"], &undone["kept"]),
        (&json!(700), &json!(0))
    );

    // Where nothing was done, nothing is told of it.
    let calendar = "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nEND:VTODO\n";
    let refused = send(&ada, "", "text/calendar", calendar).await;
    let refused = refused.expect(StatusCode::BAD_REQUEST);
    assert_eq!(refused["error"].get("import"), None);
    assert_eq!(ada.list().await["count"], 0);
}

async fn parameters_that_say_nothing_are_refused(app: TestApp) {
    let ada = app.user("ada");
    for (query, status, field) in [
        ("?from=things", StatusCode::UNPROCESSABLE_ENTITY, "from"),
        ("?from=", StatusCode::UNPROCESSABLE_ENTITY, "from"),
        ("?id=1", StatusCode::UNPROCESSABLE_ENTITY, "id"),
        ("?dry_run=yes", StatusCode::BAD_REQUEST, "dry_run"),
        ("?id=&id=", StatusCode::UNPROCESSABLE_ENTITY, "id"),
    ] {
        let (_, message) = send(&ada, query, NDJSON, HEAD).await.error(status);
        assert!(message.contains(field), "{query}: {message}");
    }
    let strict = ("prefer", "handling=strict");
    let wrong = path(&ada, "/import?dryrun=true");
    let answer = ada
        .send_with(Method::POST, &wrong, strict, Value::Null)
        .await;
    let (_, message) = answer.error(StatusCode::BAD_REQUEST);
    assert!(message.contains("from, list_id, id, dry_run"), "{message}");
}

async fn a_body_may_be_longer_than_others_but_not_endless(app: TestApp) {
    let ada = app.user("ada");
    let description = "d".repeat(2000);
    let lines = (0..600).map(|number| task(number, json!({"description": description})));
    let text = file(lines);
    assert!(text.len() > 1024 * 1024);
    assert_eq!(counts(&import(&ada, "", text).await), [600, 0, 0, 0]);

    let too_large = StatusCode::PAYLOAD_TOO_LARGE;
    let told = 64 * 1024 * 1024 + 1;
    let request = Request::post(path(&ada, "/import")).header(CONTENT_TYPE, NDJSON);
    let request = request.header("content-length", told).body(Body::empty());
    let (_, message) = ada.send(request.unwrap()).await.error(too_large);
    assert!(message.contains("64 MiB"), "{message}");
    // Nobody said how long it is.
    let mut blank = vec![b' '; 1024 * 1024];
    *blank.last_mut().unwrap() = b'\n';
    let blank = Bytes::from(blank);
    let parts = (0..65).map(move |_| io::Result::Ok(blank.clone()));
    let body = Body::from_stream(stream::iter(parts));
    send(&ada, "", NDJSON, body).await.error(too_large);
}

async fn a_user_has_one_import_at_a_time(app: TestApp) {
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    let (parts, body) = tokio::sync::mpsc::unbounded_channel::<io::Result<Bytes>>();
    let body = Body::from_stream(stream::unfold(body, async |mut body| {
        body.recv().await.map(|part| (part, body))
    }));
    let query = format!("?id={ID}");
    let first = import(&ada, &query, body);
    let meanwhile = async {
        parts
            .send(Ok(
                file((0..500).map(|number| task(number, json!({})))).into()
            ))
            .unwrap();
        // Others hear of a group when it is written, and not only at the end.
        let wait = path(&ada, "/changes?wait=20");
        let changes = ada.get(&wait).await.expect(OK);
        assert_eq!(changes["changes"].as_array().unwrap().len(), 500);
        let second = send(&ada, "", NDJSON, HEAD).await;
        assert_eq!(second.header("retry-after"), Some("1"));
        second.error(StatusCode::CONFLICT);
        undo_import(&ada, ID).await.error(StatusCode::CONFLICT);
        assert_eq!(
            counts(&import(&bob, "", file([task(1, json!({}))])).await)[0],
            1
        );
        drop(parts);
    };
    let (told, ()) = tokio::join!(first, meanwhile);
    assert_eq!(counts(&told), [500, 0, 0, 0]);
    import(&ada, "", HEAD).await;
}
