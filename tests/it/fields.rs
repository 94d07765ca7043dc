//! No field of a task is forgotten, by whatever is done to it. Which fields there are, and what can be
//! written into them, is read in the OpenAPI document: there is no list here.

mod case;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use self::case::{CREATED, OK, TASK, TASKS, about, cases, fields, names};
use crate::support::listening::Listening;
use crate::support::schema::Document;
use crate::support::{TestApp, every_engine};

every_engine!(
    every_way_to_create_keeps_the_field,
    every_way_to_change_changes_the_field_alone,
    a_field_that_may_be_missing_is_cleared,
    an_id_sent_again_is_the_same_task_only_with_the_same_field,
    a_history_tells_what_was_replaced_and_nothing_else,
    every_undo_brings_the_field_back,
    an_undo_leaves_a_later_change_of_another_field_alone,
    a_later_change_of_the_same_field_stands_in_the_way_of_an_undo,
    the_trash_keeps_the_field,
    changes_and_events_tell_the_field,
    a_repeat_is_answered_as_the_first_request,
);

const ID: &str = "7b0c3d1e-6f0a-4b57-9f0e-2f1f3c1d5a10";

#[test]
fn every_member_of_a_task_is_written_or_read_only() {
    let document = Document::served();
    let fields = fields(&document);
    let task = document.schema("Task");
    for (name, schema) in task["properties"].as_object().unwrap() {
        let read_only = schema["readOnly"] == true;
        let written = fields.contains_key(name);
        assert!(
            read_only != written,
            "{name}: a change writes it, or the document says readOnly (both: {read_only})"
        );
    }
    for name in fields.keys() {
        assert!(names(task).contains(&&**name), "{name} is answered");
    }
}

/// What only a creation takes is read only later, such as the id.
#[test]
fn every_request_that_writes_a_task_takes_every_field() {
    let document = Document::served();
    let fields = fields(&document);
    let create = document.request("post", TASKS);
    let requests = [
        ("a creation", create),
        ("a PUT", document.request("put", TASK)),
        ("a batch", document.schema("BatchOperation")),
        ("what a history tells", document.schema("Before")),
    ];
    for (name, schema) in &fields {
        for (what, request) in requests {
            let taken = &request["properties"][name];
            assert!(taken.is_object(), "{what} takes {name}");
            let is_nullable = document.is_nullable(schema);
            let says_so = document.is_nullable(taken);
            assert!(says_so || !is_nullable, "{what}: {name} may be null");
        }
    }
    for name in names(create) {
        let of_task = &document.schema("Task")["properties"][name];
        let read_only = of_task["readOnly"] == true;
        assert!(
            read_only || fields.contains_key(name),
            "{name} is read only later"
        );
    }
}

async fn every_way_to_create_keeps_the_field(app: TestApp) {
    for case in cases(&app).await {
        for value in [&case.from, &case.to] {
            let (path, created) = case.client.create(case.task(value)).await;
            case.is(&created, value);
            assert_eq!(case.get(&path).await, created);
            let list = case.client.list().await;
            let listed = list["tasks"].as_array().unwrap().contains(&created);
            assert!(listed, "{created} is in {list}");
            case.delete(&path).await;

            let mut body = case.operation("create", &Value::Null, &case.task(value));
            body["dry_run"] = true.into();
            let foreseen = case.batch(body.clone()).await;
            case.is(&foreseen["task"], value);
            body["dry_run"] = false.into();
            let made = case.batch(body).await["task"].take();
            case.is(&made, value);
            let path = format!("{}/{}", case.client.tasks, made["id"].as_str().unwrap());
            assert_eq!(case.get(&path).await, made);
            case.delete(&path).await;
        }
        let path = format!("{}/{ID}", case.client.tasks);
        let unseen = ("if-none-match", "*");
        let (client, body) = (&case.client, case.task(&case.to));
        let put = client.send_with(Method::PUT, &path, unseen, body).await;
        let created = put.expect(CREATED);
        case.is(&created, &case.to);
        assert_eq!(case.get(&path).await, created);
    }
}

async fn every_way_to_change_changes_the_field_alone(app: TestApp) {
    for case in cases(&app).await {
        let (path, created) = case.client.create(case.task(&case.from)).await;
        let put = case
            .client
            .put(&path, case.alone(&case.to))
            .await
            .expect(OK);
        case.is(&put, &case.to);
        case.others_stay(&created, &put);
        assert_eq!(put["version"], 2);
        assert_eq!(case.get(&path).await, put);

        let patched = case.patch(&path, &case.from).await;
        case.is(&patched, &case.from);
        case.others_stay(&created, &patched);
        assert_eq!(case.get(&path).await, patched);

        let body = case.operation("change", &created["id"], &case.alone(&case.to));
        let changed = case.batch(body).await["task"].take();
        case.is(&changed, &case.to);
        case.others_stay(&created, &changed);
        assert_eq!(case.get(&path).await, changed);

        // Gotten, edited, and put back as a whole.
        let mut whole = changed;
        whole[&case.field] = case.from.clone();
        let put = case.client.put(&path, whole).await.expect(OK);
        case.is(&put, &case.from);
        case.others_stay(&created, &put);
    }
}

async fn a_field_that_may_be_missing_is_cleared(app: TestApp) {
    let cases = cases(&app).await;
    for case in cases.into_iter().filter(|case| case.is_nullable) {
        let (_, plain) = case.client.create(case.base.clone()).await;
        let nothing = case.alone(&Value::Null);
        for method in [Method::PUT, Method::PATCH] {
            let (path, created) = case.client.create(case.task(&case.from)).await;
            let text = nothing.to_string();
            let cleared = case.client.send_text(method, &path, text).await.expect(OK);
            assert_eq!(
                cleared.get(&case.field),
                plain.get(&case.field),
                "{cleared}"
            );
            case.others_stay(&created, &cleared);
            assert_eq!(case.get(&path).await, cleared);
            let back = case.undo_latest(&path).await;
            case.is(&back, &case.from);
            case.delete(&path).await;
        }
        let (path, created) = case.client.create(case.task(&case.from)).await;
        let body = case.operation("change", &created["id"], &nothing);
        let cleared = case.batch(body).await["task"].take();
        assert_eq!(
            cleared.get(&case.field),
            plain.get(&case.field),
            "{cleared}"
        );
        case.patch(&path, &case.to).await;
        let before = case.latest(&path).await["before"].take();
        let was = before.get(&case.field);
        assert_eq!(was, Some(&Value::Null), "{}: {before}", case.field);
    }
}

async fn an_id_sent_again_is_the_same_task_only_with_the_same_field(app: TestApp) {
    for case in cases(&app).await {
        let client = &case.client;
        let with_id = |mut body: Value| {
            body["id"] = ID.into();
            body
        };
        let same = with_id(case.task(&case.from));
        let created = client
            .post(&client.tasks, same.clone())
            .await
            .expect(CREATED);
        let again = client.post(&client.tasks, same.clone()).await.expect(OK);
        assert_eq!(again, created);
        let again = case
            .batch(case.operation("create", &same["id"], &same))
            .await;
        assert_eq!((&again["status"], &again["task"]), (&json!(200), &created));

        let mut others = vec![with_id(case.task(&case.to))];
        if case.base.get(&case.field).is_none() {
            others.push(with_id(case.base.clone()));
        }
        for other in others {
            let mut batch = case.operation("create", &same["id"], &other);
            batch["atomic"] = false.into();
            let refused = client.post(&client.tasks, other).await;
            let refused = refused.expect(StatusCode::CONFLICT);
            assert_eq!(refused["error"]["current"], created, "{}", case.field);
            let refused = case.batch(batch).await;
            assert_eq!(refused["status"], 409, "{}", case.field);
        }
    }
}

async fn a_history_tells_what_was_replaced_and_nothing_else(app: TestApp) {
    let document = Document::served();
    let properties = document.schema("Task")["properties"].as_object().unwrap();
    for case in cases(&app).await {
        let (path, created) = case.client.create(case.task(&case.from)).await;
        assert_eq!(case.latest(&path).await["before"], Value::Null);
        case.patch(&path, &case.to).await;
        let change = case.latest(&path).await;
        assert_eq!(change["kind"], "changed");
        case.is(&change["before"], &case.from);
        // What follows from a field by a rule may be told, but nobody wrote it.
        for name in change["before"].as_object().unwrap().keys() {
            let read_only = properties[name]["readOnly"] == true;
            assert!(*name == case.field || read_only, "{}: {change}", case.field);
        }
        let back = case.operation("change", &created["id"], &case.alone(&case.from));
        case.batch(back).await;
        case.is(&case.latest(&path).await["before"], &case.to);
        case.undo_latest(&path).await;
        case.is(&case.latest(&path).await["before"], &case.from);
    }
}

async fn every_undo_brings_the_field_back(app: TestApp) {
    for case in cases(&app).await {
        let (path, created) = case.client.create(case.task(&case.from)).await;
        case.patch(&path, &case.to).await;
        case.is(&case.undo_latest(&path).await, &case.from);
        case.is(&case.undo_latest(&path).await, &case.to);
        assert_eq!(case.get(&path).await[&case.field], case.to);

        let back = case.operation("change", &created["id"], &case.alone(&case.from));
        case.batch(back).await;
        let undone = case.undo_latest(&path).await;
        case.is(&undone, &case.to);
        case.others_stay(&created, &undone);

        case.delete(&path).await;
        let deletion = case.latest(&path).await["seq"].take();
        let undone = case.undo(&deletion).await.expect(OK);
        case.is(&about(&undone, &path), &case.to);

        let (path, created) = case.client.create(case.task(&case.from)).await;
        let seq = case.latest(&path).await["seq"].take();
        let _ = case.undo(&seq).await.expect(OK);
        assert_eq!(case.client.get(&path).await.status, StatusCode::NOT_FOUND);
        let back = case.undo_latest(&path).await;
        case.is(&back, &case.from);
        case.others_stay(&created, &back);
    }
}

async fn an_undo_leaves_a_later_change_of_another_field_alone(app: TestApp) {
    for case in cases(&app).await {
        let (name, here, there) = &case.other;
        let mut task = case.task(&case.from);
        task[name] = here.clone();
        for (first, second) in [
            (case.alone(&case.to), json!({name: there})),
            (json!({name: there}), case.alone(&case.to)),
        ] {
            let (path, created) = case.client.create(task.clone()).await;
            let _ = case.client.patch(&path, first.clone()).await.expect(OK);
            let seq = case.latest(&path).await["seq"].take();
            let changed = case.client.patch(&path, second.clone()).await.expect(OK);
            let undone = about(&case.undo(&seq).await.expect(OK), &path);
            for field in [name, &case.field] {
                let wanted = match first.get(field) {
                    Some(_) => &created,
                    None => &changed,
                };
                assert_eq!(undone[field], wanted[field], "{field}: {first}, {second}");
            }
            assert_eq!(case.get(&path).await, undone);
            case.delete(&path).await;
        }
    }
}

async fn a_later_change_of_the_same_field_stands_in_the_way_of_an_undo(app: TestApp) {
    for case in cases(&app).await {
        let (name, here, there) = &case.other;
        let mut task = case.task(&case.from);
        task[name] = here.clone();
        let (path, _) = case.client.create(task).await;
        case.patch(&path, &case.to).await;
        let seq = case.latest(&path).await["seq"].take();
        case.patch(&path, &case.from).await;
        let conflicting = case.latest(&path).await["seq"].take();
        let other = case.client.patch(&path, json!({name: there})).await;
        let now = other.expect(OK);
        let refused = case.undo(&seq).await.expect(StatusCode::CONFLICT);
        assert_eq!(
            refused["error"]["conflicting_seq"], conflicting,
            "{}",
            case.field
        );
        assert_eq!(case.get(&path).await, now);
    }
}

async fn the_trash_keeps_the_field(app: TestApp) {
    for case in cases(&app).await {
        let (path, created) = case.client.create(case.task(&case.from)).await;
        case.delete(&path).await;
        let trash = case
            .get(&format!("{}?deleted=true", case.client.tasks))
            .await;
        case.is(&trash["tasks"][0], &case.from);
        let restore = format!("{path}/restore");
        let restored = case.client.post(&restore, Value::Null).await.expect(OK);
        case.is(&restored, &case.from);
        case.others_stay(&created, &restored);
        assert_eq!(case.get(&path).await, restored);
    }
}

async fn changes_and_events_tell_the_field(app: TestApp) {
    for case in cases(&app).await {
        let (mut stream, since) = Listening::ready(&case.client, "").await;
        let (path, created) = case.client.create(case.task(&case.from)).await;
        let event = stream.expect("task.changed").await;
        assert_eq!(event.data["task"], created, "{}", case.field);
        let changed = case.patch(&path, &case.to).await;
        let event = stream.expect("task.changed").await;
        assert_eq!(event.data["task"], changed, "{}", case.field);
        let feed = case.client.tasks.replace("/tasks", "/changes");
        for query in [String::new(), format!("?since={since}")] {
            let answer = case.get(&format!("{feed}{query}")).await;
            assert_eq!(about(&answer, &path), changed, "{}", case.field);
        }
    }
}

async fn a_repeat_is_answered_as_the_first_request(app: TestApp) {
    for case in cases(&app).await {
        let twice = async |key, method: Method, path: &str, body: Value| {
            let header = ("idempotency-key", key);
            let send = || {
                let (method, body) = (method.clone(), body.clone());
                case.client.send_with(method, path, header, body)
            };
            let (first, again) = (send().await, send().await);
            assert!(first.status.is_success(), "{key}: {}", first.text);
            assert_eq!(again.header("idempotency-replayed"), Some("true"), "{key}");
            assert_eq!((again.status, &again.text), (first.status, &first.text));
            serde_json::from_str::<Value>(&first.text).unwrap()
        };
        let tasks = &case.client.tasks;
        let task = case.task(&case.from);
        let created = twice("create", Method::POST, tasks, task).await;
        case.is(&created, &case.from);
        let id = &created["id"];
        let path = format!("{tasks}/{}", id.as_str().unwrap());
        let put = twice("put", Method::PUT, &path, case.alone(&case.to)).await;
        case.is(&put, &case.to);
        let back = case.operation("change", id, &case.alone(&case.from));
        let changed = twice("batch", Method::POST, &format!("{tasks}/batch"), back).await;
        case.is(&changed["results"][1]["task"], &case.from);
        let patched = twice("patch", Method::PATCH, &path, case.alone(&case.to)).await;
        case.is(&patched, &case.to);
        assert_eq!(patched["version"], 4, "{}", case.field);
        assert_eq!(case.get(&path).await, patched);
    }
}
