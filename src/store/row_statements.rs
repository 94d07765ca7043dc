//! The SQL that loads and saves rows by their keys, made from the lists in `tables`: on PostgreSQL for many rows at
//! once, with a list of values for each column; on SQLite for one row. Each names the space, first.

pub(super) mod creation;

use std::fmt::Write;

use super::dialect::Dialect;
use super::row::ColumnKind;
use super::tables::{ACCOUNTS, ANSWERS, CHANGES, LISTS, REFERENCES, TAGS, TASKS, Table};

/// After a restore, on SQLite.
pub(super) const RENEW_EPOCHS: &str = "UPDATE accounts SET epoch = abs(random() / 2)";

/// While an import checks that the database is empty: writers wait until it ends.
pub(super) const LOCK_ACCOUNTS: &str = "LOCK TABLE {schema}accounts IN EXCLUSIVE MODE";

/// Every row of a table with all its columns, in the order of its key, whichever spaces there are.
pub(super) fn all_rows(dialect: &Dialect, table: &Table) -> String {
    let (columns, key) = (names(table.columns), names(&table.columns[..table.key]));
    let name = table.name;
    dialect.render(&format!(
        "SELECT {columns} FROM {{schema}}{name} ORDER BY {key}"
    ))
}

/// A row, if there is any.
pub(super) fn any_row(dialect: &Dialect, table: &Table) -> String {
    dialect.render(&format!("SELECT 1 FROM {{schema}}{} LIMIT 1", table.name))
}

/// What a statement does with rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Action {
    /// The rows of these keys, the space first.
    Load,
    Insert,
    Update,
    /// Inserts, or replaces the existing row.
    Put,
    Delete,
}

/// All that is done with rows. On PostgreSQL, the number of one is its place here.
pub(super) const ALL: [(Action, &Table); 19] = [
    (Action::Load, &TASKS),
    (Action::Load, &ANSWERS),
    (Action::Insert, &ACCOUNTS),
    (Action::Update, &ACCOUNTS),
    (Action::Insert, &TASKS),
    (Action::Update, &TASKS),
    (Action::Delete, &TASKS),
    (Action::Insert, &CHANGES),
    (Action::Delete, &CHANGES),
    (Action::Put, &ANSWERS),
    (Action::Load, &REFERENCES),
    (Action::Put, &REFERENCES),
    (Action::Delete, &REFERENCES),
    (Action::Insert, &TAGS),
    (Action::Delete, &TAGS),
    (Action::Load, &LISTS),
    (Action::Insert, &LISTS),
    (Action::Update, &LISTS),
    (Action::Delete, &LISTS),
];

impl Action {
    /// How many of a table's columns are its parameters.
    pub(super) fn parameters(self, table: &'static Table) -> &'static [(&'static str, ColumnKind)] {
        match self {
            Self::Load | Self::Delete => &table.columns[..table.key],
            Self::Insert | Self::Update | Self::Put => table.columns,
        }
    }
}

/// `a AND b`, for each column of the key.
fn on_key(table: &Table, equal: impl Fn(usize, &str) -> String) -> String {
    let columns = table.columns[..table.key].iter().enumerate();
    let pairs: Vec<_> = columns
        .map(|(place, (name, _))| equal(place, name))
        .collect();
    pairs.join(" AND ")
}

fn names(columns: &[(&str, ColumnKind)]) -> String {
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

/// How many rows a statement gets at most, on PostgreSQL: an element of a list of texts is found by counting.
pub(super) const AT_ONCE: usize = 64;

/// The rows `r` of lists of values, as a part of `FROM`. `unnest` of many lists runs as many functions and merges what they
/// give, which takes up to a third of the time of an update.
fn rows(parameters: &[(&str, ColumnKind)], distributed: bool) -> String {
    if distributed {
        let numbers: Vec<_> = (1..=parameters.len())
            .map(|number| format!("${number}"))
            .collect();
        let (numbers, columns) = (numbers.join(", "), names(parameters));
        return format!("unnest({numbers}) AS r ({columns})");
    }
    rows_by_subscripts(parameters.iter().map(|(name, _)| *name), 1)
}

/// The same by subscripts, of parameters from a number on.
fn rows_by_subscripts<'a>(columns: impl Iterator<Item = &'a str>, first: usize) -> String {
    let values: Vec<_> = columns
        .zip(first..)
        .map(|(column, number)| format!("${number}[i] AS {column}"))
        .collect();
    format!(
        "(SELECT i, {} FROM generate_series(1, cardinality(${first})) AS i) AS r",
        values.join(", ")
    )
}

/// For many rows at once. An update fails unless it finds every row: then its transaction cannot be committed any more,
/// although the commit was sent with it.
pub(super) fn for_postgres(
    dialect: &Dialect,
    action: Action,
    table: &'static Table,
    distributed: bool,
) -> String {
    let rows = rows(action.parameters(table), distributed);
    let name = format!("{{schema}}{}", table.name);
    // Where the tables are distributed, only the servers are asked where these spaces are; elsewhere that would be looked
    // at again for each row and each of them. There, what equals one of one makes the planner look up each row by its
    // key: with plain equality, a plan made while a table was empty reads all of it for every group.
    let scope = on_key(table, |place, column| match (place, distributed) {
        (0, true) => "t.space = r.space AND t.space = ANY ($1)".to_owned(),
        (0, false) => "t.space = ANY (ARRAY[r.space])".to_owned(),
        _ => format!("t.{column} = r.{column}"),
    });
    // A value that is assigned is written, long ones in rows of their own; what equals the one that is there stays.
    let assign = |from: &str| {
        let columns = table.columns[table.key..].iter();
        let pairs: Vec<_> = columns
            .map(|(column, kind)| {
                let new = format!("{from}{column}");
                match kind {
                    ColumnKind::Text | ColumnKind::Bytes => format!(
                        "{column} = CASE WHEN t.{column} = {new} THEN t.{column} ELSE {new} END"
                    ),
                    _ => format!("{column} = {new}"),
                }
            })
            .collect();
        pairs.join(", ")
    };
    let insert = || {
        let columns = names(table.columns);
        format!("INSERT INTO {name} AS t ({columns}) SELECT {columns} FROM {rows}")
    };
    let all_found = |change: String| {
        format!(
            "WITH saved AS ({change} RETURNING 1)
             SELECT 1 / CAST(count(*) = cardinality($1) AS integer) FROM saved"
        )
    };
    dialect.render(&match action {
        Action::Load => {
            let columns = table.list("t.");
            format!("SELECT {columns}, t.space FROM {name} AS t JOIN {rows} ON {scope}")
        }
        // Another process may have made the account meanwhile.
        Action::Insert if *table == ACCOUNTS => {
            format!("{} ON CONFLICT (space) DO NOTHING", insert())
        }
        Action::Insert => insert(),
        Action::Put => {
            let key = names(&table.columns[..table.key]);
            format!(
                "{} ON CONFLICT ({key}) DO UPDATE SET {}",
                insert(),
                assign("excluded.")
            )
        }
        Action::Update => all_found(format!(
            "UPDATE {name} AS t SET {} FROM {rows} WHERE {scope}",
            assign("r.")
        )),
        Action::Delete => all_found(format!(
            "DELETE FROM {name} AS t USING {rows} WHERE {scope}"
        )),
    })
}

/// For one row. A new one names the columns that have a value, by their places, since most of them have none; an update those
/// that change, so that indexes of other columns are not written.
pub(super) fn for_sqlite(action: Action, table: &Table, named: &[usize]) -> String {
    let name = table.name;
    let key = on_key(table, |place, column| format!("{column} = ?{}", place + 1));
    let put = |verb: &str| {
        let columns: Vec<_> = named.iter().map(|place| table.columns[*place]).collect();
        let numbers: Vec<_> = (1..=columns.len())
            .map(|number| format!("?{number}"))
            .collect();
        format!(
            "{verb} INTO {name} ({}) VALUES ({})",
            names(&columns),
            numbers.join(", ")
        )
    };
    match action {
        Action::Load => format!("SELECT {} FROM {name} WHERE {key}", table.list("")),
        Action::Insert => put("INSERT"),
        Action::Put => put("INSERT OR REPLACE"),
        Action::Update => {
            let mut text = format!("UPDATE {name} SET ");
            for (number, place) in named.iter().enumerate() {
                let comma = if number == 0 { "" } else { ", " };
                let parameter = table.key + number + 1;
                let _ = write!(text, "{comma}{} = ?{parameter}", table.columns[*place].0);
            }
            text + " WHERE " + &key
        }
        Action::Delete => format!("DELETE FROM {name} WHERE {key}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_on_rows_names_the_space_first() {
        let dialect = Dialect::postgres("tickbox");
        for (action, table) in ALL {
            assert_eq!(table.columns[0], ("space", ColumnKind::Text));
            for distributed in [false, true] {
                let text = for_postgres(&dialect, action, table, distributed);
                let inserts = text.starts_with("INSERT INTO");
                let scope = if distributed {
                    "t.space = r.space AND t.space = ANY ($1)"
                } else {
                    "t.space = ANY (ARRAY[r.space])"
                };
                assert!(inserts || text.contains(scope), "{text}");
            }
            let text = for_sqlite(action, table, &[0, 1]);
            let named = text.contains("space = ?1") || text.contains("VALUES (?1,");
            assert!(named, "{text}");
        }
    }

    #[test]
    fn an_update_of_one_row_sets_what_has_changed() {
        assert_eq!(
            for_sqlite(Action::Update, &ACCOUNTS, &[2, 5]),
            "UPDATE accounts SET seq = ?2, task_count = ?3 WHERE space = ?1"
        );
    }
}
