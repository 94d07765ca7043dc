//! Every setting by name, from where it was set: a flag wins, then the environment, then `.env`.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use std::{fs, io};

use clap::Args;

use super::values::{is_foreign, number, retention, socket_address, switch};
use super::{
    AuthSettings, AuthSource, ConfigError, Environment, Origins, Secret, dotenv, origins,
    secret_file,
};
use crate::error::chain;
use crate::store::{PoolSize, PostgresConfig, PreparedStatements, SqliteConfig, StoreConfig};

const DEFAULT_DATABASE: &str = "sqlite://tickbox.db";
const DATABASE_EXAMPLE: &str =
    "DATABASE_URL=postgres://user:password@host/database, or DATABASE_URL=sqlite://tickbox.db";

macro_rules! settings {
    ($($heading:literal { $($field:ident = $variable:literal [$value:literal] $help:literal $($secret:ident)?;)+ })+) => {
        /// Every setting, as a flag and as a variable of the environment.
        #[derive(Args, Clone, Default)]
        pub struct Flags {
            $($(
                #[arg(
                    long, env = $variable, value_name = $value, help = $help, help_heading = $heading,
                    global = true, hide_env_values = true
                    // A secret may begin with anything.
                    $(, $secret = true)?
                )]
                $field: Option<String>,
            )+)+
        }

        impl Flags {
            /// Takes what was not set otherwise from `.env`. An empty value counts as not set,
            /// as templates of `.env` files have them.
            fn complete(mut self, file: &HashMap<String, String>) -> Self {
                $($(
                    self.$field = self.$field
                        .filter(|value| !value.is_empty())
                        .or_else(|| file.get($variable).filter(|value| !value.is_empty()).cloned());
                )+)+
                self
            }
        }
    };
}

settings! {
    "Database" {
        database_url = "DATABASE_URL" ["URL"]
            "Where tasks are kept: sqlite://PATH, or postgres://USER:PASSWORD@HOST/DATABASE with libpq's sslmode and channel_binding [default: sqlite://tickbox.db]";
        database_pool_size = "DATABASE_POOL_SIZE" ["N"]
            "PostgreSQL: connections that are kept open [default: 10]";
        database_max_overflow = "DATABASE_MAX_OVERFLOW" ["N"]
            "PostgreSQL: further connections under load; never more than the sum [default: 20]";
        database_schema = "DATABASE_SCHEMA" ["NAME"]
            "PostgreSQL: the schema that holds the tables [default: tickbox]";
        database_prepared_statements = "DATABASE_PREPARED_STATEMENTS" ["auto|on|off"]
            "PostgreSQL: whether statements are prepared once per connection. `auto` does so where nothing stands between this program and the server; `off` suits every pooler; `on` needs a server or a pooler that keeps them [default: auto]";
        retention = "RETENTION" ["TIME"]
            "How long the trash and the history are kept, at least 1h [default: 30d]";
    }
    "Tokens" {
        better_auth_secret = "BETTER_AUTH_SECRET" ["SECRET"]
            "The secret that HS256 tokens are signed with, used as its raw bytes; at least 32 of them in production" allow_hyphen_values;
        better_auth_secrets = "BETTER_AUTH_SECRETS" ["SECRETS"]
            "Several secrets while they change, newest first: 2:NEW,1:OLD" allow_hyphen_values;
        better_auth_url = "BETTER_AUTH_URL" ["URL"]
            "The public base URL of the Better Auth server: gives the addresses of the keys, issuer and audience";
        jwks_url = "JWKS_URL" ["URL"]
            "Where the public keys are, if not where the base URL says: a URL or a file";
        jwt_issuer = "JWT_ISSUER" ["LIST"]
            "Issuers that are accepted, comma-separated [default: the origin of BETTER_AUTH_URL]";
        jwt_audience = "JWT_AUDIENCE" ["LIST"]
            "Audiences that are accepted, comma-separated [default: the origin of BETTER_AUTH_URL]";
        jwt_max_lifetime = "JWT_MAX_LIFETIME" ["TIME"]
            "A token that lives longer is refused [default: 7d]";
        jwks_allow_http = "JWKS_ALLOW_HTTP" ["true|false"]
            "Keys may be fetched over plain http from outside loopback and private networks [default: false]";
        better_auth_sessions = "BETTER_AUTH_SESSIONS" ["true|false"]
            "Session tokens and cookies are accepted too: the Better Auth server is asked about them [default: false]";
    }
    "Server" {
        allowed_origins = "ALLOWED_ORIGINS" ["LIST"]
            "Web origins that may call from a browser, comma-separated: https://app.example.com";
        environment = "ENVIRONMENT" ["NAME"]
            "development, staging or production: how strict the start is, how much errors tell, how logs look [default: development]";
        host = "HOST" ["ADDRESS"]
            "The address to listen on [default: 127.0.0.1]";
        port = "PORT" ["N"]
            "The port to listen on; 0 takes a free one [default: 8000]";
        metrics_address = "METRICS_ADDRESS" ["ADDRESS:PORT"]
            "Where metrics are served to Prometheus, apart from the API: 127.0.0.1:9464; port 0 takes a free one [default: nowhere]";
        rust_log = "RUST_LOG" ["FILTER"]
            "What is logged: a level, or a filter such as info,tickbox::request=off [default: info]";
    }
}

/// The settings as they were given; each method reads one group of them.
pub struct Settings(Flags);

impl Settings {
    /// Adds what the file `.env` of the working directory says.
    pub fn new(flags: Flags) -> Result<Self, ConfigError> {
        let file = match fs::read_to_string(".env") {
            Ok(text) => dotenv::parse(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => HashMap::new(),
            Err(error) => {
                return Err(ConfigError {
                    variable: "The file .env",
                    problem: format!("cannot be read: {error}"),
                    example: "PORT=8000",
                });
            }
        };
        Ok(Self(flags.complete(&file)))
    }

    pub fn environment(&self) -> Result<Environment, ConfigError> {
        match self.0.environment.as_deref().unwrap_or("development") {
            "development" | "dev" => Ok(Environment::Development),
            "staging" => Ok(Environment::Staging),
            "production" | "prod" => Ok(Environment::Production),
            other => Err(ConfigError {
                variable: "ENVIRONMENT",
                problem: format!("is {other:?}, but must be development, staging or production"),
                example: "ENVIRONMENT=production",
            }),
        }
    }

    pub fn log_filter(&self) -> &str {
        self.0.rust_log.as_deref().unwrap_or("info")
    }

    pub fn store(&self) -> Result<StoreConfig, ConfigError> {
        // Read whichever engine it is: a bad value is told when it is set, not when the engine changes.
        let (tables, pool) = (self.schema()?, self.pool()?);
        let prepared_statements = self.prepared_statements()?;
        let url = self.0.database_url.as_deref().unwrap_or(DEFAULT_DATABASE);
        let error = |problem: String| ConfigError {
            variable: "DATABASE_URL",
            problem,
            example: DATABASE_EXAMPLE,
        };
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(':') {
                return Err(error("names no file".to_owned()));
            }
            let path = PathBuf::from(path);
            let directory = path
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty());
            if let Some(directory) = directory.filter(|directory| !directory.is_dir()) {
                return Err(error(format!(
                    "is in {}, which is no directory",
                    directory.display()
                )));
            }
            if is_foreign(&path) {
                let problem = format!("names {}, which is not a file of SQLite", path.display());
                return Err(error(problem));
            }
            return Ok(StoreConfig::Sqlite(SqliteConfig { path }));
        }
        // `postgresql+asyncpg` and the like are what SQLAlchemy calls the same thing.
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        match scheme.split('+').next() {
            Some("postgres" | "postgresql") => {}
            _ => {
                return Err(error(
                    "is neither a postgres:// nor a sqlite:// URL".to_owned(),
                ));
            }
        }
        let url = format!("postgres://{rest}");
        let config = PostgresConfig {
            url: Secret::new(url),
            schema: tables,
            pool,
            prepared_statements,
        };
        let understood = config.check_url();
        understood.map_err(|problem| {
            error(format!("cannot be understood: {}", chain(problem.as_ref())))
        })?;
        Ok(StoreConfig::Postgres(config))
    }

    fn schema(&self) -> Result<String, ConfigError> {
        let name = self.0.database_schema.as_deref().unwrap_or("tickbox");
        // PostgreSQL cuts longer names off, and keeps pg_ for itself.
        if name.len() > 63 || name.starts_with("pg_") || name.contains('\0') {
            return Err(ConfigError {
                variable: "DATABASE_SCHEMA",
                problem: "must have at most 63 bytes and not begin with pg_".to_owned(),
                example: "DATABASE_SCHEMA=tickbox",
            });
        }
        Ok(name.to_owned())
    }

    fn pool(&self) -> Result<PoolSize, ConfigError> {
        let kept = number(
            "DATABASE_POOL_SIZE",
            "DATABASE_POOL_SIZE=10",
            self.0.database_pool_size.as_deref(),
            10,
        )?;
        let overflow = number(
            "DATABASE_MAX_OVERFLOW",
            "DATABASE_MAX_OVERFLOW=20",
            self.0.database_max_overflow.as_deref(),
            20,
        )?;
        if kept + overflow == 0 {
            return Err(ConfigError {
                variable: "DATABASE_POOL_SIZE",
                problem: "and DATABASE_MAX_OVERFLOW are both 0: nothing could be asked".to_owned(),
                example: "DATABASE_POOL_SIZE=10",
            });
        }
        Ok(PoolSize { kept, overflow })
    }

    /// How long the trash and the history are kept.
    pub fn retention(&self) -> Result<Duration, ConfigError> {
        retention(self.0.retention.as_deref())
    }

    fn prepared_statements(&self) -> Result<PreparedStatements, ConfigError> {
        match self.0.database_prepared_statements.as_deref() {
            None | Some("auto") => Ok(PreparedStatements::Auto),
            Some("on") => Ok(PreparedStatements::On),
            Some("off") => Ok(PreparedStatements::Off),
            Some(other) => Err(ConfigError {
                variable: "DATABASE_PREPARED_STATEMENTS",
                problem: format!("is {other:?}, but must be auto, on or off"),
                example: "DATABASE_PREPARED_STATEMENTS=auto",
            }),
        }
    }

    /// In development, when nothing says how tokens are verified, a secret is made once and kept in a file.
    pub fn auth(&self) -> Result<AuthSource, ConfigError> {
        let secret = |text: &Option<String>| text.clone().map(Secret::new);
        let mut settings = AuthSettings {
            better_auth_secret: secret(&self.0.better_auth_secret),
            better_auth_secrets: secret(&self.0.better_auth_secrets),
            better_auth_url: self.0.better_auth_url.clone(),
            jwks_url: self.0.jwks_url.clone(),
            jwt_issuer: self.0.jwt_issuer.clone(),
            jwt_audience: self.0.jwt_audience.clone(),
            jwt_max_lifetime: self.0.jwt_max_lifetime.clone(),
            jwks_allow_http: switch(
                "JWKS_ALLOW_HTTP",
                "JWKS_ALLOW_HTTP=true",
                self.0.jwks_allow_http.as_deref(),
            )?,
            better_auth_sessions: switch(
                "BETTER_AUTH_SESSIONS",
                "BETTER_AUTH_SESSIONS=true",
                self.0.better_auth_sessions.as_deref(),
            )?,
        };
        let nothing_set = settings.better_auth_secret.is_none()
            && settings.better_auth_secrets.is_none()
            && settings.better_auth_url.is_none()
            && settings.jwks_url.is_none();
        let mut made_secret = None;
        if nothing_set && self.environment()? == Environment::Development {
            let path = self.secret_path()?;
            let secret = secret_file::read_or_make(&path).map_err(|error| ConfigError {
                variable: "BETTER_AUTH_SECRET",
                problem: format!(
                    "is not set, and {} cannot be used instead: {error}",
                    path.display()
                ),
                example: "BETTER_AUTH_SECRET=$(openssl rand -base64 32)",
            })?;
            settings.better_auth_secret = Some(secret);
            made_secret = Some(path);
        }
        Ok(AuthSource {
            settings,
            made_secret,
        })
    }

    /// Beside the database file; with PostgreSQL, in the working directory.
    fn secret_path(&self) -> Result<PathBuf, ConfigError> {
        Ok(match self.store()? {
            StoreConfig::Sqlite(SqliteConfig { path }) => path.with_extension("secret"),
            StoreConfig::Postgres(_) => "tickbox.secret".into(),
        })
    }

    pub fn origins(&self) -> Result<Origins, ConfigError> {
        let error = |problem: String| ConfigError {
            variable: "ALLOWED_ORIGINS",
            problem,
            example: "ALLOWED_ORIGINS=https://app.example.com,http://localhost:3000",
        };
        let mut exact = Vec::new();
        let mut any = false;
        let list = self.0.allowed_origins.as_deref().unwrap_or_default();
        for origin in list
            .split(',')
            .map(str::trim)
            .filter(|origin| !origin.is_empty())
        {
            if origin == "*" {
                if self.environment()? == Environment::Production {
                    let problem = "is *, which would let every web page use its visitors' sessions: name the origins";
                    return Err(error(problem.to_owned()));
                }
                any = true;
                continue;
            }
            exact.push(origins::parse(origin).map_err(error)?);
        }
        Ok(Origins::new(exact, any))
    }

    pub fn listen(&self) -> Result<(String, u16), ConfigError> {
        let host = self.0.host.as_deref().unwrap_or("127.0.0.1").to_owned();
        let text = self.0.port.as_deref().unwrap_or("8000");
        let port = text.parse().map_err(|_| ConfigError {
            variable: "PORT",
            problem: format!("is {text:?}, but must be a number from 0 to 65535"),
            example: "PORT=8000",
        })?;
        Ok((host, port))
    }

    /// Where metrics are served, if anywhere.
    pub fn metrics_address(&self) -> Result<Option<SocketAddr>, ConfigError> {
        socket_address(
            "METRICS_ADDRESS",
            "METRICS_ADDRESS=127.0.0.1:9464",
            self.0.metrics_address.as_deref(),
        )
    }

    /// Where a server with these settings can be reached from its own machine.
    pub fn local_url(&self) -> Result<String, ConfigError> {
        let (host, port) = self.listen()?;
        let host = match host.parse::<IpAddr>() {
            Ok(address) if address.is_unspecified() && address.is_ipv4() => "127.0.0.1".to_owned(),
            Ok(address) if address.is_unspecified() => "[::1]".to_owned(),
            Ok(IpAddr::V6(address)) => format!("[{address}]"),
            _ => host,
        };
        Ok(format!("http://{host}:{port}"))
    }
}
