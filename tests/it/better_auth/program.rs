//! The real binary beside a real Better Auth server: from sign-up to a task, and what `doctor` says.

use serde_json::{Value, json};

use crate::support::better_auth::{BetterAuth, SECRET};
use crate::support::process::{Ended, Tickbox};

#[tokio::test]
async fn a_server_needs_the_url_alone() {
    let issuer = BetterAuth::start(json!({})).await;
    let mut server = Tickbox::new(["serve"])
        .env("BETTER_AUTH_URL", &issuer.url)
        .serve()
        .await;
    server.logged("key set loaded").await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ada = issuer.sign_up("Ada").await;
    let eve = issuer.sign_up("Eve").await;
    let tasks = format!("{}/api/{}/tasks", server.url, ada.id);
    let list = async |token: &str| {
        let answer = http.get(&tasks).bearer_auth(token).send().await.unwrap();
        answer.status().as_u16()
    };
    let token = issuer.token(&ada).await;
    let created = http
        .post(&tasks)
        .bearer_auth(&token)
        .header("content-type", "application/json")
        .body(json!({"title": "Buy milk"}).to_string());
    assert_eq!(created.send().await.unwrap().status(), 201);
    assert_eq!(list(&token).await, 200);
    assert_eq!(list(&issuer.token(&eve).await).await, 404);
    assert_eq!(list(&ada.session_token).await, 401);

    // The log has the facts of what was refused, and not the thing itself.
    let foreign = json!({"sub": ada.id, "aud": "https://other.example"});
    let foreign = issuer.sign(foreign).await;
    assert_eq!(list(&foreign).await, 401);
    server.logged("audience_mismatch").await;
    let log = server.stderr();
    let line = log.lines().find(|line| line.contains("audience_mismatch"));
    let line = line.unwrap();
    let iss = format!("iss=\"{}\"", issuer.url);
    for fact in [
        "alg=\"EdDSA\"",
        "kid=\"",
        "aud=\"https://other.example\"",
        &iss,
    ] {
        assert!(line.contains(fact), "{fact}: {line}");
    }
    for secret in [&token, &foreign, &ada.session_token] {
        assert!(!log.contains(secret), "{log}");
    }
}

/// Runs `doctor` with a token, and gives its report and how it ended.
async fn examined(variables: &[(&str, &str)], token: &str) -> (Value, Ended) {
    let doctor = Tickbox::new(["doctor", "--json", "--token", token]);
    let with = |doctor: Tickbox, (name, value): &(&str, &str)| doctor.env(name, value);
    let ended = variables.iter().fold(doctor, with).run().await;
    assert!(!ended.stdout.contains(token), "{}", ended.stdout);
    let report = serde_json::from_str(&ended.stdout).unwrap();
    (report, ended)
}

/// The first rule that a token breaks, with what the doctor says of it.
fn first_broken(report: &Value) -> (&str, String) {
    let steps = report["token"].as_array().unwrap();
    let failed = steps.iter().find(|step| step["outcome"] == "failed");
    failed.map_or(("", String::new()), |step| {
        let text = |name: &str| step[name].as_str().unwrap();
        (
            text("reason"),
            format!("{}; {}", text("detail"), text("cure")),
        )
    })
}

#[tokio::test]
async fn the_doctor_names_what_is_wrong_with_a_token() {
    let issuer = BetterAuth::start(json!({})).await;
    let ada = issuer.sign_up("Ada").await;
    let good = issuer.token(&ada).await;
    let expired = json!({"sub": ada.id, "iat": 1_700_000_000, "exp": 1_700_000_900});
    let expired = issuer.sign(expired).await;
    let with_slash = json!({"sub": ada.id, "aud": format!("{}/", issuer.url)});
    let with_slash = issuer.sign(with_slash).await;
    let signature = good.rfind('.').unwrap() + 1;
    let changed = if good[signature..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    let forged = format!("{}{changed}{}", &good[..signature], &good[signature + 1..]);
    let url = [("BETTER_AUTH_URL", issuer.url.as_str())];
    let with_port = issuer.url.replace("127.0.0.1", "localhost");
    let localhost = [("BETTER_AUTH_URL", with_port.as_str())];
    let secret = [("BETTER_AUTH_SECRET", SECRET)];
    for (variables, token, reason, words) in [
        (&url, &good, "", ""),
        (&url, &expired, "token_expired", "get a new one"),
        (&url, &with_slash, "audience_mismatch", "a trailing slash"),
        (&url, &forged, "bad_signature", "does not fit key"),
        (
            &url,
            &ada.session_token,
            "opaque_session_token",
            "GET /api/auth/token",
        ),
        (
            &url,
            &issuer.mailed().await,
            "no_secret_configured",
            "never signs HS256",
        ),
        (&secret, &good, "no_keys_configured", "set BETTER_AUTH_URL"),
        (
            &localhost,
            &good,
            "issuer_mismatch",
            "localhost and 127.0.0.1",
        ),
    ] {
        let (report, ended) = examined(variables, token).await;
        let (found, said) = first_broken(&report);
        assert_eq!(found, reason, "{report:#}");
        assert!(said.contains(words), "{said}");
        assert_eq!(
            ended.code,
            Some(i32::from(!reason.is_empty())),
            "{report:#}"
        );
    }
}

#[tokio::test]
async fn the_doctor_says_why_there_are_no_keys() {
    let issuer = BetterAuth::start(json!({})).await;
    let keys = format!("{}/api/auth/jwks/", issuer.url);
    let ended = Tickbox::new(["doctor"])
        .env("BETTER_AUTH_URL", &issuer.url)
        .env("JWKS_URL", &keys)
        .run()
        .await;
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    let said = ended.stdout.replace(char::is_whitespace, "");
    assert!(
        said.contains("404") && said.contains("withoutatrailingslash"),
        "{}",
        ended.stdout
    );
}
