//! Rules between members: what follows from one, what two must obey together, and how a change is merged into the
//! present value.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::metadata::{Metadata, read_members};
use super::recurrence::TimesDone;
use super::tags::Tags;
use super::{Content, Patch, RecordContent};
use crate::domain::json::{Faults, Object, Rule};
use crate::domain::{ListPatch, Timestamp};

/// A rule that a task would break, and the members that have to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    pub fields: &'static [&'static str],
    /// A whole sentence.
    pub rule: Rule,
}

const ALIKE: Breach = Breach {
    fields: &["start", "due"],
    rule: Cow::Borrowed(
        "start and due must both be dates, both local times, or both times in the same zone",
    ),
};
const ORDER: Breach = Breach {
    fields: &["start", "due"],
    rule: Cow::Borrowed("start must not be after due"),
};
const NEEDS_DUE: Breach = Breach {
    fields: &["recurrence", "due"],
    rule: Cow::Borrowed("recurrence needs due, which is the first time"),
};
const MANY_TAGS: Breach = Breach {
    fields: &["tags"],
    rule: Cow::Borrowed("tags must be at most 50, with those that the task has"),
};
const MUCH_METADATA: Breach = Breach {
    fields: &["metadata"],
    rule: Cow::Borrowed("metadata must be at most 4 KiB of JSON, with what is there"),
};

/// What a change adds to members and takes out of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merge {
    pub tag: Tags,
    pub untag: Tags,
    /// A JSON merge patch (RFC 7396).
    pub metadata: Option<Map<String, Value>>,
}

impl Patch {
    /// Adds some tags.
    pub fn tag(tags: Tags) -> Self {
        let mut patch = Self::default();
        patch.merge.tag = tags;
        patch
    }

    /// Whether a content comes back after this change.
    pub(in crate::domain) fn recurs(&self, old: &Content) -> bool {
        self.recurrence
            .as_ref()
            .unwrap_or(&old.recurrence)
            .is_some()
    }

    /// Takes some tags away.
    pub fn untag(tags: Tags) -> Self {
        let mut patch = Self::default();
        patch.merge.untag = tags;
        patch
    }
}

/// Takes metadata out of an object that is read as a merge patch, if it is to be merged.
fn read_merged(object: &mut Object<'_>, faults: &mut Faults) -> Option<Map<String, Value>> {
    let json = object.get("metadata")?;
    if !json.starts_with('{') {
        return None;
    }
    let metadata = faults.read(object, "metadata", read_members);
    object.take("metadata");
    metadata
}

macro_rules! read_merge {
    ($($patch:ident),+) => {
        $(impl $patch {
            /// As [`Self::read`], but objects are merged.
            pub fn read_merge(object: &mut Object<'_>, faults: &mut Faults) -> Self {
                let metadata = read_merged(object, faults);
                let mut patch = Self::read(object, faults);
                patch.merge.metadata = metadata;
                patch
            }
        })+
    };
}
read_merge!(Patch, ListPatch);

/// What is left of metadata after a merge patch.
pub(in crate::domain) fn merged_metadata(
    old: Option<&Metadata>,
    change: &Map<String, Value>,
) -> Result<Option<Metadata>, Breach> {
    Metadata::merged(old, change).map_err(|_| MUCH_METADATA)
}

impl Content {
    /// That of a task that is made at `now`.
    pub fn made_at(mut self, now: Timestamp) -> Result<Self, Breach> {
        self.completed_at = self.completed.then_some(now);
        self.begin()?;
        self.check()?;
        Ok(self)
    }

    /// Applies a change, with all that follows from it.
    pub fn obey(&mut self, patch: &Patch, now: Timestamp) -> Result<(), Breach> {
        let mut patch = self.complete(patch.clone())?;
        if patch
            .completed
            .is_some_and(|completed| completed != self.completed)
        {
            patch.completed_at = Some(patch.completed.filter(|completed| *completed).map(|_| now));
        }
        let recurs_otherwise = patch
            .recurrence
            .as_ref()
            .is_some_and(|recurrence| *recurrence != self.recurrence);
        if patch.completed == Some(false) && self.completed {
            // What had been completed is not.
            let done = self
                .done
                .map(|TimesDone(count)| TimesDone(count.saturating_sub(1)));
            self.done = done;
        }
        self.change(&patch);
        if recurs_otherwise {
            self.begin()?;
        }
        self.check()
    }

    /// Makes whole values of what is to be merged.
    fn complete(&self, mut patch: Patch) -> Result<Patch, Breach> {
        let merge = std::mem::take(&mut patch.merge);
        if !(merge.tag.is_empty() && merge.untag.is_empty()) {
            let tags = self.tags.merged(&merge.tag, &merge.untag);
            if tags.are_too_many() {
                return Err(MANY_TAGS);
            }
            patch.tags = Some(tags);
        }
        if let Some(change) = &merge.metadata {
            patch.metadata = Some(merged_metadata(self.metadata.as_ref(), change)?);
        }
        Ok(patch)
    }

    /// The rules that members obey together.
    pub fn check(&self) -> Result<(), Breach> {
        if self.recurrence.is_some() && self.due.is_none() {
            return Err(NEEDS_DUE);
        }
        let (Some(start), Some(due)) = (&self.start, &self.due) else {
            return Ok(());
        };
        if !start.is_alike(due) {
            return Err(ALIKE);
        }
        if start.is_after(due) {
            Err(ORDER)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
impl Patch {
    /// A merge patch, read from a body that is valid.
    pub(crate) fn parsed(json: &str) -> Self {
        let mut object = Object::parse(json.as_bytes(), &[Content::NAMES]).unwrap();
        let mut faults = Faults::default();
        let patch = Self::read_merge(&mut object, &mut faults);
        faults.finish(Some(patch)).unwrap()
    }
}
