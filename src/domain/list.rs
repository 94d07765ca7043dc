//! A list: its content, and what the server adds. What lists and tasks have in common is in `record`.

use super::content::{
    Archived, Breach, Color, Member, Merge, Metadata, RecordContent, RecordPatch, Schema, Side,
    define, merged_metadata,
};
use super::json::{Fault, Faults, Object, write_number, write_uuid};
use super::order::OrderKey;
use super::record::Record;
use super::text::Title;
use super::{ListId, Timestamp};

/// The members of a list, in the order of its JSON. To add one: as for a task.
macro_rules! list_members {
    ($consume:ident $($context:tt)*) => {
        $consume! {
            $($context)*
            name: Title,
            color: Option<Color>,
            order: Option<OrderKey>,
            archived: Archived,
            metadata: Option<Metadata>,
        }
    };
}
pub(crate) use list_members;

list_members! {
    define
    /// The content of a list.
    ListContent of ListId, ListPatch;
}

/// A list as it is stored and as it is sent.
pub type List = Record<ListContent>;

impl ListContent {
    /// That of a list that is made at `now`: behind all others.
    pub(super) fn made_at(mut self, now: Timestamp) -> Self {
        self.order = Some(OrderKey::of_creation(now));
        self
    }

    /// Applies a change.
    pub(super) fn obey(&mut self, patch: &ListPatch) -> Result<(), Breach> {
        let mut patch = patch.clone();
        let merge = std::mem::take(&mut patch.merge);
        if let Some(change) = &merge.metadata {
            patch.metadata = Some(merged_metadata(self.metadata.as_ref(), change)?);
        }
        self.change(&patch);
        Ok(())
    }
}

impl List {
    /// Its place among the lists.
    pub fn order(&self) -> OrderKey {
        let moved = self.content.order.clone();
        moved.unwrap_or_else(|| OrderKey::of_creation(self.created_at))
    }

    /// Its JSON in every answer; `open_count` only where it was counted.
    pub fn write_with(&self, json: &mut Vec<u8>, open_count: Option<i64>) {
        json.extend_from_slice(b"{\"id\":");
        write_uuid(json, self.id.0);
        self.content.write(json);
        if let Some(count) = open_count {
            json.extend_from_slice(b",\"open_count\":");
            write_number(json, count);
        }
        self.write_rest(json);
    }

    pub fn write(&self, json: &mut Vec<u8>) {
        self.write_with(json, None);
    }
}
