//! The recurrence of a task: its rule, whether it counts from the due date or from completion, and its present
//! occurrence. Which days a rule gives is decided in the crate `tickbox-recurrence`.

use std::borrow::Cow;

use jiff::civil::Date;
use serde_json::json;
use tickbox_recurrence::{Fault, Mistake, Series};
use utoipa::openapi::schema::{
    AnyOfBuilder, ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type,
};

use super::when::read_date;
use super::{Breach, Member, Schema, Side, When};
use crate::domain::json::{Object, Rule, read_text, write_list, write_number, write_text};
use crate::domain::limits::{EXCLUDED_DAYS, TIMES_DONE};

const OBJECT: Rule = Cow::Borrowed(
    "must be an object with a rule such as FREQ=WEEKLY;BYDAY=MO, and perhaps from and exclude, or null",
);
const FROM: Rule = Cow::Borrowed("must have from as due or completion");
const DATES: Rule = Cow::Borrowed("must have exclude as an array of dates such as 2026-12-01");
const MANY_DATES: Rule = Cow::Borrowed("must have at most 366 dates in exclude");

/// From which day the next occurrence is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// From the previous occurrence, whenever that was done.
    Due,
    /// From the day on which it was done.
    Completion,
}

impl Basis {
    const NAMES: [(Self, &'static str); 2] = [(Self::Due, "due"), (Self::Completion, "completion")];

    fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Completion => "completion",
        }
    }
}

/// A rule, and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence(Box<Parts>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    /// In its one form.
    rule: String,
    from: Basis,
    /// Sorted, each once.
    exclude: Vec<Date>,
}

/// Where the rule began: the `due` of that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor(pub(in crate::domain) When);

/// The day of the present occurrence by the rule, wherever `due` was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence(pub Date);

/// How many occurrences were completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimesDone(pub u32);

/// Why a rule gives no day.
pub(super) fn breach(fault: Fault) -> Breach {
    Breach {
        fields: &["recurrence"],
        rule: Cow::Owned(format!("recurrence has a rule that {fault}")),
    }
}

impl Recurrence {
    fn rule(&self) -> Result<tickbox_recurrence::Rule, Breach> {
        tickbox_recurrence::Rule::parse(&self.0.rule).map_err(|mistake| Breach {
            fields: &["recurrence"],
            rule: Cow::Owned(format!("recurrence {}", unreadable(&mistake))),
        })
    }

    /// The days from a first one on.
    ///
    /// # Errors
    /// There are none, or too rarely.
    pub(super) fn series(&self, first: &When) -> Result<Series, Breach> {
        Series::new(&self.rule()?, &first.start(), &self.0.exclude).map_err(breach)
    }

    /// The day after an occurrence that was completed on a day, as the nth one, or skipped.
    ///
    /// It is always after that occurrence, however early that was done: a completed day never comes again, so
    /// a request that names its occurrence can be repeated.
    pub(super) fn next(
        &self,
        anchor: &When,
        present: Date,
        done: u32,
        on: Date,
    ) -> Result<Option<Date>, Breach> {
        let next_after =
            |series: Series, day: Date| series.next_after(day.max(present)).map_err(breach);
        match self.0.from {
            Basis::Due => next_after(self.series(anchor)?, present),
            Basis::Completion => {
                let rule = self.rule()?;
                if rule.count().is_some_and(|count| done >= count) {
                    return Ok(None);
                }
                let first = anchor.on_day(on).start();
                match Series::new(&rule.without_count(), &first, &self.0.exclude) {
                    Ok(series) => next_after(series, on),
                    Err(Fault::EndsBeforeStart | Fault::NeverHappens) => Ok(None),
                    Err(fault) => Err(breach(fault)),
                }
            }
        }
    }

    pub(super) fn counts_from_due(&self) -> bool {
        self.0.from == Basis::Due
    }

    fn read_with(
        json: &str,
        read_rule: impl Fn(&str) -> Result<String, Rule>,
    ) -> Result<Self, Rule> {
        if !json.starts_with('{') {
            return Err(OBJECT);
        }
        let object = Object::parse(json.as_bytes(), &[&["rule", "from", "exclude"]]);
        let object = object.map_err(|_| OBJECT)?;
        let said = |name| object.get(name).filter(|json| *json != "null");
        let rule = read_text(said("rule").ok_or(OBJECT)?).map_err(|_| OBJECT)?;
        let rule = read_rule(&rule)?;
        let from = match said("from") {
            None => Basis::Due,
            Some(json) => {
                let name = read_text(json).map_err(|_| FROM)?;
                let known = Basis::NAMES.iter().find(|(_, known)| *known == name);
                known.map(|(from, _)| *from).ok_or(FROM)?
            }
        };
        let dates: Vec<String> = match said("exclude") {
            None => Vec::new(),
            Some(json) => serde_json::from_str(json).map_err(|_| DATES)?,
        };
        if dates.len() > EXCLUDED_DAYS {
            return Err(MANY_DATES);
        }
        let day = |text: &String| read_date(text).ok()?.parse().ok();
        let exclude: Option<Vec<Date>> = dates.iter().map(day).collect();
        let mut exclude = exclude.ok_or(DATES)?;
        exclude.sort_unstable();
        exclude.dedup();
        Ok(Self(Box::new(Parts {
            rule,
            from,
            exclude,
        })))
    }
}

fn unreadable(mistake: &Mistake) -> String {
    format!("must have a rule of RFC 5545. {mistake}")
}

fn one_form(text: &str) -> Result<String, Rule> {
    match tickbox_recurrence::Rule::parse(text) {
        Ok(rule) => Ok(rule.to_string()),
        Err(mistake) => Err(unreadable(&mistake).into()),
    }
}

impl Member for Option<Recurrence> {
    fn unsaid() -> Option<Self> {
        Some(None)
    }

    fn read(json: &str) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(None);
        }
        Recurrence::read_with(json, one_form).map(Some)
    }

    fn stored(json: &str) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(None);
        }
        Recurrence::read_with(json, |rule| Ok(rule.to_owned())).map(Some)
    }

    fn write(&self, json: &mut Vec<u8>) {
        let Some(Recurrence(parts)) = self else {
            return json.extend_from_slice(b"null");
        };
        json.extend_from_slice(b"{\"rule\":");
        write_text(json, &parts.rule);
        json.extend_from_slice(b",\"from\":");
        write_text(json, parts.from.as_str());
        if !parts.exclude.is_empty() {
            json.extend_from_slice(b",\"exclude\":");
            write_list(json, &parts.exclude, |json, date| {
                write_text(json, &date.to_string());
            });
        }
        json.push(b'}');
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }

    fn schema(side: Side) -> Schema {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let rule = text().description(Some(
            "An RRULE of RFC 5545 with `FREQ` of `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`, without times of the day. It \
             is answered in one form, with its parts in a fixed order.",
        ));
        let from = text().enum_values(Some(["due", "completion"])).description(Some(
            "From where the next time is counted: from the one before, as if left out, or from the day of completion.",
        ));
        let exclude = ArrayBuilder::new()
            .items(day(""))
            .max_items(Some(EXCLUDED_DAYS))
            .description(Some("Days on which it is not, whatever the rule says."));
        let mut object = ObjectBuilder::new()
            .schema_type(Type::Object)
            .property("rule", rule)
            .required("rule")
            .property("from", from)
            .property("exclude", exclude);
        if side != Side::Request {
            object = object.required("from");
        }
        let object = object.examples([
            json!({"rule": "FREQ=WEEKLY;BYDAY=MO", "from": "due"}),
            json!({"rule": "FREQ=DAILY;INTERVAL=3", "from": "completion", "exclude": ["2026-12-24"]}),
        ]);
        let about = "How it comes back. It needs `due`, which is the first time. Another one starts anew at `due`.";
        if side == Side::Answer {
            return object.description(Some(about)).into();
        }
        AnyOfBuilder::new()
            .item(object)
            .item(ObjectBuilder::new().schema_type(Type::Null))
            .description(Some(about))
            .into()
    }
}

fn day(about: &str) -> ObjectBuilder {
    let day = ObjectBuilder::new().schema_type(Type::String);
    let day = day.format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    if about.is_empty() {
        day
    } else {
        day.description(Some(about))
    }
}

impl Member for Option<Anchor> {
    const IS_READ_ONLY: bool = true;

    fn unsaid() -> Option<Self> {
        Some(None)
    }

    fn read(json: &str) -> Result<Self, Rule> {
        Ok(<Option<When>>::read(json)?.map(Anchor))
    }

    fn stored(json: &str) -> Result<Self, Rule> {
        Ok(<Option<When>>::stored(json)?.map(Anchor))
    }

    fn write(&self, json: &mut Vec<u8>) {
        self.as_ref().map(|Anchor(when)| when.clone()).write(json);
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }

    fn schema(side: Side) -> Schema {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        ObjectBuilder::new()
            .schema_type(side.or_null(Type::Object))
            .property("date", day(""))
            .property("local", text())
            .property("zone", text())
            .read_only(true)
            .description(Some(
                "Where the rule began: `due` of that time, in its form. Only beside `recurrence`.",
            ))
            .into()
    }
}

impl Member for Option<Occurrence> {
    const IS_READ_ONLY: bool = true;

    fn unsaid() -> Option<Self> {
        Some(None)
    }

    fn read(json: &str) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(None);
        }
        Occurrence::read(json).map(Some)
    }

    fn write(&self, json: &mut Vec<u8>) {
        match self {
            Some(Occurrence(date)) => write_text(json, &date.to_string()),
            None => json.extend_from_slice(b"null"),
        }
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }

    fn schema(side: Side) -> Schema {
        let about = "The day of the present occurrence by the rule, wherever `due` was moved. Only beside `recurrence`.";
        day(about)
            .schema_type(side.or_null(Type::String))
            .read_only(true)
            .into()
    }
}

impl Occurrence {
    /// A day such as `"2026-12-01"`.
    ///
    /// # Errors
    /// It is none.
    pub fn read(json: &str) -> Result<Self, Rule> {
        const DAY: Rule = Cow::Borrowed("must be a date such as 2026-12-01");
        let text = read_text(json).map_err(|_| DAY)?;
        let day = read_date(&text).ok().and_then(|text| text.parse().ok());
        day.map(Self).ok_or(DAY)
    }
}

impl Member for Option<TimesDone> {
    const IS_READ_ONLY: bool = true;

    fn unsaid() -> Option<Self> {
        Some(None)
    }

    fn read(json: &str) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(None);
        }
        let count = json.parse().ok().filter(|count| *count <= TIMES_DONE);
        let count = count.ok_or("must be a whole number up to 3652425")?;
        Ok(Some(TimesDone(count)))
    }

    fn write(&self, json: &mut Vec<u8>) {
        match self {
            Some(TimesDone(count)) => write_number(json, i64::from(*count)),
            None => json.extend_from_slice(b"null"),
        }
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }

    fn schema(side: Side) -> Schema {
        ObjectBuilder::new()
            .schema_type(side.or_null(Type::Integer))
            .minimum(Some(0))
            .read_only(true)
            .description(Some(
                "How many times it was completed since the rule began. Only beside `recurrence`.",
            ))
            .into()
    }
}
