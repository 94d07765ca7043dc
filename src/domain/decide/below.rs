//! The tasks below a task, or in a list.

use super::draft::Drafting;
use crate::domain::limits::TASKS_BELOW;
use crate::domain::state::Need;
use crate::domain::{Content, ListId, Map, Noun, Refusal, Set, Task, TaskId};

impl Drafting<'_> {
    /// The tasks below one that are not in the trash, parents first.
    ///
    /// # Errors
    /// There are more than one request may change.
    pub(super) fn below(&self, root: TaskId) -> Result<Vec<TaskId>, Refusal> {
        let is_new = !self.state.tasks.contains_key(&root);
        if !is_new && !self.state.below.contains(&root) {
            self.lack(Need::Below(root));
            return Ok(Vec::new());
        }
        let shelves = self.shelves();
        let mut found = Vec::new();
        let mut seen = Set::from_iter([root]);
        let mut parents = vec![root];
        while let Some(parent) = parents.pop() {
            let below = shelves.children(parent).filter(|id| seen.insert(*id));
            let first = found.len();
            found.extend(below);
            parents.extend(&found[first..]);
        }
        check_count(found, Noun::Task)
    }

    /// How many levels a task and what is below it take.
    pub(super) fn height(&self, root: TaskId) -> Result<usize, Refusal> {
        let mut levels = Map::from_iter([(root, 1)]);
        for id in self.below(root)? {
            let task = self.find::<Content>(id);
            let parent = task.and_then(|task| task.content.parent_id);
            let above = parent.and_then(|parent| levels.get(&parent)).copied();
            levels.insert(id, above.unwrap_or(1) + 1);
        }
        Ok(levels.into_values().max().unwrap_or(1))
    }

    /// The tasks of a list that are not in the trash, in the order of their creation.
    ///
    /// # Errors
    /// There are more than are done at once.
    pub(super) fn in_list(&self, list: ListId) -> Result<Vec<TaskId>, Refusal> {
        let is_new = !self.state.lists.contains_key(&list);
        if !is_new && !self.state.in_list.contains(&list) {
            self.lack(Need::InList(list));
            return Ok(Vec::new());
        }
        let own = |task: &&Task| task.content.list_id == Some(list);
        let mut tasks: Vec<&Task> = self.known::<Content>().filter(own).collect();
        tasks.sort_by_key(|task| (task.created_at, task.id));
        check_count(tasks.into_iter().map(|task| task.id).collect(), Noun::List)
    }
}

/// No more than one request may change.
fn check_count(tasks: Vec<TaskId>, above: Noun) -> Result<Vec<TaskId>, Refusal> {
    if tasks.len() > TASKS_BELOW {
        return Err(Refusal::TooMuchBelow(above));
    }
    Ok(tasks)
}
