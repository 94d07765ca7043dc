//! Hands out the databases of the tests and tidies them up, on a thread of its own: a test's runtime
//! ends with the test, before its database can be tidied. Servers are the business of `postgres`.

use std::thread;

use tokio::runtime;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Client, Error, NoTls};

use super::postgres::ROLE;

/// Back to what `CREATE DATABASE` gives, in a tenth of its time (which is mostly the copying of some
/// three hundred files). It waits until those thrown out are gone: a test may count connections.
const TIDY: &str = r"
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT nspname FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
    LOOP EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP;
    EXECUTE format('ALTER DATABASE %I RESET ALL', current_database());
END $$;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
";

enum Errand {
    Lend(oneshot::Sender<String>),
    TakeBack(String),
}

/// A line to the thread; dropping it ends the thread.
pub(crate) struct Janitor {
    port: u16,
    errands: mpsc::UnboundedSender<Errand>,
}

impl Janitor {
    pub(crate) fn start(port: u16) -> Self {
        let (errands, queue) = mpsc::unbounded_channel();
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build();
            runtime
                .expect("a runtime can be built")
                .block_on(work(port, queue));
        });
        Self { port, errands }
    }

    /// The name of a database in which nothing is.
    pub(crate) async fn lend(&self) -> String {
        let (sender, answer) = oneshot::channel();
        self.send(Errand::Lend(sender));
        answer.await.expect("a database can be made")
    }

    /// Everything in it will be removed, and whoever is still connected thrown out.
    pub(crate) fn take_back(&self, name: String) {
        self.send(Errand::TakeBack(name));
    }

    /// A superuser's connection that lives in the caller's runtime.
    pub(crate) async fn connect(&self, database: &str) -> Client {
        connect(self.port, database)
            .await
            .expect("the superuser may connect")
    }

    fn send(&self, errand: Errand) {
        // Fails only if the thread has panicked, which the one that waits for an answer reports.
        drop(self.errands.send(errand));
    }
}

async fn work(port: u16, mut queue: mpsc::UnboundedReceiver<Errand>) {
    let mut made = 0;
    let mut free = Vec::new();
    while let Some(errand) = queue.recv().await {
        match errand {
            Errand::Lend(answer) => {
                let name = if let Some(name) = free.pop() {
                    name
                } else {
                    made += 1;
                    create(port, format!("test_{made}"))
                        .await
                        .expect("databases can be made")
                };
                drop(answer.send(name));
            }
            // One that cannot be tidied, because its server is gone, the test broke it, or an extension is in it, is not
            // lent again.
            Errand::TakeBack(name) => match tidy(port, &name).await {
                Ok(()) => free.push(name),
                Err(_) => drop(remove(port, &name).await),
            },
        }
    }
}

async fn create(port: u16, name: String) -> Result<String, Error> {
    let client = connect(port, "postgres").await?;
    client
        .batch_execute(&format!(
            "CREATE DATABASE {name} OWNER {ROLE} TEMPLATE template0"
        ))
        .await?;
    Ok(name)
}

async fn tidy(port: u16, name: &str) -> Result<(), Error> {
    connect(port, name).await?.batch_execute(TIDY).await
}

async fn remove(port: u16, name: &str) -> Result<(), Error> {
    let client = connect(port, "postgres").await?;
    let removal = format!("DROP DATABASE {name} WITH (FORCE)");
    client.batch_execute(&removal).await
}

#[expect(
    clippy::disallowed_methods,
    reason = "the connection ends with its client; there is no shutdown to wait for it"
)]
async fn connect(port: u16, database: &str) -> Result<Client, Error> {
    let url = format!("postgresql://postgres@127.0.0.1:{port}/{database}");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
