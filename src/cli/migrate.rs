//! `tickbox migrate`: brings a database up to date, or says what that would take.

use clap::Args;
use serde_json::json;

use super::{Outcome, pretty_json, print, table};
use crate::clock::Clock;
use crate::config::Settings;
use crate::store::MigrationStatus;

#[derive(Args)]
pub(super) struct Options {
    /// Only show which migrations the database has
    #[arg(long, conflicts_with = "dry_run")]
    status: bool,
    /// Only print the SQL that would be run
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: &Options, settings: &Settings) -> Outcome {
    let store = settings.store()?;
    if options.status || options.dry_run {
        let migrations = store.migration_status().await?;
        return print(&match (options.json, options.status) {
            (true, _) => as_json(&migrations, options.dry_run)?,
            (false, true) => as_table(&migrations),
            (false, false) => as_sql(&migrations),
        });
    }
    let before = store.migrate(Clock::system().now()).await?;
    let applied: Vec<_> = pending(&before).map(|migration| migration.number).collect();
    if options.json {
        return print(&pretty_json(&json!({ "applied": applied }))?);
    }
    print(&match applied.len() {
        0 => format!("{} is up to date\n", store.engine()),
        1 => format!("{}: 1 migration applied\n", store.engine()),
        n => format!("{}: {n} migrations applied\n", store.engine()),
    })
}

fn pending(migrations: &[MigrationStatus]) -> impl Iterator<Item = &MigrationStatus> {
    migrations
        .iter()
        .filter(|migration| migration.applied_at.is_none())
}

fn as_json(migrations: &[MigrationStatus], with_sql: bool) -> Result<String, super::Failure> {
    let list: Vec<_> = migrations
        .iter()
        .map(|migration| {
            let mut item = json!({
                "number": migration.number,
                "name": migration.name,
                "applied_at": migration.applied_at,
            });
            if with_sql {
                item["sql"] = json!(migration.sql);
            }
            item
        })
        .collect();
    pretty_json(&json!({ "migrations": list }))
}

fn as_table(migrations: &[MigrationStatus]) -> String {
    let rows = migrations.iter().map(|migration| {
        let applied = migration.applied_at.clone();
        [
            format!("{:04}", migration.number),
            migration.name.to_owned(),
            applied.unwrap_or_else(|| "pending".to_owned()),
        ]
    });
    table(["Number", "Name", "Applied"], rows)
}

fn as_sql(migrations: &[MigrationStatus]) -> String {
    let texts: Vec<_> = pending(migrations)
        .map(|migration| {
            let sql = migration.sql.as_deref().unwrap_or_default();
            format!("-- {:04} {}\n{sql}", migration.number, migration.name)
        })
        .collect();
    if texts.is_empty() {
        "-- nothing is pending\n".to_owned()
    } else {
        texts.join("\n")
    }
}
