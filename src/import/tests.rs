//! Files as the programs write them, and what becomes of each.

mod foreign;
mod own;
mod robust;
mod unfit;

use std::fmt::Write;

use super::*;
use crate::domain::RecordContent;

/// 2026-01-01T00:00:00Z
const START: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

/// A line for each piece, and at the end what the reading broke off with.
fn told(format: Format, text: impl AsRef<[u8]>, target: Option<ListId>) -> String {
    let mut told = String::new();
    let circumstances = Circumstances {
        start: START,
        target,
    };
    let outcome = read(format, text.as_ref(), circumstances, &mut |line, piece| {
        let _ = match piece {
            Piece::Task(task) => {
                let times = (task.created_at, task.updated_at, task.deleted_at);
                writeln!(
                    told,
                    "{line} task {}",
                    record(task.id.0, &task.content, times)
                )
            }
            Piece::List(list) => {
                let times = (list.created_at, list.updated_at, list.deleted_at);
                writeln!(
                    told,
                    "{line} list {}",
                    record(list.id.0, &list.content, times)
                )
            }
            Piece::Fault(why) => writeln!(told, "{line} FAULT {why}"),
            Piece::LeftOut(what) => writeln!(told, "{line} left out: {what}"),
        };
        Ok(())
    });
    if let Err(broken) = outcome {
        let _ = writeln!(told, "{broken:?}");
    }
    told
}

fn record<C: RecordContent>(
    id: uuid::Uuid,
    content: &C,
    (created, updated, deleted): (Timestamp, Timestamp, Option<Timestamp>),
) -> String {
    let mut json = Vec::new();
    content.write(&mut json);
    let mut text = format!(
        "{} {}",
        &id.to_string()[..8],
        String::from_utf8_lossy(&json)
    );
    let _ = write!(text, " {created}");
    if updated != created {
        let _ = write!(text, " updated {updated}");
    }
    if let Some(deleted) = deleted {
        let _ = write!(text, " deleted {deleted}");
    }
    text
}
