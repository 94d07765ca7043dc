//! A client with a copy, kept by `changes` and `events` alone, and with an outbox that is emptied when there is a line.

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::http::StatusCode;
use futures_util::FutureExt;
use serde_json::Value;

use super::deed::{Deed, Known};
use super::referee::Referee;
use crate::support::Client;
use crate::support::dice::Dice;
use crate::support::listening::Listening;

pub(super) struct Device {
    name: String,
    dice: Dice,
    pub(super) is_online: bool,
    copy: BTreeMap<String, Value>,
    cursor: Option<String>,
    /// The latest change that it was told.
    last_seq: i64,
    /// Tasks that it was told are deleted.
    gone: Vec<String>,
    outbox: Vec<Deed>,
    thought_of: usize,
}

impl Device {
    pub(super) fn new(name: String, dice: Dice) -> Self {
        Self {
            name,
            dice,
            is_online: true,
            copy: BTreeMap::new(),
            cursor: None,
            last_seq: 0,
            gone: Vec::new(),
            outbox: Vec::new(),
            thought_of: 0,
        }
    }

    pub(super) fn copy(&self) -> impl Iterator<Item = &Value> {
        self.copy.values()
    }

    /// Something, by chance. `may_hang_up`: whether requests may be left before they are answered.
    pub(super) async fn act(
        &mut self,
        server: &Client,
        referee: &RefCell<Referee>,
        may_hang_up: bool,
    ) {
        match self.dice.roll(10) {
            0..3 => self.think(),
            _ if !self.is_online => {}
            3..7 => self.send_one(server, referee, may_hang_up).await,
            7..9 => {
                self.read_page(server, referee).await;
            }
            _ => self.listen(server, referee).await,
        }
    }

    fn think(&mut self) {
        let name = format!("{}-{}", self.name, self.thought_of);
        self.thought_of += 1;
        let version = |task: &Value| task["version"].as_i64().unwrap();
        let tasks = self.copy.iter();
        let known = Known {
            tasks: tasks.map(|(id, task)| (&**id, version(task))).collect(),
            gone: &self.gone,
            last_seq: self.last_seq,
        };
        let deed = Deed::think_of(&mut self.dice, name, &known);
        self.outbox.push(deed);
    }

    /// Not always the oldest first.
    async fn send_one(&mut self, server: &Client, referee: &RefCell<Referee>, may_hang_up: bool) {
        if self.outbox.is_empty() {
            return;
        }
        let late = self.dice.percent(30);
        let place = if late {
            self.dice.roll(self.outbox.len())
        } else {
            0
        };
        let deed = &mut self.outbox[place];
        deed.was_sent = true;
        let send = || server.send(deed.request(server));
        let is_done = match self.dice.roll(10) {
            // The line breaks when the request has left.
            0 if may_hang_up => {
                let _ = send().now_or_never();
                false
            }
            // The answer is lost.
            0 | 1 => {
                let answer = send().await;
                referee.borrow_mut().hear(deed, &answer);
                false
            }
            // It is sent twice.
            2 => {
                let (first, second) = tokio::join!(send(), send());
                let mut referee = referee.borrow_mut();
                referee.hear(deed, &first) | referee.hear(deed, &second)
            }
            _ => {
                let answer = send().await;
                referee.borrow_mut().hear(deed, &answer)
            }
        };
        if is_done {
            self.outbox.remove(place);
        }
    }

    /// Repeats what is in the outbox until there is an answer: what was sent, or all of it.
    pub(super) async fn settle(&mut self, server: &Client, referee: &RefCell<Referee>, all: bool) {
        for deed in self.outbox.extract_if(.., |deed| all || deed.was_sent) {
            loop {
                let answer = server.send(deed.request(server)).await;
                if referee.borrow_mut().hear(&deed, &answer) {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
    }

    /// Whether there is more to read.
    pub(super) async fn read_page(&mut self, server: &Client, referee: &RefCell<Referee>) -> bool {
        let most = if self.dice.percent(50) { 4 } else { 200 };
        let limit = 1 + self.dice.roll(most);
        let mut query = format!("limit={limit}");
        if self.dice.percent(20) {
            query += "&wait=0";
        }
        let Some(page) = self.changes(server, referee, &query).await else {
            return true;
        };
        for change in page["changes"].as_array().unwrap() {
            self.take_over(change);
        }
        self.cursor = Some(page["next_cursor"].as_str().unwrap().to_owned());
        page["has_more"].as_bool().unwrap()
    }

    /// What has changed; `None` if the copy has to begin again.
    async fn changes(
        &mut self,
        server: &Client,
        referee: &RefCell<Referee>,
        query: &str,
    ) -> Option<Value> {
        let path = server.tasks.replace("/tasks", "/changes");
        let since = self.cursor.iter().map(|cursor| format!("&since={cursor}"));
        let since: String = since.collect();
        let answer = server.get(&format!("{path}?{query}{since}")).await;
        if answer.status == StatusCode::GONE {
            assert_eq!(answer.error(StatusCode::GONE).0, "CURSOR_EXPIRED");
            referee.borrow_mut().hear_of_expiry(self.last_seq);
            self.copy.clear();
            (self.cursor, self.last_seq) = (None, 0);
            return None;
        }
        Some(answer.expect(StatusCode::OK))
    }

    /// Hears some of what it has missed, and is cut off.
    async fn listen(&mut self, server: &Client, referee: &RefCell<Referee>) {
        let Some(cursor) = self.cursor.clone() else {
            return;
        };
        let Some(missed) = self.changes(server, referee, "limit=1000").await else {
            return;
        };
        // Each of these tasks will be told, by this change or by a later one.
        let missed = missed["changes"].as_array().unwrap().len();
        let mut stream = if self.dice.percent(50) {
            Listening::open(server, "", Some(&cursor)).await
        } else {
            Listening::open(server, &format!("last_event_id={cursor}"), None).await
        };
        assert_eq!(stream.expect("ready").await.id, cursor);
        for _ in 0..self.dice.roll(missed + 1) {
            let event = stream.next().await.expect("the stream goes on");
            let is_deletion = event.data["deleted"].is_string();
            let name = ["task.changed", "task.deleted"][usize::from(is_deletion)];
            assert_eq!(event.name, name, "{event:?}");
            self.take_over(&event.data);
            self.cursor = Some(event.id);
        }
    }

    fn take_over(&mut self, change: &Value) {
        let seq = change["seq"].as_i64().unwrap();
        assert!(
            seq > self.last_seq,
            "{} is told {change} after {}",
            self.name,
            self.last_seq
        );
        self.last_seq = seq;
        if let Some(id) = change["deleted"].as_str() {
            self.copy.remove(id);
            self.gone.push(id.to_owned());
        } else {
            let task = &change["task"];
            let id = task["id"].as_str().unwrap().to_owned();
            self.copy.insert(id, task.clone());
        }
    }
}
