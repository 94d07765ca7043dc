//! Reads all data of a user, in parts that stay small: first the lists, then the tasks, each after its parent, then the
//! trash.

use super::{CHUNK, Tasks};
use crate::domain::{Item, Noun, Place, Position, SpaceId, Task, TaskId};
use crate::error::Result;
use crate::store::Branch;

/// All that there is, one part after the other. The same data give the same parts.
pub struct Exporting {
    tasks: Tasks,
    space: SpaceId,
    /// The latest change when it began.
    begun: i64,
    stage: Stage,
}

enum Stage {
    Lists {
        deleted: bool,
    },
    Tasks(Vec<Level>),
    Trash(Option<Position>),
    /// What has changed behind a number, of one kind after the other.
    Since(Noun, i64),
    End,
}

/// Tasks of one parent, or of none, that were read and not told, and where the next ones begin.
struct Level {
    parent: Option<TaskId>,
    /// The next one last.
    read: Vec<Branch>,
    after: Option<Task>,
    is_whole: bool,
}

impl Level {
    fn of(parent: Option<TaskId>) -> Self {
        Self {
            parent,
            read: Vec::new(),
            after: None,
            is_whole: false,
        }
    }
}

impl Tasks {
    /// Begins to read everything of a space.
    pub async fn export(&self, space: &SpaceId) -> Result<Exporting> {
        Ok(Exporting {
            tasks: self.clone(),
            space: space.clone(),
            begun: self.store.find_account(space).await?.seq,
            stage: Stage::Lists { deleted: false },
        })
    }
}

impl Exporting {
    pub fn space(&self) -> &SpaceId {
        &self.space
    }

    /// The next part, which may be empty; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Item>>> {
        let stage = std::mem::replace(&mut self.stage, Stage::End);
        let (items, next) = match stage {
            Stage::Lists { deleted } => {
                let lists = self.tasks.store.list_lists(&self.space, deleted).await?;
                let next = if deleted {
                    Stage::Tasks(vec![Level::of(None)])
                } else {
                    Stage::Lists { deleted: true }
                };
                (
                    lists.into_iter().map(|(list, _)| list.into()).collect(),
                    next,
                )
            }
            Stage::Tasks(levels) => self.read_tasks(levels).await?,
            Stage::Trash(after) => self.read_trash(after).await?,
            Stage::Since(noun, position) => self.read_changes(noun, position).await?,
            Stage::End => return Ok(None),
        };
        self.stage = next;
        Ok(Some(items))
    }

    /// Depth first: only a part of each level is in memory.
    async fn read_tasks(&self, mut levels: Vec<Level>) -> Result<(Vec<Item>, Stage)> {
        let mut items = Vec::new();
        while let Some(level) = levels.last_mut() {
            if let Some(Branch { task, has_parts }) = level.read.pop() {
                let id = task.id;
                items.push(task.into());
                if has_parts {
                    levels.push(Level::of(Some(id)));
                }
            } else if level.is_whole {
                levels.pop();
            } else if items.len() >= CHUNK {
                return Ok((items, Stage::Tasks(levels)));
            } else {
                self.read_level(level).await?;
            }
        }
        Ok((items, Stage::Trash(None)))
    }

    async fn read_level(&self, level: &mut Level) -> Result<()> {
        let (store, space) = (&self.tasks.store, &self.space);
        level.read = match level.parent {
            None => {
                let after = level.after.as_ref().map(Task::position);
                store.list_roots(space, after, CHUNK).await?
            }
            Some(parent) => {
                let after: Option<Place> = level.after.as_ref().map(Task::place);
                store
                    .list_parts(space, parent, after.as_ref(), CHUNK)
                    .await?
            }
        };
        level.is_whole = level.read.len() < CHUNK;
        level.after = level.read.last().map(|branch| branch.task.clone());
        level.read.reverse();
        Ok(())
    }

    async fn read_trash(&self, after: Option<Position>) -> Result<(Vec<Item>, Stage)> {
        let filter = crate::domain::ListScope {
            deleted: true,
            completed: None,
        };
        let listing = self.tasks.list_chunk(&self.space, filter, after).await?;
        let next = if listing.next.is_some() {
            Stage::Trash(listing.next)
        } else {
            Stage::Since(Noun::List, self.begun)
        };
        let items = listing.page.tasks.into_iter().map(Item::from).collect();
        Ok((items, next))
    }

    /// What was moved while all was read may have been passed over: it is told once more, as it is then. To the very end:
    /// what has changed once more stands there.
    async fn read_changes(&self, noun: Noun, position: i64) -> Result<(Vec<Item>, Stage)> {
        let numbers = position.saturating_add(1)..=i64::MAX;
        let reading = self
            .tasks
            .store
            .list_changes(&self.space, noun, numbers, 0, CHUNK);
        let items = reading.await?;
        let next = match (items.last(), noun) {
            (Some(last), _) if items.len() == CHUNK => Stage::Since(noun, last.seq()),
            (_, Noun::List) => Stage::Since(Noun::Task, self.begun),
            (_, Noun::Task) => Stage::End,
        };
        Ok((items, next))
    }
}
