//! Tasks, one by one: what is made, read, changed and deleted, with whole bodies.

use axum::http::StatusCode;
use insta::{allow_duplicates, assert_json_snapshot};
use serde_json::{Value, json};

use tickbox::domain::{
    Author, Done, Expected, Item, Operation, Patch, TaskId, Timestamp, UserId, Work,
};

use crate::support::{TestApp, every_engine};

every_engine!(
    a_new_task_has_what_was_said_of_it,
    a_task_can_be_created_with_all_its_fields,
    a_task_that_was_made_can_be_read,
    a_field_that_is_left_out_keeps_its_value,
    null_clears_a_description,
    a_merge_patch_changes_what_it_names,
    completing_sets_and_does_not_flip,
    a_deleted_task_is_gone,
    a_change_moves_updated_at_even_when_the_clock_stands_still,
    what_does_not_exist_is_not_found,
    an_identity_may_be_any_text,
    texts_come_back_as_they_were_sent,
    one_trailing_slash_is_ignored,
    every_write_takes_the_next_number_of_its_user,
);

async fn a_new_task_has_what_was_said_of_it(app: TestApp) {
    let alice = app.user("alice");
    let answer = alice
        .post(&alice.tasks, json!({"title": "  Buy milk "}))
        .await;
    assert_eq!(
        answer.header("location"),
        Some("/api/alice/tasks/019b76da-a804-7000-8006-474846204fa0")
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    allow_duplicates! {
        assert_json_snapshot!(answer.expect(StatusCode::CREATED), @r#"
        {
          "completed": false,
          "created_at": "2026-01-01T00:00:00.005000Z",
          "description": null,
          "id": "019b76da-a804-7000-8006-474846204fa0",
          "title": "Buy milk",
          "updated_at": "2026-01-01T00:00:00.005000Z",
          "user_id": "alice",
          "version": 1
        }
        "#);
    }
}

async fn a_task_can_be_created_with_all_its_fields(app: TestApp) {
    let alice = app.user("alice");
    let body =
        json!({"title": "Buy milk", "description": "", "completed": true, "colour": "green"});
    let (_, created) = alice.create(body).await;
    allow_duplicates! {
        assert_json_snapshot!(created, @r#"
        {
          "completed": true,
          "completed_at": "2026-01-01T00:00:00.005000Z",
          "created_at": "2026-01-01T00:00:00.005000Z",
          "description": "",
          "id": "019b76da-a804-7000-8006-474846204fa0",
          "title": "Buy milk",
          "updated_at": "2026-01-01T00:00:00.005000Z",
          "user_id": "alice",
          "version": 1
        }
        "#);
    }
}

async fn a_task_that_was_made_can_be_read(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "Buy milk"})).await;
    assert_eq!(alice.get(&path).await.expect(StatusCode::OK), created);
    assert_eq!(alice.list().await, json!({"tasks": [created], "count": 1}));
}

async fn a_field_that_is_left_out_keeps_its_value(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice
        .create(json!({"title": "Buy milk", "description": "Two litres"}))
        .await;
    let changed = alice
        .put(&path, json!({"title": "Buy oat milk"}))
        .await
        .expect(StatusCode::OK);
    allow_duplicates! {
        assert_json_snapshot!(changed, @r#"
        {
          "completed": false,
          "created_at": "2026-01-01T00:00:00.005000Z",
          "description": "Two litres",
          "id": "019b76da-a804-7000-8006-474846204fa0",
          "title": "Buy oat milk",
          "updated_at": "2026-01-01T00:00:00.008000Z",
          "user_id": "alice",
          "version": 2
        }
        "#);
    }
    assert_eq!(changed["created_at"], created["created_at"]);
    assert_eq!(alice.get(&path).await.expect(StatusCode::OK), changed);
}

async fn null_clears_a_description(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice
        .create(json!({"title": "Buy milk", "description": "Two litres"}))
        .await;
    let changed = alice
        .put(&path, json!({"description": null}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(changed["description"], Value::Null);
    assert_eq!(changed["title"], "Buy milk");
}

async fn a_merge_patch_changes_what_it_names(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice
        .create(json!({"title": "Buy milk", "description": "Two litres"}))
        .await;
    let request = axum::http::Request::patch(&path)
        .header(
            "content-type",
            "application/merge-patch+json; charset=utf-8",
        )
        .body(r#"{"completed": true, "description": null}"#.into())
        .unwrap();
    let changed = alice.send(request).await.expect(StatusCode::OK);
    assert_eq!(
        (
            &changed["title"],
            &changed["description"],
            &changed["completed"]
        ),
        (&json!("Buy milk"), &Value::Null, &json!(true))
    );
    let changed = alice
        .patch(&path, json!({"title": "Buy bread"}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&changed["title"], &changed["version"]),
        (&json!("Buy bread"), &json!(3))
    );
}

async fn completing_sets_and_does_not_flip(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "Buy milk"})).await;
    let complete = format!("{path}/complete");
    for completed in [true, true, false, false] {
        let body = json!({"completed": completed});
        let task = alice.patch(&complete, body).await.expect(StatusCode::OK);
        assert_eq!(task["completed"], json!(completed));
        assert_eq!(alice.get(&path).await.expect(StatusCode::OK), task);
    }
}

async fn a_deleted_task_is_gone(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "Buy milk"})).await;
    let answer = alice.delete(&path).await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (StatusCode::NO_CONTENT, "")
    );
    let not_found = ("NOT_FOUND".to_owned(), "Task not found".to_owned());
    assert_eq!(
        alice.delete(&path).await.error(StatusCode::NOT_FOUND),
        not_found
    );
    assert_eq!(
        alice.get(&path).await.error(StatusCode::NOT_FOUND),
        not_found
    );
    assert_eq!(alice.list().await, json!({"tasks": [], "count": 0}));
}

async fn a_change_moves_updated_at_even_when_the_clock_stands_still(app: TestApp) {
    let alice = app.user("alice");
    let user = UserId::parse("alice").unwrap();
    let (path, created) = alice.create(json!({"title": "Buy milk"})).await;
    let id = TaskId::parse(created["id"].as_str().unwrap()).unwrap();
    let completing = Patch {
        completed: Some(true),
        ..Default::default()
    };
    let complete_long_ago = async || {
        let operation = Operation::Change {
            id,
            patch: completing.clone(),
            expected: Expected::Anything,
        };
        let author = Author {
            actor: user.clone(),
            request_id: "a-request".into(),
        };
        let work = Work {
            space: user.space(),
            author,
            now: Timestamp::from_micros(1),
            deed: operation.into(),
            key: None,
            epoch: 0,
            most_tasks: i64::MAX,
        };
        match app.app.store.apply(work, None, 0).await.unwrap().done {
            Done::Now(mut outcomes) => match outcomes.remove(0).unwrap().item() {
                Some(Item::Task(task)) => task.clone(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    };
    let changed = complete_long_ago().await;
    assert_eq!(
        changed.updated_at.as_micros(),
        changed.created_at.as_micros() + 1
    );
    let again = complete_long_ago().await;
    assert!(again.updated_at > changed.updated_at);
    let read = alice.get(&path).await.expect(StatusCode::OK);
    assert_eq!(read["updated_at"], again.updated_at.to_string());
}

async fn what_does_not_exist_is_not_found(app: TestApp) {
    let alice = app.user("alice");
    let absent = format!("{}/01990f3e-8a5c-7cc3-98c4-dc0c0c07398f", alice.tasks);
    let odd = [
        "not-a-uuid",
        "01990f3e8a5c7cc398c4dc0c0c07398f",
        "%00",
        "%FF",
        "1",
    ];
    let paths = odd
        .map(|id| format!("{}/{id}", alice.tasks))
        .into_iter()
        .chain([absent]);
    for path in paths {
        let body = json!({"title": "x", "completed": true});
        for answer in [
            alice.get(&path).await,
            alice.delete(&path).await,
            alice.put(&path, body.clone()).await,
            alice.patch(&path, body.clone()).await,
            alice.patch(&format!("{path}/complete"), body.clone()).await,
        ] {
            let not_found = ("NOT_FOUND".to_owned(), "Task not found".to_owned());
            assert_eq!(answer.error(StatusCode::NOT_FOUND), not_found, "{path}");
        }
    }
}

async fn an_identity_may_be_any_text(app: TestApp) {
    for id in [
        "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
        "1",
        "a/b?c#d%e",
        "jörg|ü 漢字 '\"\\;--",
        &"ü".repeat(255),
    ] {
        let somebody = app.user(id);
        let (path, created) = somebody.create(json!({"title": "Mine"})).await;
        assert_eq!(created["user_id"], id);
        assert_eq!(somebody.get(&path).await.expect(StatusCode::OK), created);
        let location = somebody
            .post(&somebody.tasks, json!({"title": "Mine"}))
            .await;
        let location = location.header("location").unwrap().to_owned();
        assert_eq!(
            somebody.get(&location).await.status,
            StatusCode::OK,
            "{location}"
        );
    }
}

async fn texts_come_back_as_they_were_sent(app: TestApp) {
    let alice = app.user("alice");
    for text in [
        "'; DROP TABLE tasks; --",
        "\u{1F9E1}\u{200D}\u{1F525}",
        "e\u{301}",
        "\u{FFFF}\u{7F}",
        "a\r\n\tb\u{1}c",
        "{schema}",
    ] {
        let description = format!(" {text}\n ");
        let (path, _) = alice
            .create(json!({"title": text, "description": description}))
            .await;
        let read = alice.get(&path).await.expect(StatusCode::OK);
        assert_eq!(
            (&read["title"], &read["description"]),
            (&json!(text), &json!(description))
        );
    }
}

async fn one_trailing_slash_is_ignored(app: TestApp) {
    let alice = app.user("alice");
    let slashed = format!("{}/", alice.tasks);
    let answer = alice.post(&slashed, json!({"title": "Buy milk"})).await;
    let location = answer.header("location").unwrap().to_owned();
    let created = answer.expect(StatusCode::CREATED);
    assert_eq!(
        location,
        format!("{}/{}", alice.tasks, created["id"].as_str().unwrap())
    );
    assert_eq!(
        alice
            .get(&format!("{slashed}?limit=1"))
            .await
            .expect(StatusCode::OK)["count"],
        1
    );
    assert_eq!(
        alice
            .get(&format!("{location}/"))
            .await
            .expect(StatusCode::OK),
        created
    );
    let two = alice.get(&format!("{location}//")).await;
    assert_eq!(two.status, StatusCode::NOT_FOUND);
}

async fn every_write_takes_the_next_number_of_its_user(app: TestApp) {
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    let (first, _) = alice.create(json!({"title": "1"})).await;
    let (second, _) = alice.create(json!({"title": "2", "completed": true})).await;
    bob.create(json!({"title": "1 of bob"})).await;
    alice
        .put(&first, json!({"completed": true}))
        .await
        .expect(StatusCode::OK);
    // What is refused, or finds nothing, takes no number.
    let _ = alice
        .put(&first, json!({"title": ""}))
        .await
        .error(StatusCode::UNPROCESSABLE_ENTITY);
    let absent = format!("{}/01990f3e-8a5c-7cc3-98c4-dc0c0c07398f", alice.tasks);
    let _ = alice
        .put(&absent, json!({"title": "x"}))
        .await
        .error(StatusCode::NOT_FOUND);
    let _ = alice.delete(&absent).await.error(StatusCode::NOT_FOUND);
    alice.delete(&second).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(
        crate::support::ledger(&app.home).await,
        [
            "account alice seq=4 tasks=1 completed=1",
            "account bob seq=1 tasks=1 completed=0",
            "task alice 1 version=2 seq=3",
            "task bob 1 of bob version=1 seq=1",
        ]
    );
}
