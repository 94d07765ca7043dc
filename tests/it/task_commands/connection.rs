//! How a command finds its server and its user, what it does when an answer does not come, and how it looks on a terminal.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

use super::{Desk, File, short};
use crate::support::process::Tickbox;

/// What a server says that has too much to do.
fn busy() -> String {
    let body = r#"{"error":{"code":"SERVICE_UNAVAILABLE","message":"Too much now"}}"#;
    let length = body.len();
    format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 0\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn without_a_token_it_says_how_to_get_one() {
    let desk = Desk::new().await;
    let program = env!("CARGO_BIN_EXE_tickbox");
    for empty in [None, Some("")] {
        let mut list = Tickbox::new(["tasks", "list"]).env("TICKBOX_URL", &desk.server.url);
        if let Some(empty) = empty {
            list = list.env("TICKBOX_TOKEN", empty);
        }
        let ended = list.run().await;
        let expected = format!(
            "tickbox: no token: in development `export TICKBOX_TOKEN=$({program} token --user ID)` makes one, \
             in the server's directory\n"
        );
        assert_eq!((ended.code, ended.stderr), (Some(2), expected));
    }
    let flags = ["tasks", "list", "--url", "https://tasks.example"];
    let ended = Tickbox::new(flags).run().await;
    let expected =
        "tickbox: no token: set TICKBOX_TOKEN to one that your app's sign-in has issued\n";
    assert_eq!((ended.code, &*ended.stderr), (Some(2), expected));
}

#[tokio::test]
async fn the_flags_win_and_the_token_says_whose_tasks_they_are() {
    let desk = Desk::new().await;
    desk.add(&["Mine"]).await;
    let flags = [
        "tasks",
        "--url",
        &desk.server.url,
        "list",
        "--token",
        &desk.token,
        "--json",
    ];
    let ended = Tickbox::new(flags)
        .env("TICKBOX_URL", "http://127.0.0.1:1")
        .env("TICKBOX_TOKEN", "other")
        .run()
        .await;
    assert!(
        ended.code == Some(0) && ended.stdout.contains("\"Mine\""),
        "{ended:?}"
    );
    let (code, said) = desk.refuses(&["list", "--user", "bea"]).await;
    let expected = "tickbox: Task not found. The token is that of ada, and not of bea\n";
    assert_eq!((code, &*said), (1, expected));
    let (code, said) = desk.refuses(&["list", "--token", "opaque"]).await;
    assert_eq!(
        (code, &*said),
        (
            2,
            "tickbox: the token does not say whose it is: name the user with --user ID\n"
        )
    );
    for wrong in ["127.0.0.1:8000", "ftp://tasks.example", "x"] {
        let (code, said) = desk.refuses(&["list", "--url", wrong]).await;
        assert!(
            code == 2 && said.contains(" is no URL of a server. Example: "),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_any_more_is_replaced() {
    let desk = Desk::new().await;
    let (signed, _) = desk.token.rsplit_once('.').unwrap();
    let forged = format!("{signed}.AAAA");
    let (code, said) = desk.refuses(&["list", "--token", &forged]).await;
    let program = env!("CARGO_BIN_EXE_tickbox");
    let end = format!(
        ". Set TICKBOX_TOKEN to a fresh one: your app's sign-in issues it, or, if the server has a secret, \
         export TICKBOX_TOKEN=$({program} token --user ada)\n"
    );
    assert!(
        code == 1 && said.starts_with("tickbox: Invalid token") && said.ends_with(&end),
        "{said}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let words = [
        "tasks", "list", "--url", &url, "--token", "x", "--user", "ada",
    ];
    let ended = Tickbox::new(words).run().await;
    let start = format!("tickbox: nobody answers at {url}/ (");
    assert!(
        ended.code == Some(1) && ended.stderr.starts_with(&start),
        "{ended:?}"
    );
}

/// The first line of an export.
const HALF: &str = "{\"kind\":\"tickbox\",\"version\":1}\n";

/// What happens to a connection on its way.
#[derive(Clone, Copy)]
enum Way {
    /// The request arrives, and its answer does not.
    Loses,
    /// Nothing arrives, and the answer is that of `busy`.
    Busy,
    /// Half an export arrives.
    Cuts,
    /// The answer is this one, of somebody else.
    Answers(&'static str),
}

/// A way to the server on which this happens to one connection after the other, and then nothing any more.
async fn way(server: &str, happens: Vec<Way>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = server.trim_start_matches("http://").to_owned();
    TaskTracker::new().spawn(async move {
        let mut happens = happens.into_iter();
        while let Ok((mut inner, _)) = listener.accept().await {
            match happens.next() {
                Some(Way::Loses) => lose(&mut inner, &server).await,
                Some(Way::Busy) => {
                    let mut request = [0; 4096];
                    assert_ne!(inner.read(&mut request).await.unwrap(), 0);
                    inner.write_all(busy().as_bytes()).await.unwrap();
                }
                Some(Way::Cuts) => {
                    assert_ne!(inner.read(&mut [0; 4096]).await.unwrap(), 0);
                    let half = format!(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{HALF}\r\n",
                        HALF.len()
                    );
                    inner.write_all(half.as_bytes()).await.unwrap();
                }
                Some(Way::Answers(body)) => {
                    assert_ne!(inner.read(&mut [0; 4096]).await.unwrap(), 0);
                    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length";
                    let answer = format!("{head}: {}\r\n\r\n{body}", body.len());
                    inner.write_all(answer.as_bytes()).await.unwrap();
                }
                None => {
                    let mut outer = TcpStream::connect(&server).await.unwrap();
                    // However it ends, the client has seen it.
                    let _ = copy_bidirectional(&mut inner, &mut outer).await;
                }
            }
        }
    });
    url
}

/// Carries a request over, and drops the line when its answer comes.
async fn lose(inner: &mut TcpStream, server: &str) {
    let mut outer = TcpStream::connect(server).await.unwrap();
    let mut piece = [0; 4096];
    loop {
        tokio::select! {
            read = inner.read(&mut piece) => {
                let length = read.unwrap();
                outer.write_all(&piece[..length]).await.unwrap();
            }
            _ = outer.readable() => return,
        }
    }
}

#[tokio::test]
async fn what_is_sent_again_is_done_once() {
    let desk = Desk::new().await;
    let happens = vec![Way::Loses, Way::Busy, Way::Loses];
    let url = way(&desk.server.url, happens).await;
    let said = desk.says(&["add", "Once", "--url", &url]).await;
    assert!(said.starts_with("Added "), "{said}");
    assert_eq!(desk.titles(&["list"]).await, ["Once"]);
    let file = desk.file("t.csv", "TYPE,CONTENT\ntask,From a file\n");
    let url = way(&desk.server.url, vec![Way::Busy]).await;
    let exported = desk.says(&["export", "--url", &url]).await;
    assert_eq!(exported.lines().count(), 2);
    let url = way(&desk.server.url, vec![Way::Loses]).await;
    desk.says(&["import", &file, "--url", &url]).await;
    assert_eq!(desk.titles(&["search", "file"]).await, ["From a file"]);
}

#[tokio::test]
async fn it_gives_up_in_the_end() {
    let desk = Desk::new().await;
    let url = way(&desk.server.url, vec![Way::Busy; 9]).await;
    let said = desk.refuses(&["add", "Never", "--url", &url]).await;
    assert_eq!(said, (1, "tickbox: Too much now\n".to_owned()));
    let mut happens = vec![Way::Busy; 5];
    happens[0] = Way::Loses;
    let url = way(&desk.server.url, happens).await;
    let said = desk.refuses(&["add", "Perhaps", "--url", &url]).await;
    let expected = "tickbox: Too much now. It is not known whether this was done: look\n";
    assert_eq!(said, (1, expected.to_owned()));
    let url = way(&desk.server.url, vec![Way::Loses; 9]).await;
    let (code, said) = desk.refuses(&["list", "--url", &url]).await;
    assert!(code == 1 && said.contains(" does not answer: "), "{said}");
    let url = way(&desk.server.url, vec![Way::Loses; 9]).await;
    let (code, said) = desk.refuses(&["add", "Perhaps", "--url", &url]).await;
    assert!(
        code == 1 && said.contains("it is not known whether this was done"),
        "{said}"
    );
    assert_eq!(desk.titles(&["list"]).await, ["Perhaps", "Perhaps"]);
}

#[tokio::test]
async fn an_export_that_breaks_off_is_no_file() {
    let desk = Desk::new().await;
    let url = way(&desk.server.url, vec![Way::Cuts; 2]).await;
    let path = desk.server.directory().join("all.ndjson");
    let name = path.display().to_string();
    let (code, said) = desk.refuses(&["export", &name, "--url", &url]).await;
    assert!(
        code == 1 && said.contains("the export broke off, and is not whole"),
        "{said}"
    );
    let left = std::fs::read_dir(desk.server.directory()).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = left.filter(|name| name.contains("ndjson")).collect();
    assert_eq!(left, [""; 0]);
    let ended = desk.run(&["export", "--url", &url]).await;
    assert_eq!((ended.code, &*ended.stdout), (Some(1), HALF));
}

#[tokio::test]
async fn what_is_no_export_takes_the_place_of_none() {
    let desk = Desk::new().await;
    let path = desk.server.directory().join("all.ndjson");
    let name = path.display().to_string();
    let beside = desk.server.directory().join("all.ndjson.part");
    std::fs::write(&beside, "somebody's").unwrap();
    desk.says(&["export", &name]).await;
    let good = std::fs::read(&path).unwrap();
    assert!(good.starts_with(b"{\"kind\""));
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for other in [
        "<html>\n</html>\n",
        "",
        "{}",
        "null\n",
        "{\"kind\":\"tickbox\"}",
    ] {
        let url = way(&desk.server.url, vec![Way::Answers(other)]).await;
        let words = ["export", "--force", &name, "--url", &url];
        let (code, said) = desk.refuses(&words).await;
        assert!(
            code == 1 && said.contains("is no export"),
            "{other}: {said}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), good, "{other}");
    }
    assert_eq!(std::fs::read(&beside).unwrap(), b"somebody's");
}

/// What a command writes where its output is a terminal.
fn on_a_terminal(desk: &Desk, words: &[&str], variables: &[(&str, &str)]) -> String {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let path = OsStr::from_bytes(name.as_bytes());
    let screen = File::options().read(true).write(true).open(path).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tickbox"));
    command
        .arg("tasks")
        .args(words)
        .env_clear()
        .env("TICKBOX_URL", &desk.server.url)
        .env("TICKBOX_TOKEN", &desk.token)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(screen.try_clone().unwrap())
        .stderr(screen);
    let mut child = command.spawn().unwrap();
    // It has the screen as well, and a terminal ends only when nobody has it any more.
    drop(command);
    let (mut terminal, mut shown, mut piece) = (File::from(terminal), Vec::new(), [0; 4096]);
    // Its end is an error on Linux.
    while let Ok(length @ 1..) = terminal.read(&mut piece) {
        shown.extend_from_slice(&piece[..length]);
    }
    assert!(child.wait().unwrap().success());
    String::from_utf8(shown).unwrap().replace("\r\n", "\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_terminal_has_colours_and_progress() {
    let desk = Desk::new().await;
    let late = desk.add(&["Late", "--due", "2020-01-01"]).await;
    let now = desk.add(&["Now", "--due", "today"]).await;
    let next = desk.add(&["Next", "--due", "tomorrow"]).await;
    let plain = desk.says(&["list"]).await;
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let zone = ("TZ", "Europe/Berlin");
    let shown = on_a_terminal(&desk, &["list"], &[zone]);
    for (paint, start) in [("1", "id "), ("31", short(&late)), ("33", short(&now))] {
        assert!(
            shown.contains(&format!("\u{1b}[{paint}m{start}")),
            "{shown}"
        );
    }
    assert!(shown.contains(&format!("\n{}", short(&next))), "{shown}");
    assert_eq!(
        on_a_terminal(&desk, &["list"], &[zone, ("NO_COLOR", "1")]),
        plain
    );
    assert_eq!(
        on_a_terminal(&desk, &["list"], &[zone, ("TERM", "dumb")]),
        plain
    );

    let file = desk.file("t.csv", "TYPE,CONTENT\ntask,One more\n");
    let shown = on_a_terminal(&desk, &["import", &file], &[]);
    let start = "\r0.0 of 0.0 MiB sent (100%)\u{1b}[K\r\u{1b}[KImported 1 task\n";
    assert!(shown.starts_with(start), "{shown:?}");
    let shown = on_a_terminal(&desk, &["export"], &[]);
    assert!(shown.contains(" MiB received"), "{shown:?}");
    let dumb = [("TERM", "dumb")];
    let shown = on_a_terminal(&desk, &["import", &file], &dumb);
    assert!(shown.starts_with("Imported 0 tasks\n"), "{shown:?}");
    let shown = on_a_terminal(&desk, &["export"], &dumb);
    assert!(shown.starts_with("{\"kind\": \"tickbox\""), "{shown:?}");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
}
