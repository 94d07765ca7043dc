//! The program's own SQL, for pgbench: included from the program, so that both send the same text.

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

#[cfg_attr(not(test), expect(dead_code, reason = "pgbench knows one engine"))]
#[path = "../../../src/store/dialect.rs"]
mod dialect;

#[cfg_attr(
    not(test),
    expect(dead_code, reason = "pgbench runs only some of the statements")
)]
#[path = "../../../src/store/statements.rs"]
mod statements;

use self::dialect::Dialect;
use self::statements::Sql;

/// The transactions and statements that are measured, with `$1`, `$2`, … for their parameters.
pub(super) struct Texts {
    pub(super) get: String,
    pub(super) list: String,
    pub(super) create: Vec<String>,
    pub(super) complete: Vec<String>,
}

impl Texts {
    pub(super) fn of_schema(schema: &str) -> Self {
        let dialect = Dialect::postgres(schema);
        let text = |sql: Sql| dialect.render(sql.template().1);
        let transaction = |steps: &[Sql]| {
            let begin = std::iter::once(Sql::Begin);
            let all = begin.chain(steps.iter().copied()).chain([Sql::Commit]);
            all.map(text).collect()
        };
        Self {
            get: text(Sql::GetTask),
            list: text(Sql::ListTasks),
            create: transaction(&[Sql::CreateTaskCount, Sql::RecordCreation, Sql::CreateTask]),
            complete: transaction(&[
                Sql::LockAccount,
                Sql::ChangeTaskCount,
                Sql::RecordChange,
                Sql::ChangeTask,
            ]),
        }
    }
}
