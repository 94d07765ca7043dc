//! Operations of a batch that have a filter instead of an id: which tasks they mean, and how many there may be.

use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::clock::Clock;
use crate::domain::filter::{Asked, Filter, Moment, Sorting};
use crate::domain::json::{Object, read_text};
use crate::domain::limits::BATCH_OPERATIONS;
use crate::domain::{ListScope, Matching};
use crate::http::body::input::invalid;
use crate::http::problem::Problem;

/// The members of such an operation in place of an `id`.
pub(super) const NAMES: [&str; 3] = ["filter", "zone", "max"];

/// `None` without a filter.
pub(super) fn read(members: &Object<'_>, clock: &Clock) -> Result<Option<Matching>, Problem> {
    let said = |name| members.get(name).filter(|json| *json != "null");
    let Some(filter) = said("filter") else {
        return Ok(None);
    };
    for name in ["id", "if_version"] {
        if said(name).is_some() {
            return Err(invalid(
                "filter",
                "cannot be combined with id or if_version",
            ));
        }
    }
    let filter = read_text(filter).map_err(|rule| invalid("filter", rule))?;
    let parsed = Filter::parse(&filter)
        .map_err(|mistake| Problem::invalid_fields(format!("filter: {mistake}"), &["filter"]))?;
    let zone = match said("zone") {
        None => "UTC".to_owned(),
        Some(zone) => read_text(zone).map_err(|rule| invalid("zone", rule))?,
    };
    let now = clock.now();
    let moment = Moment::new(now, &zone).ok_or(invalid(
        "zone",
        "must be a name of the IANA time zone database, such as Europe/Berlin",
    ))?;
    let most = said("max").and_then(|max| max.parse().ok());
    let most = most.filter(|most| (1..=BATCH_OPERATIONS).contains(most));
    let most = most.ok_or(invalid("max", "must be a whole number from 1 to 500"))?;
    let asked = Asked::new(ListScope::default(), &parsed, Sorting::default(), &moment);
    let texts = [filter, format!("{zone} {}", now.as_micros())];
    Ok(Some(Matching::new(texts, asked, most)))
}

/// For the OpenAPI document.
pub(super) fn with_filter(object: ObjectBuilder) -> ObjectBuilder {
    let text = |description: &str| {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(description))
    };
    let filter = text(
        "In place of `id`: all tasks that it selects, for `change`, `complete`, `delete`, `tag`, `untag` and `move`.",
    );
    let zone = text(
        "Where the days of `filter` are: a name of the IANA time zone database; UTC if left out.",
    );
    let max = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(500))
        .description(Some(
            "Needed with `filter`: if it selects more tasks, the operation is refused with 409.",
        ));
    object
        .property("filter", filter)
        .property("zone", zone)
        .property("max", max)
}
