//! The hosts that a URL names, each tried for a limited time: one that hangs or swallows packets must not keep anybody from
//! the next.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio_postgres::config::{Host, LoadBalanceHosts, TargetSessionAttrs};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;
use uuid::Uuid;

use super::silence::Lookout;
use crate::error::{Cause, chain};

/// Name lookup, TCP, TLS and login, together.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The same where there are other hosts to try.
const ONE_OF_SEVERAL: Duration = Duration::from_millis(1500);

type Tls = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

pub(super) struct Hosts {
    /// For each host.
    each: Vec<Config>,
    lookouts: Vec<Lookout>,
    is_random: bool,
    /// The one that was good the last time: after a failover the others may hang.
    first: AtomicUsize,
}

impl Hosts {
    pub(super) fn of(config: &Config) -> Self {
        let count = config.get_hosts().len().max(config.get_hostaddrs().len());
        Self {
            each: (0..count).map(|place| only(config, place)).collect(),
            lookouts: (0..count).map(|_| Lookout::default()).collect(),
            is_random: config.get_load_balance_hosts() == LoadBalanceHosts::Random,
            first: AtomicUsize::new(0),
        }
    }

    /// The next one is asked first, if this one was.
    pub(super) fn avoid(&self, place: usize) {
        let next = (place + 1) % self.each.len();
        let order = Ordering::Relaxed;
        // Else somebody has found a better one.
        let _ = self.first.compare_exchange(place, next, order, order);
    }

    pub(super) fn one(&self, place: usize) -> (&Config, &Lookout) {
        (&self.each[place], &self.lookouts[place])
    }

    /// Opens a connection to the first that takes it.
    pub(super) async fn connect(
        &self,
        tls: &MakeRustlsConnect,
    ) -> Result<(usize, (Client, Connection<Socket, Tls>)), Cause> {
        let count = self.each.len();
        let limit = if count > 1 {
            ONE_OF_SEVERAL
        } else {
            CONNECT_TIMEOUT
        };
        let first = if self.is_random {
            usize::from(Uuid::new_v4().as_bytes()[0])
        } else {
            self.first.load(Ordering::Relaxed)
        };
        let mut problems = Vec::new();
        for place in (first..first + count).map(|place| place % count) {
            let config = &self.each[place];
            // The time limit of the configuration is for TCP alone.
            let connecting = tokio::time::timeout(limit, config.connect(tls.clone()));
            match connecting.await {
                Ok(Ok(connected)) => {
                    self.first.store(place, Ordering::Relaxed);
                    return Ok((place, connected));
                }
                Ok(Err(error)) if count == 1 => return Err(explain(config, error)),
                Ok(Err(error)) => problems.push(chain(explain(config, error).as_ref())),
                Err(_) => {
                    self.avoid(place);
                    problems.push("connecting took too long".to_owned());
                }
            }
        }
        if count == 1 {
            return Err(problems.remove(0).into());
        }
        let names = self.each.iter().cycle().skip(first % count).map(name);
        let problems = names.zip(problems);
        let problems: Vec<_> = problems
            .map(|(name, problem)| format!("{name}: {problem}"))
            .collect();
        Err(problems.join("; ").into())
    }
}

/// The same settings for one of the hosts.
fn only(config: &Config, place: usize) -> Config {
    let mut one = Config::new();
    match config.get_hosts().get(place) {
        Some(Host::Tcp(host)) => _ = one.host(host),
        #[cfg(unix)]
        Some(Host::Unix(path)) => _ = one.host_path(path),
        None => {}
    }
    if let Some(address) = config.get_hostaddrs().get(place) {
        one.hostaddr(*address);
    }
    let ports = config.get_ports();
    if let Some(port) = ports.get(place).or(ports.first()) {
        one.port(*port);
    }
    if let Some(user) = config.get_user() {
        one.user(user);
    }
    if let Some(password) = config.get_password() {
        one.password(password);
    }
    if let Some(name) = config.get_dbname() {
        one.dbname(name);
    }
    if let Some(options) = config.get_options() {
        one.options(options);
    }
    if let Some(name) = config.get_application_name() {
        one.application_name(name);
    }
    if let Some(timeout) = config.get_connect_timeout() {
        one.connect_timeout(*timeout);
    }
    if let Some(timeout) = config.get_tcp_user_timeout() {
        one.tcp_user_timeout(*timeout);
    }
    if let Some(interval) = config.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = config.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    one.keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .channel_binding(config.get_channel_binding())
        .target_session_attrs(config.get_target_session_attrs());
    one
}

/// For people.
fn name(config: &Config) -> String {
    let port = config.get_ports().first().unwrap_or(&5432);
    match (config.get_hosts().first(), config.get_hostaddrs().first()) {
        (Some(Host::Tcp(host)), _) => format!("{host}:{port}"),
        #[cfg(unix)]
        (Some(Host::Unix(path)), _) => path.display().to_string(),
        (None, Some(address)) => format!("{address}:{port}"),
        (None, None) => String::new(),
    }
}

/// The driver does not say which setting it is that a server does not have.
fn explain(config: &Config, error: tokio_postgres::Error) -> Cause {
    let wanted = config.get_target_session_attrs();
    if wanted == TargetSessionAttrs::Any || error.code().is_some() {
        return error.into();
    }
    let error = chain(&error);
    format!("{error} (the URL asks for it with target_session_attrs)").into()
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn each_host_is_asked_with_all_else_that_the_url_says() {
        let rest = "user=app password='a b' dbname=tasks sslmode=require channel_binding=require \
            target_session_attrs=read-write keepalives_idle=7 connect_timeout=3 options='-c x=y' application_name=me";
        let all = Config::from_str(&format!("host=a,b port=1,2 {rest}")).unwrap();
        let hosts = Hosts::of(&all);
        for (found, host) in hosts.each.iter().zip(["host=a port=1", "host=b port=2"]) {
            let expected = Config::from_str(&format!("{host} {rest}")).unwrap();
            assert_eq!(found, &expected);
        }
        assert_eq!(hosts.each.len(), 2);
        let alone = Config::from_str("host=a,b user=x").unwrap();
        let names: Vec<_> = Hosts::of(&alone).each.iter().map(name).collect();
        assert_eq!(names, ["a:5432", "b:5432"]);
    }
}
