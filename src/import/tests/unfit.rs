//! Files of other programs that say less than is needed, or more than fits.

use super::*;

/// Tasks without an id: each of two equal ones comes, and each always with the same id.
#[test]
fn equal_tasks_without_an_id_are_counted() {
    let todo = "BEGIN:VTODO\nSUMMARY:Water\nDUE;VALUE=DATE:20261201\nEND:VTODO\n".repeat(2);
    let calendar = format!("BEGIN:VCALENDAR\n{todo}END:VCALENDAR\n");
    let google = r#"{"items":[{"title":"L","items":[{"title":"Water"},{"title":"Water"}]}]}"#;
    let graph = r#"{"value":[{"displayName":"L","tasks":[
        {"title":"T","id":"1","checklistItems":[{"displayName":"Water"},{"displayName":"Water"}]}]}]}"#;
    for (format, text) in [
        (Format::ICalendar, calendar),
        (Format::Google, google.to_owned()),
        (Format::Microsoft, graph.to_owned()),
    ] {
        let found = told(format, text.clone(), None);
        let water = found.lines().filter(|line| line.contains("Water"));
        let ids: Vec<_> = water
            .filter_map(|line| line.split_once(" task "))
            .map(|(_, task)| task[..36].to_owned())
            .collect();
        assert_eq!(ids.len(), 2, "{found}");
        assert_ne!(ids[0], ids[1], "{found}");
        assert_eq!(told(format, text, None), found, "always the same");
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let links = (0..12)
        .map(|number| format!(r#"{{"id":"r{number}","webUrl":"https://a.example/{number}"}}"#));
    let links = links.collect::<Vec<_>>().join(",");
    let graph = format!(
        r#"{{"value":[{{"displayName":"L","tasks":[{{"title":"T","id":"1","linkedResources":[{links}],
            "dueDateTime":{{"dateTime":"tomorrow"}}}}]}}]}}"#
    );
    let google = format!(
        r#"{{"items":[{{"title":"{}","items":[{{"title":"T","due":"tomorrow"}}]}}]}}"#,
        "L".repeat(250)
    );
    let calendar = format!(
        "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:{}\nURL:https://a.example/x\nPRIORITY:10\nCLASS:PRIVATE\nEND:VTODO\nEND:VCALENDAR\n",
        "u".repeat(256)
    );
    for (format, text, all) in [
        (Format::Microsoft, graph, ["reference", "due"].as_slice()),
        (
            Format::Google,
            google,
            &["name of a list beyond 200 characters", "due"],
        ),
        (
            Format::ICalendar,
            calendar,
            &[
                "reference",
                "priority",
                "other properties",
                "https://a.example/x",
            ],
        ),
    ] {
        let found = told(format, text, None);
        for what in all {
            assert!(found.contains(what), "{what}: {found}");
        }
    }
}

/// Not even the beginning of the row that is cut off is taken, and what stands before it is.
#[test]
fn a_row_that_was_cut_off_within_quotation_marks_is_refused() {
    let head = "\u{feff}\"TYPE\",\"CONTENT\",\"DESCRIPTION\"\r\ntask,\"Buy \"\"milk\"\"\",\r\n";
    let whole = told(
        Format::Todoist,
        format!("{head}task,\"Bread\n\",\"\"\"\""),
        None,
    );
    assert_eq!(whole.lines().count(), 2, "{whole}");
    assert!(
        whole.contains("2 task 7789bf2f ,\"title\":\"Buy \\\"milk\\\"\""),
        "{whole}"
    );
    for cut in [
        "section,\"",
        "task,\"Bre",
        "task,Bread,\"\"\"",
        "task,Bread,\"a,\r\n\r\n",
    ] {
        let told = told(Format::Todoist, format!("{head}{cut}"), None);
        let broken =
            "Unreadable { line: 3, message: \"opens a quotation mark that nothing closes\" }\n";
        assert!(told.ends_with(broken), "{cut}: {told}");
        assert!(
            !told.contains("Bre") && !told.contains("list"),
            "{cut}: {told}"
        );
    }
}
