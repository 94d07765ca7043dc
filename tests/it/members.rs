//! What people say of a task beside its title: dates, priority, tags, references, metadata, and when it was completed.
//! What each value may be is tested in `domain`; here is what the rules mean to a caller.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::references::reference;
use crate::support::{TestApp, every_engine};

every_engine!(
    a_plain_task_is_byte_for_byte_what_it_was,
    every_form_of_a_date_is_told_as_an_object,
    a_rule_across_members_holds_for_what_comes_of_a_change,
    a_refused_change_does_not_use_its_key_up,
    an_undo_that_would_break_a_rule_is_a_conflict,
    metadata_is_merged_by_patch_and_replaced_by_put,
    tags_of_two_devices_are_merged,
    a_task_says_when_it_was_completed,
    all_that_was_read_can_be_sent_back_under_strict_handling,
);

const OK: StatusCode = StatusCode::OK;
const CONFLICT: StatusCode = StatusCode::CONFLICT;
const INVALID: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

async fn a_plain_task_is_byte_for_byte_what_it_was(app: TestApp) {
    let alice = app.user("alice");
    let body = json!({
        "title": "Buy milk", "due": null, "start": null, "priority": null, "tags": [],
        "references": [], "metadata": {}, "completed_at": "2026-01-01T00:00:00Z",
    });
    let created = alice.post(&alice.tasks, body).await;
    let task = created.text.clone();
    let id = created.expect(StatusCode::CREATED)["id"].clone();
    let time = "2026-01-01T00:00:00.005000Z";
    assert_eq!(
        task,
        format!(
            r#"{{"id":{id},"user_id":"alice","title":"Buy milk","description":null,"completed":false,"created_at":"{time}","updated_at":"{time}","version":1}}"#
        )
    );
    let list = alice.get(&alice.tasks).await.text;
    assert_eq!(list, format!(r#"{{"tasks":[{task}],"count":1}}"#));
}

async fn every_form_of_a_date_is_told_as_an_object(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice.create(json!({"title": "Pay rent"})).await;
    let utc = json!({"local": "2026-12-01T09:00:00", "zone": "Etc/UTC"});
    let berlin = json!({"local": "2026-12-01T09:00:00", "zone": "Europe/Berlin"});
    for (sent, told) in [
        (json!("2026-12-01"), json!({"date": "2026-12-01"})),
        (
            json!("2026-12-01T09:00"),
            json!({"local": "2026-12-01T09:00:00"}),
        ),
        (json!("2026-12-01T09:00:00.000Z"), utc.clone()),
        (json!("2026-12-01T09:00:00+00:00"), utc),
        (
            json!("2026-12-01T09:00:00+01:00[Europe/Berlin]"),
            berlin.clone(),
        ),
        (berlin.clone(), berlin),
    ] {
        let changed = alice
            .patch(&path, json!({"due": sent, "start": sent}))
            .await;
        let changed = changed.expect(OK);
        assert_eq!(
            (&changed["due"], &changed["start"]),
            (&told, &told),
            "{sent}"
        );
        assert_eq!(alice.get(&path).await.expect(OK), changed);
    }
    let refused = alice
        .patch(
            &path,
            json!({"due": "2026-12-01T09:00:00+01:00", "tags": 1}),
        )
        .await;
    let refused = refused.expect(INVALID);
    assert_eq!(
        refused["error"]["fields"],
        json!(["due", "tags"]),
        "{refused}"
    );
}

async fn a_rule_across_members_holds_for_what_comes_of_a_change(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice
        .create(json!({"title": "Pay rent", "start": "2026-12-01"}))
        .await;
    let wrong = [
        json!("2026-11-30"),
        json!("2026-12-01T09:00"),
        json!("2026-12-01T09:00Z"),
    ];
    for due in wrong {
        for method in [Method::PUT, Method::PATCH] {
            let body = json!({"due": due}).to_string();
            let refused = alice.send_text(method, &path, body).await.expect(INVALID);
            assert_eq!(refused["error"]["code"], "VALIDATION_ERROR");
            assert_eq!(
                refused["error"]["fields"],
                json!(["start", "due"]),
                "{refused}"
            );
        }
        let body = json!({"title": "Pay rent", "start": "2026-12-01", "due": due});
        let refused = alice.post(&alice.tasks, body.clone()).await.expect(INVALID);
        assert_eq!(refused["error"]["fields"], json!(["start", "due"]));
        let mut create = body;
        create["op"] = "create".into();
        let operations = json!({"operations": [create], "atomic": false});
        let several = alice
            .post(&format!("{}/batch", alice.tasks), operations)
            .await;
        assert_eq!(several.expect(OK)["results"][0]["status"], 422);
    }
    assert_eq!(alice.get(&path).await.expect(OK), created);
    let both = json!({"start": "2026-11-30T08:00Z", "due": "2026-11-30T08:00Z"});
    let _ = alice.patch(&path, both).await.expect(OK);
}

async fn a_refused_change_does_not_use_its_key_up(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice
        .create(json!({"title": "Pay rent", "start": "2026-12-02"}))
        .await;
    let key = ("idempotency-key", "a-key");
    for (due, status) in [("2026-12-01", INVALID), ("2026-12-03", OK)] {
        let body = json!({"due": due});
        let answer = alice.send_with(Method::PATCH, &path, key, body).await;
        let _ = answer.expect(status);
    }
}

async fn an_undo_that_would_break_a_rule_is_a_conflict(app: TestApp) {
    let alice = app.user("alice");
    let (path, _) = alice
        .create(json!({"title": "Pay rent", "due": "2026-12-01"}))
        .await;
    let _ = alice
        .patch(&path, json!({"due": "2026-12-05"}))
        .await
        .expect(OK);
    let history = alice.get(&format!("{path}/history")).await.expect(OK);
    let seq = history["history"][0]["seq"].clone();
    let now = alice
        .patch(&path, json!({"start": "2026-12-03"}))
        .await
        .expect(OK);
    let changes = alice.tasks.replace("/tasks", "/changes");
    let undo = alice
        .post(&format!("{changes}/{seq}/undo"), Value::Null)
        .await;
    let (code, message) = undo.error(CONFLICT);
    assert_eq!(code, "CONFLICT");
    assert_eq!(
        message,
        "This cannot be undone as the task is now: start must not be after due"
    );
    assert_eq!(alice.get(&path).await.expect(OK), now);
}

async fn metadata_is_merged_by_patch_and_replaced_by_put(app: TestApp) {
    let alice = app.user("alice");
    let body = json!({"title": "Pay rent", "metadata": {"a": {"b": 1, "c": 2}}});
    let (path, created) = alice.create(body).await;
    let same = alice.patch(&path, json!({"metadata": {}})).await.expect(OK);
    assert_eq!(same["metadata"], created["metadata"]);
    let merged = alice
        .patch(&path, json!({"metadata": {"a": {"b": null}, "d": [1]}}))
        .await;
    assert_eq!(
        merged.expect(OK)["metadata"],
        json!({"a": {"c": 2}, "d": [1]})
    );
    let change = json!([{"op": "change", "id": created["id"], "metadata": {"d": null}}]);
    let changed = alice.operate(change).await;
    assert_eq!(changed[0]["task"]["metadata"], json!({"a": {"c": 2}}));
    let put = alice
        .put(&path, json!({"metadata": {"e": null}}))
        .await
        .expect(OK);
    assert_eq!(put["metadata"], json!({"e": null}));
    let nothing = alice
        .patch(&path, json!({"metadata": {"e": null}}))
        .await
        .expect(OK);
    assert_eq!(nothing.get("metadata"), None);
    let back = alice.undo_latest(&path).await.expect(OK);
    assert_eq!(back["changes"][0]["task"]["metadata"], json!({"e": null}));
    let none = alice.put(&path, json!({"metadata": {}})).await.expect(OK);
    assert_eq!(none.get("metadata"), None);

    let half = "m".repeat(3000);
    let _ = alice
        .patch(&path, json!({"metadata": {"a": half}}))
        .await
        .expect(OK);
    let refused = alice
        .patch(&path, json!({"metadata": {"b": half}}))
        .await
        .expect(INVALID);
    assert_eq!(refused["error"]["fields"], json!(["metadata"]));
}

async fn tags_of_two_devices_are_merged(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice
        .create(json!({"title": "Pay rent", "tags": ["home"]}))
        .await;
    let id = &created["id"];
    let _ = alice
        .operate(json!([{"op": "tag", "id": id, "tags": ["money", " home"]}]))
        .await;
    let both = json!([
        {"op": "tag", "id": id, "tags": ["urgent"]},
        {"op": "untag", "id": id, "tags": ["home", "never"]},
    ]);
    let results = alice.operate(both).await;
    assert_eq!(results[1]["task"]["tags"], json!(["money", "urgent"]));
    let back = alice.undo_latest(&path).await.expect(OK);
    assert_eq!(back["changes"][0]["task"]["tags"], json!(["home", "money"]));

    let path = format!("{}/batch", alice.tasks);
    let many: Vec<_> = (0..49).map(|number| number.to_string()).collect();
    for (operation, rule) in [
        (json!({"op": "tag", "id": id}), "tags is required"),
        (
            json!({"op": "untag", "id": id, "tags": []}),
            "tags must have at least one tag",
        ),
        (
            json!({"op": "tag", "id": id, "tags": many}),
            "tags must be at most 50, with those that the task has",
        ),
    ] {
        let refused = alice.post(&path, json!({"operations": [operation]})).await;
        let refused = refused.expect(INVALID);
        assert_eq!(
            refused["error"]["message"],
            format!("operations[0]: {rule}")
        );
        assert_eq!(refused["error"]["fields"], json!(["tags"]));
    }
}

async fn a_task_says_when_it_was_completed(app: TestApp) {
    let alice = app.user("alice");
    let (path, created) = alice.create(json!({"title": "Pay rent"})).await;
    assert_eq!(created.get("completed_at"), None);
    let complete = format!("{path}/complete");
    let done = alice
        .patch(&complete, json!({"completed": true}))
        .await
        .expect(OK);
    assert_eq!(done["completed_at"], done["updated_at"]);
    let again = alice
        .patch(&complete, json!({"completed": true}))
        .await
        .expect(OK);
    assert_eq!(
        again["completed_at"], done["completed_at"],
        "it was completed before"
    );
    let unheard = json!({"completed_at": null, "title": "Pay the rent"});
    let edited = alice.put(&path, unheard).await.expect(OK);
    assert_eq!(edited["completed_at"], done["completed_at"]);
    let open = alice
        .patch(&complete, json!({"completed": false}))
        .await
        .expect(OK);
    assert_eq!(open.get("completed_at"), None);
    let back = alice.undo_latest(&path).await.expect(OK);
    assert_eq!(
        back["changes"][0]["task"]["completed_at"],
        done["completed_at"]
    );
    let nothing = alice.patch(&path, json!({"completed_at": null})).await;
    assert_eq!(nothing.expect(INVALID)["error"]["fields"], json!(["body"]));
}

async fn all_that_was_read_can_be_sent_back_under_strict_handling(app: TestApp) {
    let alice = app.user("alice");
    let body = json!({
        "title": "Pay rent", "completed": true, "due": "2026-12-01T09:00Z", "start": "2026-12-01T08:00Z",
        "priority": 1, "tags": ["home"], "references": reference("1"), "metadata": {"any": {"thing": 1}},
    });
    let (path, created) = alice.create(body).await;
    let strict = ("prefer", "handling=strict");
    let put = alice
        .send_with(Method::PUT, &path, strict, created.clone())
        .await
        .expect(OK);
    for (name, value) in created.as_object().unwrap() {
        let moves = ["updated_at", "version"].contains(&name.as_str());
        assert!(moves || put[name] == *value, "{name}");
    }
    for (change, name) in [
        (json!({"due": {"date": "2026-12-01", "colour": 1}}), "due"),
        (
            json!({"references": [{"source": "a", "external_id": "1", "colour": 1}]}),
            "references",
        ),
    ] {
        let refused = alice
            .send_with(Method::PATCH, &path, strict, change)
            .await
            .expect(INVALID);
        assert_eq!(refused["error"]["fields"], json!([name]), "{refused}");
    }
}
