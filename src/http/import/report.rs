//! The report of an import, and of the undo of one.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{ImportId, Noun, Refusal};
use crate::http::problem::Problem;
use crate::tasks::{Counts, Report, Reversed, Why, Wish};

/// What came, and what did not. Numbers without a name are of tasks.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398d",
    "created": 41, "skipped": 2, "skipped_in_trash": 1, "failed": 1,
    "lists": {"created": 3, "skipped": 0, "skipped_in_trash": 0, "failed": 0},
    "failures": [{"line": 7, "reason": "title must not be empty or only white space"}],
    "not_carried_over": [{"what": "reminder", "count": 2, "lines": [12, 30]}],
}))]
pub(in crate::http) struct ImportReport {
    /// What takes it back: `POST …/imports/{id}/undo`.
    #[schema(value_type = uuid::Uuid)]
    id: String,
    /// Only there, and `true`, if nothing was written because nothing was to be.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    dry_run: bool,
    created: usize,
    /// There already.
    skipped: usize,
    /// Of these, in the trash.
    skipped_in_trash: usize,
    /// Not taken over: `failures` says why. What cannot be read at all counts here.
    failed: usize,
    lists: ImportedLists,
    /// Of at most 100 that failed: where they stand in the body, and why.
    failures: Vec<ImportFailure>,
    /// What has no place here, by name.
    not_carried_over: Vec<NotCarriedOver>,
}

#[derive(Serialize, ToSchema)]
struct ImportedLists {
    created: usize,
    skipped: usize,
    skipped_in_trash: usize,
    failed: usize,
}

#[derive(Serialize, ToSchema)]
struct ImportFailure {
    /// From 1 on.
    line: u64,
    reason: String,
}

#[derive(Serialize, ToSchema)]
struct NotCarriedOver {
    what: &'static str,
    count: usize,
    /// The first of them, at most ten.
    lines: Vec<u64>,
}

impl ImportReport {
    pub(super) fn of(wish: Wish, report: &Report) -> Self {
        let Counts {
            created,
            skipped,
            skipped_in_trash,
            failed,
        } = report.tasks;
        let lists = report.lists;
        let failures = report.failures.iter().map(|failure| ImportFailure {
            line: failure.line,
            reason: reason(&failure.why),
        });
        let mut failures: Vec<_> = failures.collect();
        failures.sort_by_key(|failure| failure.line);
        let left_out = report
            .left_out
            .iter()
            .map(|(what, left_out)| NotCarriedOver {
                what,
                count: left_out.count,
                lines: left_out.lines.clone(),
            });
        Self {
            id: wish.id.0.to_string(),
            dry_run: wish.dry_run,
            created,
            skipped,
            skipped_in_trash,
            failed,
            lists: ImportedLists {
                created: lists.created,
                skipped: lists.skipped,
                skipped_in_trash: lists.skipped_in_trash,
                failed: lists.failed,
            },
            failures,
            not_carried_over: left_out.collect(),
        }
    }
}

fn reason(why: &Why) -> String {
    match why {
        Why::Fault(why) => why.clone(),
        Why::Refused(Refusal::ReferenceTaken(task)) => {
            format!(
                "The task {} has a reference of this source and external_id",
                task.id
            )
        }
        Why::Refused(refusal) => Problem::from(refusal).message().to_owned(),
    }
}

/// What is gone, and what stays.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398d",
    "removed": 40, "lists_removed": 2, "gone_before": 0, "kept": 1,
    "kept_items": [{"kind": "task", "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f", "reason": "Change 57 stands in the way: undo it first"}],
}))]
pub(in crate::http) struct ImportReversal {
    #[schema(value_type = uuid::Uuid)]
    id: String,
    /// Tasks that went into the trash.
    removed: usize,
    lists_removed: usize,
    /// Tasks and lists that somebody had removed before.
    gone_before: usize,
    /// Tasks and lists that stay: they have changed since, or hold something that stays.
    kept: usize,
    /// The first of them, at most 100.
    kept_items: Vec<ImportKept>,
}

#[derive(Serialize, ToSchema)]
struct ImportKept {
    /// `task` or `list`.
    kind: &'static str,
    #[schema(value_type = uuid::Uuid)]
    id: String,
    reason: String,
}

impl ImportReversal {
    pub(super) fn of(import: ImportId, reversed: &Reversed) -> Self {
        let kept_items = reversed.told.iter().map(|kept| ImportKept {
            kind: Noun::as_str(kept.item.noun()),
            id: kept.item.uuid().to_string(),
            reason: Problem::from(&kept.why).message().to_owned(),
        });
        Self {
            id: import.0.to_string(),
            removed: reversed.tasks_removed,
            lists_removed: reversed.lists_removed,
            gone_before: reversed.gone,
            kept: reversed.kept,
            kept_items: kept_items.collect(),
        }
    }
}
