//! The schemas of tasks: their members come from the one list in `domain`.

use std::borrow::Cow;

use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::{Content, Side};

/// A task, as it is told.
#[derive(serde::Serialize)]
pub(in crate::http) struct TaskSchema;

/// A new task. Fields with other names are ignored.
pub(in crate::http) struct NewTaskSchema;

/// A change: at least one field. One that is left out keeps its value. Fields with other names are ignored.
pub(in crate::http) struct TaskPatchSchema;

/// The members of a task that a change replaced.
pub(in crate::http) struct BeforeSchema;

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

pub(super) fn formatted(format: KnownFormat) -> ObjectBuilder {
    text().format(Some(SchemaFormat::KnownFormat(format)))
}

pub(super) fn time(description: &str) -> ObjectBuilder {
    formatted(KnownFormat::DateTime).description(Some(description))
}

/// Adds the members of a task's content.
pub(in crate::http) fn with_content(
    object: ObjectBuilder,
    side: Side,
    all_optional: bool,
) -> ObjectBuilder {
    with_members(object, Content::schemas(side), all_optional)
}

/// Adds members: name, schema, and whether it is required.
pub(super) fn with_members(
    mut object: ObjectBuilder,
    members: Vec<(&'static str, Schema, bool)>,
    all_optional: bool,
) -> ObjectBuilder {
    for (name, schema, is_required) in members {
        object = object.property(name, schema);
        if is_required && !all_optional {
            object = object.required(name);
        }
    }
    object
}

pub(in crate::http) fn example(object: ObjectBuilder, example: Value) -> RefOr<Schema> {
    #[expect(deprecated, reason = "older generators and viewers know only this one")]
    object.example(Some(example)).into()
}

pub(super) fn read_only(object: ObjectBuilder) -> Schema {
    object.read_only(true).into()
}

pub(super) fn version() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Integer))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(1))
        .description(Some("1 at first, one more with each change."))
}

impl PartialSchema for TaskSchema {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().description(Some("A task, as it is told."));
        let id = formatted(KnownFormat::Uuid).description(Some(
            "`UUIDv7` made by the server, or any UUID made by the caller.",
        ));
        let user = text().min_length(Some(1)).description(Some(
            "The owner: the identity of the token that made the task.",
        ));
        let object = object
            .property("id", read_only(id))
            .required("id")
            .property("user_id", read_only(user))
            .required("user_id");
        let object = with_content(object, Side::Answer, false);
        let updated = "RFC 3339, UTC; moves with every change and never goes back.";
        let object = object
            .property(
                "created_at",
                read_only(time("RFC 3339, UTC; never changes.")),
            )
            .required("created_at")
            .property("updated_at", read_only(time(updated)))
            .required("updated_at")
            .property("version", read_only(version()))
            .required("version")
            .property(
                "deleted_at",
                read_only(time(
                    "RFC 3339, UTC; only there while the task is in the trash.",
                )),
            );
        example(
            object,
            json!({
                "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
                "user_id": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
                "title": "Buy milk",
                "description": "Two litres",
                "completed": false,
                "created_at": "2026-11-23T08:00:00.000000Z",
                "updated_at": "2026-11-23T08:00:00.000000Z",
                "version": 1,
            }),
        )
    }
}

impl PartialSchema for NewTaskSchema {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new()
            .description(Some("A new task. Fields with other names are ignored."));
        let id = ObjectBuilder::new()
            .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .description(Some(
                "Any UUID, made by the caller: the same task sent again is not created twice. The server makes one \
                 if left out.",
            ));
        let object = with_content(object.property("id", id), Side::Request, false);
        example(
            object,
            json!({"title": "Buy milk", "description": "Two litres"}),
        )
    }
}

impl PartialSchema for TaskPatchSchema {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().min_properties(Some(1)).description(Some(
            "A change: at least one field. One that is left out keeps its value. Fields with other names are ignored.",
        ));
        let object = with_content(object, Side::Request, true);
        example(
            object,
            json!({"title": "Buy oat milk", "description": null}),
        )
    }
}

impl PartialSchema for BeforeSchema {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().description(Some(
            "The members of a task that a change replaced, as they were.",
        ));
        with_content(object, Side::History, true).into()
    }
}

macro_rules! named {
    ($($schema:ident: $name:literal),+ $(,)?) => {
        $(impl ToSchema for $schema {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        })+
    };
}
pub(super) use named;

named! {
    TaskSchema: "Task",
    NewTaskSchema: "NewTask",
    TaskPatchSchema: "TaskPatch",
    BeforeSchema: "Before",
}
