//! `tickbox serve`: builds the app, opens the listeners, and closes them at the end.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Failure, Outcome, print, program};
use crate::app::App;
use crate::auth::{self, AuthConfig, Authenticator};
use crate::clock::Clock;
use crate::config::{Environment, Settings};
use crate::domain::UserId;
use crate::http;
use crate::metrics::Metrics;
use crate::shutdown::Signals;
use crate::store::{Migrations, Store};
use crate::tasks::sweeper::Sweeper;
use crate::telemetry;

/// Who the example of the first start is.
const EXAMPLE_USER: &str = "demo";

/// Connections that may wait to be taken: after a restart all clients come back at once. The system may allow fewer
/// (`net.core.somaxconn`).
const BACKLOG: i32 = 4096;

/// Files that the program has open beside connections of clients and of PostgreSQL: those of SQLite, of the metrics, of
/// whoever fetches keys.
const OTHER_FILES: usize = 64;

/// How long the example's token lives.
const EXAMPLE_TTL: Duration = Duration::from_hours(24);

#[derive(Args, Default)]
pub(super) struct Options {
    /// Do not migrate; refuse to serve when a migration is pending
    #[arg(long)]
    no_migrate: bool,
}

pub(super) async fn run(options: Options, settings: &Settings) -> Outcome {
    let environment = settings.environment()?;
    let store_config = settings.store()?;
    let (mut web, remarks) = (settings.web()?, settings.remarks()?);
    let limits = settings.limits()?;
    let (host, port) = settings.listen()?;
    let metrics_address = settings.metrics_address()?;
    let source = settings.auth()?;
    let (auth_config, warnings) = AuthConfig::from_settings(&source.settings, environment)?;
    if settings.has_page()? {
        web.page = Some(auth::sign_in(&source, environment, &host)?);
    }
    // In the other environments the operator knows it.
    let has_page = web.page.is_some() && environment == Environment::Development;
    telemetry::start(environment, settings.log_filter()?);
    // What the program chose for itself needs no warning.
    if source.made_secret.is_none() {
        for warning in warnings {
            tracing::warn!("{warning}");
        }
    }

    // From here on signals are caught; they take effect once there is something to stop.
    let signals = Signals::listen()?;
    let clock = Clock::system();
    let started = clock.now();
    let authenticator = Arc::new(Authenticator::new(auth_config, clock.clone())?);
    let migrations = if options.no_migrate {
        Migrations::Require
    } else {
        Migrations::Apply(started)
    };
    let store = Store::open(&store_config, migrations).await?;

    let background = TaskTracker::new();
    let stop = CancellationToken::new();
    authenticator.start(&background, stop.clone());

    let metrics = Metrics::new(http::templates(), started);
    let app = App::new(
        store,
        authenticator.clone(),
        clock.clone(),
        environment,
        web,
        metrics,
        &limits,
    );
    app.tasks.start(&background, stop.clone());
    Sweeper::new(
        app.store.clone(),
        clock,
        limits.retention,
        app.tasks.leaving(),
    )
    .start(&background, stop.clone());
    let most = room_for_connections(allow_many_files(), store_config.most_connections());
    let name = format!("PORT {port}{} on HOST {host}", settings.whereabouts("PORT"));
    let listener = listen((host.as_str(), port), &name).await?;
    let url = local_url(&host, listener.local_addr()?.port());
    let metrics_url = match metrics_address {
        Some(address) => Some(open_metrics(address, &app, &background, &stop).await?),
        None => None,
    };
    print(&ready_text(
        &url,
        store_config.engine(),
        has_page,
        metrics_url.as_deref(),
        &authenticator,
        source.made_secret.as_deref(),
    ))?;
    tracing::info!(url, engine = store_config.engine(), %environment, "serving");
    for remark in remarks {
        tracing::info!("{remark}");
    }

    let closing = app.closing.clone();
    let stop_requested = async move {
        signals.stop_requested().await;
        closing.cancel();
    };
    http::server::serve::serve(listener, http::front_door(app), most, stop_requested).await;
    stop.cancel();
    background.close();
    background.wait().await;
    tracing::info!("stopped");
    Ok(())
}

async fn listen(address: impl ToSocketAddrs, name: &str) -> Result<TcpListener, Failure> {
    let listening = TcpListener::bind(address).await;
    // Once more, with a longer queue than the runtime asks for.
    let listening = listening.and_then(|listener| {
        rustix::net::listen(&listener, BACKLOG)?;
        Ok(listener)
    });
    listening.map_err(|error| Failure::Said(format!("{name} cannot be used: {error}")))
}

/// Serves the metrics until the very end, since what happens to requests in flight is worth seeing, too. Gives their
/// URL.
async fn open_metrics(
    address: SocketAddr,
    app: &Arc<App>,
    background: &TaskTracker,
    stop: &CancellationToken,
) -> Result<String, Failure> {
    let listener = listen(address, &format!("METRICS_ADDRESS {address}")).await?;
    let url = http::server::metrics::url(listener.local_addr()?);
    let (tasks, stop) = (background.clone(), stop.clone());
    background.spawn(http::server::metrics::serve(
        listener,
        app.clone(),
        tasks,
        stop,
    ));
    Ok(url)
}

/// Each connection is an open file, and the usual soft limit (1024) is soon reached by clients that keep theirs open;
/// the hard one is for programs that ask. If it cannot be raised, it stays as it is. Gives how many may be open, if
/// that is limited.
fn allow_many_files() -> Option<u64> {
    let limits = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limits.maximum,
        ..limits
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limits.maximum,
        Err(error) => {
            tracing::debug!(%error, "the limit of open files stays as it is");
            limits.current
        }
    }
}

/// How many connections of clients there may be, so that files are left for the database and all else; but never fewer
/// than half of all files.
fn room_for_connections(files: Option<u64>, of_database: usize) -> usize {
    let files = files.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    });
    files
        .saturating_sub(of_database + OTHER_FILES)
        .max(files / 2)
}

fn local_url(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("http://[{host}]:{port}")
    } else {
        format!("http://{host}:{port}")
    }
}

/// The ready line, and below it what helps at the first start.
fn ready_text(
    url: &str,
    engine: &str,
    has_page: bool,
    metrics_url: Option<&str>,
    authenticator: &Authenticator,
    made_secret: Option<&Path>,
) -> String {
    let page = if has_page {
        format!("; page: {url}/")
    } else {
        String::new()
    };
    let mut text = format!("tickbox is ready on {url} ({engine}){page}; docs: {url}/docs");
    if let Some(metrics) = metrics_url {
        let _ = write!(text, "; metrics: {metrics}");
    }
    text.push('\n');
    // A token is shown only if the program made the secret itself: then there is nothing yet to protect.
    let example = made_secret.and_then(|path| Some((path, example_token(authenticator)?)));
    if let Some((path, token)) = example {
        let _ = write!(
            text,
            "\nNo secret is set, so tokens are signed with one of its own, kept in {path}.\n\
             Try it, as user \"{EXAMPLE_USER}\":\n\n\
             curl -X POST {url}/api/{EXAMPLE_USER}/tasks \
             -H 'Content-Type: application/json' \
             -H 'Authorization: Bearer {token}' -d '{{\"title\": \"Buy milk\"}}'\n\n\
             More tokens: {program} token --user {EXAMPLE_USER}\n",
            path = path.display(),
            program = program(),
        );
    }
    text
}

fn example_token(authenticator: &Authenticator) -> Option<String> {
    let user = UserId::parse(EXAMPLE_USER)?;
    authenticator.sign(&user, None, EXAMPLE_TTL).ok()
}

#[cfg(test)]
mod tests {
    use super::room_for_connections;

    #[test]
    fn files_are_left_for_the_database() {
        assert_eq!(room_for_connections(Some(1024), 30), 930);
        assert_eq!(room_for_connections(Some(256), 0), 192);
        assert_eq!(room_for_connections(Some(100), 1000), 50);
        assert!(room_for_connections(None, 30) > 1 << 40);
    }
}
