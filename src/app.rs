//! The parts of a running server, put together once. Handlers get them as their state; nothing is global.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::auth::Authenticator;
use crate::clock::Clock;
use crate::config::{Environment, Limits, Web};
use crate::metrics::{Metrics, Readings};
use crate::quota::Quota;
use crate::store::Store;
use crate::tasks::Tasks;

/// Everything that the handlers need.
pub struct App {
    pub tasks: Tasks,
    pub store: Arc<Store>,
    pub authenticator: Arc<Authenticator>,
    pub clock: Clock,
    pub environment: Environment,
    /// How the server is seen from outside.
    pub web: Web,
    /// How many requests each user has made.
    pub quota: Quota,
    /// What has happened so far, in numbers.
    pub metrics: Metrics,
    /// Cancelled when the server is to stop: waiting requests and streams end then.
    pub closing: CancellationToken,
}

impl App {
    pub fn new(
        store: Store,
        authenticator: Arc<Authenticator>,
        clock: Clock,
        environment: Environment,
        web: Web,
        metrics: Metrics,
        limits: &Limits,
    ) -> Arc<Self> {
        let store = Arc::new(store);
        let Limits {
            retention,
            most_tasks,
            rate,
        } = *limits;
        Arc::new(Self {
            tasks: Tasks::new(store.clone(), clock.clone(), retention, most_tasks),
            store,
            authenticator,
            clock,
            environment,
            web,
            quota: Quota::new(rate),
            metrics,
            closing: CancellationToken::new(),
        })
    }

    /// The metrics of this moment.
    pub fn metrics_text(&self) -> String {
        self.metrics.text(&Readings {
            store: self.store.readings(),
            keys: self.authenticator.key_fetches().collect(),
            streams: self.tasks.open_streams(),
        })
    }
}
