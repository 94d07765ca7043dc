//! Safe repeats: a request with an `Idempotency-Key` is done once, however often it is sent.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, every_engine, ledger, read_lines};

every_engine!(
    a_repeat_gets_the_first_answer_byte_for_byte,
    every_kind_of_write_can_be_repeated,
    of_many_repeats_at_once_exactly_one_is_done,
    a_key_stands_for_one_request,
    a_key_belongs_to_its_user,
    a_refusal_by_the_data_is_repeated_too,
    a_request_that_never_reached_the_data_does_not_use_the_key_up,
    a_key_is_forgotten_after_a_day,
    a_key_that_cannot_be_read_is_a_bad_request,
    a_repeat_after_a_restart_gets_the_first_answer,
    a_long_answer_is_kept_short_and_filled_in_with_what_is_there,
    a_repeat_tells_of_long_members_as_they_were,
);

async fn keyed(client: &Client, method: Method, path: &str, key: &str, body: Value) -> Answer {
    let header = ("idempotency-key", key);
    client.send_with(method, path, header, body).await
}

#[track_caller]
fn assert_repeated(first: &Answer, again: &Answer) {
    assert_eq!(first.header("idempotency-replayed"), None);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    for name in ["content-type", "etag", "location"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
}

async fn a_repeat_gets_the_first_answer_byte_for_byte(app: TestApp) {
    let alice = app.user("alice");
    let new = json!({"title": "Buy milk", "description": "Two litres \"and\" ü"});
    let first = keyed(&alice, Method::POST, &alice.tasks, "a", new.clone()).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let path = first.header("location").unwrap().to_owned();
    // What happens meanwhile does not show.
    let changed = alice.put(&path, json!({"title": "Changed"})).await;
    changed.expect(StatusCode::OK);
    for _ in 0..2 {
        let again = keyed(&alice, Method::POST, &alice.tasks, "a", new.clone()).await;
        assert_repeated(&first, &again);
    }
    assert_eq!(alice.list().await["count"], 1);
}

async fn every_kind_of_write_can_be_repeated(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "Buy milk"})).await;
    let complete = format!("{path}/complete");
    let batch = format!("{}/batch", alice.tasks);
    let title = json!({"title": "Buy oat milk"});
    let two =
        json!({"operations": [{"op": "create", "title": "1"}, {"op": "create", "title": "2"}]});
    for (key, method, path, body) in [
        ("put", Method::PUT, &path, title.clone()),
        ("patch", Method::PATCH, &path, title),
        (
            "complete",
            Method::PATCH,
            &complete,
            json!({"completed": true}),
        ),
        ("batch", Method::POST, &batch, two),
        ("delete", Method::DELETE, &path, Value::Null),
    ] {
        let first = keyed(&alice, method.clone(), path, key, body.clone()).await;
        assert!(first.status.is_success(), "{key}: {}", first.text);
        let before = ledger(&app.home).await;
        let again = keyed(&alice, method, path, key, body).await;
        assert_repeated(&first, &again);
        assert_eq!(
            ledger(&app.home).await,
            before,
            "{key}: nothing has changed"
        );
    }
}

async fn of_many_repeats_at_once_exactly_one_is_done(app: TestApp) {
    let alice = app.user("alice");
    let work = (0..200).map(|_| {
        let body = json!({"title": "Buy milk"});
        keyed(&alice, Method::POST, &alice.tasks, "once", body)
    });
    let answers = join_all(work).await;
    let mut bodies = Vec::new();
    for answer in answers {
        if answer.status == StatusCode::CONFLICT {
            assert_eq!(answer.header("retry-after"), Some("1"));
        } else {
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
            bodies.push(answer.text);
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "everybody hears of the same task");
    assert_eq!(alice.list().await["count"], 1);
}

async fn a_key_stands_for_one_request(app: TestApp) {
    let alice = app.user("alice");
    let new = json!({"title": "Buy milk"});
    let first = keyed(&alice, Method::POST, &alice.tasks, "a", new.clone()).await;
    let path = first.header("location").unwrap().to_owned();
    let other = json!({"title": "Buy bread"});
    for (method, path, body) in [
        (Method::POST, &alice.tasks, other),
        (Method::PUT, &path, new.clone()),
        (Method::PATCH, &path, new),
    ] {
        let reused = keyed(&alice, method, path, "a", body).await;
        let (code, _) = reused.error(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(code, "IDEMPOTENCY_KEY_REUSED");
    }
    assert_eq!(alice.get(&path).await.expect(StatusCode::OK)["version"], 1);
}

async fn a_key_belongs_to_its_user(app: TestApp) {
    let new = json!({"title": "Buy milk"});
    for name in ["alice", "bob"] {
        let user = app.user(name);
        let first = keyed(&user, Method::POST, &user.tasks, "a", new.clone()).await;
        assert_eq!(first.expect(StatusCode::CREATED)["user_id"], name);
    }
}

async fn a_refusal_by_the_data_is_repeated_too(app: TestApp) {
    let alice = app.user("alice");
    let absent = "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f";
    let path = format!("{}/{absent}", alice.tasks);
    let batch = format!("{}/batch", alice.tasks);
    let title = json!({"title": "Buy milk"});
    let operations =
        json!({"operations": [{"op": "create", "title": "1"}, {"op": "delete", "id": absent}]});
    let first = [
        keyed(&alice, Method::PUT, &path, "a", title.clone()).await,
        keyed(&alice, Method::POST, &batch, "b", operations.clone()).await,
    ];
    // There is such a task now, but a late repeat must not find it.
    let create = ("if-none-match", "*");
    let created = alice
        .send_with(Method::PUT, &path, create, title.clone())
        .await;
    created.expect(StatusCode::CREATED);
    let again = [
        keyed(&alice, Method::PUT, &path, "a", title).await,
        keyed(&alice, Method::POST, &batch, "b", operations).await,
    ];
    for (first, again) in first.iter().zip(&again) {
        assert_eq!(first.status, StatusCode::NOT_FOUND, "{}", first.text);
        assert_repeated(first, again);
    }
    assert_eq!(alice.list().await["count"], 1);
}

async fn a_request_that_never_reached_the_data_does_not_use_the_key_up(app: TestApp) {
    let alice = app.user("alice");
    let bob = app.user("bob");
    let good = json!({"title": "Buy milk"});
    let stranger = alice.with_token("nonsense");
    for (client, body, status) in [
        (
            &alice,
            json!({"title": ""}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (&stranger, good.clone(), StatusCode::UNAUTHORIZED),
        (&bob, good.clone(), StatusCode::NOT_FOUND),
    ] {
        let refused = keyed(client, Method::POST, &alice.tasks, "a", body).await;
        let _ = refused.error(status);
    }
    let done = keyed(&alice, Method::POST, &alice.tasks, "a", good).await;
    assert_eq!(done.header("idempotency-replayed"), None);
    done.expect(StatusCode::CREATED);
}

async fn a_key_is_forgotten_after_a_day(app: TestApp) {
    let new = json!({"title": "Buy milk"});
    let alice = app.user("alice");
    let first = keyed(&alice, Method::POST, &alice.tasks, "a", new.clone()).await;
    first.expect(StatusCode::CREATED);
    app.clock.advance(Duration::from_hours(24));
    let alice = app.user("alice");
    let later = keyed(&alice, Method::POST, &alice.tasks, "a", new).await;
    assert_eq!(later.header("idempotency-replayed"), None);
    later.expect(StatusCode::CREATED);
    assert_eq!(alice.list().await["count"], 2);
}

async fn a_key_that_cannot_be_read_is_a_bad_request(app: TestApp) {
    let alice = app.user("alice");
    let long = "k".repeat(256);
    for key in ["", "two words", "ü", &long] {
        let body = json!({"title": "Buy milk"});
        let answer = keyed(&alice, Method::POST, &alice.tasks, key, body).await;
        let (code, message) = answer.error(StatusCode::BAD_REQUEST);
        assert_eq!(code, "BAD_REQUEST");
        assert!(message.contains("Idempotency-Key"), "{message}");
    }
    let longest = "k".repeat(255);
    let body = json!({"title": "Buy milk"});
    let answer = keyed(&alice, Method::POST, &alice.tasks, &longest, body).await;
    answer.expect(StatusCode::CREATED);
}

async fn a_repeat_after_a_restart_gets_the_first_answer(app: TestApp) {
    let alice = app.user("alice");
    let new = json!({"title": "Buy milk"});
    let first = keyed(&alice, Method::POST, &alice.tasks, "a", new.clone()).await;
    drop(alice);
    let app = TestApp::at(app.stop().await).await;
    let alice = app.user("alice");
    let again = keyed(&alice, Method::POST, &alice.tasks, "a", new).await;
    assert_repeated(&first, &again);
}

/// Else a request of a few bytes for each task would take the room of all of them.
async fn a_long_answer_is_kept_short_and_filled_in_with_what_is_there(app: TestApp) {
    let alice = app.user("alice");
    let create = json!({"op": "create", "title": "x", "description": "\u{1F9C2}".repeat(2000)});
    let created = alice.operate(json!(vec![create; 20])).await;
    let id = |place: usize| created[place]["task"]["id"].as_str().unwrap().to_owned();
    let path = |place: usize| format!("{}/{}", alice.tasks, id(place));
    let mut operations: Vec<_> = (0..20)
        .map(|place| json!({"op": "complete", "id": id(place)}))
        .collect();
    operations.push(json!({"op": "complete", "id": id(0), "if_version": 9}));
    operations.push(json!({"op": "delete", "id": id(1)}));
    let body = json!({"operations": operations, "atomic": false});
    let batch = format!("{}/batch", alice.tasks);
    let repeat = async || keyed(&alice, Method::POST, &batch, "long", body.clone()).await;
    let first = repeat().await.expect(StatusCode::OK);
    let length = "SELECT CAST(length(answer) AS text) FROM answers";
    let kept: usize = read_lines(&app.home, length).await[0].parse().unwrap();
    assert!(kept < 4096, "{kept} bytes");

    let _ = alice.delete(&path(2)).await.expect(StatusCode::NO_CONTENT);
    let _ = alice
        .put(&path(3), json!({"title": "y"}))
        .await
        .expect(StatusCode::OK);
    let again = repeat().await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let again = again.expect(StatusCode::OK);
    let (first, again) = (&first["results"], &again["results"]);
    assert_eq!(
        first.as_array().map(Vec::len),
        again.as_array().map(Vec::len)
    );
    // As it was told, as far as it is as it was.
    for place in [0, 4, 19, 21] {
        assert_eq!(again[place], first[place], "{place}");
    }
    assert_eq!(
        again[1],
        json!({"status": 200, "id": id(1)}),
        "deleted within"
    );
    assert_eq!(again[2], json!({"status": 200, "id": id(2)}), "and since");
    assert_eq!(again[3]["task"]["title"], "y");
    let refused = &again[20];
    assert_eq!(refused["status"], 412);
    assert_eq!(refused["error"]["message"], first[20]["error"]["message"]);
    assert_eq!(refused["error"].get("current"), None);
}

/// What only a repeat needs is left out where the history has it; what happens meanwhile still does not show.
async fn a_repeat_tells_of_long_members_as_they_were(app: TestApp) {
    let alice = app.user("alice");
    let long = |sign: &str| {
        let tags: Vec<_> = (10..60).map(|number| format!("{sign}{number}")).collect();
        json!({
            "title": sign.repeat(200), "description": sign.repeat(2000), "tags": tags, "due": "2026-12-01",
            "recurrence": {"rule": "FREQ=DAILY", "exclude": (10..32).map(|day| format!("2027-01-{day}")).collect::<Vec<_>>()},
            "references": [{"source": "mail", "external_id": sign, "title": sign.repeat(200)}],
            "metadata": {"note": sign.repeat(900), "\u{1}": "\u{1}0\u{1}"},
        })
    };
    let lists = alice.tasks.replace("/tasks", "/lists");
    let list = json!({"name": "Home", "metadata": {"note": "n".repeat(900)}});
    let list = keyed(&alice, Method::POST, &lists, "list", list).await;
    let list_path = list.header("location").unwrap().to_owned();
    let recolor = json!({"color": "#00ff00"});
    let create = keyed(
        &alice,
        Method::POST,
        &alice.tasks,
        "create",
        long("\u{1F9C2}"),
    )
    .await;
    let task = create.header("location").unwrap().to_owned();
    let id = serde_json::from_str::<Value>(&create.text).unwrap()["id"].clone();
    let skip = json!({"op": "skip", "id": id, "occurrence": "2026-12-01"});
    let complete = json!({"op": "complete", "id": id, "if_version": 1});
    let unchanged = json!({"operations": [{"op": "create", "title": "x"}, complete]});
    let batch = json!({"operations": [skip, complete], "atomic": false});
    let refused = json!({"operations": [{"op": "change", "id": id, "description": "d".repeat(1999)}, complete]});
    let (skipped, batched) = (format!("{task}/skip"), format!("{}/batch", alice.tasks));
    let mut told = Vec::new();
    for (key, method, path, body) in [
        ("color", Method::PATCH, &list_path, recolor),
        ("skip", Method::POST, &skipped, json!({})),
        ("batch", Method::POST, &batched, batch),
        ("refused", Method::POST, &batched, refused),
        ("unchanged", Method::POST, &batched, unchanged),
        (
            "exists",
            Method::POST,
            &alice.tasks,
            json!({"id": id, "title": "Another"}),
        ),
    ] {
        let first = keyed(&alice, method.clone(), path, key, body.clone()).await;
        told.push((key, method, path.clone(), body, first));
    }
    told.push((
        "create",
        Method::POST,
        alice.tasks.clone(),
        long("\u{1F9C2}"),
        create,
    ));
    let kept =
        "SELECT CAST(max(length(answer)) AS text) FROM answers WHERE idempotency_key <> 'refused'";
    let kept: usize = read_lines(&app.home, kept).await[0].parse().unwrap();
    assert!(kept < 3000, "{kept} bytes");

    // It changes, changes back, changes part by part, and is deleted.
    let list_changed = json!({"metadata": {"note": "m".repeat(900)}});
    let _ = alice
        .patch(&list_path, list_changed)
        .await
        .expect(StatusCode::OK);
    let mut changes = vec![long("x"), long("\u{1F9C2}"), json!({"title": "y"})];
    changes.push(json!({"description": null, "tags": null, "recurrence": null}));
    changes.push(json!({"references": null, "metadata": {"note": null, "\u{1}": null}}));
    for change in changes {
        let _ = alice.patch(&task, change).await.expect(StatusCode::OK);
    }
    for _ in 0..2 {
        for (key, method, path, body, first) in &told {
            let again = keyed(&alice, method.clone(), path, key, body.clone()).await;
            assert_repeated(first, &again);
        }
        let _ = alice.delete(&task).await;
        let _ = alice.delete(&list_path).await;
    }
}
