//! What other programs export, on its way through all of the program.

use super::*;

every_engine!(
    todoist_comes_with_its_levels_and_sections,
    google_comes_with_its_lists,
    microsoft_comes_with_its_steps,
    a_calendar_comes_with_its_dates,
);

/// The titles of all tasks, each behind those that it is a part of.
async fn titles(user: &Client) -> Vec<String> {
    let (_, lines) = export(user).await;
    let lines = &lines[1..];
    let by_id = |id: &Value| lines.iter().find(|line| line["id"] == *id);
    let mut titles = Vec::new();
    for task in lines.iter().filter(|line| line["kind"] == "task") {
        let mut title = task["title"].as_str().unwrap().to_owned();
        let mut above = &task["parent_id"];
        while let Some(parent) = by_id(above) {
            title = format!("{} / {title}", parent["title"].as_str().unwrap());
            above = &parent["parent_id"];
        }
        if let Some(list) = by_id(&task["list_id"]) {
            title = format!("{}: {title}", list["name"].as_str().unwrap());
        }
        titles.push(title);
    }
    titles.sort_unstable();
    titles
}

/// Once as a dry run, once, and once more.
async fn bring(user: &Client, query: &str, media_type: &str, text: &str) -> Value {
    let sign = if query.is_empty() { '?' } else { '&' };
    let dry = format!("{query}{sign}dry_run=true");
    let would = send(user, &dry, media_type, text.to_owned())
        .await
        .expect(OK);
    let did = send(user, query, media_type, text.to_owned())
        .await
        .expect(OK);
    assert_eq!(counts(&would), counts(&did));
    assert_eq!(left_out(&would), left_out(&did));
    let again = send(user, query, media_type, text.to_owned())
        .await
        .expect(OK);
    assert_eq!(again["created"], 0);
    assert_eq!(again["skipped"], did["created"]);
    assert_eq!(again["lists"]["created"], 0);
    did
}

async fn todoist_comes_with_its_levels_and_sections(app: TestApp) {
    let ada = app.user("ada");
    let text = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,RESPONSIBLE,DATE,TIMEZONE\n\
        task,Move,,1,1,,2026-12-01,Europe/Berlin\n\
        task,Boxes @home,By car,4,2,Bob (2),,\n\
        task,Boxes @home,By car,4,2,,every day,\n\
        section,Later,,,,,,\n\
        task,Paint,,2,1,,2026-12-01 09:00,Europe/Berlin\n";
    let told = bring(&ada, "?from=todoist", "text/csv", text).await;
    assert_eq!(counts(&told), [4, 0, 0, 0]);
    assert_eq!(
        left_out(&told),
        [("assignee", json!([3])), ("recurrence", json!([4]))]
    );
    let all = ["Later: Paint", "Move", "Move / Boxes", "Move / Boxes"];
    assert_eq!(titles(&ada).await, all);
    // Into a list they are others, and all are there.
    let (_, list) = create_list(&ada, json!({"name": "Flat"})).await;
    let query = format!("?from=todoist&list_id={}", list["id"].as_str().unwrap());
    let told = bring(&ada, &query, "text/csv", text).await;
    assert_eq!(counts(&told), [4, 0, 0, 0]);
    let flat = titles(&ada).await;
    let flat = flat.iter().filter(|title| title.starts_with("Flat: "));
    assert_eq!(flat.count(), 4);
    let open = path(&ada, "/tasks?filter=priority%3C9&order_by=priority&limit=9");
    let open = ada.get(&open).await.expect(OK);
    assert_eq!(open["tasks"][0]["due"], json!({"date": "2026-12-01"}));
    let undone = undo_import(&ada, told["id"].as_str().unwrap()).await;
    assert_eq!(undone.expect(OK)["removed"], 4);
    assert_eq!(titles(&ada).await.len(), 8, "the trash is told, too");
    assert_eq!(ada.list().await["count"], 4);
}

async fn google_comes_with_its_lists(app: TestApp) {
    let ada = app.user("ada");
    let text = json!({"kind": "tasks#taskLists", "items": [
        {"kind": "tasks#tasks", "id": "L1", "title": "Home", "items": [
            {"id": "b", "title": "Part", "parent": "a", "status": "completed",
             "completed": "2025-11-22T07:00:00.000Z", "created": "2025-11-20T07:00:00Z"},
            {"id": "a", "title": "Whole", "due": "2026-12-01T00:00:00Z", "status": "needsAction",
             "links": [{"type": "email", "link": "https://mail.google.com/1"}], "starred": true}
        ]},
        {"kind": "tasks#tasks", "id": "L2", "title": "Empty", "items": []}
    ]});
    let media_type = "application/json";
    let told = bring(&ada, "?from=google", media_type, &text.to_string()).await;
    assert_eq!(counts(&told), [2, 0, 0, 0]);
    assert_eq!(told["lists"]["created"], 2);
    assert_eq!(left_out(&told), [("star", json!([1]))]);
    assert_eq!(titles(&ada).await, ["Home: Whole", "Home: Whole / Part"]);
    let found = path(&ada, "/tasks?filter=references.external_id=b");
    let found = ada.get(&found).await.expect(OK);
    let part = &found["tasks"][0];
    assert_eq!(part["completed_at"], "2025-11-22T07:00:00.000000Z");
    assert_eq!(part["created_at"], "2025-11-20T07:00:00.000000Z");
    // Another user has the same file, and tasks of the same ids.
    let bob = app.user("bob");
    let told = bring(&bob, "?from=google", media_type, &text.to_string()).await;
    assert_eq!(counts(&told), [2, 0, 0, 0]);
}

async fn microsoft_comes_with_its_steps(app: TestApp) {
    let ada = app.user("ada");
    let text = json!({"value": [{"id": "L1", "displayName": "Tasks", "tasks": [
        {"id": "T1", "title": "Pay", "importance": "high", "status": "notStarted", "isReminderOn": true,
         "dueDateTime": {"dateTime": "2026-11-30T23:00:00.0000000", "timeZone": "UTC"},
         "checklistItems": [{"id": "C1", "displayName": "Step", "isChecked": true}]}
    ]}]});
    let query = "?from=microsoft";
    let told = bring(&ada, query, "application/json", &text.to_string()).await;
    assert_eq!(counts(&told), [2, 0, 0, 0]);
    assert_eq!(left_out(&told), [("reminder", json!([1]))]);
    assert_eq!(titles(&ada).await, ["Tasks: Pay", "Tasks: Pay / Step"]);
}

async fn a_calendar_comes_with_its_dates(app: TestApp) {
    let ada = app.user("ada");
    let text = "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Home\r\n\
        BEGIN:VTODO\r\nUID:child\r\nSUMMARY:Part\r\nRELATED-TO:parent\r\nDUE:20261201T090000\r\nEND:VTODO\r\n\
        BEGIN:VTODO\r\nUID:parent\r\nSUMMARY:Whole\r\nDUE;TZID=Europe/Berlin:20261201T090000\r\n\
        RRULE:FREQ=DAILY\r\nEXDATE:20261202T080000Z\r\nEND:VTODO\r\n\
        BEGIN:VTODO\r\nUID:utc\r\nSUMMARY:Far\r\nDUE:20261201T090000Z\r\nRRULE:FREQ=HOURLY\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";
    let told = bring(&ada, "", "text/calendar", text).await;
    assert_eq!(counts(&told), [3, 0, 0, 0]);
    assert_eq!(left_out(&told), [("recurrence", json!([16]))]);
    let all = ["Home: Far", "Home: Whole", "Home: Whole / Part"];
    assert_eq!(titles(&ada).await, all);
    let tasks = ada.list().await;
    let of = |title: &str, member: &str| {
        let tasks = tasks["tasks"].as_array().unwrap();
        tasks.iter().find(|task| task["title"] == title).unwrap()[member].clone()
    };
    let due = |title: &str| of(title, "due");
    let rule = json!({"rule": "FREQ=DAILY", "from": "due", "exclude": ["2026-12-02"]});
    assert_eq!(of("Whole", "recurrence"), rule);
    assert_eq!(of("Whole", "occurrence"), "2026-12-01");
    let local = "2026-12-01T09:00:00";
    assert_eq!(due("Part"), json!({"local": local}));
    assert_eq!(
        due("Whole"),
        json!({"local": local, "zone": "Europe/Berlin"})
    );
    assert_eq!(due("Far"), json!({"local": local, "zone": "Etc/UTC"}));
}
