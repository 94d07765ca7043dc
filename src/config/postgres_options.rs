//! The options of a PostgreSQL URL: which are for the server, which are for another program and ignored, and which are
//! refused because the program does not do what they promise. Which stack a URL comes from is in `database_url`.

use std::borrow::Cow;

use url::form_urlencoded;

/// What is left of the options.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// As they were written, but for what has another name here.
    pub(super) query: String,
    pub(super) passed_over: Vec<String>,
}

/// What the driver knows, and what the store takes out for TLS.
const KNOWN: [&str; 21] = [
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "load_balance_hosts",
    "options",
    "password",
    "port",
    "ssl",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// What poolers and other drivers set themselves up with. It says nothing about the server, or, as `search_path` and
/// `timezone`, nothing that our statements depend on.
const OF_OTHERS: [&str; 79] = [
    // Poolers and hosts: Supabase, PgBouncer.
    "pgbouncer",
    "pool_mode",
    "supa",
    "workaround",
    // Prisma.
    "connection_limit",
    "max_connection_lifetime",
    "max_idle_connection_lifetime",
    "pool_timeout",
    "schema",
    "single_use_connections",
    "socket_timeout",
    "sslaccept",
    "statement_cache_size",
    // node-postgres, postgres.js.
    "backoff",
    "connectionTimeoutMillis",
    "fetch_types",
    "idleTimeoutMillis",
    "idle_in_transaction_session_timeout",
    "idle_timeout",
    "lock_timeout",
    "max",
    "max_lifetime",
    "min",
    "prepare",
    "query_timeout",
    "statement_timeout",
    "uselibpqcompat",
    // SQLAlchemy, asyncpg, psycopg, Django.
    "async_fallback",
    "command_timeout",
    "conn_health_checks",
    "conn_max_age",
    "disable_server_side_cursors",
    "max_cached_statement_lifetime",
    "max_cacheable_statement_size",
    "max_overflow",
    "max_size",
    "min_size",
    "pool_pre_ping",
    "pool_recycle",
    "pool_size",
    "prepare_threshold",
    "prepared_statement_cache_size",
    "prepared_statement_name_func",
    "timeout",
    // Rails, Doctrine.
    "charset",
    "checkout_timeout",
    "encoding",
    "pool",
    "prepared_statements",
    "reaping_frequency",
    "serverVersion",
    // JDBC.
    "ApplicationName",
    "autosave",
    "currentSchema",
    "preferQueryMode",
    "prepareThreshold",
    "preparedStatementCacheQueries",
    "preparedStatementCacheSizeMiB",
    "reWriteBatchedInserts",
    "stringtype",
    "tcpKeepAlive",
    // Go: lib/pq, pgx; and SQLx.
    "binary_parameters",
    "default_query_exec_mode",
    "description_cache_capacity",
    "pool_health_check_period",
    "pool_max_conn_idle_time",
    "pool_max_conn_lifetime",
    "pool_max_conns",
    "pool_min_conns",
    "search_path",
    "statement-cache-capacity",
    "statement_cache_capacity",
    "timezone",
    // libpq, for what is not done here.
    "client_encoding",
    "fallback_application_name",
    "gssdelegation",
    "gsslib",
    "krbsrvname",
    "sslcompression",
];

/// Those that promise something: to pass them over would break it.
const PROMISES: [(&str, &str); 14] = [
    ("passfile", "put the password into the URL"),
    ("replication", "take it out of the URL"),
    (
        "require_auth",
        "use channel_binding=require or sslmode=verify-full",
    ),
    ("requirepeer", "take it out of the URL"),
    ("service", "write host, user and database into the URL"),
    ("servicefile", "write host, user and database into the URL"),
    ("ssl_max_protocol_version", "take it out of the URL"),
    (
        "ssl_min_protocol_version",
        "take it out of the URL: TLS 1.2 is the least",
    ),
    (
        "sslcert",
        "client certificates are not supported: use a password",
    ),
    (
        "sslcertmode",
        "client certificates are not supported: use a password",
    ),
    ("sslcrl", "lists of withdrawn certificates are not read"),
    ("sslcrldir", "lists of withdrawn certificates are not read"),
    (
        "sslkey",
        "client certificates are not supported: use a password",
    ),
    (
        "sslpassword",
        "client certificates are not supported: use a password",
    ),
];

/// The error follows the variable's name in a sentence.
pub(super) fn read(query: &str) -> Result<Options, String> {
    let mut kept: Vec<Cow<'_, str>> = Vec::new();
    let mut passed_over = Vec::new();
    for written in query.split('&').filter(|written| !written.is_empty()) {
        let Some((name, value)) = form_urlencoded::parse(written.as_bytes()).next() else {
            continue;
        };
        match (&*name, &*value) {
            // node-postgres: encrypted, without checking the certificate.
            ("sslmode" | "ssl", "no-verify") | ("ssl", "true" | "1") => {
                kept.push("sslmode=require".into());
            }
            ("ssl", "false" | "0") => kept.push("sslmode=disable".into()),
            ("gssencmode", "require") => return Err(refusal("gssencmode=require", "use TLS")),
            ("gssencmode" | "sslsni", _) => passed_over.push(name.into_owned()),
            (name, _) if KNOWN.contains(&name) => kept.push(written.into()),
            (name, _) if OF_OTHERS.contains(&name) => passed_over.push(name.to_owned()),
            (name, _) => {
                let promise = PROMISES.iter().find(|(known, _)| *known == name);
                let cure = promise.map_or("take it out of the URL", |(_, cure)| cure);
                return Err(refusal(name, cure));
            }
        }
    }
    Ok(Options {
        query: kept.join("&"),
        passed_over,
    })
}

fn refusal(name: &str, cure: &str) -> String {
    format!("has the option {name:?}, which is not known for PostgreSQL: {cure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_other_programs_are_passed_over_by_name() {
        for (query, left, names) in [
            ("", "", &[][..]),
            (
                "sslmode=require&supa=base-pooler.x",
                "sslmode=require",
                &["supa"],
            ),
            (
                "uselibpqcompat=true&sslmode=require",
                "sslmode=require",
                &["uselibpqcompat"],
            ),
            ("sslmode=no-verify", "sslmode=require", &[]),
            ("ssl=no-verify", "sslmode=require", &[]),
            ("ssl=false", "sslmode=disable", &[]),
            ("ssl=verify-full", "ssl=verify-full", &[]),
            ("gssencmode=disable", "", &["gssencmode"]),
            ("statement_cache_size=0", "", &["statement_cache_size"]),
            (
                "pgbouncer=true&connection_limit=1",
                "",
                &["pgbouncer", "connection_limit"],
            ),
            ("prepareThreshold=0", "", &["prepareThreshold"]),
            ("prepared_statements=false", "", &["prepared_statements"]),
            (
                "pool_timeout=10&schema=public",
                "",
                &["pool_timeout", "schema"],
            ),
            ("options=-c%20a%3Db+c", "options=-c%20a%3Db+c", &[]),
            (
                "sslmode=require&channel_binding=require",
                "sslmode=require&channel_binding=require",
                &[],
            ),
        ] {
            let read = read(query).unwrap();
            assert_eq!(read.query, left, "{query}");
            assert_eq!(read.passed_over, names, "{query}");
        }
    }

    #[test]
    fn an_unknown_option_is_refused_with_what_to_do() {
        for (query, words) in [
            ("colour=green", ["\"colour\"", "take it out"]),
            (
                "sslmode=require&sslcert=a.pem",
                ["\"sslcert\"", "client certificates"],
            ),
            ("gssencmode=require", ["gssencmode=require", "TLS"]),
            ("SSLMODE=require", ["\"SSLMODE\"", "take it out"]),
        ] {
            let refused = read(query).unwrap_err();
            assert!(
                words.iter().all(|word| refused.contains(word)),
                "{query}: {refused}"
            );
        }
    }

    #[test]
    fn no_option_is_on_two_lists() {
        let promised = PROMISES.map(|(name, _)| name);
        let mut all: Vec<_> = KNOWN.into_iter().chain(OF_OTHERS).chain(promised).collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
