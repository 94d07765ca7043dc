//! Bringing tasks along: from an export of this program, and from those of others.

mod foreign;
mod places;
mod refused;
mod repeating;
mod undone;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::exports::{export, live, path};
use crate::list_records::create_list;
use crate::references::reference;
use crate::support::{Answer, Client, Home, LIMITS, TestApp, every_engine};

every_engine!(
    an_export_of_one_user_becomes_anothers,
    twice_is_once,
    what_is_imported_is_new_here_and_keeps_its_times,
    a_long_file_comes_in_groups,
    a_dry_run_tells_what_would_come,
    each_rule_of_a_task_is_kept,
    pages_go_on_behind_what_is_older_than_computers,
);

const OK: StatusCode = StatusCode::OK;

/// Of an import, where a test names it.
const ID: &str = "01990f3e-8a5c-7cc3-98c4-00000000abcd";

const HEAD: &str = "{\"kind\": \"tickbox\", \"version\": 1}\n";

/// The id of the task or list of this number.
fn id(number: u64) -> String {
    format!("01990f3e-8a5c-7cc3-98c4-{number:012x}")
}

/// A file of these lines.
fn file(lines: impl IntoIterator<Item = Value>) -> String {
    let lines = lines.into_iter().map(|line| format!("{line}\n"));
    HEAD.to_owned() + &lines.collect::<String>()
}

/// A line with a task.
fn task(number: u64, members: Value) -> Value {
    let mut line = json!({"kind": "task", "id": id(number), "title": format!("Task {number}")});
    if let Value::Object(members) = members {
        line.as_object_mut().unwrap().extend(members);
    }
    line
}

async fn send(user: &Client, query: &str, media_type: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post(path(user, "/import") + query).header(CONTENT_TYPE, media_type);
    user.send(request.body(body.into()).unwrap()).await
}

async fn import(user: &Client, query: &str, body: impl Into<Body>) -> Value {
    let answer = send(user, query, "application/x-ndjson", body).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.expect(OK)
}

/// What an import has counted: created, skipped, skipped in the trash, failed.
fn counts(told: &Value) -> [u64; 4] {
    ["created", "skipped", "skipped_in_trash", "failed"].map(|name| told[name].as_u64().unwrap())
}

/// What was left out, with its lines.
fn left_out(told: &Value) -> Vec<(&str, Value)> {
    let told = told["not_carried_over"].as_array().unwrap();
    told.iter()
        .map(|it| (it["what"].as_str().unwrap(), it["lines"].clone()))
        .collect()
}

async fn undo_import(user: &Client, id: &str) -> Answer {
    let undo = path(user, &format!("/imports/{id}/undo"));
    user.post(&undo, Value::Null).await
}

async fn get_task(user: &Client, number: u64) -> Value {
    let path = format!("{}/{}", user.tasks, id(number));
    user.get(&path).await.expect(OK)
}

/// Everything, but for whose it is and how often it has changed.
async fn all_of(user: &Client) -> Vec<Value> {
    let (_, mut lines) = export(user).await;
    for line in &mut lines {
        let members = line.as_object_mut().unwrap();
        members.remove("user_id");
        members.remove("version");
    }
    lines
}

async fn an_export_of_one_user_becomes_anothers(app: TestApp) {
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    live(&ada).await;
    let (text, _) = export(&ada).await;
    // Also under the other name that JSON lines go by.
    let answer = send(&bob, "", "application/json; charset=utf-8", text.clone()).await;
    let told = answer.expect(OK);
    assert_eq!(counts(&told), [7, 0, 0, 0], "{told}");
    assert_eq!(
        told["lists"],
        json!({"created": 2, "skipped": 0, "skipped_in_trash": 0, "failed": 0})
    );
    assert_eq!(told["failures"], json!([]));
    assert_eq!(told["not_carried_over"], json!([]));
    assert_eq!(told.get("dry_run"), None);
    assert_eq!(all_of(&bob).await, all_of(&ada).await);
    assert_eq!(bob.list().await["count"], ada.list().await["count"]);
    assert_eq!(export(&ada).await.0, text, "nothing has happened to hers");
    // Each of his is his own.
    let (_, lines) = export(&bob).await;
    let tasks = lines.iter().filter(|line| line["kind"] == "task");
    assert!(tasks.clone().all(|task| task["user_id"] == "bob"));
    assert!(tasks.clone().all(|task| task["version"] == 1));
    // What was in the trash there can be taken out of it here.
    let gone = tasks.clone().find(|task| task["title"] == "Gone").unwrap();
    let restore = format!("{}/{}/restore", bob.tasks, gone["id"].as_str().unwrap());
    let back = bob.post(&restore, Value::Null).await.expect(OK);
    assert_eq!(back["title"], "Gone");
}

async fn twice_is_once(app: TestApp) {
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    live(&ada).await;
    let (text, _) = export(&ada).await;
    for user in [&ada, &bob] {
        import(user, "", text.clone()).await;
        let before = export(user).await.0;
        let told = import(user, "", text.clone()).await;
        assert_eq!(counts(&told), [0, 7, 2, 0], "{told}");
        assert_eq!(told["lists"]["skipped"], 2);
        assert_eq!(told["lists"]["skipped_in_trash"], 1);
        assert_eq!(export(user).await.0, before);
    }
    // Within one file, too, and what has changed since stays as it is.
    let lines = file([task(1, json!({})), task(1, json!({"title": "Another"}))]);
    assert_eq!(counts(&import(&bob, "", lines.clone()).await), [1, 1, 0, 0]);
    let path = format!("{}/{}", bob.tasks, id(1));
    let _ = bob.patch(&path, json!({"title": "Mine"})).await.expect(OK);
    import(&bob, "", lines).await;
    assert_eq!(get_task(&bob, 1).await["title"], "Mine");
}

async fn what_is_imported_is_new_here_and_keeps_its_times(app: TestApp) {
    let ada = app.user("ada");
    let told = import(
        &ada,
        &format!("?id={ID}"),
        file([
            task(
                1,
                json!({
                    "user_id": "bob", "completed": true, "version": 7,
                    "created_at": "2020-02-29T12:00:00.25Z", "updated_at": "2021-01-01T00:00:00Z",
                    "completed_at": "2020-12-31T23:00:00Z",
                }),
            ),
            // Times that cannot be are those nearest to them that can.
            task(
                2,
                json!({
                    "created_at": "2124-01-01T00:00:00Z", "updated_at": "2019-01-01T00:00:00Z", "completed": true,
                    "completed_at": "2124-01-01T00:00:00Z",
                }),
            ),
            task(3, json!({"completed_at": "2020-12-31T23:00:00Z"})),
        ]),
    )
    .await;
    assert_eq!(told["id"], ID);
    let first = get_task(&ada, 1).await;
    insta::assert_json_snapshot!("an_imported_task", first);
    let second = get_task(&ada, 2).await;
    let now = second["created_at"].as_str().unwrap();
    assert!(now.starts_with("2026-01-01T00:00:00."), "{now}");
    assert_eq!(second["updated_at"], now);
    assert_eq!(second["completed_at"], now);
    let third = get_task(&ada, 3).await;
    assert_eq!(third.get("completed_at"), None, "it is not completed");

    let tasks = format!("{}/{}", ada.tasks, id(1));
    let history = ada.get(&format!("{tasks}/history")).await.expect(OK)["history"].take();
    assert_eq!(history.as_array().unwrap().len(), 1);
    assert_eq!(history[0]["kind"], "created");
    assert_eq!(history[0]["import"], ID);
    assert!(
        !history[0]["request_id"].as_str().unwrap().contains(' '),
        "the id of the request is apart: {history}"
    );
    let changes = ada.get(&path(&ada, "/changes")).await.expect(OK);
    let told = changes["changes"].as_array().unwrap();
    let told: Vec<_> = told.iter().map(|it| &it["task"]["id"]).collect();
    assert_eq!(told, [&json!(id(1)), &json!(id(2)), &json!(id(3))]);
}

async fn a_long_file_comes_in_groups(app: TestApp) {
    let ada = app.user("ada");
    let parent = |number: u64| if number < 600 { 700 } else { number - 1 };
    // Parents behind their parts, and more than a group has.
    let lines = (0..1200).map(|number| {
        let parent = (number % 2 == 0 && number < 600).then(|| id(parent(number)));
        task(number, json!({"parent_id": parent}))
    });
    let told = import(&ada, "", file(lines)).await;
    assert_eq!(counts(&told), [1200, 0, 0, 0]);
    assert_eq!(told["not_carried_over"], json!([]));
    assert_eq!(ada.list().await["count"], 1200);
    for number in [0, 598] {
        assert_eq!(get_task(&ada, number).await["parent_id"], id(700));
    }
    let history = format!("{}/{}/history", ada.tasks, id(3));
    let history = ada.get(&history).await.expect(OK);
    let seq = history["history"][0]["seq"].as_i64().unwrap();
    let undone = ada.undo(seq).await.expect(OK);
    let gone = undone["changes"].as_array().unwrap().len();
    assert!((250..=500).contains(&gone), "{gone} were a group");
}

async fn a_dry_run_tells_what_would_come(app: TestApp) {
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    live(&ada).await;
    let (text, _) = export(&ada).await;
    let extra = file([
        task(1, json!({"title": " "})),
        task(2, json!({"parent_id": id(3), "list_id": id(9)})),
        task(3, json!({})),
        task(3, json!({})),
        task(4, json!({"parent_id": id(8)})),
        json!({"kind": "habit"}),
    ]);
    let text = text + extra.split_once('\n').unwrap().1;
    let would = import(&bob, &format!("?dry_run=true&id={ID}"), text.clone()).await;
    assert_eq!(would["dry_run"], true);
    assert_eq!(bob.list().await["count"], 0);
    assert_eq!(export(&bob).await.1.len(), 1, "nothing is there");
    let undone = undo_import(&bob, ID).await.error(StatusCode::NOT_FOUND);
    assert_eq!(undone.1, "Import not found");
    let mut did = import(&bob, &format!("?dry_run=false&id={ID}"), text.clone()).await;
    assert_eq!(counts(&did), [10, 1, 0, 1], "{did}");
    let lost = [
        ("lines of another kind", json!([16])),
        ("parent", json!([15])),
    ];
    assert_eq!(left_out(&did), lost);
    did["dry_run"] = true.into();
    assert_eq!(would, did);
    let again = import(&bob, "?dry_run=true", text).await;
    assert_eq!(counts(&again), [0, 11, 2, 1]);
}

async fn each_rule_of_a_task_is_kept(app: TestApp) {
    let ada = app.user("ada");
    ada.create(json!({"title": "Has it", "references": reference("1")}))
        .await;
    let deep = (10..20).map(|number| {
        let parent = (number > 10).then(|| id(number - 1));
        task(number, json!({"parent_id": parent}))
    });
    let lines = [
        task(1, json!({"references": reference("1")})),
        task(2, json!({"start": "2026-12-02", "due": "2026-12-01"})),
        task(3, json!({"title": "x".repeat(201), "priority": 0})),
        task(4, json!({"references": reference("2")})),
        task(5, json!({"references": reference("2")})),
        json!({"kind": "list", "id": id(1), "name": ""}),
    ];
    let told = import(&ada, "", file(lines.into_iter().chain(deep))).await;
    insta::assert_json_snapshot!("lines_that_break_a_rule", told["failures"]);
    assert_eq!(counts(&told), [11, 0, 0, 5]);
    // Eight levels are the most: what is deeper comes to the top level.
    assert_eq!(left_out(&told), [("parent", json!([16]))]);
    assert_eq!(get_task(&ada, 17).await["parent_id"], id(16));
    assert_eq!(get_task(&ada, 18).await.get("parent_id"), None);
    assert_eq!(get_task(&ada, 19).await["parent_id"], id(18));
    // What is too much is not told one by one.
    let many = (1000..1150).map(|number| task(number, json!({"title": ""})));
    let told = import(&ada, "", file(many)).await;
    assert_eq!(told["failed"], 150);
    assert_eq!(told["failures"].as_array().unwrap().len(), 100);
}

async fn pages_go_on_behind_what_is_older_than_computers(app: TestApp) {
    let ada = app.user("ada");
    let times = [
        "2020-01-01",
        "1970-01-01",
        "1969-12-31",
        "1815-12-10",
        "0001-01-01",
    ];
    let made = (0..).zip(times);
    let line = |(number, day)| task(number, json!({"created_at": format!("{day}T00:00:00Z")}));
    import(&ada, "", file(made.map(line))).await;
    for query in ["", "&order_by=created_at%20desc", "&filter=task"] {
        let first = format!("{}?limit=1{query}", ada.tasks);
        let (mut path, mut seen) = (first.clone(), Vec::new());
        loop {
            let page = ada.get(&path).await.expect(OK);
            seen.push(page["tasks"][0]["created_at"].as_str().unwrap()[..10].to_owned());
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            path = format!("{first}&cursor={cursor}");
        }
        assert_eq!(seen, times, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_tasks_come_than_there_may_be() {
    let limits = tickbox::config::Limits {
        most_tasks: 3,
        ..LIMITS
    };
    for home in [Home::sqlite(), Home::postgres().await] {
        let app = TestApp::limited(home, &limits).await;
        let ada = app.user("ada");
        ada.create(json!({"title": "There"})).await;
        let trash = json!({"deleted_at": "2025-12-31T00:00:00Z"});
        let lines = file([
            task(1, json!({})),
            task(2, trash),
            task(3, json!({})),
            task(4, json!({})),
        ]);
        for dry_run in ["?dry_run=true", ""] {
            let told = import(&ada, dry_run, lines.clone()).await;
            assert_eq!(counts(&told), [3, 0, 0, 1], "{told}");
            assert_eq!(told["failures"][0]["line"], 5);
        }
        assert_eq!(ada.list().await["count"], 3);
    }
}
