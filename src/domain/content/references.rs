//! References: which object of another program a task comes from or belongs to.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::value::RawValue;
use url::Url;
use utoipa::openapi::SchemaFormat;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};

use super::{Member, Schema, Side};
use crate::domain::json::{NoObject, Object, Rule, read_text, write_list, write_text};
use crate::domain::limits::{EXTERNAL_ID_CHARS, REFERENCES, SOURCE_CHARS, TITLE_CHARS, URL_CHARS};
use crate::domain::text::no_nul;

const LIST: Rule = Cow::Borrowed(
    "must be an array of objects with source and external_id, and perhaps url and title, or null",
);
const URL: Rule = Cow::Borrowed(
    "must have a url with https, http, mailto or the scheme of an app, such as https://example.com/12",
);

/// What a browser would run, or take from the reader's own machine, on a click.
const REFUSED_SCHEMES: [&str; 8] = [
    "about",
    "blob",
    "data",
    "file",
    "filesystem",
    "javascript",
    "vbscript",
    "view-source",
];

/// An object in another program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Which program.
    pub source: String,
    /// The object's id there: at most one task has it.
    pub external_id: String,
    pub url: Option<String>,
    pub title: Option<String>,
}

/// The key of a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceKey {
    pub source: String,
    pub external_id: String,
}

/// In the order in which they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References(Vec<Reference>);

impl References {
    pub fn as_slice(&self) -> &[Reference] {
        &self.0
    }

    pub fn keys(&self) -> impl Iterator<Item = ReferenceKey> {
        self.0.iter().map(|reference| ReferenceKey {
            source: reference.source.clone(),
            external_id: reference.external_id.clone(),
        })
    }

    pub fn external_ids(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .map(|reference| reference.external_id.as_str())
    }

    fn read_with(json: &str, read: impl Fn(&str) -> Result<Reference, Rule>) -> Result<Self, Rule> {
        if json == "null" {
            return Ok(Self::default());
        }
        let items: Vec<&RawValue> = serde_json::from_str(json).map_err(|_| LIST)?;
        let references = items.iter().map(|item| read(item.get()));
        references.collect::<Result<_, _>>().map(Self)
    }
}

impl Reference {
    fn read(json: &str) -> Result<Self, Rule> {
        let reference = Self::stored(json)?;
        let lengths = [
            (
                &reference.source,
                SOURCE_CHARS,
                "must have a source of 1 to 64 characters",
            ),
            (
                &reference.external_id,
                EXTERNAL_ID_CHARS,
                "must have an external_id of 1 to 255 characters",
            ),
        ];
        for (text, most, rule) in lengths {
            if !(1..=most).contains(&text.chars().count()) {
                return Err(rule.into());
            }
            no_nul(text)?;
        }
        if let Some(title) = &reference.title {
            if title.chars().count() > TITLE_CHARS {
                return Err("must have a title of at most 200 characters".into());
            }
            no_nul(title)?;
        }
        if let Some(url) = &reference.url {
            check_url(url)?;
        }
        Ok(reference)
    }

    fn stored(json: &str) -> Result<Self, Rule> {
        let names = &[&["source", "external_id", "url", "title"][..]];
        let object = Object::parse(json.as_bytes(), names).map_err(|error| match error {
            NoObject::NamedTwice => Rule::Borrowed("must not name a member twice"),
            _ => LIST,
        })?;
        let text = |name| match object.get(name) {
            None | Some("null") => Ok(None),
            Some(json) => read_text(json).map(Some).map_err(|_| LIST),
        };
        Ok(Self {
            source: text("source")?.ok_or(LIST)?,
            external_id: text("external_id")?.ok_or(LIST)?,
            url: text("url")?,
            title: text("title")?,
        })
    }

    fn write(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(b"{\"source\":");
        write_text(json, &self.source);
        json.extend_from_slice(b",\"external_id\":");
        write_text(json, &self.external_id);
        for (name, text) in [("url", &self.url), ("title", &self.title)] {
            if let Some(text) = text {
                json.extend_from_slice(b",\"");
                json.extend_from_slice(name.as_bytes());
                json.extend_from_slice(b"\":");
                write_text(json, text);
            }
        }
        json.push(b'}');
    }
}

fn check_url(text: &str) -> Result<(), Rule> {
    if text.chars().count() > URL_CHARS {
        return Err("must have a url of at most 500 characters".into());
    }
    // Readers of URLs pass over white space and controls: `java\nscript:` would be another scheme to them.
    if text.chars().any(|it| it.is_whitespace() || it.is_control()) {
        return Err(URL);
    }
    let url = Url::parse(text).map_err(|_| URL)?;
    if REFUSED_SCHEMES.contains(&url.scheme()) {
        return Err(URL);
    }
    Ok(())
}

impl Member for References {
    fn unsaid() -> Option<Self> {
        Some(Self::default())
    }

    fn read(json: &str) -> Result<Self, Rule> {
        let references = Self::read_with(json, Reference::read)?;
        if references.0.len() > REFERENCES {
            return Err("must be at most 10 references".into());
        }
        let all = references.0.iter();
        let mut seen = HashSet::new();
        let mut names = all.map(|it| (&it.source, &it.external_id));
        if !names.all(|name| seen.insert(name)) {
            return Err("must not have the same source and external_id twice".into());
        }
        Ok(references)
    }

    fn stored(json: &str) -> Result<Self, Rule> {
        Self::read_with(json, Reference::stored)
    }

    fn write(&self, json: &mut Vec<u8>) {
        if self.is_left_out() {
            json.extend_from_slice(b"null");
        } else {
            write_list(json, &self.0, |json, reference| reference.write(json));
        }
    }

    fn is_left_out(&self) -> bool {
        self.0.is_empty()
    }

    fn schema(side: Side) -> Schema {
        let is_asked = side == Side::Request;
        let text = |least: usize, most: usize| {
            let text = ObjectBuilder::new().schema_type(Type::String);
            if is_asked {
                text.min_length((least > 0).then_some(least))
                    .max_length(Some(most))
            } else {
                text
            }
        };
        let optional = |most| {
            let kind = if is_asked {
                SchemaType::Array(vec![Type::String, Type::Null])
            } else {
                SchemaType::new(Type::String)
            };
            text(0, most).schema_type(kind)
        };
        let url = optional(URL_CHARS)
            .format(Some(SchemaFormat::Custom("uri".to_owned())))
            .description(Some(
                "With `https`, `http`, `mailto` or the scheme of an app; never `javascript` or `data`.",
            ));
        let reference = ObjectBuilder::new()
            .schema_type(Type::Object)
            .property("source", text(1, SOURCE_CHARS))
            .required("source")
            .property("external_id", text(1, EXTERNAL_ID_CHARS))
            .required("external_id")
            .property("url", url)
            .property("title", optional(TITLE_CHARS));
        let kind = side.or_null(Type::Array);
        let list = ArrayBuilder::new().schema_type(kind).items(reference);
        let list = if is_asked {
            list.max_items(Some(REFERENCES))
        } else {
            list
        };
        list.description(Some(
            "What the task stands for in other programs. One task at most that is not in the trash has the same `source` \
             and `external_id`.",
        ))
        .into()
    }
}
