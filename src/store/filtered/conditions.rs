//! The SQL of a filter's conditions and of an order's keys: fixed fragments, in which every value is a parameter. The
//! same text for both engines.

use super::super::dialect::Dialect;
use super::super::row::Value;
use super::super::tables::space_value;
use crate::domain::filter::{Bound, Comparison, Condition, Field, Mark};
use crate::domain::{SpaceId, Timestamp};

/// The parameters of a statement that is being written. The space is the first.
pub(super) struct Parameters<'a> {
    pub(super) dialect: &'a Dialect,
    pub(super) values: Vec<Value>,
}

impl<'a> Parameters<'a> {
    pub(super) fn of(space: &SpaceId, dialect: &'a Dialect) -> Self {
        Self {
            dialect,
            values: vec![space_value(space)],
        }
    }

    /// The placeholder of the value in the text.
    pub(super) fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        self.dialect.parameter(self.values.len())
    }

    /// A condition in parentheses, or a word.
    pub(super) fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Always => "TRUE".to_owned(),
            Condition::All(parts) => self.join(parts, " AND "),
            Condition::Any(parts) if parts.is_empty() => "FALSE".to_owned(),
            Condition::Any(parts) => self.join(parts, " OR "),
            // The range includes all values; it makes SQLite use their index.
            Condition::Has(field @ (Field::Due | Field::Start)) => {
                let (column, sorted) = (column(*field), sorted(*field));
                let (column, sorted) = (column.unwrap_or("NULL"), sorted.unwrap_or("NULL"));
                format!("({column} IS NOT NULL AND {sorted} >= '')")
            }
            Condition::Has(Field::Priority) => {
                "(priority IS NOT NULL AND priority >= 0)".to_owned()
            }
            Condition::Has(field) => column(*field).map_or_else(
                || "FALSE".to_owned(),
                |column| format!("{column} IS NOT NULL"),
            ),
            Condition::Lacks(field) => column(*field)
                .map_or_else(|| "TRUE".to_owned(), |column| format!("{column} IS NULL")),
            Condition::Compare(field, how, bound) => self.compare(*field, *how, bound),
            Condition::Contains(field, text) => {
                let holder = self.holder(*field, text);
                format!("({holder}) IS NOT NULL")
            }
            Condition::ContainsNot(field, text) => {
                let holder = self.holder(*field, text);
                format!("({holder}) IS NULL")
            }
            Condition::Written(field, how, text) => {
                let text = self.bind(Value::Text(text.as_str().into()));
                let (column, sign) = (column(*field).unwrap_or("NULL"), sign(*how));
                format!("{column} {sign} {text}")
            }
            Condition::Zoned(field, zoned) => {
                let sign = if *zoned { '>' } else { '<' };
                // A time without a zone has 19 characters.
                let length = if *zoned { 19 } else { 20 };
                let column = column(*field).unwrap_or("NULL");
                format!("length({column}) {sign} {length}")
            }
            Condition::Folded(field, how, text) => {
                let text = self.bind(Value::Text(text.as_str().into()));
                let (column, sign) = (column(*field).unwrap_or("NULL"), sign(*how));
                let by_bytes = self.dialect.by_bytes;
                format!(
                    "(octet_length({column}) <> length({column}) OR lower({column}{by_bytes}) {sign} {text})"
                )
            }
            Condition::Mentions(field, word) => self.mentions(*field, word.as_deref()),
        }
    }

    fn join(&mut self, parts: &[Condition], word: &str) -> String {
        let parts: Vec<_> = parts.iter().map(|part| self.condition(part)).collect();
        format!("({})", parts.join(word))
    }

    fn compare(&mut self, field: Field, how: Comparison, bound: &Bound) -> String {
        // Written like this, because an index of open tasks is used only if the statement has its exact condition.
        if let (Field::Completed, Bound::Flag(completed)) = (field, bound) {
            return if *completed {
                "completed"
            } else {
                "NOT completed"
            }
            .to_owned();
        }
        let Some(column) = column(field) else {
            return "FALSE".to_owned();
        };
        let value = self.bind(match bound {
            Bound::Flag(flag) => Value::Bool(*flag),
            Bound::Number(number) => Value::Int(*number),
            Bound::Text(text) => Value::Text(text.as_str().into()),
            Bound::Time(time) => Value::Time(*time),
            Bound::Id(id) => Value::Uuid(*id),
        });
        let sign = sign(how);
        let sorted = sorted(field).unwrap_or(column);
        if let Field::ListId | Field::ParentId = field {
            // All of these have a place; the range of all places makes SQLite use their index.
            return format!(
                "({column} IS NOT NULL AND {column} {sign} {value} AND \"order\" >= '')"
            );
        }
        if sorted == column {
            return format!("{column} {sign} {value}");
        }
        // The index of tasks with a date is used only if the condition names the column itself.
        format!("({column} IS NOT NULL AND {sorted} {sign} {value})")
    }

    /// The tasks that are not in the trash and have a tag, or a reference.
    pub(super) fn holders(&mut self, field: Field, text: &str) -> String {
        let from = self.of_holders(field, text);
        // A task may have references of the same id in two programs.
        let distinct = if field == Field::Tags {
            ""
        } else {
            "DISTINCT "
        };
        format!("SELECT {distinct}h.task_id {from}")
    }

    /// Whether the task of the outer statement is one of them.
    fn holder(&mut self, field: Field, text: &str) -> String {
        let from = self.of_holders(field, text);
        format!("SELECT 1 {from} AND h.task_id = id LIMIT 1")
    }

    fn of_holders(&mut self, field: Field, text: &str) -> String {
        let (table, column) = if field == Field::Tags {
            ("task_tags", "tag")
        } else {
            ("task_references", "external_id")
        };
        let table = self.dialect.table(table);
        let space = self.dialect.parameter(1);
        let text = self.bind(Value::Text(text.into()));
        format!("FROM {table} AS h WHERE h.space = {space} AND h.{column} = {text}")
    }

    fn mentions(&mut self, field: Field, word: Option<&str>) -> String {
        let text = match field {
            Field::Text => {
                "(title || ' ' || COALESCE(description, '') || ' ' || COALESCE(tags, ''))"
            }
            field => column(field).unwrap_or("NULL"),
        };
        let not_ascii = format!("octet_length({text}) <> length({text})");
        let Some(word) = word else {
            return not_ascii;
        };
        let word = self.bind(Value::Text(word.into()));
        let Dialect {
            by_bytes, position, ..
        } = self.dialect;
        format!("({position}(lower({text}{by_bytes}), {word}) > 0 OR {not_ascii})")
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
