//! What callers send in a body: read from JSON to the words of the domain, with all that is wrong in it said at once.

use utoipa::ToSchema;

use crate::domain::json::{Fault, Faults, NoObject, Object, Rule, read_flag, read_text};
use crate::domain::{Content, Member, Patch, Tags, TaskId};
use crate::http::problem::{FieldError, Problem};

/// A body that is read from JSON.
pub(in crate::http) trait FromJson: Sized {
    fn from_json(json: &[u8]) -> Result<Self, Problem>;
}

/// Reads an object of which the members in `names` are wanted.
pub(in crate::http) fn object<'a>(
    json: &'a [u8],
    names: &[&[&'static str]],
) -> Result<Object<'a>, Problem> {
    Object::parse(json, names).map_err(|error| match error {
        NoObject::NotUtf8 => Problem::bad_request("The body is not JSON: it is not valid UTF-8"),
        NoObject::Empty => Problem::bad_request("The body is empty: send a JSON object"),
        NoObject::NotJson(error) => Problem::bad_request(format!("The body is not JSON: {error}")),
        NoObject::AnotherValue => invalid("body", "must be a JSON object"),
        NoObject::NamedTwice => invalid("body", "must not name a field twice"),
    })
}

pub(in crate::http) fn invalid(field: &'static str, rule: Rule) -> Problem {
    Problem::invalid(&[FieldError { field, rule }])
}

fn finish<T>(faults: Faults, value: Option<T>) -> Result<T, Problem> {
    let as_error = |Fault { field, rule }: Fault| FieldError { field, rule };
    faults.finish(value).map_err(|faults| {
        let errors: Vec<_> = faults.into_iter().map(as_error).collect();
        Problem::invalid(&errors)
    })
}

fn id(json: &str) -> Result<Option<TaskId>, Rule> {
    if json == "null" {
        return Ok(None);
    }
    let id = TaskId::parse(&read_text(json)?);
    id.map(Some)
        .ok_or("must be a UUID such as 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f")
}

/// A new task, under an id of the caller's if there is one.
pub(in crate::http) struct Creation {
    pub(in crate::http) id: Option<TaskId>,
    pub(in crate::http) content: Content,
}

impl FromJson for Creation {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let object = object(json, &[&["id"], Content::NAMES])?;
        let mut faults = Faults::default();
        let id = faults.read(&object, "id", id).flatten();
        let content = Content::read(&object, &mut faults);
        finish(faults, content.map(|content| Self { id, content }))
    }
}

impl FromJson for Content {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let object = object(json, &[Self::NAMES])?;
        let mut faults = Faults::default();
        let content = Self::read(&object, &mut faults);
        finish(faults, content)
    }
}

impl FromJson for Patch {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let object = object_of_change(json)?;
        let mut faults = Faults::default();
        let patch = Self::read(&object, &mut faults);
        finish(faults, Some(patch))
    }
}

fn object_of_change(json: &[u8]) -> Result<Object<'_>, Problem> {
    let object = object(json, &[Content::NAMES])?;
    let names = Content::written_names();
    if !object.has_any(&names) {
        let rule = format!("body must have at least one of {}", names.join(", "));
        return Err(Problem::invalid_as_a_whole("body", rule));
    }
    Ok(object)
}

/// A change by a JSON merge patch (RFC 7396): objects are merged into those that are there.
pub(in crate::http) struct MergePatch(pub(in crate::http) Patch);

impl FromJson for MergePatch {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let mut object = object_of_change(json)?;
        let mut faults = Faults::default();
        let patch = Patch::read_merge(&mut object, &mut faults);
        finish(faults, Some(Self(patch)))
    }
}

/// Some tags, at least one.
pub(in crate::http) struct SomeTags(pub(in crate::http) Tags);

impl FromJson for SomeTags {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let object = object(json, &[&["tags"]])?;
        let mut faults = Faults::default();
        let tags = faults.require(&object, "tags", |json| match Tags::read(json)? {
            tags if tags.is_empty() => Err("must have at least one tag"),
            tags => Ok(tags),
        });
        finish(faults, tags.map(Self))
    }
}

/// Whether the task is done. Fields with other names are ignored.
#[derive(ToSchema)]
#[schema(example = json!({"completed": true}))]
pub(in crate::http) struct Completion {
    pub(in crate::http) completed: bool,
}

impl FromJson for Completion {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let object = object(json, &[&["completed"]])?;
        let mut faults = Faults::default();
        let completed = faults.require(&object, "completed", read_flag);
        finish(faults, completed.map(|completed| Self { completed }))
    }
}
