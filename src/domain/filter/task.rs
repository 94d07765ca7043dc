//! The value of a task for each field of a filter or an order.

use jiff::civil::DateTime;

use super::dates::TaskDate;
use super::field::Field;
use super::selection::{Subject, Value};
use crate::domain::content::{Priority, When};
use crate::domain::{Member, Task};

impl Subject for Task {
    fn value(&self, field: Field) -> Option<Value<'_>> {
        let content = &self.content;
        match field {
            Field::Id => Some(Value::Id(self.id.0)),
            Field::Title => Some(Value::Text(content.title.as_str())),
            Field::Description => {
                let text = content.description.as_ref();
                text.map(|text| Value::Text(text.as_str()))
            }
            Field::Completed => Some(Value::Flag(content.completed)),
            Field::CreatedAt => Some(Value::Time(self.created_at)),
            Field::UpdatedAt => Some(Value::Time(self.updated_at)),
            Field::CompletedAt => content.completed_at.map(Value::Time),
            Field::Due => content.due.as_ref().and_then(date),
            Field::Start => content.start.as_ref().and_then(date),
            Field::Priority => content.priority.map(Priority::as_i64).map(Value::Number),
            Field::References => (!content.references.is_left_out()).then_some(Value::There),
            Field::ListId => content.list_id.map(|id| Value::Id(id.0)),
            Field::ParentId => content.parent_id.map(|id| Value::Id(id.0)),
            Field::Order => content.order.as_ref().map(|key| Value::Text(key.as_str())),
            Field::Recurrence => content.recurrence.as_ref().map(|_| Value::There),
            // They are asked for by `texts`.
            Field::Tags | Field::ExternalId | Field::Text => None,
        }
    }

    fn texts(&self, field: Field) -> impl Iterator<Item = &str> {
        let tags = self.content.tags.as_slice().iter();
        let tags = tags.filter(move |_| field == Field::Tags);
        let references = self.content.references.external_ids();
        tags.map(String::as_str)
            .chain(references.filter(move |_| field == Field::ExternalId))
    }
}

fn date(written: &When) -> Option<Value<'_>> {
    let (local, zone) = written.parts();
    Some(Value::Date(if local.len() == "2026-12-01".len() {
        TaskDate::Date(local.parse().ok()?)
    } else {
        let local: DateTime = local.parse().ok()?;
        match zone {
            Some(zone) => TaskDate::Zoned(local, zone),
            None => TaskDate::Local(local),
        }
    }))
}
