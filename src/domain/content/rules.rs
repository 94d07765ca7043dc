//! What members have to do with each other: what follows from one, what two must obey together, and what is made of
//! the present value and a change.

use serde_json::{Map, Value};

use super::metadata::{Metadata, read_members};
use super::tags::Tags;
use super::{Content, Patch};
use crate::domain::Timestamp;
use crate::domain::json::{Faults, Object, Rule};

/// A rule that a task would break, and the members that have to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach {
    pub fields: &'static [&'static str],
    /// A whole sentence.
    pub rule: Rule,
}

const ALIKE: Breach = Breach {
    fields: &["start", "due"],
    rule: "start and due must both be dates, both local times, or both times in the same zone",
};
const ORDER: Breach = Breach {
    fields: &["start", "due"],
    rule: "start must not be after due",
};
const MANY_TAGS: Breach = Breach {
    fields: &["tags"],
    rule: "tags must be at most 50, with those that the task has",
};
const MUCH_METADATA: Breach = Breach {
    fields: &["metadata"],
    rule: "metadata must be at most 4 KiB of JSON, with what the task has",
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

    /// Takes some tags away.
    pub fn untag(tags: Tags) -> Self {
        let mut patch = Self::default();
        patch.merge.untag = tags;
        patch
    }

    /// As [`Patch::read`], but objects are merged.
    pub fn read_merge(object: &mut Object<'_>, faults: &mut Faults) -> Self {
        let is_object = object
            .get("metadata")
            .is_some_and(|json| json.starts_with('{'));
        if !is_object {
            return Self::read(object, faults);
        }
        let metadata = faults.read(object, "metadata", read_members);
        object.take("metadata");
        let mut patch = Self::read(object, faults);
        patch.merge.metadata = metadata;
        patch
    }
}

impl Content {
    /// As that of a task that is made at `now`.
    pub fn as_new(mut self, now: Timestamp) -> Result<Self, Breach> {
        self.completed_at = self.completed.then_some(now);
        self.check()?;
        Ok(self)
    }

    /// Does what a change says, with all that follows from it; gives the values that were replaced.
    pub fn obey(&mut self, patch: &Patch, now: Timestamp) -> Result<Patch, Breach> {
        let mut patch = self.complete(patch.clone())?;
        if patch
            .completed
            .is_some_and(|completed| completed != self.completed)
        {
            patch.completed_at = Some(patch.completed.filter(|completed| *completed).map(|_| now));
        }
        let before = self.change(&patch);
        self.check()?;
        Ok(before)
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
            let merged = Metadata::merged(self.metadata.as_ref(), change);
            patch.metadata = Some(merged.map_err(|_| MUCH_METADATA)?);
        }
        Ok(patch)
    }

    /// The rules that members obey together.
    pub fn check(&self) -> Result<(), Breach> {
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
