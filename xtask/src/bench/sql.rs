//! The program's own SQL, for pgbench and for a loop on SQLite: included from the program, so that both send the same text.

/// What `store::statements` needs of its neighbour.
mod row {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Kind {
        Text,
        Uuid,
        Bool,
        Int,
        Time,
    }
}

#[path = "../../../src/store/dialect.rs"]
mod dialect;

#[expect(dead_code, reason = "only some of the statements are run here")]
#[path = "../../../src/store/statements.rs"]
mod statements;

use self::dialect::Dialect;
use self::statements::Sql;

/// Where the program keeps its tables on PostgreSQL, if nothing else is said.
pub(super) const SCHEMA: &str = "tickbox";

/// Whether a transaction writes down what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Kept,
    LeftOut,
}

/// The index that is there only for the change log.
pub(super) const LOG_INDEX: &str = "tasks_by_change";

/// The statements that are measured, with `$1` or `?1`, … for their parameters.
pub(super) struct Texts(Dialect);

impl Texts {
    pub(super) fn postgres() -> Self {
        Self(Dialect::postgres(SCHEMA))
    }

    pub(super) fn sqlite() -> Self {
        Self(Dialect::sqlite())
    }

    pub(super) fn get(&self) -> String {
        self.text(Sql::GetTask)
    }

    pub(super) fn list(&self) -> String {
        self.text(Sql::ListTasks)
    }

    pub(super) fn begin(&self) -> String {
        self.text(Sql::Begin)
    }

    pub(super) fn commit(&self) -> String {
        self.text(Sql::Commit)
    }

    /// The count, and the task, which carries its creation.
    pub(super) fn create(&self) -> [String; 2] {
        [Sql::CreateTaskCount, Sql::CreateTask].map(|sql| self.text(sql))
    }

    pub(super) fn complete(&self) -> Vec<String> {
        let all = [
            Sql::LockAccount,
            Sql::ChangeTaskCount,
            Sql::RecordChange,
            Sql::ChangeTask,
        ];
        all.map(|sql| self.text(sql)).into()
    }

    fn text(&self, sql: Sql) -> String {
        self.0.render(sql.template().1)
    }
}
