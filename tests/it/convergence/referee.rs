//! Sees all answers, also those that no device gets, and all histories: whether each deed was done once, and whether
//! the changes are all there.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::Value;
use tickbox::clock::Timestamp;

use super::deed::Deed;
use crate::support::{Answer, Client};

#[derive(Default)]
pub(super) struct Referee {
    /// By the number of the change, also those that were swept since.
    log: BTreeMap<i64, Change>,
    told: BTreeMap<String, Told>,
    /// When which number came into the trash, as it was last seen.
    trash: Vec<(String, i64)>,
    /// The latest deletion that was swept.
    swept_seq: i64,
}

#[derive(Debug, PartialEq)]
struct Change {
    task: String,
    kind: String,
    deed: String,
}

/// What the answers to a deed say.
struct Told {
    status: StatusCode,
    text: String,
    least: usize,
    most: usize,
}

impl Referee {
    /// Whether the answer is one that a device may believe.
    pub(super) fn hear(&mut self, deed: &Deed, answer: &Answer) -> bool {
        assert!(
            !answer.status.is_server_error(),
            "{}: {}",
            deed.name,
            answer.text
        );
        // The same is under way already.
        if answer.status == StatusCode::CONFLICT && answer.header("retry-after").is_some() {
            return false;
        }
        let changes = deed.changes_told(answer);
        // It does not use its key up, and what it lacked may be there later, or more may be gone.
        let is_open = |told: &Told| told.status == StatusCode::UNPROCESSABLE_ENTITY;
        if self.told.get(&deed.name).is_some_and(is_open) {
            self.told.remove(&deed.name);
        }
        let told = self.told.entry(deed.name.clone()).or_insert_with(|| Told {
            status: answer.status,
            text: answer.text.clone(),
            least: *changes.start(),
            most: *changes.end(),
        });
        if deed.has_key {
            let first = (told.status, &told.text);
            assert_eq!((answer.status, &answer.text), first, "{}", deed.name);
        } else {
            // Its first answer may be lost for all, and a later one says that the task is there.
            told.least = told.least.max(*changes.start());
            told.most = 1;
        }
        true
    }

    /// A device has to begin again: something was swept that it has not been told.
    pub(super) fn hear_of_expiry(&self, last_seq: i64) {
        assert!(
            last_seq < self.swept_seq,
            "expired at {last_seq}, swept up to {}",
            self.swept_seq
        );
    }

    /// Reads the history of every task. To be called before anything is swept.
    pub(super) async fn look(server: &Client) -> Seen {
        let list = server.list().await;
        let trash = server.get(&format!("{}?deleted=true", server.tasks)).await;
        let trash = trash.expect(StatusCode::OK);
        let mut histories = Vec::new();
        for list in [&list, &trash] {
            let tasks = list["tasks"].as_array().unwrap();
            assert_eq!(list["count"], tasks.len());
            for task in tasks {
                let path = format!("{}/{}", server.tasks, task["id"].as_str().unwrap());
                let history = server.get(&format!("{path}/history?limit=1000")).await;
                histories.push((task.clone(), history.expect(StatusCode::OK)));
            }
        }
        Seen { histories }
    }

    /// Every change of every task is there, and each task has as many as it has versions.
    pub(super) fn note(&mut self, seen: Seen) {
        self.trash.clear();
        for (task, history) in seen.histories {
            let id = task["id"].as_str().unwrap();
            let changes = history["history"].as_array().unwrap();
            for change in changes {
                let seq = change["seq"].as_i64().unwrap();
                let text = |name: &str| change[name].as_str().unwrap().to_owned();
                let change = Change {
                    task: id.to_owned(),
                    kind: text("kind"),
                    deed: text("request_id"),
                };
                let known = self.log.entry(seq).or_insert_with(|| Change {
                    task: change.task.clone(),
                    kind: change.kind.clone(),
                    deed: change.deed.clone(),
                });
                assert_eq!(*known, change, "{seq}");
            }
            let own = self.log.values().rev().filter(|change| change.task == id);
            let since_creation = own
                .map(|change| change.kind == "created")
                .position(|is_creation| is_creation);
            assert_eq!(task["version"], since_creation.unwrap() + 1, "{task}");
            if let Some(deleted_at) = task["deleted_at"].as_str() {
                let latest = changes.first().and_then(|change| change["seq"].as_i64());
                self.trash.push((deleted_at.to_owned(), latest.unwrap()));
            }
        }
    }

    /// What was deleted before this is swept.
    pub(super) fn expect_sweep(&mut self, until: Timestamp) {
        let until = until.to_string();
        let swept = self
            .trash
            .iter()
            .filter(|(deleted_at, _)| *deleted_at < until);
        let latest = swept.map(|(_, seq)| *seq).max();
        self.swept_seq = self.swept_seq.max(latest.unwrap_or(0));
    }

    /// No number is missing, and each deed was done as often as its answer says.
    pub(super) fn judge(&self) {
        let numbers: Vec<_> = self.log.keys().copied().collect();
        let all: Vec<_> = (1..).take(numbers.len()).collect();
        assert_eq!(numbers, all, "the numbers of the changes");
        let mut done = BTreeMap::<&str, usize>::new();
        for change in self.log.values() {
            *done.entry(&change.deed).or_default() += 1;
        }
        for (name, told) in &self.told {
            let times = done.remove(&**name).unwrap_or(0);
            assert!(
                (told.least..=told.most).contains(&times),
                "{name} made {times} changes, and was answered with {} {}",
                told.status,
                told.text
            );
        }
        assert!(done.is_empty(), "nobody was told of {done:?}");
    }
}

/// Tasks with their histories.
pub(super) struct Seen {
    histories: Vec<(Value, Value)>,
}
