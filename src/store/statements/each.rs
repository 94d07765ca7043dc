//! Statements that are asked for several works of a group at once, on PostgreSQL: one that finds neighbours costs little beside what
//! a statement costs.

use super::super::dialect::Dialect;
use super::super::{Engine, Store};
use super::Sql;

/// On PostgreSQL, the number of one is its place here.
pub(in super::super) const ALL: [Sql; 6] = [
    Sql::ListAfterInList,
    Sql::ListBeforeInList,
    Sql::ListAfterInParent,
    Sql::ListBeforeInParent,
    Sql::ListAfterInInbox,
    Sql::ListBeforeInInbox,
];

/// What the statement gives for each row of parameters, with the number of the row, from 1 on, behind it.
pub(in super::super) fn for_postgres(dialect: &Dialect, sql: Sql) -> String {
    let (kinds, text) = sql.template();
    let count = kinds.len();
    let values: Vec<_> = (1..=count)
        .map(|number| format!("${number}[i] AS p{number}"))
        .collect();
    let values = values.join(", ");
    let text = text.replace('$', "asked.p");
    dialect.render(&format!(
        "SELECT found.*, asked.number
         FROM (SELECT CAST(i AS bigint) AS number, {values} FROM generate_series(1, cardinality($1)) AS i) AS asked
         CROSS JOIN LATERAL ({text}) AS found"
    ))
}

impl Store {
    /// The statements that find neighbours, each behind the types of its parameters: for whoever asks the database how it
    /// does that.
    pub fn statements_of_neighbours(&self) -> Vec<(Vec<String>, String)> {
        let dialect = self.dialect();
        let types = |sql: &Sql| {
            let kinds = sql.template().0.iter();
            let types = kinds.map(|kind| kind.postgres_array().name().to_owned());
            types.collect()
        };
        let statement = |sql: &Sql| match self.engine {
            Engine::Sqlite(_) => (Vec::new(), dialect.render(sql.template().1)),
            Engine::Postgres(_) => (types(sql), for_postgres(dialect, *sql)),
        };
        ALL.iter().map(statement).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_names_the_space_of_who_asks_for_every_table() {
        let dialect = Dialect::postgres("tickbox");
        for sql in ALL {
            let text = for_postgres(&dialect, sql);
            let (_, inside) = text.split_once("LATERAL (").unwrap();
            let tables = inside.matches("\"tickbox\".tasks").count();
            assert!(tables > 0, "{text}");
            assert_eq!(inside.matches("space = asked.p1").count(), tables, "{text}");
            assert!(!inside.contains('$'), "{text}");
        }
    }
}
