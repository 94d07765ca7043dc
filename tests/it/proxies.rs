//! The program behind real proxies: nginx with its defaults, with a cache and with the file that `deploy` has; HAProxy
//! that compresses.

use std::path::Path;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode};
use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::SECRET;
use crate::support::process::{Running, Tickbox, http};
use crate::support::proxies::Proxy;

/// nginx with its own defaults; `extra` stands in `http`.
fn configuration(extra: &str, within: &str) -> String {
    format!(
        "events {{}}\nhttp {{\n{extra}\naccess_log off;\nserver {{ listen 80; location / {{\n\
         proxy_pass http://127.0.0.1:8000;\n{within}\n}} }} }}"
    )
}

/// A server, and a token of the user.
async fn serve(user: &str) -> (Running, String) {
    let server = Tickbox::new(["serve"])
        .env("BETTER_AUTH_SECRET", SECRET)
        .env("TRUSTED_PROXIES", "127.0.0.1");
    let token = Tickbox::new(["token", "--user", user]).env("BETTER_AUTH_SECRET", SECRET);
    let token = token.run().await.stdout.trim().to_owned();
    (server.serve().await, token)
}

/// A server, a proxy before it, and a user with a token.
struct Setup {
    proxy: Proxy,
    server: Running,
    user: String,
    token: String,
}

impl Setup {
    async fn new(configuration: &str) -> Self {
        Self::of_user(configuration, "ada").await
    }

    async fn of_user(configuration: &str, user: &str) -> Self {
        let (server, token) = serve(user).await;
        Self {
            proxy: Proxy::nginx(configuration, &server.url).await,
            server,
            user: user.replace('/', "%2F"),
            token,
        }
    }

    async fn behind_haproxy(configuration: &str) -> Self {
        let (server, token) = serve("ada").await;
        Self {
            proxy: Proxy::haproxy(configuration, &server.url).await,
            server,
            user: "ada".to_owned(),
            token,
        }
    }
    /// A request through the proxy, with the token; the path is what stands behind the user.
    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let (url, user) = (&self.proxy.url, &self.user);
        let url = format!("{url}/api/{user}{path}");
        http().request(method, url).bearer_auth(&self.token)
    }

    async fn create(&self, title: &str) -> (HeaderMap, Value) {
        let body = json!({"title": title}).to_string();
        let request = self.ask(Method::POST, "/tasks").body(body);
        let answer = request.header("content-type", "application/json");
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        let headers = answer.headers().clone();
        (headers, read(answer).await)
    }
}

async fn read(answer: reqwest::Response) -> Value {
    let text = answer.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

fn deployed() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/nginx.conf");
    let text = std::fs::read_to_string(file).unwrap();
    text.replace("access_log /dev/stdout tickbox;", "access_log off;")
}

#[tokio::test]
async fn a_shared_cache_gives_nobody_the_answer_to_another() {
    let cache = "proxy_cache_path cache keys_zone=all:1m;\n";
    let rules = "proxy_cache all; proxy_cache_valid any 10m; add_header X-Cache $upstream_cache_status always;";
    let setup = Setup::new(&configuration(cache, rules)).await;
    let (_, task) = setup.create("Mine").await;
    let task = format!("/tasks/{}", task["id"].as_str().unwrap());
    for path in [
        "/tasks".to_owned(),
        "/tasks?limit=5".to_owned(),
        "/tasks?deleted=true".to_owned(),
        format!("{task}/history"),
        task,
        "/changes".to_owned(),
    ] {
        let request = || setup.ask(Method::GET, &path);
        for _ in 0..2 {
            assert_eq!(
                request().send().await.unwrap().status(),
                StatusCode::OK,
                "{path}"
            );
        }
        let stranger = http().get(format!("{}/api/ada{path}", setup.proxy.url));
        let stranger = stranger.send().await.unwrap();
        assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED, "{path}");
        // Nor is the refusal kept for the owner.
        assert_eq!(
            request().send().await.unwrap().status(),
            StatusCode::OK,
            "{path}"
        );
    }
    // The cache works: what is for everybody comes from it.
    let style = format!("{}/docs/swagger-ui.css", setup.proxy.url);
    for kept in ["MISS", "HIT"] {
        let answer = http().get(&style).send().await.unwrap();
        assert_eq!(answer.headers()["x-cache"], kept);
    }
}

/// It takes as long as it waits: most of a minute.
#[tokio::test]
async fn nobody_who_waits_for_changes_is_cut_off() {
    let setup = Setup::new(&configuration("", "")).await;
    let (_, page) = (
        setup.create("Seen").await,
        setup.ask(Method::GET, "/changes"),
    );
    let page = read(page.send().await.unwrap()).await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let path = format!("/changes?since={cursor}&wait=60");
    let waiting = (0..40).map(|_| async {
        let begun = Instant::now();
        let answer = setup.ask(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(read(answer).await["changes"], json!([]));
        begun.elapsed()
    });
    for time in join_all(waiting).await {
        assert!(
            (Duration::from_secs(40)..Duration::from_secs(50)).contains(&time),
            "{time:?}"
        );
    }
}

#[tokio::test]
async fn a_tag_is_good_after_nginx_has_compressed_the_answer() {
    let gzip = "gzip on; gzip_types application/json; gzip_min_length 0; gzip_proxied any;";
    a_compressed_tag_is_good(&Setup::new(&configuration(gzip, "")).await).await;
}

#[tokio::test]
async fn a_tag_is_good_after_haproxy_has_compressed_the_answer() {
    let configuration = "defaults\n mode http\n timeout connect 5s\n timeout client 50s\n timeout server 50s\n\
        frontend all\n bind :80\n default_backend tickbox\n\
        backend tickbox\n compression algo gzip\n compression type application/json\n \
        server one 127.0.0.1:8000\n";
    a_compressed_tag_is_good(&Setup::behind_haproxy(configuration).await).await;
}

async fn a_compressed_tag_is_good(setup: &Setup) {
    let (_, task) = setup.create("Compressed").await;
    let path = format!("/tasks/{}", task["id"].as_str().unwrap());
    for path in [path.as_str(), "/tasks", "/tasks?limit=5"] {
        let get = || {
            setup
                .ask(Method::GET, path)
                .header("accept-encoding", "gzip")
        };
        let answer = get().send().await.unwrap();
        assert_eq!(answer.headers()["content-encoding"], "gzip");
        let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
        assert!(tag.starts_with("W/\""), "{tag}");
        let again = get().header("if-none-match", &tag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        if path.contains(task["id"].as_str().unwrap()) {
            let change = setup.ask(Method::PUT, path).header("if-match", &tag);
            let change = change.header("content-type", "application/json");
            let answer = change.body(r#"{"title": "Changed"}"#).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn the_file_of_deploy_lets_streams_and_large_bodies_through() {
    let setup = Setup::new(&deployed()).await;
    let mut stream = setup.ask(Method::GET, "/events").send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let ready = stream.chunk().await.unwrap().unwrap();
    assert!(ready.starts_with(b"event: ready\n"), "{ready:?}");
    setup.create("At once").await;
    let mut heard = String::new();
    while !heard.contains("At once") {
        let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
        heard += std::str::from_utf8(&chunk).unwrap();
    }

    let batch = |token: &str, count: usize| {
        let text = "x".repeat(2000);
        let create = json!({"op": "create", "title": "x", "description": text});
        let body = json!({"operations": vec![create; count]}).to_string();
        let request = http().post(format!("{}/api/ada/tasks/batch", setup.proxy.url));
        let request = request.header("content-type", "application/json");
        request.bearer_auth(token).body(body).send()
    };
    // Larger than what nginx takes by itself.
    assert_eq!(
        batch(&setup.token, 490).await.unwrap().status(),
        StatusCode::OK
    );
    // A refusal is heard although most of the body is still on its way.
    for _ in 0..10 {
        let too_large = batch(&setup.token, 5000).await.unwrap();
        assert_eq!(too_large.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(read(too_large).await["error"]["code"], "PAYLOAD_TOO_LARGE");
        let stranger = batch("no token", 490).await.unwrap();
        assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    }

    let list = setup
        .ask(Method::GET, "/tasks")
        .header("accept-encoding", "gzip");
    let list = list.send().await.unwrap();
    assert_eq!(list.headers()["content-encoding"], "gzip");
    assert!(list.headers()["etag"].to_str().unwrap().starts_with("W/\""));
}

#[tokio::test]
async fn the_file_of_deploy_lets_imports_through() {
    let mut setup = Setup::of_user(&deployed(), "a/b").await;
    setup.proxy.url += "/tasks-api";
    let description = "x".repeat(2000);
    let mut file = "{\"kind\": \"tickbox\", \"version\": 1}\n".to_owned();
    for number in 0..600 {
        let id = format!("01990f3e-8a5c-7cc3-98c4-{number:012x}");
        let task = json!({"kind": "task", "id": id, "title": "x", "description": description});
        file += &task.to_string();
        file.push('\n');
    }
    let import = setup.ask(Method::POST, "/import").body(file);
    let import = import.header("content-type", "application/x-ndjson").send();
    let told = read(import.await.unwrap()).await;
    assert_eq!(told["created"], 600, "{told}");
    let undo = format!("/imports/{}/undo", told["id"].as_str().unwrap());
    let undo = setup.ask(Method::POST, &undo).send().await.unwrap();
    assert_eq!(read(undo).await["removed"], 600);
    // A refusal is heard although the body is still on its way, and ours, not nginx's.
    let large = vec![b' '; 64 * 1024 * 1024 + 1];
    let import = setup.ask(Method::POST, "/import").body(large);
    let import = import.header("content-type", "application/x-ndjson").send();
    let refused = read(import.await.unwrap()).await;
    assert_eq!(refused["error"]["code"], "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn the_file_of_deploy_takes_a_prefix_off() {
    let mut setup = Setup::of_user(&deployed(), "a/b").await;
    let bare = setup.proxy.url.clone();
    setup.proxy.url += "/tasks-api";
    let (headers, task) = setup.create("One").await;
    let id = task["id"].as_str().unwrap();
    let location = headers["location"].to_str().unwrap().to_owned();
    assert_eq!(location, format!("/tasks-api/api/a%2Fb/tasks/{id}"));
    let get = |path: &str| {
        http()
            .get(format!("{bare}{path}"))
            .bearer_auth(&setup.token)
    };
    assert_eq!(
        get(&location).send().await.unwrap().status(),
        StatusCode::OK
    );
    setup.create("Two").await;
    let page = setup
        .ask(Method::GET, "/tasks?limit=1")
        .send()
        .await
        .unwrap();
    let link = page.headers()["link"].to_str().unwrap().to_owned();
    assert!(
        link.starts_with("</tasks-api/api/a%2Fb/tasks?limit=1&cursor="),
        "{link}"
    );
    let next = link[1..].split_once('>').unwrap().0;
    assert_eq!(
        read(get(next).send().await.unwrap()).await["tasks"][0]["title"],
        "One"
    );

    for page in ["/tasks-api/docs", "/tasks-api/docs/", "/docs"] {
        let address = reqwest::Url::parse(&format!("{bare}{page}")).unwrap();
        let text = get(page).send().await.unwrap().text().await.unwrap();
        let files = text
            .split('"')
            .filter(|part| [".css", ".js"].iter().any(|end| part.ends_with(end)));
        let files: Vec<_> = files.map(|file| address.join(file).unwrap()).collect();
        assert_eq!(files.len(), 3, "{text}");
        for file in files {
            let answer = http().get(file.clone()).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{file}");
        }
    }
    // Without the prefix there is none in the answer, and a stranger cannot have one.
    setup.proxy.url = bare;
    let plain = setup.create("Three").await.0["location"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(plain.starts_with("/api/"), "{plain}");
    let redirect = reqwest::Client::builder().no_proxy();
    let redirect = redirect
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let redoc = format!("{}/tasks-api/redoc", setup.proxy.url);
    let redoc = redirect.get(redoc).send().await.unwrap();
    assert_eq!(redoc.headers()["location"], "/tasks-api/docs");
}

#[tokio::test]
async fn the_file_of_deploy_says_in_json_that_the_server_is_away() {
    let setup = Setup::new(&deployed()).await;
    let request = setup.ask(Method::GET, "/tasks");
    setup.server.terminate();
    assert_eq!(setup.server.ended().await.code, Some(0));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["retry-after"], "1");
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(read(answer).await["error"]["code"], "SERVICE_UNAVAILABLE");
}
