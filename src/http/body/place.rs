//! The body of a move: where a task or a list is moved to.

use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};

use super::input::{FromJson, finish, object};
use crate::domain::json::Faults;
use crate::domain::{Destination, ListDestination, ListId, Member, TaskId};
use crate::http::openapi::example;
use crate::http::problem::Problem;

/// To where a task is moved. Fields with other names are ignored.
pub(in crate::http) struct Move(pub(in crate::http) Destination);

/// To which place a list is moved. Fields with other names are ignored.
pub(in crate::http) struct MoveList(pub(in crate::http) ListDestination);

impl FromJson for Move {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let object = object(json, &[&["after", "before", "list_id", "parent_id"]])?;
        let mut faults = Faults::default();
        let to = Destination {
            list: faults.read(&object, "list_id", <Option<ListId>>::read),
            parent: faults.read(&object, "parent_id", <Option<TaskId>>::read),
            after: faults.read(&object, "after", <Option<TaskId>>::read),
            before: faults.read(&object, "before", <Option<TaskId>>::read),
        };
        finish(faults, Some(Self(to)))
    }
}

impl FromJson for MoveList {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let object = object(json, &[&["after", "before"]])?;
        let mut faults = Faults::default();
        let to = ListDestination {
            after: faults.read(&object, "after", <Option<ListId>>::read),
            before: faults.read(&object, "before", <Option<ListId>>::read),
        };
        finish(faults, Some(Self(to)))
    }
}

fn id(about: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .description(Some(about))
}

/// Adds the places among siblings.
pub(in crate::http) fn with_place(object: ObjectBuilder) -> ObjectBuilder {
    let after = "The sibling that stands before it then; `null`: it comes first.";
    let before = "The sibling that stands behind it then; `null`: it comes last.";
    object
        .property("after", id(after))
        .property("before", id(before))
}

impl utoipa::PartialSchema for Move {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().description(Some(
            "To where a task is moved. Fields with other names are ignored.",
        ));
        let list =
            "The list; `null` is the inbox. Another one without `parent_id` drops the parent.";
        let parent = "The parent, which implies its list; `null`: none.";
        let object = with_place(object)
            .property("list_id", id(list))
            .property("parent_id", id(parent));
        example(
            object,
            json!({"list_id": null, "parent_id": null, "before": null}),
        )
    }
}

impl ToSchema for Move {}

impl utoipa::PartialSchema for MoveList {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().description(Some(
            "To which place a list is moved. Fields with other names are ignored.",
        ));
        example(with_place(object), json!({"after": null}))
    }
}

impl ToSchema for MoveList {}
