//! `tickbox doctor`: checks everything that a start needs, and explains what is wrong.

use std::fmt::Write;
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;

use super::{Failure, Outcome, pretty_json, print, program, table};
use crate::auth::{self, AuthConfig, Authenticator, IssuerReport, Step};
use crate::clock::Clock;
use crate::config::{ConfigError, Settings};
use crate::error::Error;
use crate::store::{Migrations, Store, StoreConfig};

/// From here on an issuer's clock makes fresh tokens look as if they came from the future.
const LARGEST_SKEW_SECONDS: i64 = 30;

#[derive(Args)]
pub(super) struct Options {
    /// A token: explains rule by rule why it is accepted or refused; `-` reads it from standard input
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// One check and its result.
#[derive(Serialize)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    detail: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warning,
    Failed,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "FAILED",
        }
    }
}

#[derive(Serialize)]
struct Report {
    checks: Vec<Check>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Vec<Step>>,
}

impl Report {
    fn add(&mut self, name: &'static str, verdict: Verdict, detail: impl Into<String>) {
        let detail = detail.into();
        self.checks.push(Check {
            name,
            verdict,
            detail,
        });
    }

    /// Adds what is wrong with a setting, if anything is.
    fn take<T>(&mut self, name: &'static str, setting: Result<T, ConfigError>) -> Option<T> {
        setting
            .map_err(|error| self.add(name, Verdict::Failed, error.to_string()))
            .ok()
    }

    fn is_good(&self) -> bool {
        let checks = self
            .checks
            .iter()
            .all(|check| check.verdict != Verdict::Failed);
        let mut steps = self.token.iter().flatten();
        checks && steps.all(|step| step.outcome != auth::Outcome::Failed)
    }
}

/// The exit code is 0 if nothing has failed.
pub(super) async fn run(options: &Options, settings: &Settings) -> Outcome {
    let mut report = Report {
        checks: Vec::new(),
        token: None,
    };
    check_settings(&mut report, settings);
    if let Some(store) = report.take("database", settings.store()) {
        for remark in settings.database_remarks()? {
            report.add("database", Verdict::Warning, remark);
        }
        check_database(&mut report, &store).await;
    }
    let authenticator = check_tokens(&mut report, settings).await;
    if let (Some(token), Some(authenticator)) = (&options.token, &authenticator) {
        let token = given_token(token)?;
        report.token = Some(authenticator.explain(token.trim()).await);
    }
    if options.json {
        print(&pretty_json(&report)?)?;
    } else {
        print(&as_text(&report))?;
    }
    if report.is_good() {
        Ok(())
    } else {
        Err(Failure::Silent)
    }
}

fn given_token(argument: &str) -> Result<String, Failure> {
    if argument == "-" {
        Ok(std::io::read_to_string(std::io::stdin())?)
    } else {
        Ok(argument.to_owned())
    }
}

fn check_settings(report: &mut Report, settings: &Settings) {
    if let Some(environment) = report.take("environment", settings.environment()) {
        report.add("environment", Verdict::Ok, environment.to_string());
    }
    if let Some(web) = report.take("origins", settings.web()) {
        let (verdict, detail) = if web.origins.is_empty() {
            let detail =
                "ALLOWED_ORIGINS is not set: no page of another origin can call from a browser";
            (Verdict::Warning, detail)
        } else {
            (Verdict::Ok, "the list can be read")
        };
        report.add("origins", verdict, detail);
    }
    report.take("log", settings.log_filter());
    if report.take("limits", settings.limits()).is_some() {
        report.add("limits", Verdict::Ok, "what users may do can be read");
    }
    if report.take("address", settings.listen()).is_some()
        && let Ok(url) = settings.local_url()
    {
        report.add("address", Verdict::Ok, url);
    }
    if let Some(Some(address)) = report.take("metrics", settings.metrics_address()) {
        report.add("metrics", Verdict::Ok, address.to_string());
    }
}

async fn check_database(report: &mut Report, config: &StoreConfig) {
    let engine = config.engine();
    let pending = match config.migration_status().await {
        Ok(migrations) => migrations
            .iter()
            .filter(|it| it.applied_at.is_none())
            .count(),
        Err(error) => {
            return report.add(
                "database",
                Verdict::Failed,
                format!("{engine}: {}", said(error)),
            );
        }
    };
    if pending > 0 {
        let detail = format!(
            "{engine}: {pending} pending; the next start applies them, or `{} migrate`",
            program()
        );
        return report.add("migrations", Verdict::Warning, detail);
    }
    report.add("migrations", Verdict::Ok, format!("{engine}: up to date"));
    check_counts(report, config).await;
    match config {
        // A file that is being served belongs to its server; that its journal could be read says enough.
        StoreConfig::Sqlite(file) => {
            let detail = format!("{engine} can be read: {}", file.path.display());
            report.add("database", Verdict::Ok, detail);
        }
        StoreConfig::Postgres(_) => match round_trip(config).await {
            Ok(time) => report.add(
                "database",
                Verdict::Ok,
                format!("{engine} answers in {time:.1?}"),
            ),
            Err(error) => report.add(
                "database",
                Verdict::Failed,
                format!("{engine}: {}", said(error)),
            ),
        },
    }
}

async fn check_counts(report: &mut Report, config: &StoreConfig) {
    let (verdict, detail) = match config.system_count_wrong_accounts().await {
        Ok(0) => (Verdict::Ok, "agree with the tasks".to_owned()),
        Ok(wrong) => {
            let detail =
                format!("of {wrong} users disagree with their tasks: were rows changed by hand?");
            (Verdict::Failed, detail)
        }
        // It reads every task, which may take longer than a statement may.
        Err(error) => (
            Verdict::Warning,
            format!("could not be checked: {}", said(error)),
        ),
    };
    report.add("counts", verdict, detail);
}

async fn round_trip(config: &StoreConfig) -> Result<Duration, Error> {
    let store = Store::open(config, Migrations::Require).await?;
    store.system_ping().await?;
    let started = Instant::now();
    store.system_ping().await?;
    Ok(started.elapsed())
}

fn said(error: Error) -> String {
    match Failure::from(error) {
        Failure::Said(text) | Failure::Usage(text) => text,
        Failure::Silent => String::new(),
    }
}

async fn check_tokens(report: &mut Report, settings: &Settings) -> Option<Authenticator> {
    let source = report.take("tokens", settings.auth())?;
    let environment = settings.environment().ok()?;
    let (config, warnings) = report.take(
        "tokens",
        AuthConfig::from_settings(&source.settings, environment),
    )?;
    let authenticator = report.take("tokens", Authenticator::new(config, Clock::system()))?;
    if let Some(path) = &source.made_secret {
        let detail = format!("signed with a secret of its own, in {}", path.display());
        report.add("tokens", Verdict::Ok, detail);
    } else if warnings.is_empty() {
        report.add("tokens", Verdict::Ok, "the settings fit together");
    } else {
        for warning in warnings {
            report.add("tokens", Verdict::Warning, warning);
        }
    }
    for issuer in authenticator.refresh().await {
        let (verdict, detail) = judge(&issuer);
        report.add("keys", verdict, detail);
    }
    Some(authenticator)
}

fn judge(issuer: &IssuerReport) -> (Verdict, String) {
    let address = &issuer.address;
    if let Some(problem) = &issuer.problem {
        return (Verdict::Failed, format!("{address}: {problem}"));
    }
    let mut detail = format!(
        "{address}: {} ({})",
        issuer.keys,
        issuer.algorithms.join(", ")
    );
    let mut verdict = Verdict::Ok;
    if !issuer.skipped.is_empty() {
        verdict = Verdict::Warning;
        detail.push_str("; not usable: ");
        detail.push_str(&issuer.skipped.join("; "));
    }
    if let Some(skew) = issuer
        .clock_skew_seconds
        .filter(|skew| skew.abs() > LARGEST_SKEW_SECONDS)
    {
        verdict = Verdict::Warning;
        let direction = if skew > 0 { "ahead of" } else { "behind" };
        let _ = write!(detail, "; its clock is {} s {direction} ours", skew.abs());
    }
    (verdict, detail)
}

fn as_text(report: &Report) -> String {
    let rows = report.checks.iter().map(|check| {
        let verdict = check.verdict.word().to_owned();
        [check.name.to_owned(), verdict, check.detail.clone()]
    });
    let mut text = table(["Check", "Verdict", "Detail"], rows);
    if let Some(steps) = &report.token {
        let rows = steps.iter().map(|step| {
            let outcome = match step.outcome {
                auth::Outcome::Passed => "passed",
                auth::Outcome::Failed => "FAILED",
                auth::Outcome::Skipped => "skipped",
            };
            let separator = if step.cure.is_empty() { "" } else { "; " };
            let detail = format!("{}{separator}{}", step.detail, step.cure);
            [step.name.to_owned(), outcome.to_owned(), detail]
        });
        text.push('\n');
        text.push_str(&table(["Rule for the token", "Outcome", "Detail"], rows));
    }
    text
}
