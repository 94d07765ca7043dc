//! Groups: who is in them, in which order, and who waits.

use super::*;
use crate::domain::{Author, Content, Operation, Operations, TaskId, Timestamp, Twice, UserId};

fn work(user: &str, operations: usize) -> Work {
    let user = UserId::parse(user).unwrap();
    let create = |_| Operation::Create {
        id: TaskId(uuid::Uuid::nil()),
        content: Content::parsed(r#"{"title": "x"}"#),
        twice: Twice::Impossible,
    };
    Work {
        space: user.space(),
        author: Author {
            actor: user,
            request_id: "-".into(),
        },
        now: Timestamp::default(),
        deed: Deed::Operate(Operations {
            list: (0..operations).map(create).collect(),
            atomic: true,
            dry_run: false,
        }),
        key: None,
        epoch: 0,
        most_tasks: i64::MAX,
    }
}

/// Keeps the places, so that nothing is withdrawn.
#[derive(Default)]
struct Waiters(Vec<(Withdrawal, Answered)>);

impl Waiters {
    fn enter(&mut self, queue: &Arc<Queue>, user: &str, operations: usize) {
        let place = queue.enter(work(user, operations), None, 100);
        self.0.push(place.expect("there is room"));
    }
}

/// Of each space how many works.
fn shape(group: &Group) -> Vec<(&str, usize)> {
    let turns = group.turns.iter();
    turns
        .map(|turn| (turn.space.as_str(), turn.works.len()))
        .collect()
}

#[test]
fn a_space_is_in_one_group_at_a_time_and_its_works_keep_their_order() {
    let (queue, mut waiters) = (Arc::new(Queue::default()), Waiters::default());
    for _ in 0..3 {
        waiters.enter(&queue, "ada", 1);
    }
    let group = queue.take(false).unwrap();
    assert_eq!(shape(&group), [("ada", 3)]);
    let numbers: Vec<_> = group.turns[0]
        .works
        .iter()
        .map(|work| work.number)
        .collect();
    assert_eq!(numbers, [0, 1, 2]);
    waiters.enter(&queue, "ada", 1);
    assert!(queue.take(false).is_none());
    waiters.enter(&queue, "bob", 1);
    assert_eq!(shape(&queue.take(false).unwrap()), [("bob", 1)]);
    drop(group);
    assert_eq!(shape(&queue.take(false).unwrap()), [("ada", 1)]);
}

#[test]
fn whoever_floods_leaves_room_for_the_others() {
    let (queue, mut waiters) = (Arc::new(Queue::default()), Waiters::default());
    for _ in 0..500 {
        waiters.enter(&queue, "flood", 1);
    }
    for user in ["ada", "bob"] {
        waiters.enter(&queue, user, 1);
    }
    let group = queue.take(false).unwrap();
    assert_eq!(shape(&group), [("flood", 62), ("ada", 1), ("bob", 1)]);
}

#[test]
fn a_large_batch_goes_alone_and_one_at_a_time() {
    let (queue, mut waiters) = (Arc::new(Queue::default()), Waiters::default());
    waiters.enter(&queue, "ada", 500);
    waiters.enter(&queue, "bob", 500);
    waiters.enter(&queue, "carol", 1);
    let heavy = queue.take(false).unwrap();
    assert_eq!(shape(&heavy), [("ada", 1)]);
    let light = queue.take(false).unwrap();
    assert_eq!(shape(&light), [("carol", 1)]);
    assert!(queue.take(false).is_none());
    drop(heavy);
    assert_eq!(shape(&queue.take(false).unwrap()), [("bob", 1)]);
}

#[test]
fn where_tables_are_spread_a_group_has_one_space() {
    let (queue, mut waiters) = (Arc::new(Queue::default()), Waiters::default());
    for user in ["ada", "bob", "ada"] {
        waiters.enter(&queue, user, 1);
    }
    assert_eq!(shape(&queue.take(true).unwrap()), [("ada", 2)]);
}

#[test]
fn what_was_withdrawn_is_not_done_and_what_was_begun_is_not_withdrawn() {
    let queue = Arc::new(Queue::default());
    let (first, _answer) = queue.enter(work("ada", 1), None, 100).unwrap();
    assert!(first.withdraw());
    assert!(queue.take(false).is_none());
    let (second, _answer) = queue.enter(work("ada", 1), None, 100).unwrap();
    let group = queue.take(false).unwrap();
    assert!(!second.withdraw());
    drop(group);
    // Nothing is left of a space in which nobody waits.
    assert!(queue.lock().is_empty());
}

#[test]
fn the_queue_of_one_space_is_bounded() {
    let (queue, mut waiters) = (Arc::new(Queue::default()), Waiters::default());
    for _ in 0..1024 {
        waiters.enter(&queue, "flood", 1);
    }
    let refused = queue.enter(work("flood", 1), None, 100);
    assert!(matches!(refused, Err(Error::Unavailable { .. })));
    waiters.enter(&queue, "ada", 1);
    let large = 16 * 1024 * 1024;
    let refused = queue.enter(work("ada", 1), None, large);
    assert!(matches!(refused, Err(Error::Unavailable { .. })));
}
