//! Our own format: JSON lines, of which the first names the format. Each other line is a list or a task in the JSON of
//! the API; unknown names, and `user_id`, are ignored.

use std::io::BufRead;

use serde_json::Value;

use super::foreign::Scribe;
use super::lines::Lines;
use super::{Broken, Ending, Piece, words};
use crate::domain::json::{Fault, Faults, NoObject, Object, Rule, read_text};
use crate::domain::order::OrderKey;
use crate::domain::{
    Anchor, Content, Imported, ListContent, ListId, Member, Occurrence, RecordContent, TaskId,
    TimesDone, Timestamp,
};

/// The version of the format. A later one is refused.
const VERSION: &str = "1";

/// A little more than the longest task, in bytes.
const LONGEST_LINE: usize = 256 * 1024;

/// The members that the server adds to a record, and those of a content that only it writes.
const OWN: &[&str] = &["id", "kind", "created_at", "updated_at", "deleted_at"];

pub(super) fn read(input: impl BufRead, scribe: &mut Scribe<'_>) -> Ending {
    let mut lines = Lines::new(input, LONGEST_LINE);
    let mut has_head = false;
    while let Some(line) = lines.next().map_err(Broken::Lost)? {
        if line.bytes.trim_ascii().is_empty() {
            continue;
        }
        if !has_head {
            check_head(line.bytes, line.number)?;
            has_head = true;
            continue;
        }
        let piece = if line.is_cut {
            let limit = LONGEST_LINE / 1024;
            Piece::Fault(format!("is longer than {limit} KiB"))
        } else {
            parse(line.bytes, scribe)
        };
        scribe.give(line.number, piece)?;
    }
    if has_head { Ok(()) } else { Err(no_head(1)) }
}

fn no_head(line: u64) -> Broken {
    let message = "must begin with the line {\"kind\": \"tickbox\", \"version\": 1}".to_owned();
    Broken::Wrong { line, message }
}

fn check_head(json: &[u8], line: u64) -> Ending {
    let head = Object::parse(json, &[&["kind", "version"]]).map_err(|error| match error {
        NoObject::NotJson(_) | NoObject::NotUtf8 => Broken::Unreadable {
            line,
            message: words::of_no_object(error),
        },
        _ => no_head(line),
    })?;
    let is_kind = head.get("kind").and_then(|kind| read_text(kind).ok()) == Some("tickbox".into());
    match head.get("version") {
        Some(VERSION) if is_kind => Ok(()),
        Some(version) if is_kind => Err(Broken::Wrong {
            line,
            message: format!("has version {version}, and only {VERSION} is known: export again"),
        }),
        _ => Err(no_head(line)),
    }
}

fn parse(json: &[u8], scribe: &mut Scribe<'_>) -> Piece {
    let object = Object::parse(
        json,
        &[
            OWN,
            &["completed_at", "order"],
            Content::NAMES,
            ListContent::NAMES,
        ],
    );
    let object = match object {
        Ok(object) => object,
        Err(error) => return Piece::Fault(words::of_no_object(error)),
    };
    let kind = object.get("kind").and_then(|kind| read_text(kind).ok());
    let piece = match kind.as_deref() {
        Some("task") => task(&object, scribe).map(|task| Piece::Task(Box::new(task))),
        Some("list") => list(&object, scribe).map(|list| Piece::List(Box::new(list))),
        Some(_) => return Piece::LeftOut("lines of another kind"),
        None => Err(vec![Fault {
            field: "kind",
            rule: "must be task or list".into(),
        }]),
    };
    piece.unwrap_or_else(|faults| Piece::Fault(words::of_faults(&faults)))
}

/// A task from its line.
pub(super) fn task(
    object: &Object<'_>,
    scribe: &mut Scribe<'_>,
) -> Result<Imported<Content>, Vec<Fault>> {
    let mut faults = Faults::default();
    let content = Content::read(object, &mut faults);
    let completed_at = time(object, "completed_at", &mut faults);
    let order = faults.read(object, "order", <Option<OrderKey>>::read);
    let anchor = faults.read(object, "anchor", <Option<Anchor>>::read);
    let occurrence = faults.read(object, "occurrence", <Option<Occurrence>>::read);
    let done = faults.read(object, "done", <Option<TimesDone>>::read);
    let id = id(object, &mut faults, <Option<TaskId>>::read);
    let content = content.map(|content| Content {
        completed_at,
        order: order.flatten(),
        anchor: anchor.flatten(),
        occurrence: occurrence.flatten(),
        done: done.flatten(),
        ..content
    });
    finish(object, id, content, faults, scribe)
}

fn list(object: &Object<'_>, scribe: &mut Scribe<'_>) -> Result<Imported<ListContent>, Vec<Fault>> {
    let mut faults = Faults::default();
    let content = ListContent::read(object, &mut faults);
    let order = faults.read(object, "order", <Option<OrderKey>>::read);
    let id = id(object, &mut faults, <Option<ListId>>::read);
    let content = content.map(|content| ListContent {
        order: order.flatten(),
        ..content
    });
    finish(object, id, content, faults, scribe)
}

fn id<Id>(
    object: &Object<'_>,
    faults: &mut Faults,
    read: impl FnOnce(&str) -> Result<Option<Id>, Rule>,
) -> Option<Id> {
    let id = faults.require(object, "id", read)?;
    if id.is_none() {
        faults.add("id", "must be a UUID");
    }
    id
}

fn finish<C: RecordContent>(
    object: &Object<'_>,
    id: Option<C::Id>,
    content: Option<C>,
    mut faults: Faults,
    scribe: &mut Scribe<'_>,
) -> Result<Imported<C>, Vec<Fault>> {
    let created_at = time(object, "created_at", &mut faults);
    let updated_at = time(object, "updated_at", &mut faults);
    let deleted_at = time(object, "deleted_at", &mut faults);
    let created_at = created_at.unwrap_or_else(|| scribe.next_moment());
    let imported = id.zip(content).map(|(id, content)| Imported {
        id,
        content,
        created_at,
        updated_at: updated_at.unwrap_or(created_at),
        deleted_at,
    });
    faults.finish(imported)
}

fn time(object: &Object<'_>, name: &'static str, faults: &mut Faults) -> Option<Timestamp> {
    faults
        .read(object, name, |json| {
            const RANGE: Rule = Rule::Borrowed("must be a time from the year 1 to 9999");
            let time = <Option<Timestamp>>::read(json)?;
            let range = Timestamp::MIN..=Timestamp::MAX;
            if time.is_none_or(|time| range.contains(&time)) {
                Ok(time)
            } else {
                Err(RANGE)
            }
        })
        .flatten()
}

/// A record of another program in the form of our lines.
pub(super) fn task_of(
    members: &serde_json::Map<String, Value>,
    scribe: &mut Scribe<'_>,
) -> Result<Imported<Content>, String> {
    let json = serde_json::to_vec(members).unwrap_or_default();
    let names = [OWN, &["completed_at", "order"], Content::NAMES];
    let object = Object::parse(&json, &names).map_err(words::of_no_object)?;
    task(&object, scribe).map_err(|faults| words::of_faults(&faults))
}

/// The same of a list.
pub(super) fn list_of(
    members: &serde_json::Map<String, Value>,
    scribe: &mut Scribe<'_>,
) -> Result<Imported<ListContent>, String> {
    let json = serde_json::to_vec(members).unwrap_or_default();
    let object = Object::parse(&json, &[OWN, ListContent::NAMES]).map_err(words::of_no_object)?;
    list(&object, scribe).map_err(|faults| words::of_faults(&faults))
}
