//! What callers send in a body: read from JSON to the words of the domain, with all that is wrong in it said at once.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::problem::{FieldError, Problem};
use crate::tasks::model::{Description, NewTask, TaskId, TaskPatch, Title};

/// A body that is read from JSON.
pub(super) trait FromJson: Sized {
    fn from_json(json: &[u8]) -> Result<Self, Problem>;
}

/// The members that we know, unread; others are ignored.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    title: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    description: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    completed: Option<&'a RawValue>,
}

/// Keeps `null` apart from a member that is not there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl<'a> Members<'a> {
    fn read(json: &'a [u8]) -> Result<Self, Problem> {
        object(json)
    }

    fn new_task(&self, check: &mut Check) -> Option<NewTask> {
        let title = check.field("title", self.title, title);
        let title = check.require("title", title, self.title);
        let description = check.field("description", self.description, description);
        let completed = check.field("completed", self.completed, completed);
        title.map(|title| NewTask {
            title,
            description: description.flatten(),
            completed: completed.unwrap_or(false),
        })
    }

    /// Whether any member that a change knows is there.
    fn any(&self) -> bool {
        self.title.is_some() || self.description.is_some() || self.completed.is_some()
    }
}

/// Reads the members of an object that are known to `T`, which takes any value for each.
pub(super) fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(json)
        .map_err(|_| Problem::bad_request("The body is not JSON: it is not valid UTF-8"))?;
    if text.trim_ascii().is_empty() {
        return Err(Problem::bad_request(
            "The body is empty: send a JSON object",
        ));
    }
    let value: &RawValue = serde_json::from_str(text)
        .map_err(|error| Problem::bad_request(format!("The body is not JSON: {error}")))?;
    if !value.get().starts_with('{') {
        return Err(invalid("body", "must be a JSON object"));
    }
    // What is left to go wrong: a member that stands twice.
    serde_json::from_str(text).map_err(|_| invalid("body", "must not name a field twice"))
}

fn invalid(field: &'static str, rule: &'static str) -> Problem {
    Problem::invalid(&[FieldError { field, rule }])
}

/// Gathers what is wrong with each field.
#[derive(Default)]
struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    /// The value of a member, where it is there and obeys its rule.
    fn field<'a, T>(
        &mut self,
        field: &'static str,
        member: Option<&'a RawValue>,
        read: impl FnOnce(&'a str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let outcome = read(member?.get());
        outcome
            .map_err(|rule| self.errors.push(FieldError { field, rule }))
            .ok()
    }

    fn require<T>(
        &mut self,
        field: &'static str,
        value: Option<T>,
        member: Option<&RawValue>,
    ) -> Option<T> {
        if member.is_none() {
            let rule = "is required";
            self.errors.push(FieldError { field, rule });
        }
        value
    }

    fn done<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(Problem::invalid(&self.errors)),
        }
    }
}

fn text(json: &str) -> Result<Cow<'_, str>, &'static str> {
    if !json.starts_with('"') {
        return Err("must be a string");
    }
    // A string that can't be read has half a surrogate pair in it.
    serde_json::from_str::<String>(json)
        .map(Cow::Owned)
        .map_err(|_| "must be valid Unicode")
}

fn title(json: &str) -> Result<Title, &'static str> {
    Title::parse(&text(json)?)
}

fn description(json: &str) -> Result<Option<Description>, &'static str> {
    if json == "null" {
        return Ok(None);
    }
    let text = text(json).map_err(|rule| match rule {
        "must be a string" => "must be a string or null",
        rule => rule,
    })?;
    Description::parse(text.into_owned()).map(Some)
}

fn completed(json: &str) -> Result<bool, &'static str> {
    match json {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("must be true or false"),
    }
}

fn id(json: &str) -> Result<Option<TaskId>, &'static str> {
    if json == "null" {
        return Ok(None);
    }
    let text = text(json)?;
    let id = TaskId::parse(&text);
    id.map(Some)
        .ok_or("must be a UUID such as 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f")
}

/// A new task, under an id of the caller's if there is one.
pub(super) struct Creation {
    pub(super) id: Option<TaskId>,
    pub(super) new: NewTask,
}

impl FromJson for Creation {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let members = Members::read(json)?;
        let mut check = Check::default();
        let id = check.field("id", members.id, id).flatten();
        let new = members.new_task(&mut check);
        check.done(new.map(|new| Self { id, new }))
    }
}

impl FromJson for NewTask {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let members = Members::read(json)?;
        let mut check = Check::default();
        let new = members.new_task(&mut check);
        check.done(new)
    }
}

impl FromJson for TaskPatch {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let members = Members::read(json)?;
        if !members.any() {
            return Err(invalid(
                "body",
                "must have at least one of title, description, completed",
            ));
        }
        let mut check = Check::default();
        let patch = Self {
            title: check.field("title", members.title, title),
            description: check.field("description", members.description, description),
            completed: check.field("completed", members.completed, completed),
        };
        check.done(Some(patch))
    }
}

/// Whether a task is to be done or open.
pub(super) struct Completion(pub(super) bool);

impl FromJson for Completion {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let members = Members::read(json)?;
        let mut check = Check::default();
        let completed = check.field("completed", members.completed, completed);
        let completed = check.require("completed", completed, members.completed);
        check.done(completed.map(Self))
    }
}

/// A new task. Fields with other names are ignored.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; it is read by hand, so that all errors are told at once"
)]
#[schema(as = NewTask, example = json!({"title": "Buy milk", "description": "Two litres"}))]
pub(super) struct NewTaskBody {
    /// Any UUID, made by the caller: the same task sent again is not created twice. The server makes one if left out.
    #[schema(value_type = Option<uuid::Uuid>, required = false)]
    id: Option<String>,
    /// White space around it is removed; then 1 to 200 characters (Unicode scalar values), no U+0000.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$"
    )]
    title: String,
    /// At most 2000 characters, kept as sent, no U+0000.
    #[schema(max_length = 2000, pattern = "^[^\\u0000]*$")]
    description: Option<String>,
    /// `false` if left out.
    #[schema(default = false, required = false)]
    completed: bool,
}

/// A change: at least one field. One that is left out keeps its value. Fields with other names are ignored.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; it is read by hand, so that all errors are told at once"
)]
#[schema(as = TaskPatch, min_properties = 1, example = json!({"title": "Buy oat milk", "description": null}))]
pub(super) struct TaskPatchBody {
    /// White space around it is removed; then 1 to 200 characters (Unicode scalar values), no U+0000.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200, pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$")]
    title: Option<String>,
    /// At most 2000 characters, kept as sent, no U+0000; `null` removes it.
    #[schema(max_length = 2000, pattern = "^[^\\u0000]*$")]
    description: Option<String>,
    #[schema(value_type = bool, required = false)]
    completed: Option<bool>,
}

/// Whether the task is done. Fields with other names are ignored.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; it is read by hand, so that all errors are told at once"
)]
#[schema(as = Completion, example = json!({"completed": true}))]
pub(super) struct CompletionBody {
    completed: bool,
}
