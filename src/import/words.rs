//! The messages for a line that cannot be imported.

use crate::domain::json::{Fault, NoObject};

pub(super) fn of_no_object(error: NoObject) -> String {
    match error {
        NoObject::NotUtf8 => "is not valid UTF-8".to_owned(),
        NoObject::Empty => "is empty".to_owned(),
        // The number of the line in the file is added by the caller.
        NoObject::NotJson(error) => {
            let error = error.replace(" at line 1 column ", " in column ");
            format!("is not JSON: {error}")
        }
        NoObject::AnotherValue => "must be a JSON object".to_owned(),
        NoObject::NamedTwice => "must not name a member twice".to_owned(),
    }
}

pub(super) fn of_faults(faults: &[Fault]) -> String {
    let all = faults
        .iter()
        .map(|Fault { field, rule }| format!("{field} {rule}"));
    all.collect::<Vec<_>>().join("; ")
}
