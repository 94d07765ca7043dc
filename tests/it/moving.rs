//! A deployment moves from one engine to the other, and back, with all that is in it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::list_records::create_list;
use crate::references::reference;
use crate::support::process::{Ended, Tickbox};
use crate::support::{Client, Home, TestApp, every_engine, read_lines, tamper};

every_engine!(
    an_export_that_was_cut_or_changed_leaves_nothing,
    an_export_is_of_one_version,
);

async fn run(home: &Home, place: &Path, arguments: &[&str]) -> Ended {
    let program = Tickbox::new(arguments).inside(place);
    program.env("DATABASE_URL", home.url()).run().await
}

fn fresh() -> TempDir {
    TempDir::with_prefix("tickbox-test-").unwrap()
}

async fn export(home: &Home) -> String {
    let place = fresh();
    let ended = run(home, place.path(), &["export", "--all"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.starts_with("exported "), "{}", ended.stderr);
    ended.stdout
}

async fn import(home: &Home, lines: &str) -> Ended {
    let place = fresh();
    fs::write(place.path().join("all.jsonl"), lines).unwrap();
    run(home, place.path(), &["import", "--all", "all.jsonl"]).await
}

/// A row in every table, and a value in every column that may be without.
async fn live(user: &Client) {
    let (_, list) = create_list(user, json!({"name": "Home", "color": "#ff0000"})).await;
    let parent =
        json!({"title": "Würze \u{1F9C2}\n\"'\\", "list_id": list["id"], "description": ""});
    let (parent, above) = user.create(parent).await;
    let full = json!({
        "title": "All of it", "description": "tab\there\u{7f}", "due": "2026-12-01T09:00:00[Europe/Berlin]",
        "start": "2026-11-30T09:00:00[Europe/Berlin]", "priority": 1, "tags": ["b", "a", "é"],
        "list_id": list["id"], "parent_id": above["id"], "references": reference("x\"y"),
        "metadata": {"deep": [1, 2.5, null, {"x": "\u{2028}"}]},
    });
    let (full, _) = user.create(full).await;
    let moved = json!({"op": "move", "id": full.rsplit('/').next(), "after": null});
    let _ = user.batch(json!({"operations": [moved]})).await;
    let _ = user
        .patch(&full, json!({"title": "More of it", "tags": ["c"]}))
        .await
        .expect(StatusCode::OK);
    let _ = user
        .patch(&format!("{parent}/complete"), json!({"completed": true}))
        .await
        .expect(StatusCode::OK);
    let _ = user.undo_latest(&full).await.expect(StatusCode::OK);
    let (gone, _) = user.create(json!({"title": "In the trash"})).await;
    let _ = user.delete(&gone).await.expect(StatusCode::NO_CONTENT);
    let operations = json!([{"op": "create", "title": "1"}, {"op": "create", "title": "2"}]);
    user.operate(operations).await;
    let kept = keyed(user).await;
    assert_eq!(kept.status, StatusCode::CREATED);
    let ticket = user.tasks.replace("/tasks", "/events/ticket");
    assert_eq!(
        user.post(&ticket, Value::Null).await.status,
        StatusCode::CREATED
    );
}

async fn keyed(user: &Client) -> crate::support::Answer {
    let (key, body) = (("idempotency-key", "a-key"), json!({"title": "kept"}));
    user.send_with(Method::POST, &user.tasks, key, body).await
}

/// The names of the tables, and how many rows each has in an export.
fn tables(export: &str) -> Vec<(String, usize)> {
    let mut tables: Vec<(String, usize)> = Vec::new();
    for line in export.lines().skip(1) {
        match serde_json::from_str(line).unwrap() {
            Value::Array(_) => tables.last_mut().unwrap().1 += 1,
            mark => {
                let name = mark["table"].as_str().map(str::to_owned);
                tables.extend(name.map(|name| (name, 0)));
            }
        }
    }
    tables
}

#[tokio::test(flavor = "multi_thread")]
async fn from_sqlite_to_postgres_and_back_is_the_same_byte_for_byte() {
    let app = TestApp::sqlite().await;
    for id in ["ada", "jörg|ü", "Z", "\u{10FFFF}", "\u{FFFD}"] {
        live(&app.user(id)).await;
    }
    tamper(
        &app.home,
        "UPDATE accounts SET is_leaving = 1 WHERE space = 'Z'",
    )
    .await;
    let ada = app.user("ada");
    let changes = ada.tasks.replace("/tasks", "/changes");
    let page = ada.get(&changes).await.expect(StatusCode::OK);
    let since = format!("{changes}?since={}", page["next_cursor"].as_str().unwrap());
    let listed = format!("{}?limit=2", ada.tasks);
    let list = ada.get(&listed).await;
    let tag = list.header("etag").unwrap().to_owned();
    let list = list.expect(StatusCode::OK);

    // It is served meanwhile.
    let first = export(&app.home).await;
    assert_eq!(export(&app.home).await, first, "two of the same are equal");
    let (postgres, back) = (Home::postgres().await, Home::sqlite());
    let imported = import(&postgres, &first).await;
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    assert!(
        imported.stdout.starts_with("imported 5 users with "),
        "{}",
        imported.stdout
    );
    let second = export(&postgres).await;
    assert_eq!(first, second);
    let imported = import(&back, &second).await;
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    assert_eq!(export(&back).await, first);
    let again = import(&back, &second).await;
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("is not empty"), "{}", again.stderr);
    let again = import(&postgres, &second).await;
    assert!(again.stderr.contains("is not empty"), "{}", again.stderr);

    for (table, rows) in tables(&first) {
        assert!(rows > 0, "nothing was tried of {table}");
    }
    for home in [postgres, back] {
        let app = TestApp::at(home).await;
        let ada = app.user("ada");
        let known = ada
            .send_with(Method::GET, &listed, ("if-none-match", &tag), Value::Null)
            .await;
        assert_eq!(known.status, StatusCode::NOT_MODIFIED);
        let next = ada
            .get(
                list["next_cursor"]
                    .as_str()
                    .map_or_else(
                        || panic!("there is more"),
                        |cursor| format!("{}?limit=2&cursor={cursor}", ada.tasks),
                    )
                    .as_str(),
            )
            .await;
        assert_eq!(next.status, StatusCode::OK);
        assert_eq!(
            ada.get(&since).await.expect(StatusCode::OK)["changes"],
            json!([])
        );
        let replayed = keyed(&ada).await;
        assert_eq!(replayed.header("idempotency-replayed"), Some("true"));
        ada.create(json!({"title": "After the move"})).await;
        let page = ada.get(&since).await.expect(StatusCode::OK);
        assert_eq!(page["changes"].as_array().map(Vec::len), Some(1));
    }
}

/// What a new table needs: a place in the list, or a reason to be left out.
#[tokio::test(flavor = "multi_thread")]
async fn every_table_moves_but_those_of_the_moment() {
    let app = TestApp::sqlite().await;
    let all = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut all: BTreeSet<String> = read_lines(&app.home, all).await.into_iter().collect();
    for left_out in ["schema_migrations", "tickets"] {
        assert!(all.remove(left_out), "{left_out}");
    }
    let exported = export(&app.home).await;
    let moved: BTreeSet<String> = tables(&exported)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(moved, all);
    // And every column of them.
    for line in exported.lines() {
        let mark: Value = serde_json::from_str(line).unwrap();
        let (Some(table), Some(columns)) = (mark["table"].as_str(), mark["columns"].as_array())
        else {
            continue;
        };
        let sql = format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid");
        assert_eq!(
            json!(read_lines(&app.home, &sql).await),
            json!(columns),
            "{table}"
        );
    }
}

async fn an_export_that_was_cut_or_changed_leaves_nothing(app: TestApp) {
    live(&app.user("ada")).await;
    let good = export(&app.home).await;
    let lines: Vec<&str> = good.lines().collect();
    let row = lines.iter().position(|line| line.starts_with('[')).unwrap();
    let task = lines
        .iter()
        .rposition(|line| line.contains("In the trash"))
        .unwrap();
    let with = |place: usize, line: &str| {
        let mut lines = lines.clone();
        lines.splice(
            place..=place,
            line.split('\n').filter(|line| !line.is_empty()),
        );
        lines.join("\n") + "\n"
    };
    let home = app.home.another().await;
    for (bad, words) in [
        (good[..good.len() / 2].to_owned(), "ends too early"),
        (good.trim_end().to_owned(), "ends too early"),
        (lines[..lines.len() - 1].join("\n") + "\n", "ends too early"),
        (
            String::new(),
            "line 1 of the export: the file ends too early",
        ),
        (with(task, ""), "rows are missing"),
        (with(task, &format!("{0}\n{0}", lines[task])), "line "),
        (with(row, &format!("{0}\n{0}", lines[row])), "line "),
        (with(task, "[1]"), "1 values where tasks has"),
        (
            with(task, &lines[task].replace("\"In the trash\"", "7")),
            "no value for tasks: title",
        ),
        (
            with(task, &lines[task].replace("\"In the trash\"", "null")),
            "line ",
        ),
        (
            with(task, "{\"table\": \"others\"}"),
            "the table others is not due here",
        ),
        (
            with(1, "{\"table\": \"accounts\", \"columns\": [\"space\"]}"),
            "has other columns",
        ),
        (with(1, ""), "a row of no table"),
        (with(row, "no JSON"), &*format!("line {}", row + 1)),
        (
            format!("{good}{good}"),
            &*format!(
                "line {} of the export: something stands behind the end",
                lines.len() + 1
            ),
        ),
        (format!("{good}\n"), "something stands behind the end"),
    ] {
        let ended = import(&home, &bad).await;
        assert_eq!(ended.code, Some(1), "{words}: {bad}");
        assert!(ended.stderr.contains(words), "{words}: {}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    }
    let imported = import(&home, &good).await;
    assert_eq!(imported.code, Some(0), "it was empty: {}", imported.stderr);
    assert_eq!(export(&home).await, good);
}

async fn an_export_is_of_one_version(app: TestApp) {
    let good = export(&app.home).await;
    let (first, rest) = good.split_once('\n').unwrap();
    let mut header: Value = serde_json::from_str(first).unwrap();
    assert_eq!(header["kind"], "tickbox-all");
    assert_eq!(header["migrations"].as_array().map(Vec::len), Some(1));
    for (name, value, words) in [
        (
            "kind",
            json!("tickbox"),
            "this is an export of the kind \"tickbox\"",
        ),
        ("version", json!(2), "has version 2 of the format"),
        ("migrations", json!([]), "has other migrations"),
        (
            "migrations",
            json!([{"number": 1, "checksum": "x"}]),
            "has other migrations",
        ),
        ("kind", json!(1), "no export of tickbox"),
    ] {
        let before = header[name].clone();
        header[name] = value;
        let ended = import(&app.home, &format!("{header}\n{rest}")).await;
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
        header[name] = before;
    }
}

#[tokio::test]
async fn an_export_is_a_file_of_its_owner_or_what_a_pipe_takes() {
    let home = Home::sqlite();
    let place = fresh();
    let at = place.path();
    let ended = run(&home, at, &["export", "--all", "all.jsonl"]).await;
    assert!(
        ended.stderr.contains("there is no database"),
        "{}",
        ended.stderr
    );
    assert_eq!(run(&home, at, &["migrate"]).await.code, Some(0));
    let ended = run(&home, at, &["export", "--all", "all.jsonl"]).await;
    let said = "exported 0 users with 0 tasks (0 rows) to all.jsonl\n";
    assert_eq!((ended.code, &*ended.stdout), (Some(0), said));
    let file = at.join("all.jsonl");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        run(&home, at, &["export", "--all", "-"]).await.stdout,
        fs::read_to_string(&file).unwrap()
    );
    let ended = run(&home, at, &["export", "--all", "all.jsonl"]).await;
    assert!(ended.stderr.contains("--force"), "{}", ended.stderr);
    let forced = run(&home, at, &["export", "--all", "--force", "all.jsonl"]).await;
    assert_eq!(forced.code, Some(0));
    for command in ["export", "import"] {
        let ended = run(&home, at, &[command, "all.jsonl"]).await;
        assert_eq!(ended.code, Some(2));
        assert!(ended.stderr.contains("--all"), "{}", ended.stderr);
        let help = run(&home, at, &[command, "--help"]).await.stdout;
        assert!(help.contains("GET /api/{user_id}/export"), "{help}");
    }
}
