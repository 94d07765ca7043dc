//! Where what is imported comes to stand.

use super::*;

every_engine!(
    what_names_a_list_or_a_parent_that_is_not_there_comes_above,
    all_comes_into_the_list_that_is_named,
    a_list_that_is_not_there_is_no_target,
);

async fn what_names_a_list_or_a_parent_that_is_not_there_comes_above(app: TestApp) {
    let ada = app.user("ada");
    let list = json!({"kind": "list", "id": id(1), "name": "Home"});
    let told = import(
        &ada,
        "",
        file([
            list,
            task(1, json!({"list_id": id(9)})),
            task(2, json!({"parent_id": id(9), "list_id": id(1)})),
            task(3, json!({"parent_id": id(4)})),
            // In a circle: one of them is above.
            task(4, json!({"parent_id": id(3), "list_id": id(1)})),
            task(5, json!({"parent_id": id(6)})),
            task(6, json!({"list_id": id(1)})),
            // It was in the trash with what it is a part of.
            task(7, json!({"deleted_at": "2025-12-01T00:00:00Z"})),
            task(8, json!({"parent_id": id(7)})),
        ]),
    )
    .await;
    assert_eq!(counts(&told), [8, 0, 0, 0]);
    let above = [("list", json!([3])), ("parent", json!([4, 5, 10]))];
    assert_eq!(left_out(&told), above, "{told}");
    let none = Value::Null;
    for (number, list, parent) in [
        (1, none.clone(), none.clone()),
        (2, json!(id(1)), none.clone()),
        (3, none.clone(), none.clone()),
        (4, none.clone(), json!(id(3))),
        (5, json!(id(1)), json!(id(6))),
        (8, none.clone(), none),
    ] {
        let task = get_task(&ada, number).await;
        assert_eq!((&task["list_id"], &task["parent_id"]), (&list, &parent));
    }
}

async fn all_comes_into_the_list_that_is_named(app: TestApp) {
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    live(&ada).await;
    let (text, _) = export(&ada).await;
    let (_, list) = create_list(&bob, json!({"name": "From Ada"})).await;
    let list = list["id"].as_str().unwrap();
    let told = import(&bob, &format!("?list_id={list}"), text).await;
    assert_eq!(counts(&told), [7, 0, 0, 0]);
    assert_eq!(left_out(&told), [("list", json!([2, 3]))]);
    let tasks = bob.list().await;
    assert_eq!(tasks["count"], 5);
    for task in tasks["tasks"].as_array().unwrap() {
        assert_eq!(task["list_id"], list, "{task}");
    }
    let lists = bob.get(&path(&bob, "/lists")).await.expect(OK);
    assert_eq!(lists["count"], 1);
    assert_eq!(lists["lists"][0]["open_count"], 4);
}

async fn a_list_that_is_not_there_is_no_target(app: TestApp) {
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    let (gone, list) = create_list(&ada, json!({"name": "Gone"})).await;
    let gone_id = list["id"].as_str().unwrap();
    let _ = ada.delete(&gone).await.expect(StatusCode::NO_CONTENT);
    let (_, hers) = create_list(&ada, json!({"name": "Hers"})).await;
    let hers = hers["id"].as_str().unwrap();
    for (user, list) in [(&ada, gone_id), (&bob, hers), (&bob, "home"), (&bob, "")] {
        let query = format!("?list_id={list}");
        let refused = send(user, &query, "application/x-ndjson", HEAD).await;
        let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused["error"]["fields"], json!(["list_id"]));
    }
}
