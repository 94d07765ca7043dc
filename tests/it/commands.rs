//! The commands of the real binary, where its settings come from, and its exit codes.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::process::Tickbox;
use crate::support::{Home, SECRET, tamper};

#[tokio::test]
async fn a_bad_setting_stops_the_start_with_one_clear_sentence() {
    let good = "x".repeat(32);
    let production = ("ENVIRONMENT", "production");
    for (settings, variable) in [
        (vec![production], "BETTER_AUTH_URL"),
        (
            vec![production, ("BETTER_AUTH_SECRET", "short")],
            "BETTER_AUTH_SECRET",
        ),
        (
            vec![
                production,
                ("BETTER_AUTH_SECRET", &good),
                ("ALLOWED_ORIGINS", "https://a.example,*"),
            ],
            "ALLOWED_ORIGINS",
        ),
        (vec![("ENVIRONMENT", "staging")], "BETTER_AUTH_URL"),
        (vec![("ENVIRONMENT", "prodution")], "ENVIRONMENT"),
        (vec![("PORT", "eighty")], "PORT"),
        (vec![("PORT", "65536")], "PORT"),
        (vec![("METRICS_ADDRESS", "9464")], "METRICS_ADDRESS"),
        (
            vec![("METRICS_ADDRESS", "localhost:9464")],
            "METRICS_ADDRESS",
        ),
        (
            vec![("METRICS_ADDRESS", "127.0.0.1:65536")],
            "METRICS_ADDRESS",
        ),
        (vec![("DATABASE_URL", "mysql://x/y")], "DATABASE_URL"),
        (vec![("DATABASE_URL", "sqlite://")], "DATABASE_URL"),
        (
            vec![("DATABASE_URL", "sqlite://nowhere/x.db")],
            "DATABASE_URL",
        ),
        (
            vec![("DATABASE_URL", "postgres://u:pass?hidden@h/d")],
            "DATABASE_URL",
        ),
        (
            vec![("DATABASE_URL", "postgres://h/d?colour=green")],
            "DATABASE_URL",
        ),
        (vec![("DATABASE_POOL_SIZE", "-1")], "DATABASE_POOL_SIZE"),
        (
            vec![
                ("DATABASE_URL", "postgres://h/d"),
                ("DATABASE_POOL_SIZE", "-1"),
            ],
            "DATABASE_POOL_SIZE",
        ),
        (
            vec![
                ("DATABASE_URL", "postgres://h/d"),
                ("DATABASE_SCHEMA", "pg_x"),
            ],
            "DATABASE_SCHEMA",
        ),
        (
            vec![("ALLOWED_ORIGINS", "app.example.com")],
            "ALLOWED_ORIGINS",
        ),
        (
            vec![("ALLOWED_ORIGINS", "https://a.example/path")],
            "ALLOWED_ORIGINS",
        ),
        (vec![("JWT_MAX_LIFETIME", "long")], "JWT_MAX_LIFETIME"),
        (vec![("RETENTION", "59m")], "RETENTION"),
        (vec![("RATE_LIMIT", "600")], "RATE_LIMIT"),
        (vec![("RATE_LIMIT", "0/min")], "RATE_LIMIT"),
        (vec![("MAX_TASKS_PER_USER", "0")], "MAX_TASKS_PER_USER"),
        (vec![("RUST_LOG", "tickbox=loud")], "RUST_LOG"),
        (vec![("RUST_LOG", "warning")], "RUST_LOG"),
        (vec![("JWKS_URL", "http://127.0.0.1:9/jwks")], "JWT_ISSUER"),
    ] {
        let mut program = Tickbox::new(["serve"]);
        for (name, value) in &settings {
            program = program.env(name, value);
        }
        let ended = program.run().await;
        assert_eq!(ended.code, Some(1), "{settings:?}\n{}", ended.stdout);
        let said = ended.stderr;
        assert!(
            said.starts_with(&format!("tickbox: {variable} ")),
            "{settings:?}: {said}"
        );
        assert!(said.contains("Example: "), "{said}");
        assert!(!said.contains("hidden"), "{said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
}

#[tokio::test]
async fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    let file = "DATABASE_URL=sqlite://file.db\nENVIRONMENT='development'\nRUST_LOG=\n";
    fs::write(directory.path().join(".env"), file).unwrap();
    let migrate = async |arguments: &[&str], variable: Option<&str>| {
        let mut program = Tickbox::new(arguments).inside(directory.path());
        if let Some(value) = variable {
            program = program.env("DATABASE_URL", value);
        }
        assert_eq!(program.run().await.code, Some(0));
    };
    migrate(&["migrate"], None).await;
    assert!(directory.path().join("file.db").exists());
    migrate(&["migrate"], Some("sqlite://variable.db")).await;
    assert!(directory.path().join("variable.db").exists());
    migrate(
        &["--database-url", "sqlite://flag.db", "migrate"],
        Some("sqlite://other.db"),
    )
    .await;
    migrate(
        &["migrate", "--database-url=sqlite://flag2.db"],
        Some("sqlite://other.db"),
    )
    .await;
    assert!(
        directory.path().join("flag.db").exists() && directory.path().join("flag2.db").exists()
    );
    assert!(!directory.path().join("other.db").exists());
}

#[tokio::test]
async fn a_file_of_settings_that_cannot_be_read_is_named_with_what_it_should_be() {
    let directory = TempDir::with_prefix("tickbox-test-").unwrap();
    fs::write(directory.path().join(".env"), b"PORT=8000\n\xff\n").unwrap();
    let ended = Tickbox::new(["migrate"])
        .inside(directory.path())
        .run()
        .await;
    let expected = "tickbox: The file .env cannot be read: stream did not contain valid UTF-8. \
        Example: a file of text in UTF-8, with lines such as PORT=8000\n";
    assert_eq!((ended.code, &*ended.stderr), (Some(1), expected));
}

/// A template of an `.env` file, or a container's variables, may name a secret and leave it empty.
#[tokio::test]
async fn an_empty_variable_counts_as_not_set() {
    for names in [
        &["BETTER_AUTH_SECRET"][..],
        &[
            "BETTER_AUTH_SECRET",
            "BETTER_AUTH_SECRETS",
            "BETTER_AUTH_URL",
        ],
        &["JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE", "JWT_MAX_LIFETIME"],
        &[
            "BETTER_AUTH_SESSIONS",
            "JWKS_ALLOW_HTTP",
            "HOST",
            "METRICS_ADDRESS",
        ],
    ] {
        let with_empty = |program: Tickbox| {
            let empty = |program: Tickbox, name: &&str| program.env(name, "");
            names.iter().fold(program, empty)
        };
        let mut server = with_empty(Tickbox::new(["serve"])).serve().await;
        server.printed("No secret is set").await;
        let production = with_empty(Tickbox::new(["serve"])).env("ENVIRONMENT", "production");
        let ended = production.run().await;
        assert_eq!(ended.code, Some(1), "{names:?}\n{}", ended.stdout);
        let said = ended.stderr;
        assert!(
            said.starts_with("tickbox: BETTER_AUTH_URL is not set"),
            "{names:?}: {said}"
        );
    }
}

#[tokio::test]
async fn migrations_can_be_shown_before_they_are_applied() {
    for home in [Home::sqlite(), Home::postgres().await] {
        let run = async |arguments: &[&str]| {
            let ended = Tickbox::new(arguments)
                .env("DATABASE_URL", home.url())
                .run()
                .await;
            assert_eq!(ended.code, Some(0), "{}", ended.stderr);
            ended.stdout
        };
        assert!(run(&["migrate", "--status"]).await.contains("pending"));
        assert!(
            run(&["migrate", "--dry-run"])
                .await
                .contains("CREATE TABLE")
        );
        let status: Value =
            serde_json::from_str(&run(&["migrate", "--status", "--json"]).await).unwrap();
        assert_eq!(
            status["migrations"][0],
            json!({"number": 1, "name": "tasks", "applied_at": null})
        );
        let program = env!("CARGO_BIN_EXE_tickbox");
        let refused = Tickbox::new(["serve", "--no-migrate"])
            .env("DATABASE_URL", home.url())
            .run()
            .await;
        assert_eq!(refused.code, Some(1));
        assert!(
            refused
                .stderr
                .contains(&format!("migration 1 is pending: run `{program} migrate`")),
            "{}",
            refused.stderr
        );
        assert!(run(&["migrate"]).await.contains("1 migration applied"));
        assert!(run(&["migrate"]).await.contains("up to date"));
        assert!(!run(&["migrate", "--status"]).await.contains("pending"));
        assert_eq!(
            run(&["migrate", "--dry-run"]).await,
            "-- nothing is pending\n"
        );
        Tickbox::new(["serve", "--no-migrate"])
            .env("DATABASE_URL", home.url())
            .serve()
            .await;
    }
}

#[tokio::test]
async fn a_token_is_not_signed_in_production_unless_forced() {
    let token = |arguments: &[&str]| {
        let arguments = [&["token", "--user", "ada"], arguments].concat();
        Tickbox::new(arguments)
            .env("ENVIRONMENT", "production")
            .env("BETTER_AUTH_SECRET", SECRET)
            .run()
    };
    let refused = token(&[]).await;
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
    let forced = token(&["--force", "--email", "ada@example.com"]).await;
    assert_eq!(forced.stdout.trim().split('.').count(), 3);
    assert_eq!(token(&["--force", "--ttl", "soon"]).await.code, Some(2));
}

#[tokio::test]
async fn the_document_needs_no_settings() {
    let printed = Tickbox::new(["openapi"])
        .env("ENVIRONMENT", "nonsense")
        .run()
        .await;
    assert_eq!(
        (printed.code, printed.stdout),
        (Some(0), tickbox::http::document_text())
    );
    for shell in ["bash", "zsh", "fish"] {
        let script = Tickbox::new(["completions", shell]).run().await;
        assert!(script.stdout.contains("healthcheck"), "{shell}");
    }
}

#[tokio::test]
async fn a_health_check_tells_by_its_exit_code() {
    let server = Tickbox::new(["serve"]).serve().await;
    let port = server.url.rsplit(':').next().unwrap().to_owned();
    let check = async || {
        Tickbox::new(["healthcheck"])
            .env("PORT", &port)
            .env("HOST", "0.0.0.0")
            .run()
            .await
    };
    assert_eq!(check().await.code, Some(0));
    server.kill();
    let _ = server.ended().await;
    assert_eq!(check().await.code, Some(1));
}

#[tokio::test]
async fn the_doctor_finds_counts_that_are_wrong() {
    const WRONG: &str = "INSERT INTO accounts \
        (space, epoch, seq, swept_seq, forgotten_seq, task_count, completed_count, deleted_count, is_leaving) \
        VALUES ('ada', 7, 1, 0, 0, 1, 0, 0, false)";
    for home in [Home::sqlite(), Home::postgres().await] {
        let run = async |arguments: &[&str]| {
            let program = Tickbox::new(arguments).env("DATABASE_URL", home.url());
            program.env("BETTER_AUTH_SECRET", SECRET).run().await
        };
        run(&["migrate"]).await;
        let healthy = run(&["doctor"]).await;
        assert!(
            healthy.stdout.contains("agree with the tasks"),
            "{}",
            healthy.stdout
        );
        tamper(&home, WRONG).await;
        let ill = run(&["doctor"]).await;
        assert_eq!(ill.code, Some(1));
        assert!(ill.stdout.contains("of 1 users disagree"), "{}", ill.stdout);
    }
}

/// The first column of the doctor's table.
fn checks(text: &str) -> Vec<&str> {
    let (_, table) = text.split_once(" Check ").unwrap();
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| !line.contains("```"));
    let rows = rows.filter_map(|line| line.strip_prefix(' '));
    rows.filter_map(|line| line.split_whitespace().next())
        .collect()
}

#[tokio::test]
async fn the_doctor_looks_at_everything_and_explains_a_token() {
    for home in [Home::sqlite(), Home::postgres().await] {
        let run = async |arguments: &[&str]| {
            let program = Tickbox::new(arguments).env("DATABASE_URL", home.url());
            program.env("BETTER_AUTH_SECRET", SECRET).run().await
        };
        assert!(run(&["doctor"]).await.stdout.contains("pending"));
        run(&["migrate"]).await;
        let healthy = run(&["doctor"]).await;
        assert_eq!(healthy.code, Some(0), "{}", healthy.stdout);
        assert!(healthy.stdout.contains("up to date"), "{}", healthy.stdout);
        // The example of the operator is of a server with keys.
        let mut shown = checks(include_str!("../../docs/operations.md"));
        assert_eq!(shown.pop(), Some("keys"));
        assert_eq!(checks(&healthy.stdout), shown);
        let token = run(&["token", "--user", "ada"]).await.stdout;
        let good = run(&["doctor", "--json", "--token", token.trim()]).await;
        assert_eq!(good.code, Some(0), "{}", good.stdout);
        let report: Value = serde_json::from_str(&good.stdout).unwrap();
        assert!(
            report["token"]
                .as_array()
                .unwrap()
                .iter()
                .all(|step| step["outcome"] != "failed")
        );
        let bad = format!("{}x", token.trim());
        let refused = run(&["doctor", "--token", &bad]).await;
        assert_eq!(refused.code, Some(1));
        assert!(
            refused.stdout.contains("FAILED") && !refused.stdout.contains(&bad),
            "{}",
            refused.stdout
        );
    }
    let broken = Tickbox::new(["doctor"])
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/x")
        .env("PORT", "x")
        .env("RUST_LOG", "ifno")
        .run()
        .await;
    assert_eq!(broken.code, Some(1));
    assert!(
        broken.stdout.contains("RUST_LOG has \"ifno\"")
            && broken.stdout.contains("PORT is \"x\"")
            && broken.stdout.contains("cannot be used now"),
        "{}",
        broken.stdout
    );
}
