//! Lists that tasks are in: all that holds for tasks holds for them.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, TestApp, every_engine};

every_engine!(
    a_list_has_what_a_task_has,
    a_list_says_what_it_may,
    a_list_of_the_callers_own_id_is_made_once,
    lists_stand_in_the_order_that_people_give_them,
    open_tasks_are_counted_and_are_no_part_of_a_version,
    a_deleted_list_takes_its_tasks_along_and_brings_them_back,
    what_happened_to_a_list_is_undone,
    changes_and_events_tell_of_lists_to_who_asks,
    strangers_find_no_list,
);

const OK: StatusCode = StatusCode::OK;
const CREATED: StatusCode = StatusCode::CREATED;
const NO_CONTENT: StatusCode = StatusCode::NO_CONTENT;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

pub(crate) fn lists_of(user: &Client) -> String {
    user.tasks.replace("/tasks", "/lists")
}

/// Gives its path and itself.
pub(crate) async fn create_list(user: &Client, body: Value) -> (String, Value) {
    let lists = lists_of(user);
    let created = user.post(&lists, body).await.expect(CREATED);
    let path = format!("{lists}/{}", created["id"].as_str().unwrap());
    (path, created)
}

async fn names(user: &Client) -> Vec<String> {
    let all = user.get(&lists_of(user)).await.expect(OK);
    let lists = all["lists"].as_array().unwrap();
    assert_eq!(all["count"], lists.len());
    let name = |list: &Value| list["name"].as_str().unwrap().to_owned();
    lists.iter().map(name).collect()
}

async fn a_list_has_what_a_task_has(app: TestApp) {
    let alice = app.user("alice");
    let lists = lists_of(&alice);
    let answer = alice.post(&lists, json!({"name": " Home "})).await;
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let path = answer.header("location").unwrap().to_owned();
    let created = answer.expect(CREATED);
    let id = created["id"].as_str().unwrap();
    assert_eq!(path, format!("{lists}/{id}"));
    let members: Vec<_> = created.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["created_at", "id", "name", "order", "updated_at", "version"]
    );
    assert_eq!(created["name"], "Home");
    assert_eq!(alice.get(&path).await.expect(OK), created);

    let change = json!({"color": "#1e90FF", "archived": true, "metadata": {"icon": "house"}});
    let changed = alice.patch(&path, change.clone()).await.expect(OK);
    for (name, value) in change.as_object().unwrap() {
        assert_eq!(changed[name], *value, "{name}");
    }
    assert_eq!(changed["version"], 2);
    let merged = json!({"metadata": {"a": 1}, "archived": null});
    let merged = alice.patch(&path, merged).await.expect(OK);
    assert_eq!(merged["metadata"], json!({"a": 1, "icon": "house"}));
    assert_eq!(merged.get("archived"), None);
    let all = alice.put(&path, merged.clone()).await.expect(OK);
    assert_eq!(all["version"], 4, "it was sent back as it was read");
    assert_eq!(all["order"], created["order"]);

    // Also as it stands among all lists, and under strict handling.
    let among = alice.get(&lists).await.expect(OK)["lists"][0].take();
    assert_eq!(among["open_count"], 0);
    let strict = ("prefer", "handling=strict");
    let all = alice
        .send_with(Method::PUT, &path, strict, among)
        .await
        .expect(OK);
    let stray = json!({"after": null, "list_id": null});
    let refused = alice
        .send_with(Method::POST, &format!("{path}/move"), strict, stray)
        .await;
    assert_eq!(refused.status, UNPROCESSABLE);

    let stale = ("if-match", "\"1\"");
    let body = json!({"name": "Other"});
    for method in [Method::PUT, Method::PATCH] {
        let refused = alice
            .send_with(method, &path, stale, body.clone())
            .await
            .expect(StatusCode::PRECONDITION_FAILED);
        assert_eq!(refused["error"]["current"], all);
    }
    let known = ("if-none-match", "\"5\"");
    let unchanged = alice
        .send_with(Method::GET, &path, known, Value::Null)
        .await;
    assert_eq!(unchanged.status, StatusCode::NOT_MODIFIED);
    let key = ("idempotency-key", "a-key");
    let first = alice
        .send_with(Method::POST, &lists, key, body.clone())
        .await;
    let again = alice.send_with(Method::POST, &lists, key, body).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(CREATED), first.expect(CREATED));
    let answer = alice.get(&lists).await;
    let tag = answer.header("etag").unwrap().to_owned();
    let known = ("if-none-match", tag.as_str());
    let unchanged = alice
        .send_with(Method::GET, &lists, known, Value::Null)
        .await;
    assert_eq!(unchanged.status, StatusCode::NOT_MODIFIED);
    let _ = alice.create(json!({"title": "A task"})).await;
    let changed = alice
        .send_with(Method::GET, &lists, known, Value::Null)
        .await;
    assert_eq!(changed.status, OK);
}

async fn a_list_says_what_it_may(app: TestApp) {
    let alice = app.user("alice");
    let lists = lists_of(&alice);
    for (body, field) in [
        (json!({}), "name"),
        (json!({"name": " "}), "name"),
        (json!({"name": "x".repeat(201)}), "name"),
        (json!({"name": "x", "color": "red"}), "color"),
        (json!({"name": "x", "color": "#12345g"}), "color"),
        (json!({"name": "x", "archived": "yes"}), "archived"),
        (json!({"name": "x", "metadata": [1]}), "metadata"),
        (json!({"name": "x", "id": "1"}), "id"),
    ] {
        let refused = alice.post(&lists, body.clone()).await.expect(UNPROCESSABLE);
        assert_eq!(refused["error"]["fields"], json!([field]), "{body}");
    }
    let (path, _) = create_list(&alice, json!({"name": "x"})).await;
    for body in [json!({}), json!({"order": "a0"}), json!({"open_count": 1})] {
        let refused = alice.patch(&path, body).await.expect(UNPROCESSABLE);
        assert_eq!(refused["error"]["fields"], json!(["body"]));
    }
    assert_eq!(names(&alice).await, ["x"]);
}

async fn a_list_of_the_callers_own_id_is_made_once(app: TestApp) {
    let alice = app.user("alice");
    let lists = lists_of(&alice);
    let id = "01990f3e-8a5c-7cc3-98c4-dc0c0c073999";
    let body = json!({"id": id, "name": "Home", "color": "#000000"});
    let first = alice.post(&lists, body.clone()).await.expect(CREATED);
    assert_eq!(alice.post(&lists, body).await.expect(OK), first);
    let other = json!({"id": id, "name": "Other"});
    let refused = alice.post(&lists, other).await;
    let refused = refused.expect(StatusCode::CONFLICT);
    assert_eq!(refused["error"]["current"], first);
    let path = format!("{lists}/{id}");
    let fresh = ("if-none-match", "*");
    let refused = alice
        .send_with(Method::PUT, &path, fresh, json!({"name": "x"}))
        .await;
    assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
    let path = path.replace("3999", "3998");
    let made = alice
        .send_with(Method::PUT, &path, fresh, json!({"name": "x"}))
        .await;
    assert_eq!(made.status, CREATED);
    // A task may have the same id.
    let task = json!({"id": id, "title": "A task", "list_id": id});
    assert_eq!(alice.create(task).await.1["list_id"], id);
}

async fn lists_stand_in_the_order_that_people_give_them(app: TestApp) {
    let alice = app.user("alice");
    let mut paths = Vec::new();
    for name in ["a", "b", "c", "d"] {
        paths.push(create_list(&alice, json!({"name": name})).await);
    }
    let id = |at: usize| paths[at].1["id"].clone();
    for (which, to, expected) in [
        (3, json!({"after": null}), "dabc"),
        (3, json!({}), "abcd"),
        (0, json!({"after": id(1)}), "bacd"),
        (2, json!({"before": id(1)}), "cbad"),
        (1, json!({"before": null}), "cadb"),
        (0, json!({"after": id(0), "before": id(2)}), "acdb"),
    ] {
        let path = format!("{}/move", paths[which].0);
        let _ = alice.post(&path, to.clone()).await.expect(OK);
        assert_eq!(names(&alice).await.concat(), expected, "{to}");
    }
    let path = format!("{}/move", paths[0].0);
    let before = alice.get(&paths[0].0).await.expect(OK);
    let same = alice.post(&path, json!({"after": null})).await.expect(OK);
    assert_eq!(same, before, "it was there already");
    let unknown = json!({"after": "01990f3e-8a5c-7cc3-98c4-dc0c0c073999"});
    let refused = alice.post(&path, unknown).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let refused = alice.post(&path, json!({"after": 1})).await;
    assert_eq!(
        refused.expect(UNPROCESSABLE)["error"]["fields"],
        json!(["after"])
    );
}

async fn open_tasks_are_counted_and_are_no_part_of_a_version(app: TestApp) {
    let alice = app.user("alice");
    let (path, list) = create_list(&alice, json!({"name": "Home"})).await;
    for completed in [false, true, false] {
        let task = json!({"title": "x", "completed": completed, "list_id": list["id"]});
        let _ = alice.create(task).await;
    }
    let (gone, _) = alice
        .create(json!({"title": "x", "list_id": list["id"]}))
        .await;
    let _ = alice.delete(&gone).await.expect(NO_CONTENT);
    let all = alice.get(&lists_of(&alice)).await.expect(OK);
    assert_eq!(all["lists"][0]["open_count"], 2);
    let alone = alice.get(&path).await.expect(OK);
    assert_eq!(alone, list, "no count, and the same version");
}

async fn a_deleted_list_takes_its_tasks_along_and_brings_them_back(app: TestApp) {
    let alice = app.user("alice");
    let (path, list) = create_list(&alice, json!({"name": "Home"})).await;
    let task = |title: &str| json!({"title": title, "list_id": list["id"]});
    let (parent_path, parent) = alice.create(task("Parent")).await;
    let child = json!({"title": "Child", "parent_id": parent["id"]});
    let (child_path, child) = alice.create(child).await;
    assert_eq!(child["list_id"], list["id"], "the parent implies it");
    let (before_path, _) = alice.create(task("Gone before")).await;
    let _ = alice.delete(&before_path).await.expect(NO_CONTENT);

    let _ = alice.delete(&path).await.expect(NO_CONTENT);
    assert_eq!(alice.get(&path).await.status, NOT_FOUND);
    assert_eq!(alice.list().await["count"], 0);
    let trash = format!("{}?deleted=true", lists_of(&alice));
    let trash = alice.get(&trash).await.expect(OK);
    assert_eq!(trash["lists"][0]["id"], list["id"]);
    assert_eq!(trash["lists"][0].get("open_count"), None);
    let refused = alice.post(&alice.tasks, task("x")).await;
    let refused = refused.expect(UNPROCESSABLE);
    assert_eq!(refused["error"]["fields"], json!(["list_id"]));

    // One that comes back alone finds no list.
    let restore = format!("{child_path}/restore");
    let back = alice.post(&restore, Value::Null).await.expect(OK);
    assert_eq!((back.get("list_id"), back.get("parent_id")), (None, None));
    let restore = format!("{path}/restore");
    let back = alice.post(&restore, Value::Null).await.expect(OK);
    assert_eq!(back["name"], "Home");
    let back = alice.get(&parent_path).await.expect(OK);
    assert_eq!(back["list_id"], list["id"]);
    assert_eq!(alice.get(&before_path).await.status, NOT_FOUND);
    assert_eq!(alice.list().await["count"], 2);
    let again = alice.post(&restore, Value::Null).await;
    assert_eq!(again.status, OK, "nothing happens");

    // Deleted once more, one undo brings all of it back.
    let _ = alice.delete(&path).await.expect(NO_CONTENT);
    let undone = alice.undo_latest(&path).await.expect(OK);
    assert_eq!(undone["changes"].as_array().unwrap().len(), 2);
    assert_eq!(alice.get(&parent_path).await.status, OK);
    assert_eq!(alice.get(&path).await.status, OK);
}

async fn what_happened_to_a_list_is_undone(app: TestApp) {
    let alice = app.user("alice");
    let (path, list) = create_list(&alice, json!({"name": "Home"})).await;
    let _ = alice.patch(&path, json!({"name": "Work"})).await.expect(OK);
    let history = alice.get(&format!("{path}/history")).await.expect(OK);
    let kinds = |at: usize| history["history"][at]["kind"].clone();
    assert_eq!((kinds(0), kinds(1)), (json!("changed"), json!("created")));
    assert_eq!(history["history"][0]["before"], json!({"name": "Home"}));
    let undone = alice.undo_latest(&path).await.expect(OK);
    assert_eq!(undone["changes"][0]["list"]["name"], "Home");
    // A list that is made undone goes with what was put in it since.
    let task = json!({"title": "x", "list_id": list["id"]});
    let (path, task) = alice.create(task).await;
    let undone = alice.undo(1).await.expect(OK);
    let gone = json!({"seq": 5, "deleted": list["id"], "kind": "list"});
    let along = json!({"seq": 6, "deleted": task["id"]});
    assert_eq!(undone["changes"], json!([gone, along]));
    assert_eq!(alice.get(&path).await.status, NOT_FOUND);
}

async fn changes_and_events_tell_of_lists_to_who_asks(app: TestApp) {
    let alice = app.user("alice");
    let changes = alice.tasks.replace("/tasks", "/changes");
    let ask = async |query: &str| alice.get(&format!("{changes}?{query}")).await;
    let (path, list) = create_list(&alice, json!({"name": "Home"})).await;
    let (_, task) = alice.create(json!({"title": "x"})).await;
    let plain = ask("").await.expect(OK);
    assert_eq!(plain["changes"], json!([{"seq": 2, "task": task}]));
    let both = ask("kinds=task,list").await.expect(OK);
    assert_eq!(
        both["changes"],
        json!([{"seq": 1, "list": list}, {"seq": 2, "task": task}])
    );
    let lists = ask("kinds=list&limit=1").await.expect(OK);
    assert_eq!(lists["changes"], json!([{"seq": 1, "list": list}]));
    let _ = alice.delete(&path).await.expect(NO_CONTENT);
    let cursor = |page: &Value| page["next_cursor"].as_str().unwrap().to_owned();
    let since = format!("kinds=task,list&since={}", cursor(&both));
    let page = ask(&since).await.expect(OK);
    let deleted = json!({"seq": 3, "deleted": list["id"], "kind": "list"});
    assert_eq!(page["changes"], json!([deleted]));
    let fewer = ask(&format!("since={}", cursor(&both))).await.expect(OK);
    assert_eq!(fewer["changes"], json!([]));
    for narrow in [&plain, &fewer] {
        let more = ask(&format!("kinds=task,list&since={}", cursor(narrow))).await;
        assert_eq!(more.status, StatusCode::GONE);
    }
    for query in ["kinds=section", "kinds=", "kinds=task,"] {
        let refused = ask(query).await.expect(UNPROCESSABLE);
        assert_eq!(refused["error"]["fields"], json!(["kinds"]), "{query}");
    }
}

async fn strangers_find_no_list(app: TestApp) {
    let (alice, mallory) = (app.user("alice"), app.user("mallory"));
    let (path, list) = create_list(&alice, json!({"name": "Private"})).await;
    let own = format!("{}/{}", lists_of(&mallory), list["id"].as_str().unwrap());
    let body = json!({"name": "Mine"});
    for path in [&path, &own] {
        let answers = [
            mallory.get(path).await,
            mallory.put(path, body.clone()).await,
            mallory.patch(path, body.clone()).await,
            mallory.post(&format!("{path}/move"), json!({})).await,
            mallory.post(&format!("{path}/restore"), Value::Null).await,
            mallory.get(&format!("{path}/history")).await,
            mallory.delete(path).await,
        ];
        for answer in answers {
            assert_eq!(answer.status, NOT_FOUND, "{path}");
        }
    }
    // Nor does a task of theirs.
    let task = json!({"title": "x", "list_id": list["id"]});
    let refused = mallory.post(&mallory.tasks, task).await;
    assert_eq!(refused.status, UNPROCESSABLE);
    assert_eq!(names(&alice).await, ["Private"]);
}
