//! What comes back comes along with where it stands.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{OK, all_of, counts, file, get_task, id, import, task};
use crate::exports::export;
use crate::support::{TestApp, every_engine};

every_engine!(
    a_task_that_was_moved_behind_its_rule_comes_along,
    a_task_has_not_been_done_more_often_than_there_are_days,
);

async fn a_task_that_was_moved_behind_its_rule_comes_along(app: TestApp) {
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    for from in ["due", "completion"] {
        let rule = json!({"rule": "FREQ=DAILY;UNTIL=20270105", "from": from});
        let (path, _) = ada
            .create(json!({"title": from, "due": "2027-01-01", "recurrence": rule}))
            .await;
        let on = json!({"completed": true, "on": "2026-01-01"});
        let complete = format!("{path}/complete");
        let _ = ada.patch(&complete, on).await.expect(OK);
        // From there on the rule gives no day; where it stands it gives some.
        let _ = ada
            .patch(&path, json!({"due": "2027-02-01"}))
            .await
            .expect(OK);
    }
    let told = import(&bob, "", export(&ada).await.0).await;
    assert_eq!(counts(&told), [2, 0, 0, 0], "{told}");
    assert_eq!(all_of(&bob).await, all_of(&ada).await);
    for task in bob.list().await["tasks"].as_array().unwrap() {
        assert_eq!(
            (&task["occurrence"], &task["done"]),
            (&json!("2027-01-02"), &json!(1))
        );
    }
    // A rule that could not begin where it says that it began is none.
    let never = task(
        1,
        json!({
            "due": "2027-01-01", "recurrence": {"rule": "FREQ=DAILY;UNTIL=20270105"},
            "anchor": "2027-02-01", "occurrence": "2027-01-01", "done": 1,
        }),
    );
    let told = import(&bob, "", file([never])).await;
    assert_eq!(counts(&told), [0, 0, 0, 1], "{told}");
}

async fn a_task_has_not_been_done_more_often_than_there_are_days(app: TestApp) {
    let ada = app.user("ada");
    let line = |number: u64, done: Value| {
        let stands = json!({
            "due": "2026-12-01", "recurrence": {"rule": "FREQ=DAILY"},
            "anchor": "2026-12-01", "occurrence": "2026-12-01", "done": done,
        });
        task(number, stands)
    };
    let most = 3_652_425_u32;
    for done in [
        json!(most + 1),
        json!(u32::MAX),
        json!(u64::MAX),
        json!(-1),
        json!(1.0),
        json!("1"),
    ] {
        let told = import(&ada, "", file([line(1, done)])).await;
        assert_eq!(counts(&told), [0, 0, 0, 1], "{told}");
        let reason = "done must be a whole number up to 3652425";
        assert_eq!(told["failures"], json!([{"line": 2, "reason": reason}]));
    }
    let told = import(&ada, "", file([line(2, json!(most))])).await;
    assert_eq!(counts(&told), [1, 0, 0, 0], "{told}");
    let path = format!("{}/{}/complete", ada.tasks, id(2));
    for times in 1..3 {
        let _ = ada.patch(&path, json!({})).await.expect(StatusCode::OK);
        assert_eq!(get_task(&ada, 2).await["done"], most + times);
    }
}
