//! The users and tasks that are asked for, named by numbers, so that the scripts of wrk and pgbench
//! can name them without a list; and how they get in: through the program itself.

use std::ops::Range;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::json;

use crate::Outcome;
use crate::client::Client;
use crate::server::Server;

pub(crate) const USERS: usize = 1000;

/// What the tokens of a measurement are signed with.
pub(crate) const SECRET: &str = "a secret of the benchmark, which guards nothing at all";

/// Longer than any measurement takes, and less than the program allows.
const TOKEN_LIFETIME: Duration = Duration::from_hours(24);

/// Tasks of one user that are made at once: those of a user are not to lie side by side, because
/// those of a real app do not.
const AT_ONCE: usize = 20;
const LOADERS: usize = 8;

pub(crate) struct Person {
    pub(crate) user: String,
    pub(crate) token: String,
}

/// The first so many users, with their tokens.
pub(crate) fn people(count: usize) -> Vec<Person> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    #[expect(clippy::disallowed_methods, reason = "tokens are of the real time")]
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let person = |number: usize| {
        let user = (1_000_000_000_000_000_000 + number * 7_919_000_000_007).to_string();
        let claims = json!({
            "sub": user,
            "email": format!("user-{user}@example.com"),
            "iat": now.as_secs(),
            "exp": (now + TOKEN_LIFETIME).as_secs(),
        });
        let head = BASE64.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let signed = format!("{head}.{}", BASE64.encode(claims.to_string()));
        let signature = BASE64.encode(hmac::sign(&key, signed.as_bytes()));
        let token = format!("{signed}.{signature}");
        Person { user, token }
    };
    (0..count).map(person).collect()
}

/// What wrk's scripts read: a user and a token on each line.
pub(crate) fn lines(people: &[Person]) -> String {
    let lines = people
        .iter()
        .map(|Person { user, token }| format!("{user} {token}\n"));
    lines.collect()
}

/// As `bench/wrk/common.lua` and `bench/yardstick` name the same task: everybody's first, then
/// everybody's second.
pub(crate) fn task_id(user: usize, task: usize) -> String {
    let digits = 190_000_000_007_000 + (task * USERS + user) * 10_000;
    let digits = format!("0{digits}");
    let (first, second, third) = (&digits[..8], &digits[8..12], &digits[12..]);
    format!("{first}-{second}-{third}-8123-456789012345")
}

/// Creates the tasks of all; every task has been changed once, as most have in an app that is used.
pub(crate) fn load(server: &Server, people: &[Person], tasks_each: usize) -> Outcome {
    let share = people.len().div_ceil(LOADERS);
    for first in (0..tasks_each).step_by(AT_ONCE) {
        let tasks = first..tasks_each.min(first + AT_ONCE);
        let load = |number: usize, people: &[Person]| -> Outcome {
            let client = Client::of(server);
            for (person, user) in people.iter().zip(number * share..) {
                let body = batch(user, tasks.clone());
                let answer = client.send("POST", person, "/tasks/batch", &body)?;
                answer.expect(&[200])?;
            }
            Ok(())
        };
        thread::scope(|scope| {
            let chunks = people.chunks(share).enumerate();
            let loaders = chunks.map(|(number, chunk)| scope.spawn(move || load(number, chunk)));
            let loaders: Vec<_> = loaders.collect();
            let mut loaders = loaders.into_iter();
            loaders.try_for_each(|loader| loader.join().map_err(|_| "a loader has panicked")?)
        })?;
    }
    Ok(())
}

/// Every second task has a description, every third is done.
fn batch(user: usize, tasks: Range<usize>) -> String {
    let mut operations = Vec::new();
    for task in tasks.clone() {
        let words = "A few words more: when, where, with whom, and what to bring";
        operations.push(json!({
            "op": "create",
            "id": task_id(user, task),
            "title": format!("Task {task} of the list, with a title of usual length"),
            "description": (task % 2 == 0).then_some(words),
        }));
    }
    for task in tasks {
        let id = task_id(user, task);
        operations.push(json!({"op": "complete", "id": id, "completed": task % 3 == 0}));
    }
    json!({ "operations": operations }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_7() {
        assert_eq!(task_id(0, 0), "01900000-0000-7000-8123-456789012345");
        assert_eq!(task_id(999, 99), "01900009-9999-7000-8123-456789012345");
    }
}
