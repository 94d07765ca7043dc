//! `DATABASE_URL` as people have it from other stacks: SQLAlchemy, Prisma, Django, node-postgres, SQLx. What it means
//! is decided here; how a connection is made from it is the store's business.

use std::path::{Path, PathBuf};

use url::form_urlencoded;

use super::foreign_file;
use super::postgres_options::{self, Options};

/// Where tasks are kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Database {
    pub(super) engine: Engine,
    /// Options that are meant for other programs, by name.
    pub(super) passed_over: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Sqlite(PathBuf),
    /// A URL that the store's driver understands, but for what TLS is to be.
    Postgres(String),
}

/// The error follows the variable's name in a sentence.
pub(super) fn read(url: &str) -> Result<Database, String> {
    let neither = || "is neither a postgres:// nor a sqlite:// URL".to_owned();
    let (scheme, rest) = url.split_once(':').ok_or_else(neither)?;
    // `postgresql+asyncpg`, `sqlite+aiosqlite`: SQLAlchemy names its driver too.
    let (scheme, driver) = match scheme.split_once('+') {
        Some((scheme, driver)) => (scheme, Some(driver)),
        None => (scheme, None),
    };
    match scheme {
        "sqlite" | "sqlite3" => read_sqlite(driver, rest),
        "file" if driver.is_none() => read_file(rest),
        "postgres" | "postgresql" => read_postgres(rest.strip_prefix("//").ok_or_else(neither)?),
        _ => Err(neither()),
    }
}

fn read_postgres(rest: &str) -> Result<Database, String> {
    // The rest of the password would be named as an option.
    if let (Some(query), Some(host)) = (rest.find('?'), rest.rfind('@'))
        && query < host
    {
        return Err("has a ? in its user or password: write it as %3F".to_owned());
    }
    let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
    let Options { query, passed_over } = postgres_options::read(query)?;
    let separator = if query.is_empty() { "" } else { "?" };
    Ok(Database {
        engine: Engine::Postgres(format!("postgres://{base}{separator}{query}")),
        passed_over,
    })
}

/// `sqlite://PATH` is ours; three slashes are SQLAlchemy's, which means a relative path by them, and everybody else's,
/// who mean an absolute one.
fn read_sqlite(driver: Option<&str>, rest: &str) -> Result<Database, String> {
    let alchemy = match driver {
        None => false,
        Some("aiosqlite" | "pysqlite") => true,
        Some(other) => {
            let problem = "is not known: write sqlite:// and the path";
            return Err(format!("names the driver {other}, which {problem}"));
        }
    };
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    // What stands behind three slashes.
    let third = path.strip_prefix("///");
    let path = match third {
        Some(name) if name.starts_with('/') => name,
        Some(name) if alchemy || name.starts_with("./") || name.starts_with("../") => name,
        Some(name) if !name.is_empty() && !name.contains('/') && !name.starts_with(':') => {
            return Err(format!(
                "can be read in two ways: sqlite://{name} is a file in the working directory, \
                 sqlite:////{name} one in the root folder"
            ));
        }
        _ => path.strip_prefix("//").unwrap_or(path),
    };
    sqlite_at(path, query)
}

/// Prisma's and SQLite's own form (sqlite.org/uri.html).
fn read_file(rest: &str) -> Result<Database, String> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = match path.strip_prefix("//") {
        None => path,
        Some(path) => {
            let path = path.strip_prefix("localhost").unwrap_or(path);
            if !path.starts_with('/') {
                let problem = "names a host where a path must stand: write file:./ and the path";
                return Err(problem.to_owned());
            }
            path
        }
    };
    sqlite_at(path, query)
}

fn sqlite_at(path: &str, query: &str) -> Result<Database, String> {
    let name = path.trim_start_matches('/');
    if name.is_empty() || name.starts_with(':') {
        return Err("names no file: tasks would be gone with the program".to_owned());
    }
    let path = PathBuf::from(path);
    let directory = path.parent().filter(|parent| *parent != Path::new(""));
    if let Some(directory) = directory.filter(|directory| !directory.is_dir()) {
        let directory = directory.display();
        let relative = match path.strip_prefix("/") {
            Ok(name) => format!(" (a relative path is sqlite://{})", name.display()),
            Err(_) => String::new(),
        };
        return Err(format!(
            "is in {directory}, which is no directory{relative}"
        ));
    }
    if let Some(owner) = foreign_file::owner(&path) {
        let shown = path.display();
        return Err(format!(
            "names {shown}, which is {owner}: name another file, or move that one away"
        ));
    }
    let passed_over = sqlite_options(&path, query)?;
    Ok(Database {
        engine: Engine::Sqlite(path),
        passed_over,
    })
}

/// What others set their own connections up with. Ours are set up by us.
const OF_OTHERS: [&str; 18] = [
    "_busy_timeout",
    "_fk",
    "_foreign_keys",
    "_journal_mode",
    "_loc",
    "_sync",
    "_synchronous",
    "_txlock",
    "busy_timeout",
    "cache",
    "cached_statements",
    "check_same_thread",
    "connection_limit",
    "foreign_keys",
    "journal_mode",
    "socket_timeout",
    "timeout",
    "uri",
];

fn sqlite_options(path: &Path, query: &str) -> Result<Vec<String>, String> {
    let mut passed_over = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match (&*name, &*value) {
            ("mode", "rwc") => {}
            ("mode", "rw") if path.exists() => {}
            ("mode", "rw") => {
                let path = path.display();
                return Err(format!(
                    "has mode=rw, and there is no file {path}: take it out"
                ));
            }
            ("mode", _) => {
                return Err("has a mode that is not rwc: tasks are written to a file".to_owned());
            }
            (name, _) if OF_OTHERS.contains(&name) => passed_over.push(name.to_owned()),
            (name, _) => {
                let problem = "which is not known for SQLite: take it out of the URL";
                return Err(format!("has the option {name:?}, {problem}"));
            }
        }
    }
    Ok(passed_over)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sqlite(url: &str) -> String {
        match read(url).unwrap().engine {
            Engine::Sqlite(path) => path.display().to_string(),
            engine @ Engine::Postgres(_) => panic!("{url}: {engine:?}"),
        }
    }

    #[test]
    fn a_path_is_what_the_stack_means_that_wrote_it() {
        for (url, path) in [
            ("sqlite://tickbox.db", "tickbox.db"),
            ("sqlite://src/todo.db", "src/todo.db"),
            ("sqlite://./todo.db", "./todo.db"),
            ("sqlite:todo.db", "todo.db"),
            ("sqlite:./todo.db", "./todo.db"),
            ("sqlite:/tmp/todo.db", "/tmp/todo.db"),
            ("sqlite3:src/development.sqlite3", "src/development.sqlite3"),
            ("sqlite:///./todo.db", "./todo.db"),
            ("sqlite:///../todo.db", "../todo.db"),
            ("sqlite:////tmp/todo.db", "/tmp/todo.db"),
            ("sqlite:///tmp/todo.db", "/tmp/todo.db"),
            ("sqlite:////todo.db", "/todo.db"),
            ("sqlite+aiosqlite:///./todo_app.db", "./todo_app.db"),
            ("sqlite+aiosqlite:///todo_app.db", "todo_app.db"),
            ("sqlite+aiosqlite:///src/todo_app.db", "src/todo_app.db"),
            ("sqlite+aiosqlite:////tmp/todo_app.db", "/tmp/todo_app.db"),
            ("sqlite+pysqlite:///todo_app.db", "todo_app.db"),
            ("file:./dev.db", "./dev.db"),
            ("file:dev.db", "dev.db"),
            ("file:/tmp/dev.db", "/tmp/dev.db"),
            ("file:///tmp/dev.db", "/tmp/dev.db"),
            ("file://localhost/tmp/dev.db", "/tmp/dev.db"),
            ("sqlite://data.db?mode=rwc", "data.db"),
            ("sqlite:///./data.db?mode=rwc&cache=shared", "./data.db"),
            ("file:./dev.db?connection_limit=1", "./dev.db"),
        ] {
            assert_eq!(sqlite(url), path, "{url}");
        }
        let shared = read("file:./dev.db?connection_limit=1&mode=rwc").unwrap();
        assert_eq!(shared.passed_over, ["connection_limit"]);
    }

    #[test]
    fn what_names_no_file_of_ours_is_refused_with_what_to_write() {
        for (url, words) in [
            (
                "sqlite:///todo.db",
                &["sqlite://todo.db", "sqlite:////todo.db"][..],
            ),
            ("sqlite://", &["names no file"]),
            ("sqlite:", &["names no file"]),
            ("sqlite:///", &["names no file"]),
            ("sqlite://:memory:", &["names no file"]),
            ("sqlite:///:memory:", &["names no file"]),
            ("sqlite+aiosqlite:///:memory:", &["names no file"]),
            ("file::memory:?cache=shared", &["names no file"]),
            ("file://dev.db", &["file:./"]),
            ("sqlite+pysqlcipher:///x.db", &["pysqlcipher"]),
            (
                "sqlite:///nowhere/x.db",
                &["/nowhere", "sqlite://nowhere/x.db"],
            ),
            ("sqlite://nowhere/x.db", &["is in nowhere"]),
            ("sqlite://Cargo.toml", &["not a file of SQLite"]),
            ("sqlite://x.db?mode=ro", &["mode"]),
            ("sqlite://x.db?mode=memory", &["mode"]),
            ("sqlite://no-such.db?mode=rw", &["mode=rw"]),
            ("sqlite://x.db?vfs=unix-none", &["\"vfs\""]),
            ("mysql://h/d", &["neither"]),
            ("todo.db", &["neither"]),
            ("postgres:h/d", &["neither"]),
            ("", &["neither"]),
        ] {
            let refused = read(url).unwrap_err();
            for word in words {
                assert!(refused.contains(word), "{url}: {refused}");
            }
        }
    }

    #[test]
    fn a_url_of_postgresql_keeps_what_is_for_the_server() {
        for (url, driver) in [
            ("postgresql://h/d", "postgres://h/d"),
            (
                "postgresql+asyncpg://u:p%40@h:5/d",
                "postgres://u:p%40@h:5/d",
            ),
            ("postgresql+psycopg://a:1,b:2/d", "postgres://a:1,b:2/d"),
            (
                "postgres://h/d?sslmode=require&supa=base-pooler.x",
                "postgres://h/d?sslmode=require",
            ),
        ] {
            let engine = Engine::Postgres(driver.to_owned());
            assert_eq!(read(url).unwrap().engine, engine, "{url}");
        }
        let refused = read("postgres://u:pass?hidden@h/d").unwrap_err();
        assert!(
            refused.contains("%3F") && !refused.contains("hidden"),
            "{refused}"
        );
    }
}
