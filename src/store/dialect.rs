//! The words in which the SQL of the engines differs. A statement's text names them in braces (`store::statements`).

use std::fmt::Write;

use super::tables::{ACCOUNTS, CHANGES, LISTS, StoredPlace, TASKS};

/// The text for each word in braces.
pub(super) struct Dialect {
    /// The prefix of a table's name.
    schema: String,
    begin: &'static str,
    /// After a column: whether it is in the list of texts that is `$1`.
    is_named: &'static str,
    /// At the end of a statement: locks its rows; rows locked by others are waited for, or left out.
    lock: &'static str,
    lock_free: &'static str,
    /// After a table: the index to use, where the planner knows too little about the rows to choose it.
    by_parent: &'static str,
    by_list: &'static str,
    /// The order of the index by parent, where no index can be named: where nearly all tasks are below one, the
    /// planner would read all of a space for each, if it did not have to sort these.
    in_parent: &'static str,
    /// The sign before a parameter's number.
    parameter: char,
    /// Lets a subquery in FROM name the tables before it. Where this is empty, these are read first anyway.
    has_lateral: bool,
    /// After a text: compares and folds it by its bytes.
    pub(super) by_bytes: &'static str,
    /// The function that finds a text in another.
    pub(super) position: &'static str,
}

impl Dialect {
    pub(super) fn postgres(schema: &str) -> Self {
        Self {
            schema: format!("\"{}\".", schema.replace('"', "\"\"")),
            // Stated explicitly, because a server or role may have another default, and then a write that
            // waited for another one would fail instead of going on.
            begin: "BEGIN ISOLATION LEVEL READ COMMITTED",
            is_named: "= ANY ($1)",
            lock: "FOR UPDATE",
            lock_free: "FOR UPDATE SKIP LOCKED",
            by_parent: "",
            by_list: "",
            in_parent: "ORDER BY t.\"order\", t.id ",
            parameter: '$',
            has_lateral: true,
            by_bytes: " COLLATE \"C\"",
            position: "strpos",
        }
    }

    pub(super) fn sqlite() -> Self {
        Self {
            schema: String::new(),
            begin: "BEGIN IMMEDIATE",
            is_named: "IN (SELECT e.value FROM json_each($1) AS e)",
            // There is only one writer, so nothing has to be locked.
            lock: "",
            lock_free: "",
            by_parent: "INDEXED BY tasks_by_parent",
            by_list: "INDEXED BY tasks_by_list",
            in_parent: "",
            // `$1` would be a name here; `?1` is the first parameter.
            parameter: '?',
            has_lateral: false,
            by_bytes: "",
            position: "instr",
        }
    }

    /// A table by its whole name.
    pub(super) fn table(&self, name: &str) -> String {
        let mut text = String::new();
        self.write_table(&mut text, name);
        text
    }

    pub(super) fn write_table(&self, text: &mut String, name: &str) {
        text.push_str(&self.schema);
        text.push_str(name);
    }

    /// The parameter of a number.
    pub(super) fn parameter(&self, number: usize) -> String {
        let mut text = String::new();
        self.write_parameter(&mut text, number);
        text
    }

    pub(super) fn write_parameter(&self, text: &mut String, number: usize) {
        let _ = write!(text, "{}{number}", self.parameter);
    }

    /// After `held`, rows with ids of tasks: adds the task of each, with columns that need no table name. The task is
    /// looked up for each row.
    pub(super) fn each_task(&self, space: &str) -> String {
        let tasks = self.table(TASKS.name);
        let key = format!("t.space = {space} AND t.id = held.task_id");
        if self.has_lateral {
            format!("CROSS JOIN LATERAL (SELECT t.* FROM {tasks} AS t WHERE {key} LIMIT 1) AS task")
        } else {
            format!("CROSS JOIN {tasks} AS t ON {key}")
        }
    }

    /// Around a table whose rows are looked up by their key for each row that stands before it, as `{each}` and, with its
    /// short name, `{end_t}`. PostgreSQL, where it has not counted the rows yet, would read all of a space for each.
    fn render_look_ups(&self, template: &str) -> String {
        let lateral = |text: &str| {
            if self.has_lateral {
                text.to_owned()
            } else {
                String::new()
            }
        };
        let text = template.replace("{each}", &lateral("LATERAL (SELECT * FROM"));
        ["c", "l", "t"].iter().fold(text, |text, name| {
            let end = lateral(&format!("OFFSET 0) AS {name} WHERE TRUE"));
            text.replace(&format!("{{end_{name}}}"), &end)
        })
    }

    /// The text of a template for this engine.
    pub(super) fn render(&self, template: &str) -> String {
        // The schema's name last: it may contain anything, also what looks like one of these words.
        self.render_look_ups(template)
            .replace("{task}", &TASKS.list(""))
            .replace("{t.task}", &TASKS.list("t."))
            .replace("{own_place}", StoredPlace::OWN)
            .replace("{place_of_creation}", StoredPlace::OF_CREATION)
            .replace("{list}", &LISTS.list(""))
            .replace("{l.list}", &LISTS.list("l."))
            .replace("{change}", &CHANGES.list(""))
            .replace("{c.change}", &CHANGES.list("c."))
            .replace("{account}", &ACCOUNTS.list(""))
            .replace("{begin}", self.begin)
            .replace("{is_named}", self.is_named)
            .replace("{by_parent}", self.by_parent)
            .replace("{by_list}", self.by_list)
            .replace("{in_parent}", self.in_parent)
            .replace("{lock_free}", self.lock_free)
            .replace("{lock}", self.lock)
            .replace('$', &self.parameter.to_string())
            .replace("{schema}", &self.schema)
    }
}
