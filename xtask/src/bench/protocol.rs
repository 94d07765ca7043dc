//! The same deeds in the words of each contender: requests, and what a good answer to each is.

use std::io::Write as _;

use serde_json::Value;

use super::contender::Contender;
use super::dataset::{Dataset, peer, task_id};
use super::work::{Deed, LONG_PAGE, PAGE, SHORT_PAGE};
use crate::step::text;

/// How a contender wants to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Tickbox,
    FastApi,
    PocketBase,
}

impl From<Contender> for Protocol {
    fn from(contender: Contender) -> Self {
        match contender {
            Contender::Postgres | Contender::Sqlite => Self::Tickbox,
            Contender::FastApi => Self::FastApi,
            Contender::PocketBase => Self::PocketBase,
        }
    }
}

/// Whoever asks.
pub(super) struct Person {
    pub(super) user: Vec<u8>,
    /// What follows the path in each of the user's requests: version, host, token.
    pub(super) head: Vec<u8>,
}

impl Person {
    pub(super) fn new(user: String, token: &str) -> Self {
        let head = format!(" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n");
        Self {
            user: user.into_bytes(),
            head: head.into_bytes(),
        }
    }
}

/// Which task; for a new one, its number; for a completion, whether.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Subject {
    pub(super) user: usize,
    pub(super) ordinal: u64,
    pub(super) completed: bool,
}

impl Protocol {
    pub(super) fn status(self, deed: Deed) -> u16 {
        match deed {
            Deed::Create | Deed::CreateKeyed if self != Self::PocketBase => 201,
            Deed::ListKnown => 304,
            _ => 200,
        }
    }

    pub(super) fn ask(self, deed: Deed, person: &Person, subject: &Subject, out: &mut Vec<u8>) {
        let Person { user, head } = person;
        out.extend_from_slice(match deed {
            Deed::Get
            | Deed::List
            | Deed::ListKnown
            | Deed::ListShort
            | Deed::ListLong
            | Deed::Changes => b"GET ",
            Deed::Create | Deed::CreateKeyed => b"POST ",
            Deed::Complete => b"PATCH ",
            Deed::Change | Deed::ChangeKnown => b"PUT ",
        });
        match self {
            Self::Tickbox if deed == Deed::Changes => put(out, &[b"/api/", user, b"/changes"]),
            Self::Tickbox | Self::FastApi => put(out, &[b"/api/", user, b"/tasks"]),
            Self::PocketBase => put(out, &[b"/api/collections/tasks/records"]),
        }
        match deed {
            Deed::Get => put(out, &[b"/", &self.id(subject.ordinal), head, b"\r\n"]),
            Deed::List => {
                let query: &[u8] = match self {
                    Self::Tickbox | Self::FastApi => b"?limit=20",
                    Self::PocketBase => b"?perPage=20&sort=-created",
                };
                put(out, &[query, head, b"\r\n"]);
            }
            Deed::ListShort => put(out, &[b"?limit=10", head, b"\r\n"]),
            Deed::ListLong | Deed::Changes => put(out, &[b"?limit=1000", head, b"\r\n"]),
            // `*`: the same way through the program as the right tag, which would have to be asked for first.
            Deed::ListKnown => put(out, &[b"?limit=20", head, b"If-None-Match: *\r\n\r\n"]),
            Deed::Change | Deed::ChangeKnown => {
                put(out, &[b"/", &self.id(subject.ordinal), head]);
                if deed == Deed::ChangeKnown {
                    put(out, &[b"If-Match: \"0\""]);
                    for version in 1..10 {
                        let _ = write!(out, ", \"{version}\"");
                    }
                    put(out, &[b"\r\n"]);
                }
                put_json(out, &format!("{{\"completed\":{}}}", subject.completed));
            }
            Deed::Create | Deed::CreateKeyed => {
                put(out, &[head]);
                if deed == Deed::CreateKeyed {
                    let _ = write!(out, "Idempotency-Key: key-{}\r\n", subject.ordinal);
                }
                put_json(out, &self.new_task(user, subject.ordinal));
            }
            Deed::Complete => {
                let suffix: &[u8] = match self {
                    Self::Tickbox | Self::FastApi => b"/complete",
                    Self::PocketBase => b"",
                };
                put(out, &[b"/", &self.id(subject.ordinal), suffix, head]);
                put_json(out, &format!("{{\"completed\":{}}}", subject.completed));
            }
        }
    }

    fn new_task(self, user: &[u8], number: u64) -> String {
        let owner = match self {
            Self::Tickbox | Self::FastApi => String::new(),
            Self::PocketBase => format!("\"owner\":\"{}\",", text(user)),
        };
        format!(
            "{{{owner}\"title\":\"New task number {number}\",\
             \"description\":\"Written by the load generator\"}}"
        )
    }

    fn id(self, ordinal: u64) -> Vec<u8> {
        match self {
            Self::Tickbox => task_id(ordinal).to_vec(),
            Self::FastApi => peer::fast_api_id(ordinal).to_string().into_bytes(),
            Self::PocketBase => peer::pocket_base_task(ordinal).into_bytes(),
        }
    }

    /// What is wrong with the body of an answer.
    pub(super) fn check(
        self,
        (deed, dataset): (Deed, Dataset),
        person: &Person,
        subject: &Subject,
        body: &[u8],
    ) -> Result<(), String> {
        if deed == Deed::ListKnown {
            return body
                .is_empty()
                .then_some(())
                .ok_or("a body with 304".to_owned());
        }
        let json: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let user = Value::from(text(&person.user));
        match deed {
            Deed::List => return self.check_page(&json, &user, dataset, PAGE),
            Deed::ListShort => return self.check_page(&json, &user, dataset, SHORT_PAGE),
            Deed::ListLong => return self.check_page(&json, &user, dataset, LONG_PAGE),
            Deed::Changes => return check_changes(&json, &user),
            _ => {}
        }
        let mut wanted = vec![(self.owner(), user)];
        match deed {
            Deed::Create | Deed::CreateKeyed => {
                let title = format!("New task number {}", subject.ordinal);
                wanted.push(("title", title.into()));
            }
            Deed::Complete | Deed::Change | Deed::ChangeKnown => {
                wanted.push(("completed", subject.completed.into()));
            }
            _ => {}
        }
        if !matches!(deed, Deed::Create | Deed::CreateKeyed) {
            wanted.push(match self {
                Self::FastApi => ("id", peer::fast_api_id(subject.ordinal).into()),
                Self::Tickbox | Self::PocketBase => ("id", text(&self.id(subject.ordinal)).into()),
            });
        }
        for (name, value) in wanted {
            if json[name] != value {
                return Err(format!("{name} is not {value}"));
            }
        }
        Ok(())
    }

    fn owner(self) -> &'static str {
        match self {
            Self::Tickbox | Self::FastApi => "user_id",
            Self::PocketBase => "owner",
        }
    }

    fn check_page(
        self,
        json: &Value,
        user: &Value,
        dataset: Dataset,
        size: usize,
    ) -> Result<(), String> {
        let (list, count, created) = match self {
            Self::Tickbox | Self::FastApi => ("tasks", "count", "created_at"),
            Self::PocketBase => ("items", "totalItems", "created"),
        };
        let tasks = json[list].as_array().ok_or("no tasks")?;
        if tasks.len() != size || tasks.iter().any(|task| task[self.owner()] != *user) {
            return Err(format!("not {size} tasks of {user}"));
        }
        if json[count].as_u64() != Some(dataset.tasks_each) {
            return Err("a wrong count".to_owned());
        }
        let times: Vec<_> = tasks.iter().map(|task| task[created].as_str()).collect();
        if times.is_sorted_by(|one, next| one >= next) {
            Ok(())
        } else {
            Err("not the newest first".to_owned())
        }
    }
}

fn check_changes(json: &Value, user: &Value) -> Result<(), String> {
    let changes = json["changes"].as_array().ok_or("no changes")?;
    let wrong = |change: &Value| change["task"]["user_id"] != *user;
    if changes.len() != LONG_PAGE || changes.iter().any(wrong) {
        return Err(format!("not {LONG_PAGE} changes of {user}"));
    }
    let numbers: Vec<_> = changes
        .iter()
        .map(|change| change["seq"].as_i64())
        .collect();
    if numbers.is_sorted_by(|one, next| one < next) {
        Ok(())
    } else {
        Err("not in the order of their numbers".to_owned())
    }
}

fn put(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
}

fn put_json(out: &mut Vec<u8>, body: &str) {
    // Writing into memory cannot fail.
    let _ = write!(
        out,
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
}
