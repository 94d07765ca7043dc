//! The OpenAPI document as the program serves it, and values made of its schemas, for tests that have no
//! list of fields of their own. What cannot be made of a type gets `examples` in the document.

use serde_json::{Map, Value, json};

pub(crate) struct Document(Value);

impl Document {
    pub(crate) fn served() -> Self {
        let text = tickbox::http::document_text();
        Self(serde_json::from_str(&text).expect("the document is JSON"))
    }

    pub(crate) fn has_path(&self, template: &str) -> bool {
        self.0["paths"].get(template).is_some()
    }

    /// Every template of a path, with what can be done there.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0["paths"].as_object().into_iter().flatten()
    }

    /// The schema of the JSON that an operation takes.
    pub(crate) fn request(&self, method: &str, template: &str) -> &Value {
        let operation = &self.0["paths"][template][method];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{method} {template} takes JSON");
        self.resolved(schema)
    }

    pub(crate) fn schema(&self, name: &str) -> &Value {
        let schema = &self.0["components"]["schemas"][name];
        assert!(schema.is_object(), "there is a schema {name}");
        schema
    }

    pub(crate) fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let Some(reference) = schema["$ref"].as_str() else {
            return schema;
        };
        let pointer = reference
            .strip_prefix('#')
            .expect("the document refers to itself");
        self.resolved(
            self.0
                .pointer(pointer)
                .expect("a reference leads somewhere"),
        )
    }

    pub(crate) fn is_nullable(&self, schema: &Value) -> bool {
        let schema = self.resolved(schema);
        let mut choices = choices(schema).iter();
        types(schema).contains(&"null") || choices.any(|form| self.is_nullable(form))
    }

    /// Values that differ, each pair a change from one to the other: between all forms that there are.
    pub(crate) fn pairs(&self, schema: &Value) -> Vec<(Value, Value)> {
        let schema = self.resolved(schema);
        let forms = self.forms(schema);
        if forms.len() < 2 {
            return vec![(self.value(schema, 0), self.value(schema, 1))];
        }
        let pair = |forms: &[&Value]| (self.value(forms[0], 0), self.value(forms[1], 1));
        forms.windows(2).map(pair).collect()
    }

    /// An object with what it must have, and nothing else.
    pub(crate) fn least(&self, schema: &Value) -> Value {
        let names = schema["required"].as_array().into_iter().flatten();
        let names = names.map(|name| name.as_str().expect("a name"));
        let member = |name: &str| (name.to_owned(), self.value(&schema["properties"][name], 0));
        names.map(member).collect::<Map<_, _>>().into()
    }

    /// What a value may be. A text beside an object is the object's short form: it is answered as the
    /// object.
    fn forms<'a>(&'a self, schema: &'a Value) -> Vec<&'a Value> {
        let forms = choices(schema).iter().map(|form| self.resolved(form));
        let forms: Vec<_> = forms.filter(|form| types(form) != ["null"]).collect();
        let is_whole = |form: &&Value| {
            let types = types(form);
            types.contains(&"object") || types.contains(&"array")
        };
        let whole: Vec<_> = forms.iter().copied().filter(is_whole).collect();
        if whole.is_empty() { forms } else { whole }
    }

    fn value(&self, schema: &Value, nth: usize) -> Value {
        let schema = self.resolved(schema);
        for named in ["examples", "enum"] {
            if let Some(values) = schema[named].as_array() {
                return values[nth % values.len()].clone();
            }
        }
        if let [first, ..] = *self.forms(schema) {
            return self.value(first, nth);
        }
        let limit = |name: &str| {
            schema[name]
                .as_u64()
                .and_then(|it| usize::try_from(it).ok())
        };
        match types(schema).into_iter().find(|name| *name != "null") {
            Some("boolean") => nth.is_multiple_of(2).into(),
            Some("integer" | "number") => {
                let number = limit("minimum").unwrap_or(1) + nth;
                number.min(limit("maximum").unwrap_or(number)).into()
            }
            Some("string") => {
                let text = text(schema["format"].as_str(), nth);
                let least = limit("minLength").unwrap_or_default();
                let most = limit("maxLength").unwrap_or(usize::MAX);
                let text = format!("{text:x<least$}");
                text.chars().take(most).collect::<String>().into()
            }
            Some("array") => {
                let length = (nth + 1).max(limit("minItems").unwrap_or_default());
                let length = length.min(limit("maxItems").unwrap_or(length));
                let item = |place| self.value(&schema["items"], nth + place);
                (0..length).map(item).collect::<Vec<_>>().into()
            }
            Some("object") => match schema["properties"].as_object() {
                Some(properties) => {
                    let member = |(name, it): (&String, _)| (name.clone(), self.value(it, nth));
                    properties.iter().map(member).collect::<Map<_, _>>().into()
                }
                None => json!({"any": text(None, nth)}),
            },
            _ => panic!("no value can be made of {schema}: it needs two examples"),
        }
    }
}

fn types(schema: &Value) -> Vec<&str> {
    types_in(&schema["type"])
}

/// One type, or several.
pub(super) fn types_in(rule: &Value) -> Vec<&str> {
    match rule {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn choices(schema: &Value) -> &[Value] {
    let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    choices.map_or(&[], Vec::as_slice)
}

/// In the form in which the program answers it.
fn text(format: Option<&str>, nth: usize) -> String {
    let day = format!("2026-12-{:02}", nth + 1);
    match format {
        None => format!(r#"{nth} "ü" \ 漢"#),
        Some("date") => day,
        Some("date-time") => format!("{day}T09:00:00.000000Z"),
        Some("date-time-local") => format!("{day}T09:00:00"),
        Some("uri") => format!("https://example.com/{nth}"),
        Some("uuid") => format!("01990f3e-8a5c-7cc3-98c4-dc0c0c0739{nth:02}"),
        Some(format) => panic!("a text of the format {format} needs two examples"),
    }
}

#[test]
fn values_are_made_of_every_kind_of_schema() {
    let day =
        json!({"type": "object", "properties": {"date": {"type": "string", "format": "date"}}});
    let zone = json!({"type": "string", "examples": ["Europe/Berlin", "Etc/UTC"]});
    let local = json!({"type": "string", "format": "date-time-local"});
    let time = json!({"type": "object", "properties": {"local": local, "zone": zone}});
    let document = Document(json!({"components": {"schemas": {"Day": day, "Time": time}}}));
    let short = json!({"type": "string"});
    let date = json!({"oneOf": [
        {"type": "null"}, {"$ref": "#/components/schemas/Day"}, short,
        {"$ref": "#/components/schemas/Time"},
    ]});
    let later = json!({"local": "2026-12-02T09:00:00", "zone": "Etc/UTC"});
    let made = document.pairs(&date);
    assert_eq!(made, [(json!({"date": "2026-12-01"}), later)]);
    assert!(document.is_nullable(&date) && !document.is_nullable(&short));
    for (schema, from, to) in [
        (
            json!({"type": ["integer", "null"], "minimum": 8, "maximum": 9}),
            json!(8),
            json!(9),
        ),
        (json!({"type": "boolean"}), json!(true), json!(false)),
        (json!({"enum": ["a", "b", "c"]}), json!("a"), json!("b")),
        (
            json!({"type": "array", "items": {"type": "string", "format": "uri"}}),
            json!(["https://example.com/0"]),
            json!(["https://example.com/1", "https://example.com/2"]),
        ),
        (
            json!({"type": "string", "minLength": 3, "maxLength": 3}),
            json!("0 \""),
            json!("1 \""),
        ),
    ] {
        assert_eq!(document.pairs(&schema), [(from, to)], "{schema}");
    }
    let object = json!({"type": "object", "maxProperties": 50});
    let [(from, to)] = document.pairs(&object).try_into().unwrap();
    assert!(from.is_object() && to.is_object() && from != to);
}
