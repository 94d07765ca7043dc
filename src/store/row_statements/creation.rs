//! The statement that saves a group of creations on PostgreSQL, all of it or nothing: the accounts, if each is still as it is
//! known, and the new rows.

use super::super::dialect::Dialect;
use super::super::row::ColumnKind;
use super::super::tables::{ACCOUNTS, ANSWERS, CHANGES, TAGS, TASKS, Table};
use super::{names, rows_by_subscripts};

/// The tables that get new rows, in the order of their parameters, behind those of the accounts.
pub(in super::super) const NEW_ROWS: [&Table; 4] = [&TASKS, &CHANGES, &TAGS, &ANSWERS];

/// How many of them are in the statement: most creations have neither tags nor a key, and a table costs something without a
/// row, too.
pub(in super::super) const FORMS: [usize; 2] = [2, NEW_ROWS.len()];

type Parameter = (String, ColumnKind);

/// For each table, a list of values for each column; for an account the new values, and behind them the known ones.
fn parameters(form: usize) -> Vec<(&'static Table, Vec<Parameter>)> {
    let columns = |table: &'static Table| {
        let columns = table.columns.iter();
        columns.map(|(name, kind)| ((*name).to_owned(), *kind))
    };
    let known = columns(&ACCOUNTS).skip(ACCOUNTS.key);
    let known = known.map(|(name, kind)| (format!("known_{name}"), kind));
    let accounts = columns(&ACCOUNTS).chain(known).collect();
    let new_rows = NEW_ROWS[..form].iter();
    let new_rows = new_rows.map(|table| (*table, columns(table).collect()));
    [(&ACCOUNTS, accounts)]
        .into_iter()
        .chain(new_rows)
        .collect()
}

pub(in super::super) fn kinds(form: usize) -> Vec<ColumnKind> {
    let all = parameters(form)
        .into_iter()
        .flat_map(|(_, parameters)| parameters);
    all.map(|(_, kind)| kind).collect()
}

/// It fails if an account has changed, also by who has changed nothing but a count or a time.
pub(in super::super) fn for_postgres(dialect: &Dialect, form: usize) -> String {
    let mut first = 1;
    let mut parts = Vec::new();
    for (table, parameters) in parameters(form) {
        let rows = rows_by_subscripts(parameters.iter().map(|(name, _)| name.as_str()), first);
        first += parameters.len();
        let name = table.name;
        let columns = names(table.columns);
        parts.push(if *table == ACCOUNTS {
            let others = || table.columns[table.key..].iter().map(|(name, _)| *name);
            let each = |text: fn(&str) -> String| others().map(text).collect::<Vec<_>>().join(", ");
            let new = each(|name| format!("{name} = r.{name}"));
            let (present, known) = (each(|name| format!("t.{name}")), each(|name| format!("r.known_{name}")));
            format!(
                "of_{name} AS (UPDATE {{schema}}{name} AS t SET {new} FROM {rows}
                    WHERE t.space = ANY (ARRAY[r.space]) AND ({present}) IS NOT DISTINCT FROM ({known})
                    RETURNING 1)"
            )
        } else {
            format!("of_{name} AS (INSERT INTO {{schema}}{name} ({columns}) SELECT {columns} FROM {rows})")
        });
    }
    let accounts = ACCOUNTS.name;
    dialect.render(&format!(
        "WITH {} SELECT 1 / CAST(count(*) = cardinality($1) AS integer) FROM of_{accounts}",
        parts.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_its_own_parameters_with_the_space_first() {
        for form in FORMS {
            let text = for_postgres(&Dialect::postgres("tickbox"), form);
            let mut first = 1;
            for (table, parameters) in parameters(form) {
                assert_eq!(parameters[0], ("space".to_owned(), ColumnKind::Text));
                assert!(text.contains(&format!("${first}[i] AS space")), "{text}");
                let name = format!("\"tickbox\".{} ", table.name);
                assert!(text.contains(&name), "{text}");
                first += parameters.len();
            }
            assert_eq!(kinds(form).len(), first - 1);
            assert!(!text.contains(&format!("${first}[")), "{text}");
            for (column, _) in &ACCOUNTS.columns[ACCOUNTS.key..] {
                assert!(text.contains(&format!("r.known_{column}")), "{text}");
            }
        }
    }
}
