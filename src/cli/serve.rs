//! `tickbox serve`: puts the parts together, opens the doors, and closes them again.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Failure, Outcome, print};
use crate::app::App;
use crate::auth::{AuthConfig, Authenticator};
use crate::clock::Clock;
use crate::config::Settings;
use crate::shutdown::Signals;
use crate::store::{Migrations, Store};
use crate::tasks::model::UserId;
use crate::tasks::sweeper::Sweeper;
use crate::{http, telemetry};

/// Who the example of the first start is.
const EXAMPLE_USER: &str = "demo";

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
    let origins = settings.origins()?;
    let retention = settings.retention()?;
    let (host, port) = settings.listen()?;
    let source = settings.auth()?;
    let (auth, warnings) = AuthConfig::from_settings(&source.settings, environment)?;
    telemetry::start(environment, settings.log_filter())?;
    // What the program chose for itself needs no warning.
    if source.made_secret.is_none() {
        for warning in warnings {
            tracing::warn!("{warning}");
        }
    }

    // From here on a signal is heard, though it is only obeyed once there is something to stop.
    let signals = Signals::listen()?;
    let clock = Clock::system();
    let authenticator = Arc::new(Authenticator::new(auth, clock.clone())?);
    let migrations = if options.no_migrate {
        Migrations::Require
    } else {
        Migrations::Apply(clock.now())
    };
    let store = Store::open(&store_config, migrations).await?;

    let background = TaskTracker::new();
    let stop = CancellationToken::new();
    authenticator.start(&background, stop.clone());

    let app = App::new(
        store,
        authenticator.clone(),
        clock.clone(),
        environment,
        origins,
    );
    Sweeper::new(app.store.clone(), clock, retention).start(&background, stop.clone());
    allow_many_connections();
    let listener = TcpListener::bind((host.as_str(), port))
        .await
        .map_err(|error| {
            Failure::Said(format!(
                "PORT {port} on HOST {host} cannot be used: {error}"
            ))
        })?;
    let port = listener.local_addr()?.port();
    let url = local_url(&host, port);
    print(&ready_text(
        &url,
        store_config.engine(),
        &authenticator,
        source.made_secret.as_deref(),
    ))?;
    tracing::info!(url, engine = store_config.engine(), %environment, "serving");

    http::serve::serve(listener, http::front_door(app), signals.stop_requested()).await;
    stop.cancel();
    background.close();
    background.wait().await;
    tracing::info!("stopped");
    Ok(())
}

/// Each connection is an open file, and the usual soft limit (1024) is soon reached by clients that keep theirs
/// open; the hard one is for programs that ask. If it cannot be raised, it stays as it is.
fn allow_many_connections() {
    let limits = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limits.maximum,
        ..limits
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
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
    authenticator: &Authenticator,
    made_secret: Option<&Path>,
) -> String {
    let mut text = format!("tickbox is ready on {url} ({engine}); docs: {url}/docs\n");
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
             More tokens: tickbox token --user {EXAMPLE_USER}\n",
            path = path.display(),
        );
    }
    text
}

fn example_token(authenticator: &Authenticator) -> Option<String> {
    let user = UserId::parse(EXAMPLE_USER)?;
    authenticator.sign(&user, None, EXAMPLE_TTL).ok()
}
