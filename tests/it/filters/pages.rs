//! Pages of filtered and sorted lists: their cursors, counts, links and entity tags.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{get, path, strings, walk};
use crate::support::{Answer, Client, Home, TestApp, every_engine, tamper};

every_engine!(
    pages_are_stable_under_writes_in_every_order,
    a_page_leads_to_the_next_one,
    today_is_the_same_day_on_every_page,
    a_tag_holds_for_a_day_in_a_zone,
    a_list_with_now_has_no_tag,
    a_filtered_trash_is_a_list_of_its_own,
    up_to_10000_are_counted,
    a_list_without_a_limit_is_all_of_them,
);

const KEYS: [&str; 8] = [
    "created_at",
    "updated_at",
    "due",
    "start",
    "priority",
    "title",
    "order",
    "completed_at",
];

/// Tasks of which each has something in common with another, and one in three lacks something.
async fn fill(client: &Client) {
    for number in 0..12 {
        let title = ["b", "Ä", "a", "B"][number % 4];
        let mut task = json!({
            "title": title,
            "completed": number % 3 == 0,
        });
        if number % 3 != 1 {
            task["priority"] = json!(1 + number % 2);
        }
        let day = format!("2026-01-0{}", 1 + number % 3);
        match number % 6 {
            0 => task["due"] = json!(day),
            1 => task["due"] = json!(format!("{day}T09:00:00[Europe/Berlin]")),
            2 => task["due"] = json!(format!("{day}T09:00:00")),
            3 => task["start"] = json!(day),
            4 => task["start"] = json!(format!("{day}T09:00:00")),
            _ => {}
        }
        client.create(task).await;
    }
}

async fn pages_are_stable_under_writes_in_every_order(app: TestApp) {
    for key in KEYS {
        for direction in ["", " desc"] {
            let order = format!("{key}{direction}");
            let user = app.user(&format!("of {key}{direction}"));
            fill(&user).await;
            let question = [("order_by", order.as_str()), ("limit", "2")];
            let (before, counts) = walk(&user, &question).await;
            assert_eq!(before.len(), 12, "{order}");
            assert_eq!(counts, [12; 6], "{order}");

            let mut seen = Vec::new();
            let mut cursor = String::new();
            loop {
                let mut question = question.to_vec();
                question.push(("cursor", &cursor));
                let page = get(&user, &question).await;
                let ids = strings(&page, "id");
                seen.extend(ids.iter().cloned());
                // The one that the cursor names is gone; what comes is somewhere.
                let last = format!("{}/{}", user.tasks, ids.last().unwrap());
                user.delete(&last).await.expect(StatusCode::NO_CONTENT);
                user.create(json!({"title": "new", "due": "2026-01-02", "priority": 1}))
                    .await;
                let Some(next) = page["next_cursor"].as_str() else {
                    break;
                };
                next.clone_into(&mut cursor);
            }
            seen.retain(|id| before.contains(id));
            assert_eq!(seen, before, "{order}");
        }
    }
}

async fn a_page_leads_to_the_next_one(app: TestApp) {
    let alice = app.user("alice");
    fill(&alice).await;
    let question = [
        ("filter", "due:* OR priority = 1"),
        ("order_by", "due desc, title"),
        ("zone", "Europe/Berlin"),
        ("completed", "false"),
    ];
    let whole = get(&alice, &question).await;
    let mut target = path(&alice, &[&question[..], &[("limit", "2")]].concat());
    let mut seen = Vec::new();
    loop {
        let answer = alice.get(&target).await;
        let link = answer.header("link").map(str::to_owned);
        let page = answer.expect(StatusCode::OK);
        assert_eq!(page["count"], whole["count"]);
        assert_eq!(page.get("count_is_minimum"), None);
        seen.extend(strings(&page, "id"));
        let Some(link) = link else {
            assert_eq!(page["next_cursor"], Value::Null);
            break;
        };
        let next = link.strip_prefix('<').unwrap();
        next.strip_suffix(">; rel=\"next\"")
            .unwrap()
            .clone_into(&mut target);
    }
    assert_eq!(seen, strings(&whole, "id"));
    assert_eq!(seen.len(), 4, "{seen:?}");
}

async fn today_is_the_same_day_on_every_page(app: TestApp) {
    let alice = app.user("alice");
    for day in ["2026-01-01", "2026-01-01", "2026-01-01", "2026-01-02"] {
        alice.create(json!({"title": day, "due": day})).await;
    }
    let question = [("filter", "due = today()"), ("limit", "2")];
    let first = get(&alice, &question).await;
    assert_eq!(first["count"], 3);
    let cursor = first["next_cursor"].as_str().unwrap();
    app.clock.advance(Duration::from_hours(24));
    let alice = app.user("alice");
    let second = get(&alice, &[&question[..], &[("cursor", cursor)]].concat()).await;
    assert_eq!(strings(&second, "title"), ["2026-01-01"]);
    assert_eq!(second["count"], 3);
    let anew = get(&alice, &question).await;
    assert_eq!(strings(&anew, "title"), ["2026-01-02"]);
}

async fn ask_again(client: &Client, question: &[(&str, &str)], tag: &str) -> Answer {
    let known = ("if-none-match", tag);
    client
        .send_with(Method::GET, &path(client, question), known, Value::Null)
        .await
}

async fn tag_of(client: &Client, question: &[(&str, &str)]) -> Option<String> {
    let answer = client.get(&path(client, question)).await;
    answer.header("etag").map(str::to_owned)
}

async fn a_tag_holds_for_a_day_in_a_zone(app: TestApp) {
    let alice = app.user("alice");
    fill(&alice).await;
    for limit in [None, Some(("limit", "2"))] {
        let alice = app.user("alice");
        let question = |filter, zone| {
            let mut question = vec![("filter", filter), ("zone", zone)];
            question.extend(limit);
            question
        };
        let today = question("due <= today()", "Europe/Berlin");
        let tag = tag_of(&alice, &today).await.unwrap();
        let kept = ask_again(&alice, &today, &tag).await;
        assert_eq!(kept.status, StatusCode::NOT_MODIFIED);
        for other in [
            question("due <= today()", "Asia/Tokyo"),
            question("due < today()", "Europe/Berlin"),
            [&today[..], &[("order_by", "due")]].concat(),
            [&today[..], &[("completed", "true")]].concat(),
        ] {
            assert_ne!(tag_of(&alice, &other).await.unwrap(), tag, "{other:?}");
            let answer = ask_again(&alice, &other, &tag).await;
            assert_eq!(answer.status, StatusCode::OK, "{other:?}");
        }
        let timeless = question("priority = 1", "Europe/Berlin");
        let lasting = tag_of(&alice, &timeless).await.unwrap();
        app.clock.advance(Duration::from_hours(24));
        let alice = app.user("alice");
        assert_eq!(ask_again(&alice, &today, &tag).await.status, StatusCode::OK);
        let kept = ask_again(&alice, &timeless, &lasting).await;
        assert_eq!(kept.status, StatusCode::NOT_MODIFIED);
        alice.create(json!({"title": "new"})).await;
        let changed = ask_again(&alice, &timeless, &lasting).await;
        assert_eq!(changed.status, StatusCode::OK);
    }
}

async fn a_list_with_now_has_no_tag(app: TestApp) {
    let alice = app.user("alice");
    fill(&alice).await;
    let question = [("filter", "due < now()"), ("limit", "2")];
    assert_eq!(tag_of(&alice, &question).await, None);
    assert_eq!(tag_of(&alice, &question[..1]).await, None);
    let answer = ask_again(&alice, &question, "*").await;
    assert_eq!(answer.status, StatusCode::OK);
}

async fn a_filtered_trash_is_a_list_of_its_own(app: TestApp) {
    let alice = app.user("alice");
    for (title, tags) in [
        ("a", json!(["home"])),
        ("b", json!(["home"])),
        ("c", json!([])),
    ] {
        let (task, _) = alice.create(json!({"title": title, "tags": tags})).await;
        alice.delete(&task).await.expect(StatusCode::NO_CONTENT);
    }
    alice.create(json!({"title": "d", "tags": ["home"]})).await;
    let question = [
        ("filter", "tags:home"),
        ("order_by", "title"),
        ("deleted", "true"),
    ];
    let list = get(&alice, &question).await;
    assert_eq!(strings(&list, "title"), ["a", "b"]);
    assert_eq!(list["count"], 2);
    let tag = tag_of(&alice, &question).await.unwrap();
    let kept = ask_again(&alice, &question, &tag).await;
    assert_eq!(kept.status, StatusCode::NOT_MODIFIED);
    assert_ne!(tag_of(&alice, &question[..2]).await.unwrap(), tag);
}

/// As many tasks, all alike but for their titles, all due on the same day; one in two in a zone.
async fn fill_with(home: &Home, count: usize) {
    let (numbers, id, time) = match home {
        Home::Sqlite(_) => (
            format!(
                "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})"
            ),
            "unhex('01990f3e8a5c7cc398c4' || printf('%012x', n))",
            "1767225600000000 + n",
        ),
        Home::Postgres(_) => (
            format!("WITH s (n) AS (SELECT generate_series(1, {count}))"),
            "CAST('01990f3e-8a5c-7cc3-98c4-' || lpad(to_hex(n), 12, '0') AS uuid)",
            "timestamptz '2026-01-01T00:00:00Z' + n * interval '1 microsecond'",
        ),
    };
    let due = "CASE WHEN n % 2 = 0 THEN '2026-01-01' ELSE '2026-01-01T09:00:00[Europe/Berlin]' END";
    let space = format!("owner of {count}");
    tamper(
        home,
        &format!(
            "INSERT INTO accounts (space, epoch, seq, swept_seq, forgotten_seq, task_count, completed_count, deleted_count, is_leaving)
                VALUES ('{space}', 7, {count}, 0, 0, {count}, 0, 0, (1 = 0));
             {numbers} INSERT INTO tasks
                (space, id, title, completed, due, priority, more, created_at, updated_at, version, seq)
                SELECT '{space}', {id}, 'Task ' || n, (n < 0),
                    {due},
                    3, 'due ' || {due} || '\npriority 3\n', {time}, {time}, 1, n FROM s;"
        ),
    )
    .await;
}

async fn up_to_10000_are_counted(app: TestApp) {
    for count in [9_999, 10_000, 10_001] {
        fill_with(&app.home, count).await;
        let owner = app.user(&format!("owner of {count}"));
        let is_minimum = count > 10_000;
        for (filter, order_by) in [
            ("completed = false", ""),
            ("priority = 3", "due"),
            ("due = 2026-01-01", "priority"),
            ("task", ""),
            ("due < 2026-01-01T10:00:00Z OR due:*", "title desc"),
        ] {
            let question = [("filter", filter), ("order_by", order_by), ("limit", "3")];
            let page = get(&owner, &question).await;
            let told = format!("{count}: {filter} by {order_by}");
            assert_eq!(page["count"], count.min(10_000), "{told}");
            let minimum = page.get("count_is_minimum");
            assert_eq!(minimum, is_minimum.then_some(&json!(true)), "{told}");
            let cursor = page["next_cursor"].as_str().unwrap();
            let next = get(&owner, &[&question[..], &[("cursor", cursor)]].concat()).await;
            assert_eq!(next["count"], page["count"], "{told}");
            assert_eq!(
                next.get("count_is_minimum"),
                page.get("count_is_minimum"),
                "{told}"
            );
        }
        for order_by in ["", "due", "title desc", "order", "due, priority"] {
            for shown in ["", "false"] {
                let question = [("limit", "3"), ("order_by", order_by)];
                let shown = (!shown.is_empty()).then_some(("completed", shown));
                let question = [&question[..], shown.as_slice()].concat();
                let plain = get(&owner, &question).await;
                assert_eq!(plain["count"], count, "without a filter all are counted");
                assert_eq!(plain.get("count_is_minimum"), None, "{question:?}");
            }
        }
    }
}

async fn a_list_without_a_limit_is_all_of_them(app: TestApp) {
    fill_with(&app.home, 10_001).await;
    let owner = app.user("owner of 10001");
    for (filter, order_by) in [("", "priority"), ("task", ""), ("due:*", "title")] {
        let whole = get(&owner, &[("filter", filter), ("order_by", order_by)]).await;
        let mut ids = strings(&whole, "id");
        assert_eq!(ids.len(), 10_001, "{filter}");
        let is_counted = filter.is_empty();
        let check = |list: &Value| {
            assert_eq!(list["count"], if is_counted { 10_001 } else { 10_000 });
            let minimum = list.get("count_is_minimum");
            assert_eq!(minimum, (!is_counted).then_some(&json!(true)));
        };
        check(&whole);
        if order_by.is_empty() {
            assert!(ids.is_sorted_by(|first, second| first > second));
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 10_001, "{filter}");
        // From a cursor on, it is the rest.
        let question = [
            ("filter", filter),
            ("order_by", order_by),
            ("limit", "1000"),
        ];
        let page = get(&owner, &question).await;
        let cursor = page["next_cursor"].as_str().unwrap();
        let rest = get(&owner, &[&question[..2], &[("cursor", cursor)]].concat()).await;
        assert_eq!(strings(&rest, "id").len(), 9_001, "{filter}");
        check(&rest);
    }
}
