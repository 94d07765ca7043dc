//! The parameters of an import: the format, and the list to import into.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use utoipa::{IntoParams, ToSchema};

use crate::domain::{ImportId, ListId, Noun, Refusal};
use crate::error::Error;
use crate::http::SharedApp;
use crate::http::body::json::declared;
use crate::http::problem::Problem;
use crate::http::query::{self, invalid};
use crate::import::Format;

/// Whose export it is.
#[derive(Clone, Copy, ToSchema)]
#[schema(rename_all = "lowercase")]
pub(in crate::http) enum From {
    Todoist,
    Google,
    Icalendar,
    Microsoft,
}

/// Parameters with other names are ignored.
#[derive(Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct ImportQuery {
    /// The program that has exported it; left out: this one.
    #[param(value_type = Option<From>, inline)]
    from: Option<From>,
    /// A list that all tasks come into; lists of the body are left out then.
    #[param(value_type = Option<uuid::Uuid>)]
    pub(super) list_id: Option<ListId>,
    /// The id of the import, of the caller's own, so that one that was cut off can be undone. Several that have the same are
    /// one.
    #[param(value_type = Option<uuid::Uuid>)]
    pub(super) id: Option<ImportId>,
    /// Answers what would come, and writes nothing.
    #[param(value_type = Option<bool>)]
    pub(super) dry_run: Option<bool>,
}

impl FromRequestParts<SharedApp> for ImportQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &SharedApp) -> Result<Self, Problem> {
        let mut read = Self::default();
        query::each(parts.uri.query().unwrap_or_default(), |name, value| {
            Ok(match name {
                "from" => read.from.replace(from(&value)?).is_some(),
                "list_id" => {
                    let id = ListId::parse(&value).ok_or_else(no_such_list)?;
                    read.list_id.replace(id).is_some()
                }
                "id" => {
                    let id = super::parse(&value).ok_or_else(|| invalid("id", "must be a UUID"))?;
                    read.id.replace(id).is_some()
                }
                "dry_run" => read
                    .dry_run
                    .replace(query::flag("dry_run", &value)?)
                    .is_some(),
                _ => false,
            })
        })?;
        Ok(read)
    }
}

fn from(text: &str) -> Result<From, Problem> {
    match text {
        "todoist" => Ok(From::Todoist),
        "google" => Ok(From::Google),
        "icalendar" => Ok(From::Icalendar),
        "microsoft" => Ok(From::Microsoft),
        _ => Err(invalid(
            "from",
            "must be todoist, google, icalendar or microsoft; without it, the body is an export of this program",
        )),
    }
}

fn no_such_list() -> Problem {
    invalid("list_id", "must be that of a list that is there")
}

/// The list is a parameter, not the requested resource.
pub(super) fn no_list(error: Error) -> Problem {
    match error {
        Error::Refused(Refusal::NotFound(Noun::List)) => no_such_list(),
        other => other.into(),
    }
}

impl ImportQuery {
    /// How the body is parsed. `from` and the media type must agree; the types of calendars and CSV are enough alone.
    pub(super) fn format(&self, headers: &HeaderMap) -> Result<Format, Problem> {
        let declared = declared(headers)?.to_ascii_lowercase();
        let message = match (self.from, declared.as_str()) {
            (None, "application/x-ndjson" | "application/json") => return Ok(Format::Tickbox),
            (None | Some(From::Todoist), "text/csv") => return Ok(Format::Todoist),
            (None | Some(From::Icalendar), "text/calendar") => return Ok(Format::ICalendar),
            (Some(From::Google), "application/json") => return Ok(Format::Google),
            (Some(From::Microsoft), "application/json") => return Ok(Format::Microsoft),
            (None, _) => {
                "The body must be an export of this program: send it with Content-Type: application/x-ndjson, \
                or say with from where it comes from"
            }
            (Some(From::Todoist), _) => {
                "The body must be Todoist's CSV: send it with Content-Type: text/csv"
            }
            (Some(From::Icalendar), _) => {
                "The body must be iCalendar: send it with Content-Type: text/calendar"
            }
            (Some(From::Google | From::Microsoft), _) => {
                "The body must be JSON: send it with Content-Type: application/json"
            }
        };
        Err(Problem::unsupported_media_type(message))
    }
}
