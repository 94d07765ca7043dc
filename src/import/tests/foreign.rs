//! What other programs export.

use std::fmt::Write;

use super::*;

pub(super) const TODOIST: &str = "\u{feff}TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE,DURATION,DURATION_UNIT,DEADLINE,DEADLINE_LANG
meta,view_style=list,,,,,,,,,,,,
note,About the project,,,,Ada (1),,,,,,,,
task,Pay rent @home @money,\"By transfer,
to the landlord\",1,1,Ada (1),,2026-12-01,en,Europe/Berlin,None,None,,
task,First,,4,2,Ada (1),Bob (2),2026-12-01 09:00,en,Europe/Berlin,30,minute,,
task,Deeper,,4,3,Ada (1),,Dec 1 2026,en,,,,,
note,See the file [[file {\"\"file_name\"\":\"\"a.pdf\"\"}]],,,,Ada (1),,,,,,,,
note,A remark,,,,Ada (1),,,,,,,,
task,Second,,3,2,Ada (1),,every day,en,,,,,
,,,,,,,,,,,,,
section,Later,,,,,,,,,,,,
task,* Twice,,4,1,Ada (1),,next month,en,,,,2026-12-05,en
task,* Twice,,4,1,Ada (1),,,en,,,,2026-12-05,en
";

#[test]
fn todoist() {
    insta::assert_snapshot!(told(Format::Todoist, TODOIST, None));
}

#[test]
fn todoist_into_a_list() {
    let list = ListId(uuid::Uuid::from_u128(7));
    let into = told(Format::Todoist, TODOIST, Some(list));
    assert!(into.contains("left out: section"), "{into}");
    let ids = |told: &str| -> Vec<String> {
        let tasks = told.lines().filter_map(|line| line.split_once(" task "));
        tasks.map(|(_, task)| task[..8].to_owned()).collect()
    };
    let inbox = told(Format::Todoist, TODOIST, None);
    assert_eq!(ids(&into).len(), 6);
    assert!(
        ids(&into).iter().all(|id| !ids(&inbox).contains(id)),
        "they are others"
    );
    assert_eq!(
        told(Format::Todoist, TODOIST, None),
        inbox,
        "and always the same"
    );
}

pub(super) const GOOGLE: &str = r#"{
  "kind": "tasks#taskLists",
  "items": [
    {
      "kind": "tasks#tasks",
      "id": "list1",
      "title": "My Tasks",
      "updated": "2026-11-23T08:00:00.000Z",
      "items": [
        {"id": "b", "title": "Part", "parent": "a", "status": "completed", "completed": "2026-11-22T07:00:00.000Z",
         "created": "2026-11-20T07:00:00.123Z", "updated": "2026-11-22T07:00:00.000Z", "hidden": true},
        {"id": "a", "title": "Whole", "notes": "two\nlines", "status": "needsAction", "due": "2026-12-01T00:00:00Z",
         "created": "2026-11-20T07:00:00Z", "updated": "2026-11-22T07:00:00Z", "selfLink": "https://www.googleapis.com/x",
         "webViewLink": "https://tasks.google.com/task/a", "links": [{"type": "email", "link": "https://mail.google.com/1"}],
         "scheduled_time": [{"current": true, "start": "2026-12-01T09:00:00Z"}], "starred": true},
        {"id": "c", "title": "", "deleted": true},
        7,
        {"title": "No id", "task_recurrence_id": "r", "status": "needsAction"}
      ]
    },
    {"kind": "tasks#tasks", "title": "Late", "id": "list2", "items": []},
    {"items": [{"id": "d", "title": "Before its list"}], "id": "list3", "title": "Name at the end"}
  ]
}"#;

#[test]
fn google() {
    insta::assert_snapshot!(told(Format::Google, GOOGLE, None));
}

pub(super) const MICROSOFT: &str = r#"{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#lists", "value": [
  {"displayName": "Tasks", "isOwner": true, "isShared": true, "wellknownListName": "defaultList", "id": "L1", "tasks": [
    {"id": "T1", "title": "Pay", "importance": "high", "status": "completed", "isReminderOn": true, "hasAttachments": true,
     "createdDateTime": "2026-11-20T07:00:00.1234567Z", "lastModifiedDateTime": "2026-11-22T07:00:00Z",
     "body": {"content": "<p>One &amp; two</p><p>three</p>", "contentType": "html"}, "categories": ["Red category"],
     "completedDateTime": {"dateTime": "2026-11-22T00:00:00.0000000", "timeZone": "UTC"},
     "dueDateTime": {"dateTime": "2026-11-30T23:00:00.0000000", "timeZone": "UTC"},
     "startDateTime": {"dateTime": "2026-12-05T00:00:00.0000000", "timeZone": "UTC"},
     "recurrence": {"pattern": {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "thursday"], "firstDayOfWeek": "sunday"},
       "range": {"type": "endDate", "startDate": "2026-11-30", "endDate": "2027-06-30"}},
     "checklistItems": [{"id": "C1", "displayName": "Step", "isChecked": true, "checkedDateTime": "2026-11-21T07:00:00Z",
       "createdDateTime": "2026-11-20T08:00:00Z"}],
     "linkedResources": [{"id": "R1", "webUrl": "https://example.com/1", "applicationName": "Mail", "displayName": "The mail"}]},
    {"id": "T2", "title": "Wait", "importance": "low", "status": "waitingOnOthers",
     "body": {"content": "plain <text>", "contentType": "text"}}
  ]},
  {"displayName": "Empty", "id": "L2"},
  {"id": "T3", "title": "In no list", "importance": "normal", "status": "notStarted"}
]}"#;

#[test]
fn microsoft() {
    insta::assert_snapshot!(told(Format::Microsoft, MICROSOFT, None));
}

pub(super) const CALENDAR: &str = "BEGIN:VCALENDAR\r
VERSION:2.0\r
X-WR-CALNAME:Home\\, sweet\r
BEGIN:VTIMEZONE\r
TZID:W. Europe Standard Time\r
X-LIC-LOCATION:Europe/Berlin\r
BEGIN:STANDARD\r
DTSTART:19701025T030000\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VTODO\r
UID:child\r
SUMMARY:A part of it that is so long that it had to be folded\r
  over lines\r
RELATED-TO:parent\r
RELATED-TO;RELTYPE=SIBLING:other\r
DUE;VALUE=DATE:20261201\r
DTSTART;TZID=Europe/Berlin:20261201T080000\r
STATUS:COMPLETED\r
COMPLETED:20261122T070000Z\r
PERCENT-COMPLETE:100\r
END:VTODO\r
BEGIN:VTODO\r
UID:parent\r
DTSTAMP:20261120T070000Z\r
CREATED:20261120T070000Z\r
LAST-MODIFIED:20261122T070000Z\r
SUMMARY:Whole\r
DESCRIPTION:Line one\\nline two\\; end\r
COMMENT:A remark\r
CATEGORIES:home,money\\, and more\r
CATEGORIES:third\r
PRIORITY:3\r
DUE;TZID=\"W. Europe Standard Time\":20261201T090000\r
DTSTART;TZID=/example.org/2026/Europe/Berlin:20261201T080000\r
URL:https://example.com/1\r
RRULE:FREQ=WEEKLY;BYDAY=MO\r
EXDATE:20261208\r
ATTACH:https://example.com/a.pdf\r
LOCATION:Home\r
X-APPLE-SORT-ORDER:7\r
SEQUENCE:3\r
BEGIN:VALARM\r
ACTION:DISPLAY\r
TRIGGER:-PT15M\r
SUMMARY:not of the task\r
END:VALARM\r
END:VTODO\r
BEGIN:VTODO\r
UID:parent\r
RECURRENCE-ID:20261207T080000Z\r
SUMMARY:Changed\r
END:VTODO\r
BEGIN:VTODO\r
SUMMARY:Without a UID\r
DUE:20261201T090000Z\r
STATUS:IN-PROCESS\r
PERCENT-COMPLETE:40\r
DURATION:PT1H\r
PRIORITY:0\r
END:VTODO\r
BEGIN:VTODO\r
UID:floating\r
DUE:20261201T090000\r
DTSTART;TZID=Nowhere:20261201T080000\r
URL:javascript:alert(1)\r
END:VTODO\r
BEGIN:VEVENT\r
UID:event\r
SUMMARY:An event\r
END:VEVENT\r
END:VCALENDAR\r
";

#[test]
fn icalendar() {
    insta::assert_snapshot!(told(Format::ICalendar, CALENDAR, None));
}

#[test]
fn long_texts_are_cut_and_not_lost() {
    let title = "long ".repeat(60);
    let text = format!(
        "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nSUMMARY:{title}\nDESCRIPTION:{}\nEND:VTODO\nEND:VCALENDAR\n",
        "note ".repeat(600)
    );
    let told = told(Format::ICalendar, text, None);
    assert!(
        told.starts_with("2 left out: description beyond 2000 characters\n2 task"),
        "{told}"
    );
    let all_of_it = format!("\"description\":\"{}", title.trim());
    assert!(told.contains(&all_of_it), "{told}");
    assert!(told.contains("long long…\""), "{told}");
}

#[test]
fn another_file_is_refused_with_its_line() {
    for (format, text, says) in [
        (
            Format::Todoist,
            "",
            "Wrong { line: 1, message: \"must name the columns TYPE",
        ),
        (
            Format::Todoist,
            "a,b\n",
            "Wrong { line: 1, message: \"must name the columns TYPE",
        ),
        (
            Format::Google,
            "",
            "Unreadable { line: 1, message: \"is not JSON",
        ),
        (
            Format::Google,
            "{\"a\": 1}",
            "Wrong { line: 1, message: \"must be an object",
        ),
        (
            Format::Google,
            "{\n\"items\": {}}",
            "Wrong { line: 2, message: \"must be an object",
        ),
        (
            Format::Google,
            "{\n\"items\": [\n{\"id\"}]}",
            "Unreadable { line: 3, message: \"is not JSON",
        ),
        (
            Format::Microsoft,
            "{\"value\": []} x",
            "Unreadable { line: 1, message: \"is not JSON",
        ),
        (
            Format::Microsoft,
            "{\"value\": [7]}",
            "Wrong { line: 1, message: \"must be an object",
        ),
        (
            Format::ICalendar,
            "",
            "Wrong { line: 1, message: \"must begin with BEGIN",
        ),
        (
            Format::ICalendar,
            "BEGIN:VCARD\n",
            "Wrong { line: 1, message: \"must begin with BEGIN",
        ),
        (
            Format::ICalendar,
            "BEGIN:VCALENDAR\nBEGIN:VTODO\n",
            "Unreadable { line: 2, message: \"ends within VTODO",
        ),
        (
            Format::ICalendar,
            "BEGIN:VCALENDAR\nEND:VTODO\n",
            "Unreadable { line: 2, message: \"ends VTODO",
        ),
        (
            Format::ICalendar,
            "BEGIN:VCALENDAR\nnonsense\n",
            "Unreadable { line: 2, message: \"is no content line",
        ),
    ] {
        let told = told(format, text, None);
        assert!(told.starts_with(says), "{format:?} {text}: {told}");
    }
    let not_text = told(Format::Todoist, b"TYPE,CONTENT\ntask,\xff\n", None);
    assert_eq!(
        not_text,
        "Unreadable { line: 2, message: \"is not valid UTF-8\" }\n"
    );
}

#[test]
fn whoever_has_enough_is_given_no_more() {
    for (format, text) in [
        (Format::Todoist, TODOIST),
        (Format::Google, GOOGLE),
        (Format::Microsoft, MICROSOFT),
        (Format::ICalendar, CALENDAR),
    ] {
        let mut count = 0;
        let circumstances = Circumstances {
            start: START,
            target: None,
        };
        let outcome = read(format, text.as_bytes(), circumstances, &mut |_, _| {
            count += 1;
            if count == 3 {
                Err(Broken::Stopped)
            } else {
                Ok(())
            }
        });
        assert!(
            matches!(outcome, Err(Broken::Stopped)),
            "{format:?}: {outcome:?}"
        );
        assert_eq!(count, 3, "{format:?}");
    }
}

#[test]
fn whoever_waits_for_an_end_does_not_take_the_whole_file_for_it() {
    let long = "x".repeat(1100 * 1024);
    let too_long = "message: \"is longer than 1 MiB\"";
    for (format, text) in [
        (Format::Todoist, format!("TYPE,CONTENT\ntask,\"{long}")),
        (
            Format::Google,
            format!("{{\"items\":[{{\"id\":\"1\",\"title\":\"{long}\"}}]}}"),
        ),
        (
            Format::Microsoft,
            format!(
                "[{{\"displayName\":\"a\",\"id\":\"1\",\"tasks\":[{{\"title\":\"{long}\"}}]}}]"
            ),
        ),
    ] {
        let told = told(format, text, None);
        assert!(
            told.contains(too_long),
            "{format:?}: {}",
            &told[..200.min(told.len())]
        );
    }
    // What nobody wants to know may be as long as it likes, and a row may be one of many.
    let passed_over = format!("{{\"about\":\"{long}\",\"items\":[],\"more\":\"{long}\"}}");
    assert_eq!(told(Format::Google, passed_over, None), "");
    let rows = format!(
        "TYPE,CONTENT\n{}",
        format!("note,{}\n", "x".repeat(1000)).repeat(2000)
    );
    assert!(!told(Format::Todoist, rows, None).contains(too_long));
    let task = format!("{{\"title\":\"{}\"}},", "x".repeat(1000));
    let early = format!(
        "[{{\"items\":[{}{{}}],\"id\":\"1\",\"title\":\"a\"}}]",
        task.repeat(9000)
    );
    let told = told(Format::Google, early, None);
    assert!(
        told.contains("must have the id and the name of a list before its tasks"),
        "{told}"
    );
}

#[test]
fn what_a_calendar_opens_is_counted() {
    let deep = format!("BEGIN:VCALENDAR\n{}", "BEGIN:X\n".repeat(20));
    let deep = told(Format::ICalendar, deep, None);
    assert!(
        deep.contains("line: 17, message: \"begins X too deep within others\""),
        "{deep}"
    );
    let mut tags = String::new();
    for number in 0..100_000 {
        let _ = writeln!(tags, "CATEGORIES:t{number}");
    }
    let many = format!(
        "BEGIN:VCALENDAR\nBEGIN:VTODO\n{tags}{}END:VTODO\nEND:VCALENDAR\n",
        "COMMENT:x\n".repeat(1000)
    );
    let told = told(Format::ICalendar, many, None);
    assert!(
        told.starts_with("2 left out: comment\n2 left out: tag\n"),
        "{told}"
    );
}
