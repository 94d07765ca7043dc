//! `docs/cli.md` does as it says: its commands are run in order, and print what stands below them.

use serde_json::json;

use super::carrying;
use crate::support::guide::Guide;
use crate::support::process::http;
use crate::support::terminal::Terminal;
use crate::support::{Home, better_auth::lasting_port};

async fn follow(database: Option<&str>) {
    let mut guide = Guide::open("docs/cli.md", &[]);
    // A reader types the ids that came instead of these.
    guide.types_names = true;
    let port = lasting_port().to_string();
    let url = format!("http://127.0.0.1:{port}");
    let mut variables = vec![("PORT", &*port), ("TICKBOX_URL", &*url)];
    variables.extend(database.map(|url| ("DATABASE_URL", url)));
    let mut terminal = Terminal::open(true, &variables);
    std::fs::write(
        terminal.folder.path().join("todoist.csv"),
        carrying::REPEATING,
    )
    .unwrap();
    guide.serve_first(&mut terminal, "tickbox").await;
    let token = terminal.run("tickbox token --user demo").await.text;
    let home = http()
        .post(format!("{url}/api/demo/lists"))
        .bearer_auth(token.trim())
        .header("content-type", "application/json")
        .body(json!({"name": "Home"}).to_string());
    let home = home.send().await.unwrap().text().await.unwrap();
    let home: serde_json::Value = serde_json::from_str(&home).unwrap();
    // The beginning that all ids have in common.
    guide.learn("01a2", &home["id"].as_str().unwrap()[..4]);
    guide.follow(&mut terminal).await;
    assert!(guide.count >= 16, "{} examples", guide.count);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_does_as_it_says_on_sqlite() {
    follow(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_does_as_it_says_on_postgres() {
    let home = Home::postgres().await;
    follow(Some(&home.url())).await;
}
