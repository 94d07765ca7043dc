//! Completing and skipping: which occurrence of a recurring task a request means, and on which day.

use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};

use super::input::{FromJson, finish, object};
use crate::domain::filter::Moment;
use crate::domain::json::{Faults, Object, Rule, read_flag, read_text};
use crate::domain::{Occasion, Occurrence, Timestamp};
use crate::http::openapi::example;
use crate::http::problem::Problem;

/// What says it.
pub(in crate::http) const NAMES: [&str; 3] = ["occurrence", "on", "zone"];

/// Whether the task is done. Fields with other names are ignored.
pub(in crate::http) struct Completion {
    /// Not said, it is clear for a task that comes back.
    pub(in crate::http) completed: Option<bool>,
    pub(in crate::http) occasion: Occasion,
}

/// Which occurrence is skipped; the present one, if nothing is said. Fields with other names are ignored.
pub(in crate::http) struct Skipping(pub(in crate::http) Occasion);

fn read(object: &Object<'_>, faults: &mut Faults) -> Occasion {
    Occasion {
        occurrence: read_said(object, faults, "occurrence", Occurrence::read),
        on: read_said(object, faults, "on", |json| {
            Occurrence::read(json).map(|day| day.0)
        }),
        zone: read_said(object, faults, "zone", read_zone),
    }
}

/// As [`read`], of members that are read by themselves.
pub(in crate::http) fn read_alone(object: &Object<'_>) -> Result<Occasion, Problem> {
    let mut faults = Faults::default();
    let occasion = read(object, &mut faults);
    finish(faults, Some(occasion))
}

/// `null` says nothing.
fn read_said<T>(
    object: &Object<'_>,
    faults: &mut Faults,
    name: &'static str,
    read: impl FnOnce(&str) -> Result<T, Rule>,
) -> Option<T> {
    let read = |json: &str| match json {
        "null" => Ok(None),
        json => read(json).map(Some),
    };
    faults.read(object, name, read).flatten()
}

fn read_zone(json: &str) -> Result<String, Rule> {
    let zone = read_text(json)?;
    let is_known = Moment::new(Timestamp::default(), &zone).is_some();
    let rule = "must be a name of the IANA time zone database, such as Europe/Berlin";
    is_known.then_some(zone).ok_or(rule.into())
}

/// No body says nothing.
fn or_nothing(json: &[u8]) -> &[u8] {
    if json.trim_ascii().is_empty() {
        b"{}"
    } else {
        json
    }
}

impl FromJson for Completion {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let object = object(or_nothing(json), &[&["completed"], &NAMES])?;
        let mut faults = Faults::default();
        let said = faults.read(&object, "completed", read_flag);
        let occasion = read(&object, &mut faults);
        let completion = Self {
            // Who names an occurrence means to complete it.
            completed: said.or(object.has_any(&NAMES).then_some(true)),
            occasion,
        };
        finish(faults, Some(completion))
    }
}

impl FromJson for Skipping {
    fn from_json(json: &[u8]) -> Result<Self, Problem> {
        let object = object(or_nothing(json), &[&NAMES])?;
        read_alone(&object).map(Self)
    }
}

/// Adds the members that say which occurrence, and when.
pub(in crate::http) fn with_occasion(object: ObjectBuilder, with_zone: bool) -> ObjectBuilder {
    let text =
        || ObjectBuilder::new().schema_type(SchemaType::Array(vec![Type::String, Type::Null]));
    let day = || text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    let object = object
        .property(
            "occurrence",
            day().description(Some(
                "Of a task that repeats: the `occurrence` that is meant. If it is not the present one, nothing happens, \
                 so that this can be sent again. The present one, if left out.",
            )),
        )
        .property(
            "on",
            day().description(Some(
                "The local day of completion, at most tomorrow; today, if left out. A rule that counts from completion \
                 counts from it.",
            )),
        );
    if !with_zone {
        return object;
    }
    let zone = text().description(Some(
        "Where today is, for tasks that are not planned in a zone: a name of the IANA time zone database; UTC if left out.",
    ));
    object.property("zone", zone)
}

impl utoipa::PartialSchema for Completion {
    fn schema() -> RefOr<Schema> {
        let completed = ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .description(Some(
                "`true` if left out, of a task that repeats or beside `occurrence`, `on` or `zone`; else needed.",
            ));
        let object = ObjectBuilder::new().description(Some(
            "Whether the task is done. Fields with other names are ignored.",
        ));
        let object = with_occasion(object.property("completed", completed), true);
        example(object, json!({"completed": true}))
    }
}

impl ToSchema for Completion {}

impl utoipa::PartialSchema for Skipping {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().description(Some(
            "Which occurrence is skipped. Fields with other names are ignored.",
        ));
        example(
            with_occasion(object, true),
            json!({"occurrence": "2026-12-01"}),
        )
    }
}

impl ToSchema for Skipping {}
