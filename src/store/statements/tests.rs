//! What is asked of every statement: above all that it names the space.

use super::*;

/// They cross spaces; none gives content to anybody.
const CROSSING: [Sql; 10] = [
    // In which of the watched spaces there is something new.
    Sql::SystemListAccounts,
    // At the start.
    Sql::SystemListSomeAccounts,
    // One group writes in several spaces.
    Sql::SystemLockFreeAccounts,
    Sql::SystemLockAccounts,
    // The operator asks how the database is.
    Sql::SystemCountWrongAccounts,
    // Time has run out for the rows of all.
    Sql::SystemListSwept,
    Sql::SystemListOldChanges,
    Sql::SystemListOldAnswers,
    Sql::SystemSweepTickets,
    // Removals that were cut off go on.
    Sql::SystemListLeaving,
];

#[test]
fn every_statement_that_names_a_table_takes_the_space_first_and_names_it_for_each_table() {
    for sql in Sql::ALL {
        let (kinds, text) = sql.template();
        let tables = text.matches("{schema}").count();
        let crosses = CROSSING.contains(sql);
        assert_eq!(format!("{sql:?}").starts_with("System"), crosses, "{sql:?}");
        if tables > 0 && !crosses {
            assert_eq!(kinds.first(), Some(&Text), "{sql:?}");
            let inserts = ["VALUES ($1,", "SELECT $1,"]
                .iter()
                .map(|insert| text.matches(insert).count())
                .sum::<usize>();
            let named = text.matches("space = $1").count() + inserts;
            assert!(
                named >= tables,
                "{sql:?} names the space {named} times for {tables} tables"
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
