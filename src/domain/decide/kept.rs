//! What differs between tasks and lists when an operation is applied.

use super::draft::{Draft, Drafted};
use crate::domain::change::Replaced;
use crate::domain::content::{Content, RecordContent};
use crate::domain::state::{Need, Rows, State};
use crate::domain::{
    Account, Item, ItemId, ListContent, ListId, ListPatch, Noun, Patch, Record, Task, TaskId,
};

/// A content whose records are kept in a state.
pub(super) trait Kept: RecordContent {
    const NOUN: Noun;

    fn rows(state: &State) -> &Rows<Self>;
    fn drafted(draft: &Draft) -> &Drafted<Self>;
    fn drafted_mut(draft: &mut Draft) -> &mut Drafted<Self>;
    fn need(id: Self::Id) -> Need;
    fn item_id(id: Self::Id) -> ItemId;
    fn item(record: Record<Self>) -> Item;
    /// If it is one.
    fn as_task(record: &Record<Self>) -> Option<&Task>;
    fn replaced(id: Self::Id, before: Self::Patch) -> Replaced;
    /// What a change replaced, if it is one of these.
    fn before(replaced: &Replaced) -> Option<(Self::Id, &Self::Patch)>;
    fn count(account: &mut Account, record: &Record<Self>, by: i64);
}

macro_rules! kept {
    ($content:ident: $noun:ident, $id:ident, $patch:ident, $rows:ident, $as_task:expr, $count:expr) => {
        impl Kept for $content {
            const NOUN: Noun = Noun::$noun;

            fn rows(state: &State) -> &Rows<Self> {
                &state.$rows
            }

            fn drafted(draft: &Draft) -> &Drafted<Self> {
                &draft.$rows
            }

            fn drafted_mut(draft: &mut Draft) -> &mut Drafted<Self> {
                &mut draft.$rows
            }

            fn need(id: $id) -> Need {
                Need::$noun(id)
            }

            fn item_id(id: $id) -> ItemId {
                ItemId::$noun(id)
            }

            fn item(record: Record<Self>) -> Item {
                Item::$noun(record)
            }

            fn as_task(record: &Record<Self>) -> Option<&Task> {
                let as_task: fn(&Record<Self>) -> Option<&Task> = $as_task;
                as_task(record)
            }

            fn replaced(id: $id, before: $patch) -> Replaced {
                Replaced::$noun(id, before)
            }

            fn before(replaced: &Replaced) -> Option<($id, &$patch)> {
                match replaced {
                    Replaced::$noun(id, before) => Some((*id, before)),
                    _ => None,
                }
            }

            fn count(account: &mut Account, record: &Record<Self>, by: i64) {
                let count: fn(&mut Account, &Record<Self>, i64) = $count;
                count(account, record, by);
            }
        }
    };
}

kept!(Content: Task, TaskId, Patch, tasks, |task| Some(task), Account::count);
kept!(ListContent: List, ListId, ListPatch, lists, |_| None, |_, _, _| {});
