//! What every statement keeps to, so that the tables can be distributed by their space over several servers (Citus), with
//! the same text. What is forbidden here was refused by Citus 13, or asked every shard.

use super::dialect::Dialect;
use super::row::ColumnKind;
use super::row_statements::{self, LOCK_ACCOUNTS, all_rows, any_row, for_postgres};
use super::statements::Sql;
use super::tables::ALL_TABLES;
use super::{filtered, migrations};

fn dialect() -> Dialect {
    Dialect::postgres("tickbox")
}

/// Words whose value changes while the others stay, or with the settings of a session: they are refused where a row is
/// written, and each server would have its own.
const NOT_IMMUTABLE: [&str; 15] = [
    "now",
    "clock_timestamp",
    "statement_timestamp",
    "transaction_timestamp",
    "current_timestamp",
    "current_date",
    "localtimestamp",
    "interval",
    "timezone",
    "date_trunc",
    "to_char",
    "age",
    "random",
    "gen_random_uuid",
    "nextval",
];

/// A statement as small words, numbers of parameters, and signs, without its texts in quotes.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_quotes = false;
    let mut is_open = false;
    for sign in text.chars() {
        if sign == '\'' {
            in_quotes = !in_quotes;
        }
        let is_part = sign.is_ascii_alphanumeric() || matches!(sign, '_' | '$');
        if in_quotes || sign.is_whitespace() || matches!(sign, '\'' | '"') {
            is_open = false;
        } else if is_part && is_open {
            words.last_mut().unwrap().push(sign.to_ascii_lowercase());
        } else {
            words.push(sign.to_ascii_lowercase().to_string());
            is_open = is_part;
        }
    }
    words
}

fn has(words: &[String], wanted: &[&str]) -> bool {
    words.windows(wanted.len()).any(|found| found == wanted)
}

/// From behind an opening parenthesis to the one that closes it.
fn inside(words: &[String]) -> &[String] {
    let mut depth = 1;
    for (place, word) in words.iter().enumerate() {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &words[..place];
        }
    }
    words
}

/// The rules that a statement breaks.
fn broken(text: &str) -> Vec<&'static str> {
    let words = words(text);
    let mut broken = Vec::new();
    let mut must_not = |is_broken: bool, rule| {
        if is_broken {
            broken.push(rule);
        }
    };
    let values = words.windows(2).enumerate();
    let mut values = values.filter(|(_, two)| two[0] == "values" && two[1] == "(");
    let has_query = |(place, _): (usize, _)| has(inside(&words[place + 2..]), &["select"]);
    must_not(values.any(has_query), "a query inside VALUES");
    let changing = NOT_IMMUTABLE.iter().any(|word| has(&words, &[word]));
    must_not(changing, "a function that is not immutable");
    let turned = words.windows(3).any(|three| {
        three[0].starts_with('$') && three[1] == "=" && !three[2].starts_with(['$', '('])
    });
    must_not(turned, "a parameter before the column that equals it");
    // The shard of what is inserted is known by the column that it is taken from.
    let led = words
        .windows(2)
        .any(|two| two[0] == "select" && two[1].starts_with('$'));
    must_not(led, "a query that begins with a parameter");
    let moved = has(&words, &["set", "space"]) || has(&words, &["set", "t", ".", "space"]);
    must_not(moved, "another space for a row");
    // A conflict is found within a shard.
    let conflicts = words
        .windows(3)
        .any(|three| three[0] == "conflict" && three[1] == "(" && three[2] != "space");
    must_not(conflicts, "a conflict without the space");
    broken
}

/// The same of a step of the schema.
fn broken_by_step(text: &str) -> Vec<&'static str> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"));
    let text: Vec<_> = lines.collect();
    let mut broken = Vec::new();
    for statement in text.join("\n").split(';') {
        let words = words(statement);
        let any = |wanted: &[&str]| wanted.iter().any(|word| has(&words, &[word]));
        let mut must = |is_kept: bool, rule| {
            if !is_kept {
                broken.push(rule);
            }
        };
        must(
            !has(&words, &["add", "column"])
                || !any(&["check", "unique", "references", "primary", "constraint"]),
            "a constraint that comes with a new column: add it apart",
        );
        must(
            !has(&words, &["foreign", "key"])
                && !any(&["nextval", "serial", "bigserial", "generated"]),
            "a foreign key or a sequence",
        );
        if has(&words, &["create", "table"]) {
            let keyed = has(&words, &["primary", "key", "(", "space"])
                || has(
                    &words,
                    &["(", "space", "text", "collate", "c", "primary", "key"],
                );
            must(keyed, "a key that does not begin with the space");
            must(!any(&["unique"]), "a unique column");
        }
        if has(&words, &["create", "unique", "index"]) {
            let at = words.iter().position(|word| word == "(");
            let first = at.and_then(|at| words.get(at + 1));
            must(
                first.is_some_and(|first| first == "space"),
                "a unique index that does not begin with the space",
            );
        }
    }
    broken
}

#[test]
fn every_statement_can_be_run_where_the_tables_are_distributed() {
    let dialect = dialect();
    let known = Sql::ALL.iter().map(|sql| dialect.render(sql.template().1));
    let on_rows = row_statements::ALL.iter().flat_map(|(action, table)| {
        [false, true].map(|distributed| for_postgres(&dialect, *action, table, distributed))
    });
    let of_filters = filtered::tests::queries(&dialect).into_iter();
    let of_filters = of_filters.map(|(_, query)| query.text);
    let moving = ALL_TABLES
        .iter()
        .flat_map(|table| [all_rows(&dialect, table), any_row(&dialect, table)]);
    let others = [
        LOCK_ACCOUNTS,
        migrations::READ_JOURNAL,
        migrations::WRITE_JOURNAL,
    ];
    let others = others.map(|text| dialect.render(text));
    let all: Vec<_> = known
        .chain(on_rows)
        .chain(of_filters)
        .chain(moving)
        .chain(others)
        .collect();
    assert!(all.len() > 400, "{}", all.len());
    for text in all {
        assert_eq!(broken(&text), [""; 0], "{text}");
    }
}

/// What names a list of spaces finds their shards; what names none asks all of them.
#[test]
fn a_statement_over_named_spaces_takes_them_as_one_list() {
    for sql in [
        Sql::SystemListAccounts,
        Sql::SystemLockFreeAccounts,
        Sql::SystemLockAccounts,
    ] {
        let (kinds, text) = sql.template();
        assert_eq!(kinds, [ColumnKind::Texts]);
        let text = dialect().render(text);
        assert!(text.contains("WHERE space = ANY ($1)"), "{text}");
    }
    for (action, table) in row_statements::ALL {
        let text = for_postgres(&dialect(), action, table, true);
        let inserts = text.starts_with("INSERT INTO");
        assert!(inserts || text.contains("t.space = ANY ($1)"), "{text}");
    }
}

#[test]
fn every_step_of_the_schema_can_be_made_where_the_tables_are_distributed() {
    for migration in migrations::ALL {
        assert_eq!(
            broken_by_step(migration.postgres),
            [""; 0],
            "{}",
            migration.name
        );
    }
    // Citus refuses each: at once, or when the new table is to be distributed. The last one it would take; it would only
    // tie the tables together where nothing needs it.
    for bad in [
        "ALTER TABLE {schema}lists ADD COLUMN rank bigint CHECK (rank > 0)",
        "ALTER TABLE {schema}lists ADD COLUMN mark uuid UNIQUE",
        "CREATE UNIQUE INDEX marks ON {schema}lists (mark, space)",
        "CREATE TABLE {schema}marks (id uuid PRIMARY KEY, space text NOT NULL)",
        "CREATE TABLE {schema}marks (space text, id bigserial, PRIMARY KEY (space, id))",
        "ALTER TABLE {schema}lists ADD CONSTRAINT of FOREIGN KEY (space) REFERENCES {schema}accounts (space)",
    ] {
        assert_eq!(broken_by_step(bad).len(), 1, "{bad}");
    }
    for good in [
        "ALTER TABLE {schema}lists ADD COLUMN rank bigint; -- rank\n
         ALTER TABLE {schema}lists ADD CONSTRAINT positive CHECK (rank > 0)",
        "CREATE UNIQUE INDEX marks ON {schema}lists (space, mark)",
    ] {
        assert_eq!(broken_by_step(good), [""; 0], "{good}");
    }
}

#[test]
fn each_rule_finds_what_breaks_it() {
    for (bad, rule) in [
        (
            "INSERT INTO tickets (space, at) VALUES ($1, abs((SELECT seq FROM accounts WHERE space = $1)))",
            "a query inside VALUES",
        ),
        (
            "UPDATE tickets SET at = COALESCE(at, now()) WHERE space = $1",
            "a function that is not immutable",
        ),
        (
            "UPDATE tickets SET at = CASE WHEN $2 THEN at + INTERVAL '1 day' END WHERE space = $1",
            "a function that is not immutable",
        ),
        (
            "SELECT seq FROM accounts WHERE $1 = space",
            "a parameter before the column that equals it",
        ),
        (
            "INSERT INTO tickets (space, hash) SELECT $1, hash FROM others WHERE space = $1",
            "a query that begins with a parameter",
        ),
        (
            "UPDATE tickets AS t SET space = $2 WHERE t.space = $1",
            "another space for a row",
        ),
        (
            "INSERT INTO lists (space, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
            "a conflict without the space",
        ),
    ] {
        assert_eq!(broken(bad), [rule], "{bad}");
    }
    for good in [
        "INSERT INTO tickets (space, hash) VALUES ($1, $2) ON CONFLICT (space, hash) DO NOTHING",
        "INSERT INTO tickets (space, note) SELECT a.space, 'now() $1 = x' FROM accounts AS a WHERE a.space = $1",
    ] {
        assert_eq!(broken(good), [""; 0], "{good}");
    }
}
