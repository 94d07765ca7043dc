//! Taking everything along, as JSON lines.

use std::collections::HashSet;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::list_records::create_list;
use crate::references::reference;
use crate::support::{Client, TestApp, every_engine};

every_engine!(
    an_export_has_everything_and_parents_come_first,
    a_long_export_is_whole,
    what_is_moved_all_the_while_is_in_every_export,
    an_export_is_of_one_user_alone,
);

pub(crate) fn path(user: &Client, rest: &str) -> String {
    user.tasks.replace("/tasks", rest)
}

/// The text, and its lines.
pub(crate) async fn export(user: &Client) -> (String, Vec<Value>) {
    let answer = user.get(&path(user, "/export")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let disposition = answer.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; "), "{disposition}");
    assert!(answer.text.ends_with('\n'));
    let lines = answer.text.lines().map(serde_json::from_str);
    let lines: Vec<Value> = lines.collect::<Result<_, _>>().unwrap();
    assert_eq!(lines[0], json!({"kind": "tickbox", "version": 1}));
    (answer.text, lines)
}

/// Something of all that there may be.
pub(crate) async fn live(user: &Client) -> Vec<String> {
    let created = StatusCode::CREATED;
    let mut ids = Vec::new();
    let home = json!({"name": "Home \u{1F3E0}", "color": "#00ff00", "metadata": {"a": [1]}});
    let (_, home) = create_list(user, home).await;
    let (gone_list, _) = create_list(user, json!({"name": "Gone", "archived": true})).await;
    let full = json!({
        "title": "Café \"au lait\"\u{2028}", "description": "two\nlines", "due": "2026-12-01T09:00[Europe/Berlin]",
        "start": "2026-12-01T08:00[Europe/Berlin]", "priority": 3, "tags": ["b", "a"], "list_id": home["id"],
        "references": reference("12"), "metadata": {"x": 1.5, "y": null},
    });
    let (full_path, full) = user.create(full).await;
    let child = json!({"title": "Child", "parent_id": full["id"]});
    let (_, child) = user.create(child).await;
    let grandchild = json!({"title": "Grandchild", "parent_id": child["id"], "completed": true});
    let (_, grandchild) = user.create(grandchild).await;
    // Older than its parent.
    let old =
        json!({"title": "Old", "due": "2026-12-01", "recurrence": {"rule": "FREQ=DAILY;COUNT=9"}});
    let (old_path, old) = user.create(old).await;
    // Where it stands comes along.
    for moved in [
        json!({"completed": true}),
        json!({"due": "2026-12-04T09:00"}),
    ] {
        let _ = user.patch(&old_path, moved).await.expect(StatusCode::OK);
    }
    let (_, new) = user.create(json!({"title": "New"})).await;
    let to = json!({"parent_id": new["id"]});
    let _ = user
        .post(&format!("{old_path}/move"), to)
        .await
        .expect(StatusCode::OK);
    let first = json!({"after": null});
    let _ = user.post(&format!("{full_path}/move"), first).await;
    let (gone_path, gone) = user.create(json!({"title": "Gone"})).await;
    let part = json!({"title": "Gone part", "parent_id": gone["id"]});
    let part = user.post(&user.tasks, part).await.expect(created);
    for path in [gone_path, gone_list] {
        let _ = user.delete(&path).await.expect(StatusCode::NO_CONTENT);
    }
    for task in [full, child, grandchild, old, new, gone, part] {
        ids.push(task["id"].as_str().unwrap().to_owned());
    }
    ids
}

fn of_kind<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["kind"] == kind).collect()
}

async fn an_export_has_everything_and_parents_come_first(app: TestApp) {
    let ada = app.user("ada");
    assert_eq!(export(&ada).await.1.len(), 1, "there is nothing yet");
    let ids = live(&ada).await;
    let (text, lines) = export(&ada).await;
    assert_eq!(
        export(&ada).await.0,
        text,
        "the same data are the same bytes"
    );
    let lists = of_kind(&lines, "list");
    let names: Vec<_> = lists
        .iter()
        .map(|list| list["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Home \u{1F3E0}", "Gone"]);
    assert!(lists[1]["deleted_at"].is_string());
    let tasks = of_kind(&lines, "task");
    assert_eq!(lines.len(), 1 + lists.len() + tasks.len());
    let told: HashSet<_> = tasks
        .iter()
        .map(|task| task["id"].as_str().unwrap())
        .collect();
    assert_eq!(told, ids.iter().map(String::as_str).collect());
    assert_eq!(tasks.len(), ids.len(), "each once");
    let mut before = HashSet::new();
    for task in &tasks {
        before.insert(task["id"].as_str().unwrap());
        if let (Some(parent), Value::Null) = (task["parent_id"].as_str(), &task["deleted_at"]) {
            assert!(before.contains(parent), "{task}");
        }
    }
    // As it is told elsewhere.
    let mut told = ada
        .get(&format!("{}/{}", ada.tasks, ids[0]))
        .await
        .expect(StatusCode::OK);
    told["kind"] = "task".into();
    assert_eq!(
        **tasks.iter().find(|task| task["id"] == told["id"]).unwrap(),
        told
    );
    let trash = tasks.iter().filter(|task| task["deleted_at"].is_string());
    assert_eq!(trash.count(), 2);
}

async fn what_is_moved_all_the_while_is_in_every_export(app: TestApp) {
    let ada = app.user("ada");
    let mut parents = Vec::new();
    for title in ["One", "Other"] {
        let (_, parent) = ada.create(json!({ "title": title })).await;
        let stays = json!({"title": "Stays", "parent_id": parent["id"]});
        let _ = ada.create(stays).await;
        parents.push(parent["id"].clone());
    }
    let (path, moved) = ada
        .create(json!({"title": "Moved", "parent_id": parents[0]}))
        .await;
    let moving = async {
        for number in 0.. {
            let to = json!({"parent_id": parents[number % 2]});
            let moved = ada.post(&format!("{path}/move"), to).await;
            let _ = moved.expect(StatusCode::OK);
        }
    };
    let exporting = async {
        for round in 0..200 {
            let (_, lines) = export(&ada).await;
            let is_there = lines.iter().any(|line| line["id"] == moved["id"]);
            assert!(is_there, "export {round}");
        }
    };
    tokio::select! {
        () = moving => unreachable!("it goes on until all was exported"),
        () = exporting => {}
    }
}

async fn a_long_export_is_whole(app: TestApp) {
    let ada = app.user("ada");
    let mut count = 0;
    // More than two parts of each level, and more parents than one part has.
    for chunk in 0..3 {
        let parents: Vec<_> = (0..260)
            .map(|number| {
                let id = format!("01990f3e-8a5c-7cc3-98c4-{:012x}", chunk * 1000 + number);
                json!({"op": "create", "id": id, "title": "x"})
            })
            .collect();
        ada.operate(parents.into()).await;
        let parent = "01990f3e-8a5c-7cc3-98c4-000000000000";
        let nested = json!({"op": "create", "title": "y", "parent_id": parent});
        ada.operate(vec![nested; 200].into()).await;
        count += 460;
    }
    let answer = ada.get(&path(&ada, "/export")).await;
    assert_eq!(
        answer.header("content-length"),
        None,
        "it is written while it is read"
    );
    let (_, lines) = export(&ada).await;
    let ids: HashSet<_> = lines[1..]
        .iter()
        .map(|line| line["id"].as_str().unwrap())
        .collect();
    assert_eq!((lines.len() - 1, ids.len()), (count, count));
    // What is below a task comes behind it at once.
    let nested = lines[1..].iter().skip(1).take(600);
    assert!(nested.clone().all(|task| task["title"] == "y"));
}

async fn an_export_is_of_one_user_alone(app: TestApp) {
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    live(&ada).await;
    assert_eq!(export(&bob).await.1.len(), 1);
    let answer = bob.get(&path(&ada, "/export")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_export_the_same_bytes() {
    let mut texts = Vec::new();
    for app in [TestApp::sqlite().await, TestApp::postgres().await] {
        let ada = app.user("ada");
        live(&ada).await;
        texts.push(export(&ada).await.0);
    }
    assert_eq!(texts[0], texts[1]);
}
