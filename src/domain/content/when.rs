//! Dates that people plan for: a day, a floating time (without a zone), or a time in a zone. They are never converted
//! into each other or into an instant: zones change their rules, and the planned time must stay.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use jiff::tz::{self, AmbiguousOffset, Offset, TimeZone};
use serde_json::json;
use tickbox_recurrence::Start;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Type};

use super::{Member, Schema, Side};
use crate::domain::json::{Object, Rule, read_text, write_text};

const FORMS: Rule = Cow::Borrowed(
    "must be a date, a local time, or a local time with its zone: \"2026-12-01\", \
    \"2026-12-01T09:00:00\" or \"2026-12-01T09:00:00[Europe/Berlin]\", or the object for one of these",
);
const DATE: Rule =
    Cow::Borrowed("must have a date of the calendar such as 2026-12-01, from the year 1 to 9999");
const LOCAL: Rule = Cow::Borrowed("must have a local time such as 2026-12-01T09:00:00");
const CLOCK: Rule = Cow::Borrowed("must have a time of day from 00:00:00 to 23:59:59");
const WHOLE: Rule = Cow::Borrowed("must have whole seconds");
const ZONE: Rule = Cow::Borrowed(
    "must have a zone by its name in the time zone database of IANA, such as Europe/Berlin",
);
const OFFSET_ALONE: Rule = Cow::Borrowed(
    "must name its zone, as in 2026-12-01T09:00:00[Europe/Berlin]: an \
    offset alone does not tell it",
);
const DISAGREES: Rule = Cow::Borrowed("must have an offset that its zone has at that time");
const DATE_WITH_TIME: Rule =
    Cow::Borrowed("must have either a date, or a local time and perhaps its zone");

/// The lengths of the first two forms; what is longer has a zone.
const DATE_LENGTH: usize = "2026-12-01".len();
const LOCAL_LENGTH: usize = "2026-12-01T09:00:00".len();

/// As it is stored: `2026-12-01`, `2026-12-01T09:00:00` or `2026-12-01T09:00:00[Europe/Berlin]`. Texts sort by the
/// clock as it was written, a day before its times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct When(Box<str>);

impl When {
    /// One that was checked before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The day or the time as it was written, and its zone.
    pub fn parts(&self) -> (&str, Option<&str>) {
        (&self.0[..self.0.len().min(LOCAL_LENGTH)], self.zone())
    }

    fn date(&self) -> Option<&str> {
        (self.0.len() == DATE_LENGTH).then_some(&*self.0)
    }

    pub(super) fn zone(&self) -> Option<&str> {
        self.0.get(LOCAL_LENGTH + 1..self.0.len() - 1)
    }

    /// Its day, as it was written.
    pub(super) fn day(&self) -> Option<Date> {
        self.0[..DATE_LENGTH].parse().ok()
    }

    /// The same on another day.
    pub(super) fn on_day(&self, day: Date) -> Self {
        Self(format!("{day}{}", &self.0[DATE_LENGTH..]).into())
    }

    /// As the first occurrence of a rule. A zone that is no longer known counts as none.
    pub(super) fn start(&self) -> Start {
        let day = self.day().unwrap_or_default();
        if self.date().is_some() {
            return Start::Day(day);
        }
        let local = self.0[..LOCAL_LENGTH].parse().unwrap_or_default();
        match self.zone().and_then(|zone| tz::db().get(zone).ok()) {
            Some(zone) => Start::Zoned(local, zone),
            None => Start::Local(local),
        }
    }

    /// Whether both are days, or times in the same zone, or in none.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        self.date().is_some() == other.date().is_some() && self.zone() == other.zone()
    }

    /// Of two of the same kind.
    pub(super) fn is_after(&self, other: &Self) -> bool {
        match (self.instant(), other.instant()) {
            (Some(own), Some(others)) => own > others,
            _ => self > other,
        }
    }

    /// The moment of a time in a zone. Where clocks are put forward, a time that does not exist moves with them; where
    /// they are put back, the first of two is meant.
    fn instant(&self) -> Option<jiff::Timestamp> {
        let zone = tz::db().get(self.zone()?).ok()?;
        let local: DateTime = self.0[..LOCAL_LENGTH].parse().ok()?;
        zone.to_ambiguous_timestamp(local).compatible().ok()
    }

    fn zoned(local: &str, zone: &TimeZone) -> Result<Self, Rule> {
        let name = zone.iana_name().ok_or(ZONE)?;
        Ok(Self(format!("{local}[{name}]").into()))
    }

    /// `2026-12-01`, `2026-12-01T09:00`, and behind that `Z` or an offset, and a zone in brackets (RFC 9557).
    fn read_short(text: &str) -> Result<Self, Rule> {
        if text.len() == DATE_LENGTH {
            return Ok(Self(read_date(text)?.into()));
        }
        let (text, zone) = match text.split_once('[') {
            None => (text, None),
            Some((text, zone)) => {
                let zone = zone.strip_suffix(']').ok_or(FORMS)?;
                (text, Some(zone.strip_prefix('!').unwrap_or(zone)))
            }
        };
        let clock = text.find('T').ok_or(FORMS)?;
        let end = text[clock..].find(['Z', '+', '-']);
        let (local, offset) = text.split_at(end.map_or(text.len(), |end| clock + end));
        let local = read_local(local)?;
        match (offset, zone) {
            ("", None) => Ok(Self(local.into())),
            ("Z" | "+00:00", None) => Self::zoned(&local, &find_zone("Etc/UTC")?),
            (_, None) => Err(read_offset(offset).map_or(FORMS, |_| OFFSET_ALONE)),
            ("", Some(zone)) => Self::zoned(&local, &find_zone(zone)?),
            (_, Some(zone)) => {
                let (offset, zone) = (read_offset(offset).ok_or(FORMS)?, find_zone(zone)?);
                if !has_offset(&zone, &local, offset) {
                    return Err(DISAGREES);
                }
                Self::zoned(&local, &zone)
            }
        }
    }

    /// `{"date"}`, `{"local"}` or `{"local", "zone"}`; what is `null` is not there.
    fn read_object(
        json: &str,
        zone_of: impl Fn(&str) -> Result<String, Rule>,
    ) -> Result<Self, Rule> {
        let object = Object::parse(json.as_bytes(), &[&["date", "local", "zone"]]);
        let object = object.map_err(|_| "must be an object that names no member twice")?;
        let text = |name, rule| match object.get(name) {
            None | Some("null") => Ok(None),
            Some(json) => read_text(json).map(Some).map_err(|_| rule),
        };
        match (
            text("date", DATE)?,
            text("local", LOCAL)?,
            text("zone", ZONE)?,
        ) {
            (Some(date), None, None) => Ok(Self(read_date(&date)?.into())),
            (None, Some(local), None) => Ok(Self(read_local(&local)?.into())),
            (None, Some(local), Some(zone)) => {
                let (local, zone) = (read_local(&local)?, zone_of(&zone)?);
                Ok(Self(format!("{local}[{zone}]").into()))
            }
            (Some(_), _, _) => Err(DATE_WITH_TIME),
            (None, None, _) => Err(FORMS),
        }
    }
}

fn find_zone(name: &str) -> Result<TimeZone, Rule> {
    // Names in the database that are not zones.
    let is_none = |zone: &TimeZone| zone.is_unknown() || name.eq_ignore_ascii_case("Factory");
    let zone = tz::db().get(name).ok();
    zone.filter(|zone| !is_none(zone)).ok_or(ZONE)
}

/// As the database spells it.
fn zone_name(name: &str) -> Result<String, Rule> {
    let zone = find_zone(name)?;
    zone.iana_name().map(str::to_owned).ok_or(ZONE)
}

pub(super) fn read_date(text: &str) -> Result<&str, Rule> {
    let has_form = matches(text, "0000-00-00");
    let exists = || {
        text.parse::<jiff::civil::Date>()
            .is_ok_and(|date| date.year() > 0)
    };
    if has_form && exists() {
        Ok(text)
    } else {
        Err(DATE)
    }
}

/// Seconds may be missing, and a fraction may be zero.
fn read_local(text: &str) -> Result<String, Rule> {
    let (date, clock) = text.split_once('T').ok_or(LOCAL)?;
    let date = read_date(date)?;
    let (clock, fraction) = match clock.split_once('.') {
        None => (clock, None),
        Some((clock, fraction)) => (clock, Some(fraction)),
    };
    let has_seconds = matches(clock, "00:00:00");
    let has_minutes = fraction.is_none() && matches(clock, "00:00");
    if !has_seconds && !has_minutes {
        return Err(LOCAL);
    }
    if let Some(fraction) = fraction {
        if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(LOCAL);
        }
        if fraction.bytes().any(|byte| byte != b'0') {
            return Err(WHOLE);
        }
    }
    if &clock[..2] > "23" || &clock[3..5] > "59" || has_seconds && &clock[6..] > "59" {
        return Err(CLOCK);
    }
    let seconds = if has_seconds { "" } else { ":00" };
    Ok(format!("{date}T{clock}{seconds}"))
}

/// Whether a text is like another, with any digits for its zeros.
fn matches(text: &str, form: &str) -> bool {
    let like = |(byte, form)| match form {
        b'0' => u8::is_ascii_digit(&byte),
        form => byte == form,
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(like)
}

/// In minutes.
fn read_offset(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, hours_and_minutes) = text.split_at_checked(1)?;
    if !matches(hours_and_minutes, "00:00") || !matches!(sign, "+" | "-") {
        return None;
    }
    let (hours, minutes) = hours_and_minutes.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let all = hours * 60 + minutes;
    (hours < 24 && minutes < 60).then_some(if sign == "-" { -all } else { all })
}

/// Whether a clock that shows this may be as many minutes ahead of UTC: where it is put back, there are two such times.
fn has_offset(zone: &TimeZone, local: &str, minutes: i32) -> bool {
    // Before there were zones, offsets had seconds, which nobody writes.
    let is_it = |offset: Offset| (offset.seconds() + 30).div_euclid(60) == minutes;
    let Ok(local) = local.parse::<DateTime>() else {
        return false;
    };
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => is_it(offset),
        AmbiguousOffset::Gap { before, .. } => is_it(before),
        AmbiguousOffset::Fold { before, after } => is_it(before) || is_it(after),
    }
}

impl Member for Option<When> {
    fn unsaid() -> Option<Self> {
        Some(None)
    }

    fn read(json: &str) -> Result<Self, Rule> {
        match json.bytes().next() {
            Some(b'"') => When::read_short(&read_text(json)?).map(Some),
            Some(b'{') => When::read_object(json, zone_name).map(Some),
            _ if json == "null" => Ok(None),
            _ => Err(FORMS),
        }
    }

    /// A zone that is no longer known is kept as it was.
    fn stored(json: &str) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(None);
        }
        When::read_object(json, |zone| Ok(zone.to_owned())).map(Some)
    }

    fn write(&self, json: &mut Vec<u8>) {
        let Some(when) = self else {
            return json.extend_from_slice(b"null");
        };
        if let Some(date) = when.date() {
            json.extend_from_slice(b"{\"date\":");
            write_text(json, date);
        } else {
            json.extend_from_slice(b"{\"local\":");
            write_text(json, &when.0[..LOCAL_LENGTH]);
        }
        if let Some(zone) = when.zone() {
            json.extend_from_slice(b",\"zone\":");
            write_text(json, zone);
        }
        json.push(b'}');
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }

    fn schema(side: Side) -> Schema {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let date = text()
            .format(Some(format("date")))
            .examples([json!("2026-12-01"), json!("2026-12-02")]);
        let local = || {
            text()
                .format(Some(format("date-time-local")))
                .examples([json!("2026-12-01T09:00:00"), json!("2026-12-02T17:30:00")])
        };
        let zone = text()
            .description(Some("A name of the time zone database of IANA."))
            .examples([json!("Europe/Berlin"), json!("Etc/UTC")]);
        let object = || ObjectBuilder::new().schema_type(Type::Object);
        let date = object()
            .description(Some("A day."))
            .property("date", date)
            .required("date");
        let floating = object()
            .description(Some("A time on the clock of whoever looks."))
            .property("local", local())
            .required("local");
        let zoned = object()
            .description(Some("A time on the clocks of a zone."))
            .property("local", local())
            .required("local")
            .property("zone", zone)
            .required("zone");
        let mut forms = AnyOfBuilder::new().item(date).item(floating).item(zoned);
        if side == Side::Request {
            let short = text()
                .description(Some(
                    "The short form of one of these: a date, a local time, or a local time with its zone in brackets \
                     (RFC 9557); `Z` is the zone `Etc/UTC`. Seconds may be left out. An offset must be that of the zone, \
                     and does not replace it.",
                ))
                .examples([
                    json!("2026-12-01"),
                    json!("2026-12-01T09:00"),
                    json!("2026-12-01T09:00:00Z"),
                    json!("2026-12-01T09:00:00[Europe/Berlin]"),
                    json!("2026-12-01T09:00:00+01:00[Europe/Berlin]"),
                ]);
            forms = forms.item(short);
        }
        if side != Side::Answer {
            forms = forms.item(ObjectBuilder::new().schema_type(Type::Null));
        }
        forms
            .description(Some(
                "A day, a time on the clock, or a time in a zone: these never become one another. `start` and `due` of a \
                 task are of one kind and zone, and `start` is not after `due`.",
            ))
            .into()
    }
}

fn format(name: &str) -> utoipa::openapi::SchemaFormat {
    utoipa::openapi::SchemaFormat::Custom(name.to_owned())
}
