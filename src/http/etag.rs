//! Entity tags (RFC 9110 §8.8.3): made of versions and change numbers, never of bytes.

use axum::http::HeaderValue;

use crate::domain::{Filter, Position, Task};
use crate::tasks::TaskPage;

/// The strong tag of a task: its version, never its bytes.
pub(super) fn task_tag(task: &Task) -> HeaderValue {
    tag(&task.version.to_string())
}

/// The tag of a list: the account, its latest change, and the query, because each query has a list of its own.
pub(super) fn list_tag(
    page: &TaskPage,
    filter: Filter,
    limit: Option<usize>,
    after: Option<Position>,
) -> HeaderValue {
    let shown = match filter {
        Filter { deleted: true, .. } => 'd',
        Filter {
            completed: None, ..
        } => 'a',
        Filter {
            completed: Some(true),
            ..
        } => 'c',
        Filter {
            completed: Some(false),
            ..
        } => 'o',
    };
    // What is swept out of the trash is no change of the user's.
    let seq = if filter.deleted {
        format!("{}-{}", page.seq, page.total)
    } else {
        page.seq.to_string()
    };
    let limit = limit.unwrap_or_default();
    let place = after.map_or_else(String::new, |after| format!("-{}", after.id));
    tag(&format!("{:x}-{seq}-{shown}{limit}{place}", page.epoch))
}

fn tag(opaque: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{opaque}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}
