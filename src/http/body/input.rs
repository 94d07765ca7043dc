//! Request bodies: parsed from JSON into values of the domain, with all faults reported at once.

use crate::domain::json::{Fault, Faults, NoObject, Object, Rule};
use crate::domain::{
    Content, ListContent, ListId, ListPatch, Member, Patch, RecordContent, Tags, TaskId,
};
use crate::http::problem::Problem;

/// A type that is parsed from a JSON body.
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

pub(in crate::http) fn invalid(field: &'static str, rule: impl Into<Rule>) -> Problem {
    let rule = rule.into();
    Problem::invalid(&[Fault { field, rule }])
}

pub(in crate::http) fn finish<T>(faults: Faults, value: Option<T>) -> Result<T, Problem> {
    faults
        .finish(value)
        .map_err(|faults| Problem::invalid(&faults))
}

/// A new task or list, under an id of the caller's if there is one.
pub(in crate::http) struct Creation<C: RecordContent> {
    pub(in crate::http) id: Option<C::Id>,
    pub(in crate::http) content: C,
}

/// A change by a JSON merge patch (RFC 7396): objects are merged into those that are there.
pub(in crate::http) struct MergePatch<P>(pub(in crate::http) P);

macro_rules! bodies {
    ($content:ident, $patch:ident, $id:ident) => {
        impl FromJson for Creation<$content> {
            fn from_json(json: &[u8]) -> Result<Self, Problem> {
                let object = object(json, &[&["id"], $content::NAMES])?;
                let mut faults = Faults::default();
                let id = faults.read(&object, "id", <Option<$id>>::read).flatten();
                let content = $content::read(&object, &mut faults);
                finish(faults, content.map(|content| Self { id, content }))
            }
        }

        impl FromJson for $content {
            fn from_json(json: &[u8]) -> Result<Self, Problem> {
                let object = object(json, &[Self::NAMES])?;
                let mut faults = Faults::default();
                let content = Self::read(&object, &mut faults);
                finish(faults, content)
            }
        }

        impl FromJson for $patch {
            fn from_json(json: &[u8]) -> Result<Self, Problem> {
                let names = $content::written_names();
                let object = object_of_change(json, $content::NAMES, &names)?;
                let mut faults = Faults::default();
                let patch = Self::read(&object, &mut faults);
                finish(faults, Some(patch))
            }
        }

        impl FromJson for MergePatch<$patch> {
            fn from_json(json: &[u8]) -> Result<Self, Problem> {
                let names = $content::written_names();
                let mut object = object_of_change(json, $content::NAMES, &names)?;
                let mut faults = Faults::default();
                let patch = $patch::read_merge(&mut object, &mut faults);
                finish(faults, Some(Self(patch)))
            }
        }
    };
}
bodies!(Content, Patch, TaskId);
bodies!(ListContent, ListPatch, ListId);

fn object_of_change<'a>(
    json: &'a [u8],
    names: &[&'static str],
    written: &[&'static str],
) -> Result<Object<'a>, Problem> {
    let object = object(json, &[names])?;
    if !object.has_any(written) {
        let rule = format!("body must have at least one of {}", written.join(", "));
        return Err(Problem::invalid_as_a_whole("body", rule));
    }
    Ok(object)
}

/// Some tags, at least one.
pub(in crate::http) struct SomeTags(pub(in crate::http) Tags);

impl FromJson for SomeTags {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let object = object(json, &[&["tags"]])?;
        let mut faults = Faults::default();
        let tags = faults.require(&object, "tags", |json| match Tags::read(json)? {
            tags if tags.is_empty() => Err("must have at least one tag".into()),
            tags => Ok(tags),
        });
        finish(faults, tags.map(Self))
    }
}
