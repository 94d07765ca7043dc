//! Taking an import back.

use std::io;

use bytes::Bytes;
use futures_util::stream;

use super::*;

every_engine!(
    an_import_is_taken_back_whole,
    what_has_changed_since_stays,
    an_import_that_was_cut_off_is_taken_back,
    only_what_an_import_has_made_is_taken_back,
    an_import_is_forgotten_with_the_history,
);

async fn an_import_is_taken_back_whole(app: TestApp) {
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    live(&ada).await;
    let (text, _) = export(&ada).await;
    bob.create(json!({"title": "His own", "tags": ["a"]})).await;
    let before = bob.list().await;
    let told = import(&bob, "", text.clone()).await;
    let import_id = told["id"].as_str().unwrap();
    let undone = undo_import(&bob, import_id).await;
    assert_eq!(undone.header("cache-control"), Some("no-store"));
    let undone = undone.expect(OK);
    assert_eq!(
        undone,
        json!({
            "id": import_id, "removed": 5, "lists_removed": 1, "gone_before": 3, "kept": 0, "kept_items": [],
        })
    );
    assert_eq!(bob.list().await["tasks"], before["tasks"]);
    assert_eq!(bob.get(&path(&bob, "/lists")).await.expect(OK)["count"], 0);
    let tags = bob.get(&path(&bob, "/tags")).await.expect(OK);
    assert_eq!(tags["tags"], json!([{"name": "a", "count": 1}]));
    // Again is nothing more.
    let again = undo_import(&bob, import_id).await.expect(OK);
    assert_eq!(
        (&again["removed"], &again["gone_before"]),
        (&json!(0), &json!(9))
    );
    // It is in the trash: there it is found when it is imported once more, and its references are free.
    let told = import(&bob, "", text).await;
    assert_eq!(counts(&told), [0, 7, 7, 0]);
    bob.create(json!({"title": "Has it", "references": reference("12")}))
        .await;
}

async fn what_has_changed_since_stays(app: TestApp) {
    let ada = app.user("ada");
    let lists = [1, 2].map(|n| json!({"kind": "list", "id": id(n), "name": format!("List {n}")}));
    let tasks = [
        task(1, json!({"list_id": id(1)})),
        task(2, json!({"parent_id": id(1)})),
        task(3, json!({"parent_id": id(2)})),
        task(4, json!({"list_id": id(2)})),
        task(5, json!({})),
        task(6, json!({})),
        task(7, json!({})),
    ];
    let lines = file(lists.into_iter().chain(tasks));
    import(&ada, &format!("?id={ID}"), lines.clone()).await;
    let task_path = |number| format!("{}/{}", ada.tasks, id(number));
    // Below what has changed is nothing that has, above it is.
    let change = json!({"completed": true});
    let _ = ada.patch(&task_path(2), change).await.expect(OK);
    // A part that somebody has added keeps what it is a part of.
    let (_, part) = ada
        .create(json!({"title": "Mine", "parent_id": id(5)}))
        .await;
    // What has changed and changed back has changed; what got another place without a wish has not.
    let _ = ada
        .delete(&task_path(6))
        .await
        .expect(StatusCode::NO_CONTENT);
    let seq = |history: &Value| history["history"][0]["seq"].clone();
    let history = ada
        .get(&format!("{}/history", task_path(2)))
        .await
        .expect(OK);
    let undone = undo_import(&ada, ID).await.expect(OK);
    assert_eq!(
        undone,
        json!({
            "id": ID, "removed": 3, "lists_removed": 1, "gone_before": 1, "kept": 4,
            "kept_items": [
                {"kind": "task", "id": id(5), "reason": "The task has tasks that stay: move or delete them first"},
                {
                    "kind": "task", "id": id(2),
                    "reason": format!("Change {} stands in the way: undo it first", seq(&history)),
                },
                {"kind": "task", "id": id(1), "reason": "The task has tasks that stay: move or delete them first"},
                {"kind": "list", "id": id(1), "reason": "The list has tasks that stay: move or delete them first"},
            ],
        })
    );
    let there = ada.list().await;
    let there = there["tasks"].as_array().unwrap().iter();
    let mut there: Vec<_> = there.map(|task| task["id"].as_str().unwrap()).collect();
    there.sort_unstable();
    let (one, two, five) = (id(1), id(2), id(5));
    let mut expected = vec![&*one, &two, &five, part["id"].as_str().unwrap()];
    expected.sort_unstable();
    assert_eq!(there, expected);
    // When that is taken back, the rest goes, too.
    let _ = ada.undo(seq(&history)).await.expect(OK);
    let undone = undo_import(&ada, ID).await.expect(OK);
    assert_eq!(
        (&undone["removed"], &undone["kept"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(undone["lists_removed"], 1);
}

async fn an_import_that_was_cut_off_is_taken_back(app: TestApp) {
    let ada = app.user("ada");
    let first = file((0..700).map(|number| task(number, json!({}))));
    let first = stream::iter([io::Result::Ok(Bytes::from(first))]);
    let body = Body::from_stream(futures_util::StreamExt::chain(first, stream::pending()));
    let (query, changes) = (format!("?id={ID}"), path(&ada, "/changes?wait=20"));
    tokio::select! {
        told = import(&ada, &query, body) => panic!("{told}"),
        changes = ada.get(&changes) => { let _ = changes.expect(OK); }
    }
    // The connection is gone. What it has left behind goes with the rest.
    let undone = undo_import(&ada, ID).await.expect(OK);
    assert_eq!(
        (&undone["removed"], &undone["kept"]),
        (&json!(500), &json!(0))
    );
    assert_eq!(ada.list().await["count"], 0);
}

async fn only_what_an_import_has_made_is_taken_back(app: TestApp) {
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    // The same name is another import of another user.
    for user in [&ada, &bob] {
        import(user, &format!("?id={ID}"), file([task(1, json!({}))])).await;
    }
    let lines = file([task(1, json!({})), task(2, json!({}))]);
    let second = import(&ada, "", lines).await;
    assert_eq!(counts(&second), [1, 1, 0, 0]);
    let undone = undo_import(&ada, second["id"].as_str().unwrap()).await;
    assert_eq!(undone.expect(OK)["removed"], 1);
    assert_eq!(get_task(&ada, 1).await["title"], "Task 1");
    let undone = undo_import(&ada, &ID.to_uppercase()).await.expect(OK);
    assert_eq!(undone["removed"], 1);
    assert_eq!(ada.list().await["count"], 0);
    assert_eq!(bob.list().await["count"], 1);
    for unknown in [&*id(7), "1", "%00"] {
        let (_, message) = undo_import(&ada, unknown)
            .await
            .error(StatusCode::NOT_FOUND);
        assert_eq!(message, "Import not found");
    }
    // What has made nothing is not known.
    let nothing = import(&ada, "", HEAD).await;
    let undone = undo_import(&ada, nothing["id"].as_str().unwrap()).await;
    undone.error(StatusCode::NOT_FOUND);
    // Nobody can name a request so that its changes look like those of an import.
    let own = format!("import {ID}");
    let with = ("x-request-id", own.as_str());
    let body = json!({"title": "Mine"});
    let created = bob
        .send_with(axum::http::Method::POST, &bob.tasks, with, body)
        .await;
    assert_eq!(created.status, StatusCode::CREATED);
    assert_eq!(undo_import(&bob, ID).await.expect(OK)["removed"], 1);
    assert_eq!(bob.list().await["count"], 1);
}

async fn an_import_is_forgotten_with_the_history(app: TestApp) {
    let ada = app.user("ada");
    import(&ada, &format!("?id={ID}"), file([task(1, json!({}))])).await;
    app.clock
        .advance(crate::support::RETENTION + std::time::Duration::from_secs(1));
    let ada = app.user("ada");
    let (_, message) = undo_import(&ada, ID).await.error(StatusCode::NOT_FOUND);
    assert_eq!(message, "Import not found");
    assert_eq!(ada.list().await["count"], 1);
}
