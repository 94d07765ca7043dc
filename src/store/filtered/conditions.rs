//! The SQL of a filter's conditions and of an order's keys: fixed fragments, in which every value is a parameter. The
//! same text for both engines.

use std::fmt::Write;

use super::super::dialect::Dialect;
use super::super::row::Value;
use super::super::tables::space_value;
use crate::domain::filter::{Bound, Comparison, Condition, Field, Mark};
use crate::domain::{SpaceId, Timestamp};

/// Longer than the text of the usual statements.
const USUAL_LENGTH: usize = 2048;

/// A statement that is being written, from its beginning to its end, with its parameters. The space is the first.
pub(super) struct Writing<'a> {
    pub(super) dialect: &'a Dialect,
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

/// Adds to a text, which cannot fail.
macro_rules! add {
    ($writing:expr, $($words:tt)+) => {
        _ = write!($writing.text, $($words)+)
    };
}
pub(super) use add;

impl<'a> Writing<'a> {
    pub(super) fn of(space: &SpaceId, dialect: &'a Dialect) -> Self {
        Self {
            dialect,
            text: String::with_capacity(USUAL_LENGTH),
            values: vec![space_value(space)],
        }
    }

    pub(super) fn push(&mut self, words: &str) {
        self.text.push_str(words);
    }

    /// The placeholder of a value.
    pub(super) fn bind(&mut self, value: Value) {
        self.values.push(value);
        self.parameter(self.values.len());
    }

    /// The placeholder of a value that is bound already.
    pub(super) fn parameter(&mut self, number: usize) {
        self.dialect.write_parameter(&mut self.text, number);
    }

    pub(super) fn table(&mut self, name: &str) {
        self.dialect.write_table(&mut self.text, name);
    }

    /// A condition in parentheses, or a word.
    pub(super) fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Always => self.push("TRUE"),
            Condition::All(parts) => self.join(parts, " AND "),
            Condition::Any(parts) if parts.is_empty() => self.push("FALSE"),
            Condition::Any(parts) => self.join(parts, " OR "),
            // The range includes all values; it makes SQLite use their index.
            Condition::Has(field @ (Field::Due | Field::Start)) => {
                let (column, sorted) = (column(*field), sorted(*field));
                let (column, sorted) = (column.unwrap_or("NULL"), sorted.unwrap_or("NULL"));
                add!(self, "({column} IS NOT NULL AND {sorted} >= '')");
            }
            Condition::Has(Field::Priority) => {
                self.push("(priority IS NOT NULL AND priority >= 0)");
            }
            Condition::Has(field) => match column(*field) {
                Some(column) => add!(self, "{column} IS NOT NULL"),
                None => self.push("FALSE"),
            },
            Condition::Lacks(field) => match column(*field) {
                Some(column) => add!(self, "{column} IS NULL"),
                None => self.push("TRUE"),
            },
            Condition::Compare(field, how, bound) => self.compare(*field, *how, bound),
            Condition::Contains(field, text) => {
                self.holder(*field, text);
                self.push(" IS NOT NULL");
            }
            Condition::ContainsNot(field, text) => {
                self.holder(*field, text);
                self.push(" IS NULL");
            }
            Condition::Written(field, how, text) => {
                let (column, sign) = (column(*field).unwrap_or("NULL"), sign(*how));
                add!(self, "{column} {sign} ");
                self.bind(Value::Text(text.as_str().into()));
            }
            Condition::Zoned(field, zoned) => {
                let sign = if *zoned { '>' } else { '<' };
                // A time without a zone has 19 characters.
                let length = if *zoned { 19 } else { 20 };
                let column = column(*field).unwrap_or("NULL");
                add!(self, "length({column}) {sign} {length}");
            }
            Condition::Folded(field, how, text) => {
                let (column, sign) = (column(*field).unwrap_or("NULL"), sign(*how));
                let by_bytes = self.dialect.by_bytes;
                add!(
                    self,
                    "(octet_length({column}) <> length({column}) OR lower({column}{by_bytes}) {sign} "
                );
                self.bind(Value::Text(text.as_str().into()));
                self.push(")");
            }
            Condition::Mentions(field, word) => self.mentions(*field, word.as_deref()),
        }
    }

    fn join(&mut self, parts: &[Condition], word: &str) {
        self.push("(");
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                self.push(word);
            }
            self.condition(part);
        }
        self.push(")");
    }

    fn compare(&mut self, field: Field, how: Comparison, bound: &Bound) {
        // Written like this, because an index of open tasks is used only if the statement has its exact condition.
        if let (Field::Completed, Bound::Flag(completed)) = (field, bound) {
            return self.push(if *completed {
                "completed"
            } else {
                "NOT completed"
            });
        }
        let Some(column) = column(field) else {
            return self.push("FALSE");
        };
        let value = match bound {
            Bound::Flag(flag) => Value::Bool(*flag),
            Bound::Number(number) => Value::Int(*number),
            Bound::Text(text) => Value::Text(text.as_str().into()),
            Bound::Time(time) => Value::Time(*time),
            Bound::Id(id) => Value::Uuid(*id),
        };
        let sign = sign(how);
        let sorted = sorted(field).unwrap_or(column);
        let is_of_place = matches!(field, Field::ListId | Field::ParentId);
        // The index of tasks with a date is used only if the condition names the column itself.
        let names_column = is_of_place || sorted != column;
        if names_column {
            add!(self, "({column} IS NOT NULL AND ");
        }
        add!(self, "{sorted} {sign} ");
        self.bind(value);
        if is_of_place {
            // All of these have a place; the range of all places makes SQLite use their index.
            self.push(" AND \"order\" >= ''");
        }
        if names_column {
            self.push(")");
        }
    }

    /// The tasks that are not in the trash and have a tag, or a reference.
    pub(super) fn holders(&mut self, field: Field, text: &str) {
        // A task may have references of the same id in two programs.
        let distinct = if field == Field::Tags {
            ""
        } else {
            "DISTINCT "
        };
        add!(self, "SELECT {distinct}h.task_id ");
        self.of_holders(field, text);
    }

    /// Whether the task of the outer statement is one of them.
    fn holder(&mut self, field: Field, text: &str) {
        self.push("(SELECT 1 ");
        self.of_holders(field, text);
        self.push(" AND h.task_id = id LIMIT 1)");
    }

    fn of_holders(&mut self, field: Field, text: &str) {
        let (table, column) = if field == Field::Tags {
            ("task_tags", "tag")
        } else {
            ("task_references", "external_id")
        };
        self.push("FROM ");
        self.table(table);
        self.push(" AS h WHERE h.space = ");
        self.parameter(1);
        add!(self, " AND h.{column} = ");
        self.bind(Value::Text(text.into()));
    }

    fn mentions(&mut self, field: Field, word: Option<&str>) {
        let text = match field {
            Field::Text => {
                "(title || ' ' || COALESCE(description, '') || ' ' || COALESCE(tags, ''))"
            }
            field => column(field).unwrap_or("NULL"),
        };
        let Some(word) = word else {
            return add!(self, "octet_length({text}) <> length({text})");
        };
        let Dialect {
            by_bytes, position, ..
        } = self.dialect;
        add!(self, "({position}(lower({text}{by_bytes}), ");
        self.bind(Value::Text(word.into()));
        add!(self, ") > 0 OR octet_length({text}) <> length({text}))");
    }
}

fn sign(how: Comparison) -> &'static str {
    match how {
        Comparison::Equal => "=",
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::Greater => ">",
        Comparison::AtLeast => ">=",
    }
}

/// The column of a field; a field without one has no value in any task.
pub(super) fn column(field: Field) -> Option<&'static str> {
    Some(match field {
        Field::Id => "id",
        Field::Title => "title",
        Field::Description => "description",
        Field::Completed => "completed",
        Field::CreatedAt => "created_at",
        Field::UpdatedAt => "updated_at",
        Field::CompletedAt => "completed_at",
        Field::Due => "due",
        Field::Start => "start",
        Field::Priority => "priority",
        Field::Tags => "tags",
        Field::References | Field::ExternalId => "\"references\"",
        Field::ListId => "list_id",
        Field::ParentId => "parent_id",
        Field::Order => "\"order\"",
        Field::Recurrence => "recurrence",
        Field::Text => return None,
    })
}

/// The expression by which SQL compares and sorts a field: of a date its local time, as in its index. `None` if SQL
/// cannot.
pub(super) fn sorted(field: Field) -> Option<&'static str> {
    match field {
        Field::Due => Some("substr(due, 1, 19)"),
        Field::Start => Some("substr(start, 1, 19)"),
        Field::Title => None,
        field => column(field),
    }
}

/// The value of a key in a place; `None` if the task there had none.
pub(super) fn value_of(field: Field, mark: &Mark) -> Option<Value> {
    match mark {
        Mark::Missing => None,
        Mark::Text(text) => Some(Value::Text(text.as_str().into())),
        Mark::Number(number) if field == Field::Priority => Some(Value::Int(*number)),
        Mark::Number(micros) => Some(Value::Time(Timestamp::from_micros(*micros))),
    }
}
