//! What the tests stand on: a whole app in the process, on either engine, and clients that talk to it
//! through the front door.

mod answer;
pub(crate) mod better_auth;
pub(crate) mod citus;
mod client;
mod conformance;
pub(crate) mod dice;
pub(crate) mod exposition;
pub(crate) mod guide;
mod home;
pub(crate) mod leash;
mod ledger;
pub(crate) mod line;
pub(crate) mod listening;
pub(crate) mod node;
pub(crate) mod pgbouncer;
pub(crate) mod postgres;
mod postgres_18;
mod postgres_janitor;
mod postgres_tls;
pub(crate) mod process;
pub(crate) mod proxies;
pub(crate) mod schema;
pub(crate) mod schemathesis;
pub(crate) mod terminal;

use std::sync::Arc;
use std::time::Duration;

use tickbox::app::App;
use tickbox::auth::{AuthConfig, Authenticator};
use tickbox::clock::{Clock, Timestamp};
use tickbox::config::{AuthSettings, Environment, Limits, Web};
use tickbox::domain::UserId;
use tickbox::http::{FrontDoor, front_door, templates};
use tickbox::metrics::Metrics;
use tickbox::store::{Migrations, Store, StoreConfig};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

pub(crate) use self::answer::Answer;
pub(crate) use self::client::Client;
pub(crate) use self::home::{Home, postgres_config};
pub(crate) use self::ledger::{ledger, read_lines, tamper};

/// What the tests' tokens are signed with.
pub(crate) const SECRET: &str = "a secret of thirty-two bytes, or more";

/// Where the tests' clock begins: 2026-01-01T00:00:00Z.
const START: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

/// Makes of each function a test on each engine, such as `sqlite::name` and `postgres::name`. A function that takes an
/// app but is not listed is unused code, which fails the check.
macro_rules! every_engine {
    ($($name:ident),+ $(,)?) => {
        $crate::support::on_engine!(sqlite: $($name),+);
        $crate::support::every_postgres!($($name),+);
    };
}
pub(crate) use every_engine;

macro_rules! every_postgres {
    ($($name:ident),+ $(,)?) => {
        $crate::support::on_engine!(postgres: $($name),+);
        // PostgreSQL behind a pooler in transaction mode.
        $crate::support::on_engine!(pgbouncer: $($name),+);
        $crate::support::on_engine!(postgres_18: $($name),+);
    };
}
pub(crate) use every_postgres;

macro_rules! on_engine {
    ($engine:ident: $($name:ident),+) => {
        mod $engine {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::support::TestApp::$engine().await).await;
            })+
        }
    };
}
pub(crate) use on_engine;

/// How long the trash and the history are kept.
pub(crate) const RETENTION: Duration = Duration::from_hours(30 * 24);

/// What holds where a test says nothing.
pub(crate) const LIMITS: Limits = Limits {
    retention: RETENTION,
    most_tasks: 1_000_000,
    rate: None,
};

/// A whole app in this process, with a clock that the test winds.
pub(crate) struct TestApp {
    pub(crate) clock: Clock,
    pub(crate) app: Arc<App>,
    pub(crate) home: Home,
    door: FrontDoor,
    /// The fetching of keys, and the hearing of changes.
    background: TaskTracker,
    stop: DropGuard,
}

impl TestApp {
    pub(crate) async fn sqlite() -> Self {
        Self::at(Home::sqlite()).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::at(Home::postgres().await).await
    }

    pub(crate) async fn pgbouncer() -> Self {
        Self::at(Home::pgbouncer().await).await
    }

    pub(crate) async fn postgres_18() -> Self {
        Self::at(Home::postgres_18().await).await
    }

    pub(crate) async fn at(home: Home) -> Self {
        let store = home.store();
        Self::with(home, &store, Environment::Development, Web::default()).await
    }

    /// Another server on the database of this one, on PostgreSQL. Its clock is the same.
    pub(crate) async fn beside(other: &Self) -> Self {
        let Home::Postgres(database) = &other.home else {
            panic!("a file has one server");
        };
        let store = StoreConfig::Postgres(postgres_config(database.url()));
        let authenticator = other.app.authenticator.clone();
        let (environment, clock) = (Environment::Development, other.clock.clone());
        let web = Web::default();
        // It owns no database, so it is given a place that is not used.
        let home = Home::sqlite();
        Self::assemble(
            (home, &store),
            environment,
            web,
            (authenticator, clock),
            &LIMITS,
        )
        .await
    }

    pub(crate) async fn with(
        home: Home,
        store: &StoreConfig,
        environment: Environment,
        web: impl Into<Web>,
    ) -> Self {
        let clock = Clock::seeded(START, Duration::from_millis(1));
        let settings = AuthSettings {
            better_auth_secret: Some(tickbox::secret::Secret::new(SECRET)),
            ..AuthSettings::default()
        };
        let authenticator = authenticator(&settings, environment, &clock);
        let web = web.into();
        Self::assemble(
            (home, store),
            environment,
            web,
            (authenticator, clock),
            &LIMITS,
        )
        .await
    }

    /// On SQLite, with settings that trust real issuers, at the time of the machine, which is theirs too.
    /// The clock stands still, and their keys have been fetched.
    pub(crate) async fn trusting(settings: &AuthSettings) -> Self {
        let clock = Clock::seeded(Clock::system().now(), Duration::ZERO);
        let authenticator = authenticator(settings, Environment::Development, &clock);
        let (home, web) = (Home::sqlite(), Web::default());
        let store = home.store();
        let environment = Environment::Development;
        // Before the fetching in the background begins: a server without a key makes one for each who asks.
        authenticator.refresh().await;
        Self::assemble(
            (home, &store),
            environment,
            web,
            (authenticator, clock),
            &LIMITS,
        )
        .await
    }

    /// With other limits than the usual ones.
    pub(crate) async fn limited(home: Home, limits: &Limits) -> Self {
        let store = home.store();
        let clock = Clock::seeded(START, Duration::from_millis(1));
        let settings = AuthSettings {
            better_auth_secret: Some(tickbox::secret::Secret::new(SECRET)),
            ..AuthSettings::default()
        };
        let environment = Environment::Development;
        let who = (authenticator(&settings, environment, &clock), clock);
        Self::assemble((home, &store), environment, Web::default(), who, limits).await
    }

    async fn assemble(
        (home, store): (Home, &StoreConfig),
        environment: Environment,
        web: Web,
        (authenticator, clock): (Arc<Authenticator>, Clock),
        limits: &Limits,
    ) -> Self {
        let store = Store::open(store, Migrations::Apply(clock.now()))
            .await
            .expect("the store opens");
        let (background, stop) = (TaskTracker::new(), CancellationToken::new());
        authenticator.start(&background, stop.clone());
        let metrics = Metrics::new(templates(), START);
        let app = App::new(
            store,
            authenticator,
            clock.clone(),
            environment,
            web,
            metrics,
            limits,
        );
        app.tasks.start(&background, stop.clone());
        Self {
            door: front_door(app.clone()),
            clock,
            app,
            home,
            background,
            stop: stop.drop_guard(),
        }
    }

    /// Ends the app, and keeps what it wrote.
    pub(crate) async fn stop(self) -> Home {
        drop(self.stop);
        self.background.close();
        self.background.wait().await;
        self.home
    }

    /// What a server of this app serves.
    pub(crate) fn door(&self) -> FrontDoor {
        self.door.clone()
    }

    /// Somebody with a token of their own.
    pub(crate) fn user(&self, id: &str) -> Client {
        let user = UserId::parse(id).expect("a good identity");
        let token = self
            .app
            .authenticator
            .sign(&user, None, Duration::from_hours(1));
        Client {
            door: self.door.clone(),
            token: Some(token.expect("there is a secret")),
            tasks: format!("/api/{}/tasks", percent_encoded(id)),
        }
    }

    /// Ends when somebody waits for changes.
    pub(crate) async fn watched(&self) {
        while self.app.tasks.watched_spaces() == 0 {
            tokio::task::yield_now().await;
        }
    }

    /// Somebody without a token.
    pub(crate) fn nobody(&self) -> Client {
        Client {
            door: self.door.clone(),
            token: None,
            tasks: "/api/nobody/tasks".to_owned(),
        }
    }
}

fn authenticator(
    settings: &AuthSettings,
    environment: Environment,
    clock: &Clock,
) -> Arc<Authenticator> {
    let (config, _) =
        AuthConfig::from_settings(settings, environment).expect("the settings are good");
    let authenticator = Authenticator::new(config, clock.clone());
    Arc::new(authenticator.expect("the settings are good"))
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded + &char::from(byte).to_string()
        } else {
            encoded + &format!("%{byte:02X}")
        }
    })
}
