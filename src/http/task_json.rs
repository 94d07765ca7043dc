//! Tasks as JSON, written by hand: a page has many of them, and serde would look for characters to escape one by one,
//! also in the names of the fields, and take four times as long. A test holds both against each other. What has no
//! tasks in it is written by serde (`json`).

use crate::clock::Timestamp;
use crate::tasks::model::{Task, TaskId};

/// What a task takes without its texts, and a little more.
pub(super) const USUAL_LENGTH: usize = 320;

pub(super) fn write_task(json: &mut Vec<u8>, task: &Task) {
    json.extend_from_slice(b"{\"id\":");
    write_id(json, task.id);
    json.extend_from_slice(b",\"user_id\":");
    write_text(json, task.user_id.as_str());
    json.extend_from_slice(b",\"title\":");
    write_text(json, task.title.as_str());
    json.extend_from_slice(b",\"description\":");
    match &task.description {
        Some(description) => write_text(json, description.as_str()),
        None => json.extend_from_slice(b"null"),
    }
    json.extend_from_slice(b",\"completed\":");
    write_flag(json, task.completed);
    json.extend_from_slice(b",\"created_at\":");
    write_time(json, task.created_at);
    json.extend_from_slice(b",\"updated_at\":");
    write_time(json, task.updated_at);
    json.extend_from_slice(b",\"version\":");
    write_number(json, task.version);
    if let Some(deleted_at) = task.deleted_at {
        json.extend_from_slice(b",\"deleted_at\":");
        write_time(json, deleted_at);
    }
    json.push(b'}');
}

/// `[…]`, with what `write` writes of each.
pub(super) fn write_list<T>(json: &mut Vec<u8>, items: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    json.push(b'[');
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        write(json, item);
    }
    json.push(b']');
}

pub(super) fn write_id(json: &mut Vec<u8>, id: TaskId) {
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    write_plain(json, id.0.hyphenated().encode_lower(&mut text).as_bytes());
}

pub(super) fn write_flag(json: &mut Vec<u8>, flag: bool) {
    json.extend_from_slice(if flag { b"true" } else { b"false" });
}

pub(super) fn write_number(json: &mut Vec<u8>, number: i64) {
    // Nothing that is written to memory can fail.
    let _ = serde_json::to_writer(json, &number);
}

pub(super) fn write_text(json: &mut Vec<u8>, text: &str) {
    if text
        .bytes()
        .fold(false, |must, byte| must | must_be_escaped(byte))
    {
        let _ = serde_json::to_writer(json, text);
    } else {
        write_plain(json, text.as_bytes());
    }
}

/// RFC 8259 §7.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches the compiler looks at many bytes at once"
)]
fn must_be_escaped(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

fn write_time(json: &mut Vec<u8>, time: Timestamp) {
    write_plain(json, &time.rfc_3339());
}

/// A text in which nothing has to be escaped.
fn write_plain(json: &mut Vec<u8>, text: &[u8]) {
    json.push(b'"');
    json.extend_from_slice(text);
    json.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::tasks::model::{Description, Title, UserId};

    fn tasks() -> impl Strategy<Value = Task> {
        let time = || (0..=Timestamp::MAX.as_micros()).prop_map(Timestamp::from_micros);
        let texts = (
            "[^\\p{Cc}]{1,20}",
            "\\PC{1,40}",
            proptest::option::of("(?s).{0,60}"),
        );
        let rest = (any::<u128>(), any::<bool>(), any::<i64>());
        let times = (time(), time(), proptest::option::of(time()));
        (texts, rest, times).prop_map(|(texts, (id, completed, version), times)| Task {
            id: TaskId(Uuid::from_u128(id)),
            user_id: UserId::parse(&texts.0).expect("no control characters"),
            title: Title::stored(texts.1),
            description: texts.2.map(Description::stored),
            completed,
            created_at: times.0,
            updated_at: times.1,
            version,
            seq: 0,
            deleted_at: times.2,
        })
    }

    proptest! {
        #[test]
        fn a_task_is_written_as_serde_writes_it(task in tasks()) {
            let mut json = Vec::new();
            write_task(&mut json, &task);
            prop_assert_eq!(String::from_utf8(json).unwrap(), serde_json::to_string(&task).unwrap());
        }
    }

    #[test]
    fn what_must_be_escaped_is() {
        for text in ["", "\"", "\\", "\n\t\u{1}\u{7f}", "é\u{2028}🙂", "plain"] {
            let mut json = Vec::new();
            write_text(&mut json, text);
            assert_eq!(
                String::from_utf8(json).unwrap(),
                serde_json::to_string(text).unwrap()
            );
        }
    }
}
