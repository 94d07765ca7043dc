//! Every SQL statement of the program, one text for both engines. The few words in which the engines
//! differ are named in [`Dialect`]; nothing else in the program contains SQL, except the migrations.
//!
//! House rule: a statement that touches a user's rows takes the user as `$1`, and says so for every table.

use super::row::Kind::{self, Bool, Int, Text, Time, Uuid};

/// A statement by name. Its number is its place in [`Sql::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sql {
    Begin,
    Commit,
    Rollback,
    Ping,
    LockAccount,
    CountTasks,
    CreateTaskCount,
    CreateTask,
    GetTask,
    ListTasks,
    ListTasksByCompletion,
    ChangeTaskCount,
    ChangeTask,
    DeleteTaskCount,
    DeleteTask,
}

impl Sql {
    pub(super) const ALL: [Self; 15] = [
        Self::Begin,
        Self::Commit,
        Self::Rollback,
        Self::Ping,
        Self::LockAccount,
        Self::CountTasks,
        Self::CreateTaskCount,
        Self::CreateTask,
        Self::GetTask,
        Self::ListTasks,
        Self::ListTasksByCompletion,
        Self::ChangeTaskCount,
        Self::ChangeTask,
        Self::DeleteTaskCount,
        Self::DeleteTask,
    ];

    /// The kinds of `$1`, `$2`, … and the text, with `{words}` for what depends on the engine.
    pub(super) fn template(self) -> (&'static [Kind], &'static str) {
        match self {
            Self::Begin => (&[], "{begin}"),
            Self::Commit => (&[], "COMMIT"),
            Self::Rollback => (&[], "ROLLBACK"),
            Self::Ping => (&[], "SELECT 1"),

            // First in every transaction that depends on what is stored: later statements then see
            // all that this user's earlier writes did, also those that ran at the same time.
            Self::LockAccount => (
                &[Text],
                "SELECT seq FROM {schema}accounts WHERE user_id = $1 {for_update}",
            ),
            Self::CountTasks => (
                &[Text],
                "SELECT task_count, completed_count, seq FROM {schema}accounts WHERE user_id = $1",
            ),

            Self::CreateTaskCount => (
                &[Text, Bool],
                "INSERT INTO {schema}accounts AS a (user_id, seq, task_count, completed_count)
                 VALUES ($1, 1, 1, CASE WHEN $2 THEN 1 ELSE 0 END)
                 ON CONFLICT (user_id) DO UPDATE SET
                    seq = a.seq + 1,
                    task_count = a.task_count + 1,
                    completed_count = a.completed_count + excluded.completed_count",
            ),
            Self::CreateTask => (
                &[Text, Uuid, Text, Text, Bool, Time],
                "INSERT INTO {schema}tasks
                    (user_id, id, title, description, completed, created_at, updated_at, version, seq)
                 VALUES ($1, $2, $3, $4, $5, $6, $6, 1,
                    (SELECT seq FROM {schema}accounts WHERE user_id = $1))
                 RETURNING id, title, description, completed, created_at, updated_at, version",
            ),

            Self::GetTask => (
                &[Text, Uuid],
                "SELECT id, title, description, completed, created_at, updated_at, version
                 FROM {schema}tasks WHERE user_id = $1 AND id = $2",
            ),
            Self::ListTasks => (
                &[Text, Time, Uuid, Int],
                "SELECT id, title, description, completed, created_at, updated_at, version,
                    (SELECT task_count FROM {schema}accounts WHERE user_id = $1),
                    (SELECT seq FROM {schema}accounts WHERE user_id = $1)
                 FROM {schema}tasks
                 WHERE user_id = $1 AND (created_at, id) < ($2, $3)
                 ORDER BY created_at DESC, id DESC LIMIT $4",
            ),
            Self::ListTasksByCompletion => (
                &[Text, Time, Uuid, Int, Bool],
                "SELECT id, title, description, completed, created_at, updated_at, version,
                    (SELECT CASE WHEN $5 THEN completed_count ELSE task_count - completed_count END
                     FROM {schema}accounts WHERE user_id = $1),
                    (SELECT seq FROM {schema}accounts WHERE user_id = $1)
                 FROM {schema}tasks
                 WHERE user_id = $1 AND completed = $5 AND (created_at, id) < ($2, $3)
                 ORDER BY created_at DESC, id DESC LIMIT $4",
            ),

            // The count is changed before the task is, because it needs to know what the task was. The last
            // parameter is null, or the versions that the task may have: `,3,7,`.
            Self::ChangeTaskCount => (
                &[Text, Uuid, Bool, Text],
                "UPDATE {schema}accounts AS a SET
                    seq = a.seq + 1,
                    completed_count = a.completed_count
                        + CASE WHEN COALESCE($3, t.completed) THEN 1 ELSE 0 END
                        - CASE WHEN t.completed THEN 1 ELSE 0 END
                 FROM {schema}tasks AS t
                 WHERE a.user_id = $1 AND t.user_id = $1 AND t.id = $2
                    AND ($4 IS NULL OR $4 LIKE '%,' || t.version || ',%')",
            ),
            Self::ChangeTask => (
                &[Text, Uuid, Text, Bool, Text, Bool, Time, Text],
                "UPDATE {schema}tasks SET
                    title = COALESCE($3, title),
                    description = CASE WHEN $4 THEN $5 ELSE description END,
                    completed = COALESCE($6, completed),
                    updated_at = CASE WHEN $7 > updated_at THEN $7 ELSE updated_at + {microsecond} END,
                    version = version + 1,
                    seq = (SELECT seq FROM {schema}accounts WHERE user_id = $1)
                 WHERE user_id = $1 AND id = $2 AND ($8 IS NULL OR $8 LIKE '%,' || version || ',%')
                 RETURNING id, title, description, completed, created_at, updated_at, version",
            ),

            Self::DeleteTaskCount => (
                &[Text, Uuid, Text],
                "UPDATE {schema}accounts AS a SET
                    seq = a.seq + 1,
                    task_count = a.task_count - 1,
                    completed_count = a.completed_count - CASE WHEN t.completed THEN 1 ELSE 0 END
                 FROM {schema}tasks AS t
                 WHERE a.user_id = $1 AND t.user_id = $1 AND t.id = $2
                    AND ($3 IS NULL OR $3 LIKE '%,' || t.version || ',%')",
            ),
            Self::DeleteTask => (
                &[Text, Uuid, Text],
                "DELETE FROM {schema}tasks
                 WHERE user_id = $1 AND id = $2 AND ($3 IS NULL OR $3 LIKE '%,' || version || ',%')
                 RETURNING id",
            ),
        }
    }
}

/// The words in which the engines differ.
pub(super) struct Dialect {
    /// What stands before a table's name.
    schema: String,
    begin: &'static str,
    for_update: &'static str,
    microsecond: &'static str,
    /// What stands before a parameter's number.
    parameter: char,
}

impl Dialect {
    pub(super) fn postgres(schema: &str) -> Self {
        Self {
            schema: format!("\"{}\".", schema.replace('"', "\"\"")),
            // Said aloud, because a server or role may have another default, and then a write that
            // waited for another one would fail instead of going on.
            begin: "BEGIN ISOLATION LEVEL READ COMMITTED",
            for_update: "FOR UPDATE",
            microsecond: "interval '1 microsecond'",
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
            // `$1` would be a name here; `?1` is the first parameter.
            parameter: '?',
        }
    }

    /// The text of a template for this engine.
    pub(super) fn render(&self, template: &str) -> String {
        // The schema's name last: it may contain anything, also what looks like one of these words.
        template
            .replace("{begin}", self.begin)
            .replace("{for_update}", self.for_update)
            .replace("{microsecond}", self.microsecond)
            .replace('$', &self.parameter.to_string())
            .replace("{schema}", &self.schema)
    }

    /// The texts of all statements, by number.
    pub(super) fn render_all(&self) -> Vec<String> {
        Sql::ALL
            .iter()
            .map(|sql| self.render(sql.template().1))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_stands_at_its_number() {
        for (number, sql) in Sql::ALL.iter().enumerate() {
            assert_eq!(*sql as usize, number, "{sql:?}");
        }
    }

    #[test]
    fn every_statement_that_names_a_table_takes_the_user_first_and_names_it_for_each_table() {
        for sql in Sql::ALL {
            let (kinds, text) = sql.template();
            let tables = text.matches("{schema}").count();
            if tables > 0 {
                assert_eq!(kinds.first(), Some(&Text), "{sql:?}");
                let inserts = text.matches("VALUES ($1,").count();
                let named = text.matches("user_id = $1").count() + inserts;
                assert!(
                    named >= tables,
                    "{sql:?} names the user {named} times for {tables} tables"
                );
            }
        }
    }

    #[test]
    fn no_word_is_left_open() {
        for dialect in [Dialect::postgres("tick\"box"), Dialect::sqlite()] {
            for text in dialect.render_all() {
                assert!(!text.contains(['{', '}']), "{text}");
            }
        }
    }
}
