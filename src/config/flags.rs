//! The table of all settings: each is a flag and a variable of the environment, and may stand in `.env`. What they mean is
//! said in `settings`.

use std::collections::{HashMap, HashSet};

use clap::Args;

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
                pub(super) $field: Option<String>,
            )+)+
        }

        impl Flags {
            /// Takes what was not set otherwise from `.env`, and names it. An empty value counts as not set,
            /// as templates of `.env` files have them.
            pub(super) fn complete(
                mut self,
                file: &HashMap<String, String>,
            ) -> (Self, HashSet<&'static str>) {
                let mut from_file = HashSet::new();
                $($(
                    self.$field = self.$field.filter(|value| !value.is_empty());
                    if let (None, Some(value)) = (&self.$field, file.get($variable))
                        && !value.is_empty()
                    {
                        self.$field = Some(value.clone());
                        from_file.insert($variable);
                    }
                )+)+
                (self, from_file)
            }
        }
    };
}

settings! {
    "Database" {
        database_url = "DATABASE_URL" ["URL"]
            "Where tasks are kept: sqlite://PATH (also as SQLAlchemy and Prisma write it), or postgres://USER:PASSWORD@HOST/DATABASE with libpq's sslmode and channel_binding [default: sqlite://tickbox.db]";
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
        max_tasks_per_user = "MAX_TASKS_PER_USER" ["N"]
            "How many tasks a user may have outside of the trash [default: 1000000]";
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
            "Web origins that may call from a browser, comma-separated: https://app.example.com, https://*.example.app, tauri://localhost";
        trusted_proxies = "TRUSTED_PROXIES" ["LIST"]
            "Proxies whose X-Forwarded-Prefix is believed, comma-separated: addresses, networks such as 10.0.0.0/8, or * [default: none]";
        public_url = "PUBLIC_URL" ["URL"]
            "Where callers find this server; its path goes before those in Location and Link: https://example.com/tasks-api";
        web = "WEB" ["on|off"]
            "Whether there is a page for people at / [default: on]";
        rate_limit = "RATE_LIMIT" ["off|N/s|N/min|N/h"]
            "How many requests a user may make in each second, minute or hour [default: 6000/min in production, else off]";
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

#[cfg(test)]
mod tests {
    use super::super::settings::{DEFAULT_PORT, PORT_EXAMPLE};
    use super::*;

    /// An attribute takes a literal only, so its number is compared here.
    #[test]
    fn the_help_names_the_port_that_is_taken() {
        let command = Flags::augment_args(clap::Command::new("tickbox"));
        let mut arguments = command.get_arguments();
        let port = arguments.find(|argument| argument.get_id() == "port");
        let help = port.unwrap().get_help().unwrap().to_string();
        let named = format!("[default: {DEFAULT_PORT}]");
        assert!(help.contains(&named), "{help}");
        assert_eq!(PORT_EXAMPLE, format!("PORT={DEFAULT_PORT}"));
    }
}
