//! A task as the API writes it, that can be asked.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::{Field, Moment, Subject, TaskDate, Value};
use crate::domain::Timestamp;

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Sample {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) completed: bool,
    pub(super) created_at: String,
    pub(super) updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) due: Option<Written>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<Written>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) priority: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) list_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) order: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) recurrence: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) references: Vec<Reference>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Reference {
    pub(super) source: String,
    pub(super) external_id: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Written {
    Date { date: String },
    Zoned { local: String, zone: String },
    Local { local: String },
}

impl Written {
    fn when(&self) -> TaskDate<'_> {
        match self {
            Self::Date { date } => TaskDate::Date(date.parse().unwrap()),
            Self::Local { local } => TaskDate::Local(local.parse().unwrap()),
            Self::Zoned { local, zone } => TaskDate::Zoned(local.parse().unwrap(), zone),
        }
    }

    /// The column that SQL compares.
    pub(super) fn wall(&self) -> String {
        match self {
            Self::Date { date } => date.clone(),
            Self::Zoned { local, .. } | Self::Local { local } => local.clone(),
        }
    }
}

pub(super) fn time(text: &str) -> Timestamp {
    let time: jiff::Timestamp = text.parse().unwrap();
    Timestamp::from_micros(time.as_microsecond())
}

pub(super) fn moment(now: &str, zone: &str) -> Moment {
    Moment::new(time(now), zone).unwrap()
}

impl Subject for Sample {
    fn value(&self, field: Field) -> Option<Value<'_>> {
        let moment = |text: &String| Value::Time(time(text));
        let id = |text: &String| Value::Id(Uuid::parse_str(text).unwrap());
        match field {
            Field::Id => Some(id(&self.id)),
            Field::Title => Some(Value::Text(&self.title)),
            Field::Description => self.description.as_deref().map(Value::Text),
            Field::Completed => Some(Value::Flag(self.completed)),
            Field::CreatedAt => Some(moment(&self.created_at)),
            Field::UpdatedAt => Some(moment(&self.updated_at)),
            Field::CompletedAt => self.completed_at.as_ref().map(moment),
            Field::Due => self.due.as_ref().map(|due| Value::Date(due.when())),
            Field::Start => self.start.as_ref().map(|start| Value::Date(start.when())),
            Field::Priority => self.priority.map(Value::Number),
            Field::ListId => self.list_id.as_ref().map(id),
            Field::ParentId => self.parent_id.as_ref().map(id),
            Field::Order => self.order.as_deref().map(Value::Text),
            Field::Recurrence => self.recurrence.as_ref().map(|_| Value::There),
            Field::References => self.references.first().map(|_| Value::There),
            Field::Tags | Field::ExternalId | Field::Text => None,
        }
    }

    fn texts(&self, field: Field) -> impl Iterator<Item = &str> {
        let tags = self.tags.iter().filter(move |_| field == Field::Tags);
        let references = self.references.iter();
        let references = references.filter(move |_| field == Field::ExternalId);
        let ids = references.map(|reference| reference.external_id.as_str());
        tags.map(String::as_str).chain(ids)
    }
}
