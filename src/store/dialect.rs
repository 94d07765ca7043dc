//! The words in which the engines' SQL differs. A statement's text names them in braces (`store::statements`).

/// What stands for the words in braces.
pub(super) struct Dialect {
    /// What stands before a table's name.
    schema: String,
    begin: &'static str,
    for_update: &'static str,
    microsecond: &'static str,
    /// At the end of a write: what it gives.
    returning: &'static str,
    no: &'static str,
    /// The rows of a JSON array that is `$2`.
    elements: &'static str,
    /// After a column: whether it is in the JSON array of texts that is `$1`.
    is_named: &'static str,
    /// Around a text, to make an id of it.
    uuid_from: &'static str,
    uuid_to: &'static str,
    /// What stands before a parameter's number.
    parameter: char,
}

/// The columns of a task, in the order in which rows are read.
const TASK: &str =
    "id, title, description, completed, created_at, updated_at, version, seq, deleted_at";

impl Dialect {
    pub(super) fn postgres(schema: &str) -> Self {
        Self {
            schema: format!("\"{}\".", schema.replace('"', "\"\"")),
            // Said aloud, because a server or role may have another default, and then a write that
            // waited for another one would fail instead of going on.
            begin: "BEGIN ISOLATION LEVEL READ COMMITTED",
            for_update: "FOR UPDATE",
            microsecond: "interval '1 microsecond'",
            returning: "RETURNING {task}",
            no: "false",
            elements: "jsonb_array_elements(CAST($2 AS jsonb))",
            // With other brackets the array's text is one of PostgreSQL's: by an array thousands of rows are found in half
            // the time that a join takes.
            is_named: "= ANY (CAST(chr(123) || trim(BOTH '[]' FROM $1) || chr(125) AS text[]))",
            uuid_from: "CAST(",
            uuid_to: " AS uuid)",
            parameter: '$',
        }
    }

    pub(super) fn sqlite() -> Self {
        Self {
            schema: String::new(),
            begin: "BEGIN IMMEDIATE",
            // There is one writer, so there is nobody to lock out.
            for_update: "",
            microsecond: "1",
            // It would make a table for that, each time, which costs more than the executor's looking the task up.
            returning: "",
            no: "0",
            elements: "json_each($2)",
            is_named: "IN (SELECT e.value FROM json_each($1) AS e)",
            uuid_from: "unhex(",
            uuid_to: ")",
            // `$1` would be a name here; `?1` is the first parameter.
            parameter: '?',
        }
    }

    /// The text of a template for this engine.
    pub(super) fn render(&self, template: &str) -> String {
        // The schema's name last: it may contain anything, also what looks like one of these words.
        template
            .replace("{returning}", self.returning)
            .replace("{task}", TASK)
            .replace("{begin}", self.begin)
            .replace("{for_update}", self.for_update)
            .replace("{microsecond}", self.microsecond)
            .replace("{false}", self.no)
            .replace("{elements}", self.elements)
            .replace("{is_named}", self.is_named)
            .replace("{uuid_from}", self.uuid_from)
            .replace("{uuid_to}", self.uuid_to)
            .replace('$', &self.parameter.to_string())
            .replace("{schema}", &self.schema)
    }
}
