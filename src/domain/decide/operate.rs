//! The operations create, change and move. What concerns the trash is in `trash`.

use super::draft::Drafting;
use super::each::operate_on_each;
use super::import;
use super::kept::Kept;
use super::place::{Found, Spot};
use super::{recur, trash};
use crate::domain::content::{Content, Passing, Patch};
use crate::domain::order::OrderKey;
use crate::domain::work::{
    Destination, Expected, Occasion, Operation, Operations, Outcome, Twice, Written,
};
use crate::domain::{
    Item, List, ListContent, ListDestination, ListId, ListPatch, Noun, Record, Refusal, Task,
    TaskId,
};

pub(super) fn operate(drafting: &mut Drafting<'_>, operations: &Operations) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(operations.list.len());
    for operation in &operations.list {
        let outcome = operate_once(drafting, operation);
        drafting.end_operation(outcome.is_ok());
        outcomes.push(outcome);
    }
    outcomes
}

pub(super) fn operate_once(drafting: &mut Drafting<'_>, operation: &Operation) -> Outcome {
    match operation {
        Operation::Create { id, content, twice } => create(drafting, *id, content, *twice),
        Operation::Change {
            id,
            patch,
            expected,
        } => change_on(drafting, *id, (patch, &Occasion::default()), expected),
        Operation::Complete {
            id,
            completed,
            occasion,
            expected,
        } => recur::complete(drafting, *id, (*completed, occasion), expected),
        Operation::Skip {
            id,
            occasion,
            expected,
        } => recur::skip(drafting, *id, occasion, expected),
        Operation::Move { id, to, expected } => move_task(drafting, *id, to, expected),
        Operation::Each {
            matching,
            operation,
        } => operate_on_each(drafting, matching, operation),
        Operation::Delete { id, expected } => trash::delete(drafting, *id, expected),
        Operation::Restore { id, expected } => trash::restore(drafting, *id, expected),
        Operation::CreateList { id, content, twice } => create_list(drafting, *id, content, *twice),
        Operation::ChangeList {
            id,
            patch,
            expected,
        } => change_list(drafting, *id, patch, expected),
        Operation::MoveList { id, to, expected } => move_list(drafting, *id, *to, expected),
        Operation::DeleteList { id, expected } => trash::delete_list(drafting, *id, expected),
        Operation::RestoreList { id, expected } => trash::restore_list(drafting, *id, expected),
        Operation::Import { task, waits } => import::import(drafting, task, *waits),
        Operation::ImportList { list } => import::import_list(drafting, list),
        Operation::TakeBack { item, made } => import::take_back(drafting, *item, *made),
    }
}

/// The outcome of a creation whose id exists already; nothing if it does not exist.
fn met<C: Kept>(
    drafting: &Drafting<'_>,
    id: C::Id,
    twice: Twice,
    says_the_same: impl FnOnce(&Record<C>) -> bool,
) -> Option<Outcome> {
    if twice == Twice::Impossible {
        return None;
    }
    let found = drafting.find::<C>(id)?;
    let item = || Box::new(C::item(found.clone()));
    Some(match twice {
        _ if found.is_deleted() => Err(Refusal::InTrash(item())),
        Twice::Compare if says_the_same(found) => Ok(Written::Unchanged(*item())),
        Twice::Refuse => Err(Refusal::Exists(item())),
        Twice::Compare | Twice::Impossible => Err(Refusal::Differs(item())),
    })
}

fn create(drafting: &mut Drafting<'_>, id: TaskId, content: &Content, twice: Twice) -> Outcome {
    let says_the_same = |task: &Task| {
        let mut content = content.clone();
        // The parent implies it.
        if content.parent_id.is_some() && content.list_id.is_none() {
            content.list_id = task.content.list_id;
        }
        crate::domain::RecordContent::says_the_same(&task.content, &content)
    };
    if let Some(outcome) = met::<Content>(drafting, id, twice, says_the_same) {
        return outcome;
    }
    let content = content.clone().made_at(drafting.work.now);
    let mut content = content.map_err(Refusal::Breaks)?;
    drafting.check_room()?;
    if content.list_id.is_some() || content.parent_id.is_some() {
        let to = Destination {
            list: content.list_id.map(Some),
            parent: content.parent_id.map(Some),
            ..Destination::default()
        };
        let shelf = drafting.shelf(None, &to).map_err(Refusal::Breaks)?;
        drafting.check_nesting(id, shelf.parent, || Ok(1), Refusal::Breaks)?;
        content.list_id = shelf.list;
    }
    let task = drafting.new_record(id, content);
    drafting.claim(None, &task)?;
    Ok(Written::Created(drafting.insert(task).into()))
}

pub(super) fn change_on(
    drafting: &mut Drafting<'_>,
    id: TaskId,
    (patch, occasion): (&Patch, &Occasion),
    expected: &Expected,
) -> Outcome {
    let old = drafting.expected::<Content>(id, expected)?;
    let mut new = old.clone();
    let now = drafting.time_after(&old);
    let mut goes_on = false;
    if patch.completed == Some(true) && !old.content.completed && patch.recurs(&old.content) {
        // Not the task, but an occurrence of it.
        let mut others = patch.clone();
        others.completed = None;
        new.content.obey(&others, now).map_err(Refusal::Breaks)?;
        goes_on = drafting.pass(&mut new, Passing::Completed, occasion)?;
    } else {
        new.content.obey(patch, now).map_err(Refusal::Breaks)?;
    }
    let mut spread = Vec::new();
    if patch.list_id.is_some() || patch.parent_id.is_some() {
        let to = Destination {
            list: patch.list_id,
            parent: patch.parent_id,
            ..Destination::default()
        };
        let shelf = drafting.shelf(Some(old.shelf()), &to);
        let shelf = shelf.map_err(Refusal::Breaks)?;
        (new.content.list_id, new.content.parent_id) = (shelf.list, shelf.parent);
        if shelf != old.shelf() {
            drafting.check_nesting(id, shelf.parent, || drafting.height(id), Refusal::Breaks)?;
            if let Found::At { key, spread: more } = drafting.find_place(&old, shelf, Spot::Last) {
                set_order(&mut new, key);
                spread = more;
            }
        }
    }
    drafting.claim(Some(&old), &new)?;
    let new = drafting.take_to(&old, new, spread)?;
    if goes_on {
        drafting.reopen_below(id)?;
    }
    Ok(Written::Changed(new.into()))
}

fn move_task(
    drafting: &mut Drafting<'_>,
    id: TaskId,
    to: &Destination,
    expected: &Expected,
) -> Outcome {
    let old = drafting.expected::<Content>(id, expected)?;
    let shelf = drafting.shelf(Some(old.shelf()), to);
    let shelf = shelf.map_err(Refusal::Breaks)?;
    if shelf != old.shelf() {
        drafting.check_nesting(id, shelf.parent, || drafting.height(id), Refusal::Breaks)?;
    }
    let spot = drafting.spot(id, shelf, to)?;
    match drafting.find_place(&old, shelf, spot) {
        Found::Same => Ok(Written::Unchanged(old.into())),
        Found::At { key, spread } => {
            let mut new = old.clone();
            (new.content.list_id, new.content.parent_id) = (shelf.list, shelf.parent);
            set_order(&mut new, key);
            Ok(Written::Changed(
                drafting.take_to(&old, new, spread)?.into(),
            ))
        }
    }
}

/// A key that the task would have without a move is not part of a change.
fn set_order(task: &mut Task, key: OrderKey) {
    let own = OrderKey::of_creation(task.created_at);
    task.content.order = (key != own).then_some(key);
}

fn create_list(
    drafting: &mut Drafting<'_>,
    id: ListId,
    content: &ListContent,
    twice: Twice,
) -> Outcome {
    let same = |list: &List| crate::domain::RecordContent::says_the_same(&list.content, content);
    if let Some(outcome) = met::<ListContent>(drafting, id, twice, same) {
        return outcome;
    }
    drafting.check_lists(id)?;
    let content = content.clone().made_at(drafting.work.now);
    let list = drafting.new_record(id, content);
    Ok(Written::Created(drafting.insert(list).into()))
}

fn change_list(
    drafting: &mut Drafting<'_>,
    id: ListId,
    patch: &ListPatch,
    expected: &Expected,
) -> Outcome {
    let old = drafting.expected::<ListContent>(id, expected)?;
    let mut new = old.clone();
    new.content.obey(patch).map_err(Refusal::Breaks)?;
    let new = drafting.replace(&old, new, None);
    Ok(Written::Changed(new.into()))
}

/// There are few lists: all are loaded, and where there is no room all get new keys.
fn move_list(
    drafting: &mut Drafting<'_>,
    id: ListId,
    ListDestination { after, before }: ListDestination,
    expected: &Expected,
) -> Outcome {
    let old = drafting.expected::<ListContent>(id, expected)?;
    let others = drafting.other_lists(id);
    let place = |other: Option<ListId>| others.iter().position(|list| Some(list.id) == other);
    // How many stand before it.
    let rank = match (after, before) {
        (Some(None), _) => Some(0),
        (Some(after), before) => place(after).map(|rank| rank + 1).or_else(|| match before {
            Some(None) => Some(others.len()),
            Some(before) => place(before),
            None => None,
        }),
        (None, Some(Some(before))) => place(Some(before)),
        (None, _) => Some(others.len()),
    };
    let rank = rank.ok_or(Refusal::NoSibling(Noun::List))?;
    let key_at = |rank: usize| others.get(rank).map(List::order);
    let (lower, upper) = (rank.checked_sub(1).and_then(key_at), key_at(rank));
    let own = (old.order(), id);
    let behind_lower = rank == 0
        || others
            .get(rank - 1)
            .is_some_and(|it| (it.order(), it.id) < own);
    if behind_lower && others.get(rank).is_none_or(|it| own < (it.order(), it.id)) {
        return Ok(Written::Unchanged(Item::List(old)));
    }
    let mut new = old.clone();
    let between = OrderKey::between(lower.as_ref(), upper.as_ref());
    let Ok(key) = between else {
        let keys = OrderKey::spread(None, None, others.len() + 1).unwrap_or_default();
        new.content.order = keys.get(rank).cloned();
        let new = drafting.replace(&old, new, None);
        let keys = keys[..rank].iter().chain(&keys[rank + 1..]);
        for (old, key) in others.iter().zip(keys) {
            let mut new = old.clone();
            new.content.order = Some(key.clone());
            drafting.spread(old, new);
        }
        return Ok(Written::Changed(new.into()));
    };
    new.content.order = Some(key);
    let new = drafting.replace(&old, new, None);
    Ok(Written::Changed(new.into()))
}
