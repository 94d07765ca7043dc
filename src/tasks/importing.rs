//! Import: the records of a file are written in parts, each a work of its own, so that other writes can run between
//! them. Records that exist already are skipped, so an import that was interrupted can be repeated, or undone, by its
//! id.

mod report;
mod reversal;

use std::collections::HashSet;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

pub use self::report::{Counts, Failure, LeftOut, Report, Why};
pub use self::reversal::{Kept, Reversed};
use super::in_flight::Entry;
use super::{Request, Tasks};
use crate::domain::limits::BATCH_OPERATIONS;
use crate::domain::{
    Author, Content, Deed, Done, ImportId, Imported, Item, ListId, Noun, Operation, Operations,
    Outcome, Refusal, SpaceId, Task, UserId, Written,
};
use crate::error::{Error, Result};
use crate::import::Piece;

/// About the size of a part, in bytes.
const GROUP_BYTES: usize = 512 * 1024;

/// How many tasks may wait for parents that come later, and about how many bytes. Further ones are put at the top
/// level.
const MOST_WAITING: usize = 10_000;
const MOST_WAITING_BYTES: usize = 16 * 1024 * 1024;

/// How many imports there are at once, of all users.
pub(super) const MOST_IMPORTS: usize = 8;

/// How often a part is retried that was not done because the database was busy.
const TRIES: usize = 5;

/// The parameters of an import.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    pub id: ImportId,
    /// The list that all tasks are put into.
    pub target: Option<ListId>,
    /// Finds out what would be imported, and writes nothing.
    pub dry_run: bool,
}

/// An import in flight; at most one of each user.
pub struct Importing {
    tasks: Tasks,
    space: SpaceId,
    author: Author,
    wish: Wish,
    group: Vec<(u64, Operation)>,
    group_bytes: usize,
    waiting: Vec<(u64, Box<Imported<Content>>)>,
    waiting_bytes: usize,
    /// The records that a dry run has seen, because it cannot find them in the store.
    seen: HashSet<(Noun, Uuid)>,
    /// Parents and lists that a dry run has not seen yet, with the lines that name them.
    unseen: Vec<(u64, Noun, Uuid)>,
    report: Report,
    _turn: Turn,
}

/// The permits: one import for each user, and a limit for all.
pub(super) struct Turn {
    _entry: Entry,
    _permit: OwnedSemaphorePermit,
}

impl Tasks {
    fn import_turn(&self, space: &SpaceId) -> Result<Turn> {
        let entry = self.importing.enter(space.clone(), "".into());
        let entry = entry.map_err(|_| Refusal::ImportInFlight)?;
        let permit = self.imports.clone().try_acquire_owned();
        let permit = permit.map_err(|_| Error::Unavailable {
            what: "too many imports are in flight",
            retry_after: Duration::from_secs(5),
            source: None,
        })?;
        Ok(Turn {
            _entry: entry,
            _permit: permit,
        })
    }

    /// An id for an import without one.
    pub fn new_import(&self) -> ImportId {
        ImportId(self.clock.new_id())
    }

    /// Begins an import.
    ///
    /// # Errors
    /// [`Refusal::ImportInFlight`], or [`Refusal::NotFound`] of the list that all tasks are to be put into.
    pub async fn import(
        &self,
        space: &SpaceId,
        actor: UserId,
        request_id: &str,
        wish: Wish,
    ) -> Result<Importing> {
        let turn = self.import_turn(space)?;
        if let Some(list) = wish.target {
            self.get_list(space, list).await?;
        }
        Ok(Importing {
            tasks: self.clone(),
            space: space.clone(),
            author: wish.id.author(actor, request_id),
            wish,
            group: Vec::new(),
            group_bytes: 0,
            waiting: Vec::new(),
            waiting_bytes: 0,
            seen: HashSet::new(),
            unseen: Vec::new(),
            report: Report::default(),
            _turn: turn,
        })
    }
}

impl Importing {
    /// The report so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Takes the record of a line.
    pub async fn take(&mut self, line: u64, piece: Piece) -> Result<()> {
        let (operation, bytes) = match piece {
            Piece::Fault(why) => {
                self.report.fail(line, Why::Fault(why));
                return Ok(());
            }
            Piece::LeftOut(what) => {
                self.report.leave_out(line, what);
                return Ok(());
            }
            Piece::List(_) if self.wish.target.is_some() => {
                self.report.leave_out(line, place(Noun::List));
                return Ok(());
            }
            Piece::List(list) => (Operation::ImportList { list }, 1024),
            Piece::Task(mut task) => {
                if self.wish.target.is_some() {
                    task.content.list_id = self.wish.target;
                }
                let bytes = size(&task.content);
                // A dry run does not find the parents that it would have made.
                let waits = !self.wish.dry_run;
                (Operation::Import { task, waits }, bytes)
            }
        };
        self.add(line, operation, bytes).await
    }

    async fn add(&mut self, line: u64, operation: Operation, bytes: usize) -> Result<()> {
        self.group.push((line, operation));
        self.group_bytes += bytes;
        if self.group.len() >= BATCH_OPERATIONS || self.group_bytes >= GROUP_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    /// At the end of the file: the waiting tasks find their parents now, or never.
    pub async fn finish(mut self) -> (Report, Result<()>) {
        let outcome = self.write_rest().await;
        (self.report, outcome)
    }

    async fn write_rest(&mut self) -> Result<()> {
        self.flush().await?;
        let mut before = usize::MAX;
        while !self.waiting.is_empty() {
            // As long as some of them find their parents, others may find theirs.
            let goes_on = self.waiting.len() < before;
            before = self.waiting.len();
            self.waiting_bytes = 0;
            for (line, task) in std::mem::take(&mut self.waiting) {
                let bytes = size(&task.content);
                let waits = goes_on;
                self.add(line, Operation::Import { task, waits }, bytes)
                    .await?;
            }
            self.flush().await?;
        }
        for (line, noun, id) in std::mem::take(&mut self.unseen) {
            if !self.seen.contains(&(noun, id)) {
                self.report.leave_out(line, place(noun));
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        let group = std::mem::take(&mut self.group);
        self.group_bytes = 0;
        if group.is_empty() {
            return Ok(());
        }
        let outcomes = self.write(&group).await?;
        let mut late = Vec::new();
        for ((line, operation), outcome) in group.into_iter().zip(outcomes) {
            match (operation, outcome) {
                (Operation::Import { task, .. }, Err(Refusal::NoParentYet)) => {
                    let bytes = size(&task.content);
                    if self.waiting.len() >= MOST_WAITING
                        || self.waiting_bytes + bytes > MOST_WAITING_BYTES
                    {
                        late.push((line, Operation::Import { task, waits: false }));
                    } else {
                        self.waiting_bytes += bytes;
                        self.waiting.push((line, task));
                    }
                }
                (operation, outcome) => self.note(line, &operation, outcome),
            }
        }
        if !late.is_empty() {
            let outcomes = self.write(&late).await?;
            for ((line, operation), outcome) in late.into_iter().zip(outcomes) {
                self.note(line, &operation, outcome);
            }
        }
        Ok(())
    }

    fn note(&mut self, line: u64, operation: &Operation, outcome: Outcome) {
        let name = match operation {
            Operation::ImportList { list } => (Noun::List, list.id.0),
            Operation::Import { task, .. } => (Noun::Task, task.id.0),
            _ => return,
        };
        let is_seen = self.wish.dry_run && !self.seen.insert(name);
        let counts = self.report.counts(name.0);
        match outcome {
            Ok(_) if is_seen => counts.skipped += 1,
            Ok(Written::Created(made)) => {
                counts.created += 1;
                if let (Operation::Import { task, .. }, Item::Task(made)) = (operation, &made) {
                    self.note_place(line, &task.content, made);
                }
            }
            Ok(written) => {
                counts.skipped += 1;
                if written.item().is_some_and(Item::is_deleted) {
                    counts.skipped_in_trash += 1;
                }
            }
            Err(refusal) => self.report.refuse(line, name.0, refusal),
        }
    }

    /// Reports the parent, or the list, that a task did not get.
    fn note_place(&mut self, line: u64, wanted: &Content, made: &Task) {
        let content = &made.content;
        let lost = match (wanted.parent_id, wanted.list_id) {
            _ if made.is_deleted() || content.parent_id.is_some() => return,
            (Some(parent), _) => (Noun::Task, parent.0),
            (None, Some(list)) if content.list_id.is_none() => (Noun::List, list.0),
            _ => return,
        };
        if !self.wish.dry_run {
            self.report.leave_out(line, place(lost.0));
        } else if !self.seen.contains(&lost) && self.unseen.len() < MOST_WAITING {
            self.unseen.push((line, lost.0, lost.1));
        }
    }

    /// Retries what was not done because others came first.
    async fn write(&self, group: &[(u64, Operation)]) -> Result<Vec<Outcome>> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.write_once(group).await {
                Err(Error::Unavailable { retry_after, .. }) if tries < TRIES => {
                    tokio::time::sleep(retry_after).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn write_once(&self, group: &[(u64, Operation)]) -> Result<Vec<Outcome>> {
        let list = group.iter().map(|(_, operation)| operation.clone());
        let operations = Operations {
            list: list.collect(),
            atomic: false,
            dry_run: self.wish.dry_run,
        };
        let request = Request {
            space: self.space.clone(),
            author: self.author.clone(),
            deed: Deed::Operate(operations),
            key: None,
            encode: None,
            bytes: GROUP_BYTES,
        };
        // Records of a dry run are not in the store, and count for the limits all the same.
        let come = if self.wish.dry_run {
            self.report.tasks.created
        } else {
            0
        };
        let room = i64::try_from(come).unwrap_or(i64::MAX);
        let applied = self
            .tasks
            .apply_within(request, self.tasks.most - room)
            .await?;
        match applied.done {
            Done::Now(outcomes) => Ok(outcomes),
            _ => Err(Error::Internal(
                "an import was told of something else".into(),
            )),
        }
    }
}

/// How other records name a task or a list.
fn place(noun: Noun) -> &'static str {
    match noun {
        Noun::Task => "parent",
        Noun::List => "list",
    }
}

/// About how much memory a task takes, in bytes.
fn size(content: &Content) -> usize {
    let description = content.description.as_ref();
    let metadata = content.metadata.as_ref();
    content.title.as_str().len()
        + description.map_or(0, |text| text.as_str().len())
        + metadata.map_or(0, |metadata| metadata.as_json().len())
        + content.references.as_slice().len() * 512
        + 512
}
