//! Entity tags (RFC 9110 §8.8.3): made of versions and change numbers, never of bytes. So a tag that a proxy has
//! changed when it compressed a response still means the same version, and is accepted.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderValue;

use crate::domain::{Change, ListScope, Position, TaskPage};
use crate::tasks::Lists;
use crate::tasks::history::HistoryPage;

/// The strong tag of a task or a list: its version, never its bytes.
pub(in crate::http) fn version_tag(version: i64) -> HeaderValue {
    tag(&version.to_string())
}

/// The tag of a list: the account, its latest change, and the query, because each query has a list of its own.
pub(in crate::http) fn list_tag(
    page: &TaskPage,
    filter: ListScope,
    limit: Option<usize>,
    after: Option<Position>,
) -> HeaderValue {
    let shown = match filter {
        ListScope { deleted: true, .. } => 'd',
        ListScope {
            completed: None, ..
        } => 'a',
        ListScope {
            completed: Some(true),
            ..
        } => 'c',
        ListScope {
            completed: Some(false),
            ..
        } => 'o',
    };
    // Sweeping the trash is not a change of the user.
    let seq = if filter.deleted {
        format!("{}-{}", page.seq, page.total)
    } else {
        page.seq.to_string()
    };
    let limit = limit.unwrap_or_default();
    let place = after.map_or_else(String::new, |after| format!("-{}", after.id));
    tag(&format!("{:x}-{seq}-{shown}{limit}{place}", page.epoch))
}

/// The tag of a filtered list: the account, its latest change, and a hash of the query.
pub(in crate::http) fn filtered_list_tag(
    account: &TaskPage,
    deleted: bool,
    question: &[u8],
) -> HeaderValue {
    let sum = digest(&SHA256, question);
    let sum = u64::from_be_bytes(std::array::from_fn(|at| sum.as_ref()[at]));
    let TaskPage {
        epoch, seq, total, ..
    } = account;
    let swept = if deleted {
        format!("-{total}")
    } else {
        String::new()
    };
    tag(&format!("{epoch:x}-{seq}{swept}-f{sum:x}"))
}

/// The tag of the list of tags.
pub(in crate::http) fn tags_tag(account: &TaskPage) -> HeaderValue {
    tag(&format!("{:x}-{}-t", account.epoch, account.seq))
}

/// The tag of all lists, or of those in the trash: the account and its latest change.
pub(in crate::http) fn lists_tag(lists: &Lists, is_trash: bool) -> HeaderValue {
    // What is swept out of the trash is no change of the user's.
    let shown = if is_trash {
        format!("d{}", lists.lists.len())
    } else {
        "a".to_owned()
    };
    tag(&format!("{:x}-{}-l{shown}", lists.epoch, lists.seq))
}

/// The tag of a page of a task's history: where it begins and ends. Between the two nothing ever changes.
pub(in crate::http) fn history_tag(page: &HistoryPage) -> HeaderValue {
    let (newest, oldest) = (page.changes.first(), page.changes.last());
    // After a backup was restored, a number may be given to another change.
    let at = newest.map_or(0, |change| change.at.as_micros());
    let seq = |change: Option<&Change>| change.map_or(0, |change| change.seq);
    let (newest, oldest) = (seq(newest), seq(oldest));
    let next = page.next.unwrap_or_default();
    tag(&format!("{at:x}-{newest}-{oldest}-h{next}"))
}

/// What proxies put behind a tag when they compress (Apache, nginx's brotli, Jetty, Caddy), each with `-`, `--`, `;` or `:`
/// before it.
const CODINGS: [&str; 8] = [
    "gzip", "br", "zstd", "deflate", "compress", "dcb", "dcz", "gz",
];

/// The text between the quotes of the tag as we made it.
pub(in crate::http) fn without_coding(mut opaque: &str) -> &str {
    // Two proxies may have changed it.
    while let Some(shorter) = CODINGS.iter().find_map(|coding| {
        let before = opaque.strip_suffix(coding)?;
        let shorter = before.trim_end_matches(['-', ';', ':']);
        (shorter.len() < before.len()).then_some(shorter)
    }) {
        opaque = shorter;
    }
    opaque
}

fn tag(opaque: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{opaque}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_means_what_it_meant_before_a_proxy_compressed_the_answer() {
        for (sent, made) in [
            ("3", "3"),
            ("3-gzip", "3"),
            ("3;gzip", "3"),
            ("3--gzip", "3"),
            ("3-br", "3"),
            ("3:zstd", "3"),
            ("3-df", "3-df"),
            ("3-gzip-gzip", "3"),
            ("3gzip", "3gzip"),
            ("gzip", "gzip"),
            ("17-a0-gzip", "17-a0"),
            (
                "17-2-d50-01990f3e-8a5c-7cc3-98c4-dc0c0c07398f;br",
                "17-2-d50-01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
            ),
        ] {
            assert_eq!(without_coding(sent), made, "{sent}");
        }
    }
}
