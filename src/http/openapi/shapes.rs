//! Removes from schemas what would break generated clients. Limits of a response would make a
//! client refuse what the server sends (JavaScript counts 🎉 as two characters); a default would make a generated type
//! require the member; and no pattern can express what a visible character is.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Object};
use utoipa::openapi::{OpenApi, RefOr, Schema};

/// Takes it out of the schemas of the document.
pub(super) fn relax(document: &mut OpenApi) {
    let written = serde_json::to_value(&*document).unwrap_or_default();
    let (mut asked, mut answered) = (BTreeSet::new(), BTreeSet::new());
    let paths = written["paths"].as_object().into_iter().flatten();
    for (_, item) in paths.flat_map(|(_, item)| item.as_object().into_iter().flatten()) {
        collect(&written, &item["requestBody"], &mut asked);
        collect(&written, &item["responses"], &mut answered);
    }
    let components = document.components.get_or_insert_default();
    for (name, schema) in &mut components.schemas {
        if answered.contains(name) {
            each_object(schema, &mut without_limits);
        }
        if asked.contains(name) {
            each_object(schema, &mut without_defaults);
        }
    }
}

fn without_limits(object: &mut Object) {
    object.max_length = None;
    object.pattern = None;
}

fn without_defaults(object: &mut Object) {
    for (name, property) in &mut object.properties {
        let RefOr::T(Schema::Object(property)) = property else {
            continue;
        };
        if !object.required.contains(name) {
            property.default = None;
        }
        if name == "title" {
            property.pattern = None;
        }
    }
}

/// The names of the component schemas that a part of the document uses, also through others.
fn collect(document: &Value, part: &Value, names: &mut BTreeSet<String>) {
    match part {
        Value::Array(items) => items.iter().for_each(|item| collect(document, item, names)),
        Value::Object(members) => {
            if let Some(reference) = part["$ref"].as_str() {
                let name = reference.strip_prefix("#/components/schemas/");
                if name.is_none_or(|name| names.insert(name.to_owned())) {
                    let target = reference
                        .strip_prefix('#')
                        .map(|path| document.pointer(path));
                    target
                        .flatten()
                        .into_iter()
                        .for_each(|it| collect(document, it, names));
                }
            }
            members
                .values()
                .for_each(|member| collect(document, member, names));
        }
        _ => {}
    }
}

/// Every object, text and number that a schema is made of, without what stands under another name.
fn each_object(schema: &mut RefOr<Schema>, change: &mut impl FnMut(&mut Object)) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            change(object);
            let properties = object.properties.values_mut();
            properties.for_each(|property| each_object(property, change));
            if let Some(AdditionalProperties::RefOr(others)) =
                object.additional_properties.as_deref_mut()
            {
                each_object(others, change);
            }
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                each_object(items, change);
            }
        }
        Schema::OneOf(several) => several
            .items
            .iter_mut()
            .for_each(|it| each_object(it, change)),
        Schema::AllOf(several) => several
            .items
            .iter_mut()
            .for_each(|it| each_object(it, change)),
        Schema::AnyOf(several) => several
            .items
            .iter_mut()
            .for_each(|it| each_object(it, change)),
        _ => {}
    }
}
