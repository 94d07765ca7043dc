//! `docs/moving-from-fastapi.md`: its statements take the table of such a backend over, and the program goes on with it.

use std::fs;
use std::path::Path;

use axum::http::StatusCode;
use insta::assert_json_snapshot;
use serde_json::json;

use crate::support::{TestApp, read_lines, tamper};

/// As `SQLModel` makes it, with what people have put into it.
const OLD: &str = "
CREATE TABLE public.tasks (
    id serial PRIMARY KEY,
    user_id varchar NOT NULL,
    title varchar NOT NULL,
    description varchar,
    completed boolean NOT NULL DEFAULT false,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone
);
INSERT INTO public.tasks (user_id, title, description, completed, created_at, updated_at) VALUES
    ('ada', 'Buy milk', 'Two litres', false, '2025-11-01 08:00:00.123456', '2025-11-01 08:00:00.123456'),
    ('TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv', 'Somebody else''s', NULL, false, '2025-11-01 08:00:00', NULL),
    ('ada', '  Call Bob ', '', true, '2025-11-02 09:30:00', '2025-11-03 10:00:00.5'),
    ('ada', ' ', NULL, false, '2025-11-02 09:30:00', NULL);
";

fn statements() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/moving-from-fastapi.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```sql\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_a_fastapi_backend_is_taken_over() {
    let app = TestApp::postgres().await;
    tamper(&app.home, OLD).await;
    tamper(&app.home, &statements()).await;
    let ada = app.user("ada");
    let list = ada.get(&ada.tasks).await.expect(StatusCode::OK);
    assert_json_snapshot!(list, {".tasks[].id" => "[id]"}, @r#"
    {
      "count": 3,
      "tasks": [
        {
          "completed": true,
          "completed_at": "2025-11-03T10:00:00.500000Z",
          "created_at": "2025-11-02T09:30:00.000000Z",
          "description": "",
          "id": "[id]",
          "title": "Call Bob",
          "updated_at": "2025-11-03T10:00:00.500000Z",
          "user_id": "ada",
          "version": 1
        },
        {
          "completed": false,
          "created_at": "2025-11-02T09:30:00.000000Z",
          "description": null,
          "id": "[id]",
          "title": "(without a title)",
          "updated_at": "2025-11-02T09:30:00.000000Z",
          "user_id": "ada",
          "version": 1
        },
        {
          "completed": false,
          "created_at": "2025-11-01T08:00:00.123456Z",
          "description": "Two litres",
          "id": "[id]",
          "title": "Buy milk",
          "updated_at": "2025-11-01T08:00:00.123456Z",
          "user_id": "ada",
          "version": 1
        }
      ]
    }
    "#);
    let stranger = app.user("TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv");
    let others = stranger.get(&stranger.tasks).await.expect(StatusCode::OK);
    assert_eq!(others["count"], 1);

    // A client that keeps a copy finds them, and the program goes on from there.
    let changes = ada.tasks.replace("/tasks", "/changes");
    let feed = ada.get(&changes).await.expect(StatusCode::OK);
    assert_eq!(feed["changes"].as_array().unwrap().len(), 3);
    assert_eq!(feed["changes"][0]["task"]["title"], "Buy milk");
    let milk = format!(
        "{}/{}",
        ada.tasks,
        feed["changes"][0]["task"]["id"].as_str().unwrap()
    );
    let done = ada
        .patch(&format!("{milk}/complete"), json!({"completed": true}))
        .await;
    assert_eq!(done.expect(StatusCode::OK)["version"], 2);
    let history = ada
        .get(&format!("{milk}/history"))
        .await
        .expect(StatusCode::OK);
    // What was done in the old backend is older than a history goes back.
    assert_eq!(history["history"][0]["kind"], "changed");
    let (_, made) = ada.create(json!({"title": "New"})).await;
    assert_eq!(made["version"], 1);
    let counts = "SELECT space || ' ' || seq || ' ' || task_count || ' ' || completed_count FROM accounts ORDER BY space";
    assert_eq!(
        read_lines(&app.home, counts).await,
        ["TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv 1 1 0", "ada 5 4 2"]
    );
    // The ids are of the time of creation, and the same each time.
    let versions = "SELECT DISTINCT substr(id::text, 15, 1) FROM tasks";
    assert_eq!(read_lines(&app.home, versions).await, ["7"]);
}
