//! What the settings mean, from where they were set: a flag wins, then the environment, then `.env`.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::{fs, io};

use tracing_subscriber::filter::Targets;

use super::database_url::{self, Engine};
use super::flags::Flags;
use super::log_filter::parse_log_filter;
use super::page::has_page;
use super::public_path::PublicPath;
use super::values::{most_tasks, number, rate, retention, socket_address, switch};
use super::{
    AuthSettings, AuthSource, ConfigError, Environment, Limits, Origins, Web, dotenv, secret_file,
};
use crate::error::chain;
use crate::secret::Secret;
use crate::store::{PoolSize, PostgresConfig, PreparedStatements, SqliteConfig, StoreConfig};

pub(super) const DEFAULT_PORT: u16 = 8000;
pub(super) const PORT_EXAMPLE: &str = "PORT=8000";
const DEFAULT_DATABASE: &str = "sqlite://tickbox.db";
const DATABASE_EXAMPLE: &str =
    "DATABASE_URL=postgres://user:password@host/database, or DATABASE_URL=sqlite://tickbox.db";

/// The settings as they were given; each method reads one group of them.
pub struct Settings {
    flags: Flags,
    /// The variables that stand in `.env` and nowhere else.
    from_file: HashSet<&'static str>,
}

impl Settings {
    /// Adds what the file `.env` of the working directory says.
    pub fn new(flags: Flags) -> Result<Self, ConfigError> {
        match fs::read_to_string(".env") {
            Ok(text) => Ok(Self::with_file(flags, &text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::with_file(flags, "")),
            Err(error) => Err(ConfigError {
                variable: "The file .env",
                problem: format!("cannot be read: {error}"),
                example: if error.kind() == io::ErrorKind::PermissionDenied {
                    "chmod u+r .env"
                } else {
                    "a file of text in UTF-8, with lines such as PORT=8000"
                },
            }),
        }
    }

    /// Adds what such a file says.
    pub fn with_file(flags: Flags, text: &str) -> Self {
        let (flags, from_file) = flags.complete(&dotenv::parse(text));
        Self { flags, from_file }
    }

    /// Says where a bad value stands: `.env` may be another program's.
    fn located<T>(&self, read: Result<T, ConfigError>) -> Result<T, ConfigError> {
        read.map_err(|mut error| {
            error.problem.push_str(self.whereabouts(error.variable));
            error
        })
    }

    /// For the end of a sentence about a variable: where its value stands, if that is easily overlooked.
    pub fn whereabouts(&self, variable: &str) -> &'static str {
        if self.from_file.contains(variable) {
            " (it stands in the file .env; if that is another program's, \
             set the variable in the environment, which goes before the file)"
        } else {
            ""
        }
    }

    pub fn environment(&self) -> Result<Environment, ConfigError> {
        self.located(self.read_environment())
    }

    fn read_environment(&self) -> Result<Environment, ConfigError> {
        match self.flags.environment.as_deref().unwrap_or("development") {
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

    pub fn log_filter(&self) -> Result<Targets, ConfigError> {
        let text = self.flags.rust_log.as_deref().unwrap_or("info");
        self.located(parse_log_filter(text))
    }

    fn database(&self) -> Result<database_url::Database, ConfigError> {
        let url = self.flags.database_url.as_deref();
        let database = database_url::read(url.unwrap_or(DEFAULT_DATABASE));
        self.located(database.map_err(|problem| ConfigError {
            variable: "DATABASE_URL",
            problem,
            example: DATABASE_EXAMPLE,
        }))
    }

    pub fn store(&self) -> Result<StoreConfig, ConfigError> {
        // Read whichever engine it is: a bad value is told when it is set, not when the engine changes.
        let (tables, pool) = (self.schema()?, self.pool()?);
        let prepared_statements = self.prepared_statements()?;
        let url = match self.database()?.engine {
            Engine::Sqlite(path) => return Ok(StoreConfig::Sqlite(SqliteConfig { path })),
            Engine::Postgres(url) => Secret::new(url),
        };
        let config = PostgresConfig {
            url,
            schema: tables,
            pool,
            prepared_statements,
        };
        let understood = config.check_url();
        self.located(understood.map_err(|problem| ConfigError {
            variable: "DATABASE_URL",
            problem: format!("cannot be understood: {}", chain(problem.as_ref())),
            example: DATABASE_EXAMPLE,
        }))?;
        Ok(StoreConfig::Postgres(config))
    }

    /// What a person should know about the place of the tasks, though it can be used.
    pub fn database_remarks(&self) -> Result<Vec<String>, ConfigError> {
        let database = self.database()?;
        let mut remarks = Vec::new();
        if !database.passed_over.is_empty() {
            let names = database.passed_over.join(", ");
            remarks.push(format!(
                "DATABASE_URL has options that are meant for other programs and do nothing here: {names}"
            ));
        }
        if let (Engine::Sqlite(path), true) =
            (&database.engine, self.from_file.contains("DATABASE_URL"))
        {
            let path = path.display();
            remarks.push(format!(
                "tasks are kept in {path}, because the file .env says so (DATABASE_URL)"
            ));
        }
        Ok(remarks)
    }

    /// What a person should know at the start about settings that can be used.
    pub fn remarks(&self) -> Result<Vec<String>, ConfigError> {
        let mut remarks = self.database_remarks()?;
        if self.environment()? == Environment::Development && self.origins()?.is_empty() {
            remarks.push(
                "ALLOWED_ORIGINS is not set, so no page of another origin can call from a browser. \
                 Example: ALLOWED_ORIGINS=http://localhost:3000"
                    .to_owned(),
            );
        }
        Ok(remarks)
    }

    fn schema(&self) -> Result<String, ConfigError> {
        let name = self.flags.database_schema.as_deref().unwrap_or("tickbox");
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
            self.flags.database_pool_size.as_deref(),
            10,
        )?;
        let overflow = number(
            "DATABASE_MAX_OVERFLOW",
            "DATABASE_MAX_OVERFLOW=20",
            self.flags.database_max_overflow.as_deref(),
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

    /// How much and how often, and for how long.
    pub fn limits(&self) -> Result<Limits, ConfigError> {
        let usual = match self.environment()? {
            Environment::Production => "6000/min",
            Environment::Development | Environment::Staging => "off",
        };
        Ok(Limits {
            retention: retention(self.flags.retention.as_deref())?,
            most_tasks: most_tasks(self.flags.max_tasks_per_user.as_deref())?,
            rate: rate(self.flags.rate_limit.as_deref().unwrap_or(usual))?,
        })
    }

    fn prepared_statements(&self) -> Result<PreparedStatements, ConfigError> {
        match self.flags.database_prepared_statements.as_deref() {
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
            better_auth_secret: secret(&self.flags.better_auth_secret),
            better_auth_secrets: secret(&self.flags.better_auth_secrets),
            better_auth_url: self.flags.better_auth_url.clone(),
            jwks_url: self.flags.jwks_url.clone(),
            jwt_issuer: self.flags.jwt_issuer.clone(),
            jwt_audience: self.flags.jwt_audience.clone(),
            jwt_max_lifetime: self.flags.jwt_max_lifetime.clone(),
            jwks_allow_http: switch(
                "JWKS_ALLOW_HTTP",
                "JWKS_ALLOW_HTTP=true",
                self.flags.jwks_allow_http.as_deref(),
            )?,
            better_auth_sessions: self.sessions()?,
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

    /// How the server is seen from outside.
    pub fn web(&self) -> Result<Web, ConfigError> {
        let public_path = PublicPath::read(
            self.flags.public_url.as_deref(),
            self.flags.trusted_proxies.as_deref(),
        );
        Ok(Web {
            origins: self.origins()?,
            public_path: self.located(public_path)?,
            page: None,
        })
    }

    /// Whether there is a page at `/`.
    pub fn has_page(&self) -> Result<bool, ConfigError> {
        self.located(has_page(self.flags.web.as_deref()))
    }

    pub fn origins(&self) -> Result<Origins, ConfigError> {
        self.located(self.read_origins())
    }

    fn read_origins(&self) -> Result<Origins, ConfigError> {
        let error = |problem: &str| ConfigError {
            variable: "ALLOWED_ORIGINS",
            problem: problem.to_owned(),
            example: "ALLOWED_ORIGINS=https://app.example.com,http://localhost:3000",
        };
        let list = self.flags.allowed_origins.as_deref().unwrap_or_default();
        let origins = Origins::parse(list).map_err(|problem| error(&problem))?;
        if origins.is_any() && self.environment()? == Environment::Production {
            return Err(error(
                "is *, which would let every web page use its visitors' sessions: name the origins",
            ));
        }
        if origins.has_star() && self.sessions()? {
            return Err(error(
                "has a *, and with BETTER_AUTH_SESSIONS=true pages that nobody has named could use \
                 their visitors' cookies: name the origins",
            ));
        }
        Ok(origins)
    }

    fn sessions(&self) -> Result<bool, ConfigError> {
        switch(
            "BETTER_AUTH_SESSIONS",
            "BETTER_AUTH_SESSIONS=true",
            self.flags.better_auth_sessions.as_deref(),
        )
    }

    pub fn listen(&self) -> Result<(String, u16), ConfigError> {
        self.located(self.read_listen())
    }

    fn read_listen(&self) -> Result<(String, u16), ConfigError> {
        let host = self.flags.host.as_deref().unwrap_or("127.0.0.1").to_owned();
        let read = |text: &str| {
            text.parse().map_err(|_| ConfigError {
                variable: "PORT",
                problem: format!("is {text:?}, but must be a number from 0 to 65535"),
                example: PORT_EXAMPLE,
            })
        };
        let given = self.flags.port.as_deref().map(read).transpose()?;
        let port = given.unwrap_or(DEFAULT_PORT);
        Ok((host, port))
    }

    /// Where metrics are served, if anywhere.
    pub fn metrics_address(&self) -> Result<Option<SocketAddr>, ConfigError> {
        socket_address(
            "METRICS_ADDRESS",
            "METRICS_ADDRESS=127.0.0.1:9464",
            self.flags.metrics_address.as_deref(),
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
