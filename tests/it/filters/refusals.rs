//! What of a filter, an order, a zone and a cursor is refused, and how that is said.

use axum::http::StatusCode;
use serde_json::json;

use super::{get, path};
use crate::support::{TestApp, every_engine};

every_engine!(
    a_mistake_is_named_with_its_column,
    a_cursor_fits_only_its_own_question,
    a_page_of_a_plain_list_leads_to_no_filtered_one,
    what_is_left_empty_is_not_asked,
    odd_texts_do_no_harm,
);

async fn a_mistake_is_named_with_its_column(app: TestApp) {
    let alice = app.user("alice");
    for (parameters, fields, message) in [
        (
            vec![("filter", "completed = maybe")],
            json!(["filter"]),
            "filter: column 13: expected true or false",
        ),
        (
            vec![("filter", "a OR b AND c")],
            json!(["filter"]),
            "filter: column 8: expected",
        ),
        (
            vec![("filter", "nonsense = 1")],
            json!(["filter"]),
            "filter: column 1: expected a field: id, title",
        ),
        (
            vec![("order_by", "due, colour")],
            json!(["order_by"]),
            "order_by: column 6: expected created_at, updated_at, due",
        ),
        (
            vec![("order_by", "due, start, priority, title")],
            json!(["order_by"]),
            "order_by: column 23: expected at most 3 fields",
        ),
        (
            vec![("zone", "Mars/Olympus")],
            json!(["zone"]),
            "zone: must be a name of the IANA time zone database",
        ),
        (
            vec![("filter", "("), ("order_by", "x"), ("zone", "y")],
            json!(["filter", "order_by", "zone"]),
            "filter: column 2: expected",
        ),
        (
            vec![("deleted", "true"), ("completed", "true"), ("filter", "a")],
            json!(["deleted"]),
            "deleted cannot be combined with completed",
        ),
    ] {
        let answer = alice.get(&path(&alice, &parameters)).await;
        let body = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
        let error = &body["error"];
        assert_eq!(error["code"], "VALIDATION_ERROR", "{parameters:?}");
        assert_eq!(error["fields"], fields, "{parameters:?}");
        let told = error["message"].as_str().unwrap();
        assert!(told.starts_with(message), "{parameters:?}: {told}");
    }
    let long = "a".repeat(1001);
    let answer = alice.get(&path(&alice, &[("filter", &long)])).await;
    let _ = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let twice = alice
        .get(&path(&alice, &[("filter", "a"), ("filter", "b")]))
        .await;
    let _ = twice.expect(StatusCode::BAD_REQUEST);
}

async fn a_cursor_fits_only_its_own_question(app: TestApp) {
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    for client in [&alice, &bob] {
        for number in 0..3 {
            client
                .create(json!({"title": "a", "due": "2026-01-01", "priority": 1 + number}))
                .await;
        }
    }
    let question = [
        ("filter", "due:*"),
        ("order_by", "priority"),
        ("zone", "Europe/Berlin"),
        ("limit", "1"),
    ];
    let page = get(&alice, &question).await;
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    let with = |place: usize, value: &'static str| {
        let mut other = question.to_vec();
        other[place].1 = value;
        other
    };
    let spoilt = format!("{cursor}A");
    for (client, other, cursor) in [
        (&bob, question.to_vec(), &cursor),
        (&alice, with(0, "due:* AND priority:*"), &cursor),
        (&alice, with(0, ""), &cursor),
        (&alice, with(1, "priority desc"), &cursor),
        (&alice, with(1, ""), &cursor),
        (&alice, with(2, "UTC"), &cursor),
        (
            &alice,
            [&question[..], &[("completed", "false")]].concat(),
            &cursor,
        ),
        (
            &alice,
            [&question[..], &[("deleted", "true")]].concat(),
            &cursor,
        ),
        (&alice, vec![("limit", "1")], &cursor),
        (&alice, question.to_vec(), &spoilt),
    ] {
        let parameters = [&other[..], &[("cursor", cursor)]].concat();
        let answer = client.get(&path(client, &parameters)).await;
        let body = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(body["error"]["fields"], json!(["cursor"]), "{other:?}");
    }
    // Another length of the page is no other list.
    let next = get(
        &alice,
        &[&with(3, "2")[..], &[("cursor", &cursor)]].concat(),
    )
    .await;
    assert_eq!(next["tasks"].as_array().unwrap().len(), 2);
}

async fn a_page_of_a_plain_list_leads_to_no_filtered_one(app: TestApp) {
    let alice = app.user("alice");
    for _ in 0..2 {
        alice.create(json!({"title": "a"})).await;
    }
    let page = get(&alice, &[("limit", "1")]).await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let question = [("filter", "a"), ("limit", "1"), ("cursor", cursor)];
    let answer = alice.get(&path(&alice, &question)).await;
    let _ = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
}

async fn what_is_left_empty_is_not_asked(app: TestApp) {
    let alice = app.user("alice");
    for _ in 0..2 {
        alice.create(json!({"title": "a"})).await;
    }
    let plain = alice.get(&path(&alice, &[("limit", "1")])).await;
    let empty = [
        ("limit", "1"),
        ("filter", ""),
        ("order_by", " "),
        ("zone", ""),
    ];
    let same = alice.get(&path(&alice, &empty)).await;
    assert_eq!(same.text, plain.text);
    assert_eq!(same.header("etag"), plain.header("etag"));
}

async fn odd_texts_do_no_harm(app: TestApp) {
    let alice = app.user("alice");
    let tags = json!([",", "a\"b", "\\", "b", "'; DROP TABLE tasks; --"]);
    alice
        .create(json!({"title": "odd \"quoted\" % _ \\", "tags": tags}))
        .await;
    alice
        .create(json!({"title": "plain", "tags": ["a", "c"]}))
        .await;
    for (filter, count) in [
        ("tags:\",\"", 1),
        ("tags:b", 1),
        ("tags:'a\"b'", 1),
        ("tags:\"'; DROP TABLE tasks; --\"", 1),
        ("tags:\"x\0\"", 0),
        ("NOT tags:\"x\0\"", 2),
        ("title = \"plain\0\"", 0),
        ("title != \"plain\0\"", 2),
        ("title > \"plain\0\"", 0),
        ("references.external_id = \"\0\"", 0),
        ("order > \"a\0\"", 0),
        ("\"\0\"", 0),
        ("'%'", 1),
        ("due < 0001-01-01", 0),
        ("due <= 9999-12-31 OR NOT due:*", 2),
        ("created_at > now() - days(36525)", 2),
        ("created_at < 9999-12-31", 2),
        ("updated_at >= 0001-01-01T00:00:00Z", 2),
    ] {
        for order_by in ["", "title"] {
            let question = [("filter", filter), ("order_by", order_by), ("limit", "5")];
            let page = get(&alice, &question).await;
            assert_eq!(page["count"], count, "{filter:?}");
        }
    }
}
