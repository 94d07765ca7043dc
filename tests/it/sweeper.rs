//! What has been kept long enough goes for good, and nothing else does.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tickbox::tasks::sweeper::{Sweeper, Swept};

use crate::support::process::{Running, Tickbox, http};
use crate::support::{Client, Home, SECRET, TestApp, every_engine, ledger, read_lines};

const DAY: Duration = Duration::from_hours(24);

every_engine!(
    the_trash_is_swept_when_its_time_is_over,
    many_are_swept_in_steps_by_several_at_once,
    an_answer_is_swept_after_a_day,
    of_very_many_answers_the_oldest_go_after_an_hour,
    the_latest_ten_thousand_answers_stay,
);

fn sweeper(app: &TestApp) -> Sweeper {
    Sweeper::new(
        app.app.store.clone(),
        app.clock.clone(),
        30 * DAY,
        app.app.tasks.leaving(),
    )
}

/// The program sweeps when it starts, and then every minute.
#[tokio::test]
async fn the_program_sweeps_what_is_older_than_its_setting_says() {
    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    let start = || {
        let server = Tickbox::new(["serve"]).env("BETTER_AUTH_SECRET", SECRET);
        let server = server.env("RETENTION", "2h").inside(directory.path());
        server.serve()
    };
    let server = start().await;
    let program = Tickbox::new(["token", "--user", "ada"]).env("BETTER_AUTH_SECRET", SECRET);
    let token = program.run().await.stdout.trim().to_owned();
    let send = async |server: &Running, method: reqwest::Method, path: &str, body: &'static str| {
        let url = format!("{}/api/ada/{path}", server.url);
        let request = http().request(method, url).bearer_auth(&token);
        let request = request.header("content-type", "application/json");
        let answer = request.body(body).send().await.unwrap();
        let body = answer.text().await.unwrap();
        serde_json::from_str::<Value>(&body).unwrap_or_default()
    };
    let (get, post) = (reqwest::Method::GET, reqwest::Method::POST);
    // A cursor from before the account would stay good.
    send(&server, post.clone(), "tasks", r#"{"title": "First"}"#).await;
    let start_cursor = send(&server, get.clone(), "changes", "").await["next_cursor"].clone();
    for (age, title) in [("3", r#"{"title": "Old"}"#), ("1", r#"{"title": "Young"}"#)] {
        let task = send(&server, post.clone(), "tasks", title).await;
        let path = format!("tasks/{}", task["id"].as_str().unwrap());
        send(&server, reqwest::Method::DELETE, &path, "").await;
        let hours = format!(
            "UPDATE tasks SET deleted_at = deleted_at - {age} * 3600000000 WHERE title = $1"
        );
        let file = rusqlite::Connection::open(directory.path().join("tickbox.db")).unwrap();
        let aged = file.execute(&hours, [task["title"].as_str().unwrap()]);
        assert_eq!(aged.unwrap(), 1);
    }
    server.kill();
    assert_eq!(server.ended().await.code, None);

    let mut server = start().await;
    server.logged("swept").await;
    let trash = send(&server, get.clone(), "tasks?deleted=true", "").await;
    assert_eq!(trash["count"], 1);
    assert_eq!(trash["tasks"][0]["title"], "Young");
    let since = format!("changes?since={}", start_cursor.as_str().unwrap());
    let refused = send(&server, get, &since, "").await;
    assert_eq!(refused["error"]["code"], "CURSOR_EXPIRED");
}

async fn numbers(home: &Home) -> String {
    const SQL: &str = "SELECT 'trash=' || deleted_count || ' swept=' || swept_seq FROM accounts \
        WHERE space = 'alice'";
    read_lines(home, SQL).await.concat()
}

async fn the_trash_is_swept_when_its_time_is_over(app: TestApp) {
    let alice = app.user("alice");
    let (kept, _) = alice
        .create(json!({"title": "Kept", "completed": true}))
        .await;
    let (old, _) = alice.create(json!({"title": "Old"})).await;
    let _ = alice.delete(&old).await.expect(StatusCode::NO_CONTENT);
    app.clock.advance(29 * DAY);
    assert_eq!(sweeper(&app).sweep().await.unwrap(), Swept::default());
    let alice = app.user("alice");
    let (young, _) = alice.create(json!({"title": "Young"})).await;
    let _ = alice.delete(&young).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(numbers(&app.home).await, "trash=2 swept=0");

    app.clock.advance(2 * DAY);
    let swept = sweeper(&app).sweep().await.unwrap();
    assert_eq!((swept.tasks, swept.changes), (1, 2));
    assert_eq!(numbers(&app.home).await, "trash=1 swept=3");
    let alice = app.user("alice");
    let trash = alice.get(&format!("{}?deleted=true", alice.tasks)).await;
    let trash = trash.expect(StatusCode::OK);
    assert_eq!(
        (&trash["count"], &trash["tasks"][0]["title"]),
        (&json!(1), &json!("Young"))
    );
    for path in [
        format!("{old}/restore"),
        "/api/alice/changes/3/undo".to_owned(),
    ] {
        assert_eq!(
            alice.post(&path, Value::Null).await.status,
            StatusCode::NOT_FOUND
        );
    }
    // A task that stays loses only its old history.
    let told = alice
        .get(&format!("{kept}/history"))
        .await
        .expect(StatusCode::OK);
    assert_eq!(told, json!({"history": [], "next_cursor": null}));
    assert_eq!(
        ledger(&app.home).await,
        [
            "account alice seq=5 tasks=1 completed=1",
            "task alice Kept version=1 seq=1"
        ]
    );
    assert_eq!(sweeper(&app).sweep().await.unwrap(), Swept::default());
}

async fn many_are_swept_in_steps_by_several_at_once(app: TestApp) {
    let alice = app.user("alice");
    for number in 0..260 {
        let (path, _) = alice
            .create(json!({"title": format!("Task {number}")}))
            .await;
        let _ = alice.delete(&path).await.expect(StatusCode::NO_CONTENT);
    }
    app.clock.advance(31 * DAY);
    let (one, other) = (sweeper(&app), sweeper(&app));
    let (one, other) = tokio::join!(one.sweep(), other.sweep());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.tasks + other.tasks, 260);
    // One of them may find a change while the other has not yet removed its task, with which it goes then.
    assert!((260..=520).contains(&(one.changes + other.changes)));
    assert_eq!(
        read_lines(&app.home, "SELECT 'seq=' || seq FROM changes").await,
        [""; 0]
    );
    assert_eq!(numbers(&app.home).await, "trash=0 swept=520");
}

async fn answers(home: &Home) -> String {
    let count = "(SELECT count(*) FROM answers AS k WHERE k.space = a.space)";
    let sql =
        format!("SELECT {count} || ' kept, ' || answer_count || ' counted' FROM accounts AS a");
    read_lines(home, &sql).await.concat()
}

/// Makes a task with a key, so that one more answer is kept.
async fn keep(user: &Client, key: &str) {
    let header = ("idempotency-key", key);
    let body = json!({"title": "Buy milk"});
    let _ = user
        .send_with(Method::POST, &user.tasks, header, body)
        .await
        .expect(StatusCode::CREATED);
}

async fn an_answer_is_swept_after_a_day(app: TestApp) {
    let alice = app.user("alice");
    keep(&alice, "once").await;
    app.clock.advance(Duration::from_hours(23));
    assert_eq!(sweeper(&app).sweep().await.unwrap().answers, 0);
    assert_eq!(answers(&app.home).await, "1 kept, 1 counted");
    // One who keeps answers all day long is swept once an hour.
    app.clock.advance(Duration::from_mins(121));
    assert_eq!(sweeper(&app).sweep().await.unwrap().answers, 1);
    assert_eq!(answers(&app.home).await, "0 kept, 0 counted");
}

async fn of_very_many_answers_the_oldest_go_after_an_hour(app: TestApp) {
    let alice = app.user("alice");
    keep(&alice, "once").await;
    // A moment before, and 10,500 more.
    let many = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10500)
        INSERT INTO answers (space, idempotency_key, fingerprint, created_at, answer)
        SELECT space, 'key ' || n, fingerprint, created_at, answer FROM answers, numbers;
        UPDATE accounts SET answer_count = 10501";
    crate::support::tamper(&app.home, many).await;
    let swept = async || sweeper(&app).sweep().await.unwrap().answers;
    assert_eq!(swept().await, 0, "they are young");
    app.clock.advance(Duration::from_hours(2));
    assert_eq!(swept().await, 0, "nobody has counted them yet");
    let alice = app.user("alice");
    for young in ["a", "b", "c"] {
        keep(&alice, young).await;
    }
    app.clock.advance(Duration::from_mins(59));
    assert_eq!(swept().await, 0, "the last are young");
    assert_eq!(answers(&app.home).await, "10504 kept, 10504 counted");
    app.clock.advance(Duration::from_mins(2));
    // In steps of 500, until there are no more than 10,000.
    assert_eq!(swept().await, 1000);
    assert_eq!(answers(&app.home).await, "9504 kept, 9504 counted");
    // By now they are as few as others have.
    app.clock.advance(Duration::from_hours(21));
    assert_eq!(swept().await, 0);
    app.clock.advance(Duration::from_hours(1));
    assert_eq!(swept().await, 9501);
    assert_eq!(answers(&app.home).await, "3 kept, 3 counted");
}

async fn the_latest_ten_thousand_answers_stay(app: TestApp) {
    let alice = app.user("alice");
    keep(&alice, "once").await;
    let later = match &app.home {
        Home::Sqlite(_) => "created_at + n",
        Home::Postgres(_) => "created_at + n * interval '1 microsecond'",
    };
    let many = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10001)
        INSERT INTO answers (space, idempotency_key, fingerprint, created_at, answer)
        SELECT space, 'key ' || n, fingerprint, {later}, answer FROM answers, numbers;
        UPDATE accounts SET answer_count = 10002"
    );
    crate::support::tamper(&app.home, &many).await;
    app.clock.advance(Duration::from_hours(2));
    let alice = app.user("alice");
    keep(&alice, "young").await;
    app.clock.advance(Duration::from_mins(61));
    assert_eq!(sweeper(&app).sweep().await.unwrap().answers, 3);
    assert_eq!(answers(&app.home).await, "10000 kept, 10000 counted");
}
