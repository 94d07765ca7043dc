//! References to things in other programs: each leads to one task at most of those that are not in the trash.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{TestApp, every_engine};

every_engine!(
    a_reference_leads_to_one_task,
    a_reference_is_free_again_when_its_task_lets_it_go,
    a_batch_hands_a_reference_from_one_task_to_another,
);

const OK: StatusCode = StatusCode::OK;
const CONFLICT: StatusCode = StatusCode::CONFLICT;

pub(crate) fn reference(id: &str) -> Value {
    json!([{"source": "github", "external_id": id, "url": "https://example.com", "title": "An issue"}])
}

async fn a_reference_leads_to_one_task(app: TestApp) {
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    let body = |id: &str| json!({"title": "Fix it", "references": reference(id)});
    let (path, first) = alice.create(body("1")).await;
    assert_eq!(first["references"], reference("1"));
    let refused = alice.post(&alice.tasks, body("1")).await.expect(CONFLICT);
    assert_eq!(refused["error"]["code"], "CONFLICT");
    assert_eq!(refused["error"]["current"], first);
    let (other, second) = alice.create(body("2")).await;
    for method in [Method::PUT, Method::PATCH] {
        let change = json!({"references": reference("1")}).to_string();
        let refused = alice
            .send_text(method, &other, change)
            .await
            .expect(CONFLICT);
        assert_eq!(refused["error"]["current"], first);
    }
    assert_eq!(alice.get(&other).await.expect(OK), second);
    // Its own stay its own, and other people's are their own business.
    let _ = alice.put(&path, body("1")).await.expect(OK);
    let _ = bob.create(body("1")).await;
    let twice = json!([
        {"op": "create", "title": "A", "references": reference("3")},
        {"op": "create", "title": "B", "references": reference("3")},
    ]);
    let refused = alice
        .post(
            &format!("{}/batch", alice.tasks),
            json!({"operations": twice}),
        )
        .await;
    assert_eq!(refused.expect(CONFLICT)["error"]["current"]["title"], "A");
    let (_, third) = alice.create(body("3")).await;
    assert_eq!(third["references"], reference("3"));
}

async fn a_reference_is_free_again_when_its_task_lets_it_go(app: TestApp) {
    let alice = app.user("alice");
    let body = json!({"title": "Fix it", "references": reference("1")});
    let (first, _) = alice.create(body.clone()).await;
    let _ = alice
        .patch(&first, json!({"references": []}))
        .await
        .expect(OK);
    let (second, held) = alice.create(body.clone()).await;
    let refused = alice.undo_latest(&first).await.expect(CONFLICT);
    assert_eq!(
        refused["error"]["current"], held,
        "the undo would take it from the other"
    );

    let _ = alice.delete(&second).await.expect(StatusCode::NO_CONTENT);
    let (third, held) = alice.create(body).await;
    let refused = alice
        .post(&format!("{second}/restore"), Value::Null)
        .await
        .expect(CONFLICT);
    assert_eq!(refused["error"]["current"], held);
    let _ = alice.delete(&third).await.expect(StatusCode::NO_CONTENT);
    let back = alice
        .post(&format!("{second}/restore"), Value::Null)
        .await
        .expect(OK);
    assert_eq!(back["references"], reference("1"));
    let refused = alice.undo_latest(&third).await.expect(CONFLICT);
    assert_eq!(refused["error"]["current"], back);
}

async fn a_batch_hands_a_reference_from_one_task_to_another(app: TestApp) {
    let alice = app.user("alice");
    let body = json!({"title": "A", "references": reference("1")});
    let (first, a) = alice.create(body).await;
    let (second, b) = alice.create(json!({"title": "B"})).await;
    let operations = json!([
        {"op": "change", "id": a["id"], "references": null},
        {"op": "change", "id": b["id"], "references": reference("1")},
    ]);
    let _ = alice.operate(operations).await;
    let now = alice.get(&second).await.expect(OK);
    assert_eq!(now["references"], reference("1"));
    let _ = alice.undo_latest(&second).await.expect(OK);
    assert_eq!(
        alice.get(&first).await.expect(OK)["references"],
        reference("1")
    );
    assert_eq!(alice.get(&second).await.expect(OK).get("references"), None);
}
