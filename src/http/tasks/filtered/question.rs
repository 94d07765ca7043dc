//! The parameters of a filtered list: parsed, evaluated at a moment, and written again for the next page.

use std::fmt::Write;

use axum::http::HeaderValue;
use url::form_urlencoded;

use super::cursor;
use crate::clock::Timestamp;
use crate::domain::filter::{Asked, DependsOn, Filter, Keyset, Moment, Sorting};
use crate::domain::{ListScope, SpaceId, TaskPage};
use crate::http::conditional::etag;
use crate::http::problem::Problem;
use crate::http::query::invalid;

/// The default zone.
const UTC: &str = "UTC";

/// A filter, an order and a zone: as they were sent, and parsed.
#[derive(Debug)]
pub(in crate::http::tasks) struct Question {
    pub(super) texts: Texts,
    pub(super) shown: ListScope,
    filter: Filter,
    sorting: Sorting,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// What a cursor is bound to, besides the user, `completed` and `deleted`.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) filter: String,
    pub(super) order_by: String,
    pub(super) zone: Option<String>,
}

impl Question {
    /// `None` where there is neither a filter nor an order; also what a form or a template leaves empty.
    pub(in crate::http::tasks) fn read(
        [filter, order_by, zone]: [Option<&str>; 3],
        shown: ListScope,
        limit: Option<usize>,
        cursor: Option<&str>,
    ) -> Result<Option<Self>, Problem> {
        let said = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let texts = Texts {
            filter: said(filter),
            order_by: said(order_by),
            zone: zone.filter(|zone| !zone.is_empty()).map(str::to_owned),
        };
        let filter = Filter::parse(&texts.filter);
        let sorting = Sorting::parse(&texts.order_by);
        let zone = Moment::new(Timestamp::default(), texts.zone());
        let (filter, sorting) = match (filter, sorting, zone) {
            (Ok(filter), Ok(sorting), Some(_)) => (filter, sorting),
            (filter, sorting, zone) => {
                let said =
                    |name, mistake: Option<String>| Some((name, format!("{name}: {}", mistake?)));
                let zone = zone.is_none().then(|| {
                    "must be a name of the IANA time zone database, such as Europe/Berlin"
                        .to_owned()
                });
                let mistakes = [
                    said("filter", filter.err().map(|mistake| mistake.to_string())),
                    said("order_by", sorting.err().map(|mistake| mistake.to_string())),
                    said("zone", zone),
                ];
                let (names, messages): (Vec<_>, Vec<_>) = mistakes.into_iter().flatten().unzip();
                return Err(Problem::invalid_fields(messages.join("; "), &names));
            }
        };
        let is_plain = filter.is_empty() && sorting.keys().is_empty();
        Ok((!is_plain).then(|| Self {
            texts,
            shown,
            filter,
            sorting,
            limit,
            cursor: cursor.map(str::to_owned),
        }))
    }

    /// The query as of now, or as of the request for the first page.
    pub(super) fn at(self, now: Timestamp, space: &SpaceId) -> Result<Page, Problem> {
        let (now, place) = match &self.cursor {
            None => (now, None),
            Some(cursor) => {
                let found = cursor::decode(space, &self.purpose(), &self.sorting, cursor);
                let place = found.ok_or_else(|| {
                    invalid(
                        "cursor",
                        "must be the next_cursor of a page of the same list, with the same filter, order_by and zone",
                    )
                })?;
                (place.now, Some(place))
            }
        };
        let (epoch, after) = place.map(|place| (place.epoch, place.keyset)).unzip();
        // The zone was checked before.
        let moment = Moment::new(now, self.texts.zone()).unwrap_or(Moment::utc(now));
        let asked = Asked::new(self.shown, &self.filter, self.sorting.clone(), &moment);
        Ok(Page {
            limit: self.limit,
            asked,
            epoch,
            after,
            moment,
            question: self,
        })
    }

    /// The purpose of its cursors.
    fn purpose(&self) -> Vec<u8> {
        let mut purpose = vec![
            4,
            u8::from(self.shown.deleted),
            self.shown.completed.map_or(2, u8::from),
        ];
        let Texts {
            filter, order_by, ..
        } = &self.texts;
        for text in [filter, order_by, self.texts.zone()] {
            purpose.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
            purpose.extend(text.as_bytes());
        }
        purpose
    }
}

impl Texts {
    fn zone(&self) -> &str {
        self.zone.as_deref().unwrap_or(UTC)
    }
}

/// A page of a filtered list, or all of it.
pub(super) struct Page {
    pub(super) limit: Option<usize>,
    pub(super) asked: Asked,
    /// That of the account, if a page before this one said where it begins.
    pub(super) epoch: Option<i64>,
    pub(super) after: Option<Keyset>,
    moment: Moment,
    question: Question,
}

impl Page {
    pub(super) fn cursor(&self, space: &SpaceId, epoch: i64, keyset: Keyset) -> String {
        let now = self.moment.now();
        let place = cursor::Place { epoch, now, keyset };
        cursor::encode(space, &self.question.purpose(), &place)
    }

    /// The query of the page after this one.
    pub(super) fn next(&self, cursor: &str) -> String {
        let limit = self.limit.unwrap_or_default();
        let mut query = format!("limit={limit}&cursor={cursor}");
        let Texts {
            filter,
            order_by,
            zone,
        } = &self.question.texts;
        let zone = zone.as_deref().unwrap_or_default();
        for (name, text) in [
            ("filter", filter.as_str()),
            ("order_by", order_by),
            ("zone", zone),
        ] {
            if !text.is_empty() {
                query.push('&');
                query.push_str(name);
                query.push('=');
                query.extend(form_urlencoded::byte_serialize(text.as_bytes()));
            }
        }
        if let Some(completed) = self.asked.shown.completed {
            let _ = write!(query, "&completed={completed}");
        }
        if self.asked.shown.deleted {
            query.push_str("&deleted=true");
        }
        query
    }

    /// With `now()` a list has no tag, because it can change at any moment.
    pub(super) fn has_tag(&self) -> bool {
        self.question.filter.depends_on() != DependsOn::Moment
    }

    /// The tag of the list, as the account is.
    pub(super) fn tag(&self, account: &TaskPage) -> Option<HeaderValue> {
        if !self.has_tag() {
            return None;
        }
        let mut question = self.question.purpose();
        if self.question.filter.depends_on() == DependsOn::Day {
            question.extend(self.moment.today().to_string().bytes());
        }
        question.extend(self.limit.unwrap_or_default().to_be_bytes());
        question.extend(self.question.cursor.as_deref().unwrap_or_default().bytes());
        Some(etag::filtered_list_tag(
            account,
            self.asked.shown.deleted,
            &question,
        ))
    }
}
