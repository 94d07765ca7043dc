//! The schemas of lists: their members come from the one list in `domain`.

use std::borrow::Cow;

use serde_json::json;
use utoipa::openapi::schema::{
    AnyOfBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::task::{
    BeforeSchema, example, formatted, named, read_only, time, version, with_members,
};
use crate::domain::{ListContent, Side};

/// A list, as it is told.
#[derive(serde::Serialize)]
pub(in crate::http) struct ListSchema;

/// A list with the number of its open tasks.
pub(in crate::http) struct CountedListSchema;

/// A new list. Fields with other names are ignored.
pub(in crate::http) struct NewListSchema;

/// A change: at least one field.
pub(in crate::http) struct ListPatchSchema;

/// The members of a list that a change replaced.
pub(in crate::http) struct ListBeforeSchema;

fn told(about: &str) -> ObjectBuilder {
    let id = formatted(KnownFormat::Uuid).description(Some(
        "`UUIDv7` made by the server, or any UUID made by the caller.",
    ));
    let object = ObjectBuilder::new()
        .description(Some(about))
        .property("id", read_only(id))
        .required("id");
    let members = ListContent::schemas(Side::Answer);
    with_members(object, members, false)
        .required("order")
        .property(
            "created_at",
            read_only(time("RFC 3339, UTC; never changes.")),
        )
        .required("created_at")
        .property(
            "updated_at",
            read_only(time(
                "RFC 3339, UTC; moves with every change and never goes back.",
            )),
        )
        .required("updated_at")
        .property("version", read_only(version()))
        .required("version")
        .property(
            "deleted_at",
            read_only(time(
                "RFC 3339, UTC; only there while the list is in the trash.",
            )),
        )
}

impl PartialSchema for ListSchema {
    fn schema() -> RefOr<Schema> {
        example(
            told("A list, as it is told."),
            json!({
                "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c073999",
                "name": "Groceries",
                "color": "#1e90ff",
                "order": "i8DpLumiHm",
                "created_at": "2026-11-23T08:00:00.000000Z",
                "updated_at": "2026-11-23T08:00:00.000000Z",
                "version": 1,
            }),
        )
    }
}

impl PartialSchema for CountedListSchema {
    fn schema() -> RefOr<Schema> {
        let count = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0))
            .description(Some(
                "How many of its tasks are not completed; not there for one in the trash.",
            ));
        told("A list with the number of its open tasks.")
            .property("open_count", read_only(count))
            .into()
    }
}

impl PartialSchema for NewListSchema {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new()
            .description(Some("A new list. Fields with other names are ignored."));
        let id = ObjectBuilder::new()
            .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .description(Some(
                "Any UUID, made by the caller: the same list sent again is not created twice. The server makes one \
                 if left out.",
            ));
        let members = ListContent::schemas(Side::Request);
        let object = with_members(object.property("id", id), members, false);
        example(object, json!({"name": "Groceries", "color": "#1e90ff"}))
    }
}

impl PartialSchema for ListPatchSchema {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().min_properties(Some(1)).description(Some(
            "A change: at least one field. One that is left out keeps its value. Fields with other names are ignored.",
        ));
        let members = ListContent::schemas(Side::Request);
        let object = with_members(object, members, true);
        example(object, json!({"name": "Food", "archived": true}))
    }
}

impl PartialSchema for ListBeforeSchema {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().description(Some(
            "The members of a list that a change replaced, as they were.",
        ));
        with_members(object, ListContent::schemas(Side::History), true).into()
    }
}

named! {
    ListSchema: "List",
    CountedListSchema: "CountedList",
    NewListSchema: "NewList",
    ListPatchSchema: "ListPatch",
    ListBeforeSchema: "ListBefore",
}

/// The members of a task or of a list that a change replaced.
pub(in crate::http) struct ReplacedSchema;

impl PartialSchema for ReplacedSchema {
    fn schema() -> RefOr<Schema> {
        // Not one of them: what is empty is both.
        let either = AnyOfBuilder::new()
            .item(Ref::from_schema_name(BeforeSchema::name()))
            .item(Ref::from_schema_name(ListBeforeSchema::name()));
        either.into()
    }
}

impl ToSchema for ReplacedSchema {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Replaced")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((BeforeSchema::name().into_owned(), BeforeSchema::schema()));
        schemas.push((
            ListBeforeSchema::name().into_owned(),
            ListBeforeSchema::schema(),
        ));
    }
}
