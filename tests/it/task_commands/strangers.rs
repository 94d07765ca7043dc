//! Servers that are none of ours, or not as the URL says: what they answer is not taken for tasks.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use super::Desk;

/// A server that takes everything, and answers with this.
async fn stranger(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    TaskTracker::new().spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            let mut piece = [0; 4096];
            assert_ne!(line.read(&mut piece).await.unwrap(), 0);
            line.write_all(answer.as_bytes()).await.unwrap();
            // The rest of the request is taken, or the answer might be lost with the line.
            while let Ok(1..) = line.read(&mut piece).await {}
        }
    });
    url
}

#[tokio::test]
async fn what_is_no_answer_is_not_taken_for_one() {
    let desk = Desk::new().await;
    let file = desk.file("t.csv", "TYPE,CONTENT\ntask,A\n");
    let id = "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f";
    for body in [
        "{}",
        "[]",
        "null",
        "hello",
        r#"{"tasks":[{}],"count":1,"lists":[],"changes":[{}],"results":[{}]}"#,
    ] {
        let url = stranger(body).await;
        let expected = format!(
            "tickbox: what {url}/ answers is no answer of tickbox: is it a tickbox server?\n"
        );
        for words in [
            &["list"][..],
            &["list", "--json"],
            &["search", "a"],
            &["add", "a"],
            &["add", "a", "--list", "Home"],
            &["done", id],
            &["done", "398f"],
            &["edit", id, "--title", "b"],
            &["move", id],
            &["undo"],
            &["undo", "7"],
            &["undo", "--import", id],
            &["import", &file],
        ] {
            // A list of no lists is one.
            let expected = match (body.len() > 9, words.get(2)) {
                (true, Some(&"--list")) => "tickbox: there is no list \"Home\". There are: inbox\n",
                _ => &expected,
            };
            let refused = desk.refuses(&[words, &["--url", &url]].concat()).await;
            assert_eq!(refused, (1, expected.to_owned()), "{words:?} {body}");
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_is_told_from_one_that_is_not_there() {
    let desk = Desk::new().await;
    let (_, place) = desk.server.url.split_once("://").unwrap();
    let url = format!("https://{place}");
    let (code, said) = desk.refuses(&["list", "--url", &url]).await;
    let start = format!("tickbox: the TLS handshake with {url}/ failed (");
    let end = format!("): if it speaks no TLS, set TICKBOX_URL=http://{place}/\n");
    assert!(
        code == 1 && said.starts_with(&start) && said.ends_with(&end),
        "{said}"
    );
}
