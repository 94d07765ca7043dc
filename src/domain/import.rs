//! A record of an import: a task or a list with the id and the times that it had in the other program.

use std::sync::Arc;

use uuid::Uuid;

use super::change::Author;
use super::content::RecordContent;
use super::{Timestamp, UserId};

/// A task or a list as it was elsewhere. Versions and changes of before do not come along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported<C: RecordContent> {
    pub id: C::Id,
    pub content: C,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// It was in the trash.
    pub deleted_at: Option<Timestamp>,
}

/// The name of an import, by which all that it has made is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportId(pub Uuid);

impl ImportId {
    /// What stands before the id of the request in each change of an import. No id of a request has a space in it, so
    /// none is like this.
    pub const MARK: &'static str = "import ";

    /// The mark with this import's id: as long for each.
    pub fn mark(self) -> String {
        format!("{}{}", Self::MARK, self.0.hyphenated())
    }

    /// The import and the request that stand in the id of a request.
    pub fn in_request_id(request_id: &str) -> (Option<&str>, &str) {
        let marked = request_id.strip_prefix(Self::MARK);
        match marked.and_then(|marked| marked.split_once(' ')) {
            Some((import, request_id)) => (Some(import), request_id),
            None => (None, request_id),
        }
    }

    /// Who writes what this import makes.
    pub fn author(self, actor: UserId, request_id: &str) -> Author {
        let request_id: Arc<str> = format!("{} {request_id}", self.mark()).into();
        Author { actor, request_id }
    }
}
