//! Random lives of a space, decided without any database: what is saved stays consistent, and what is taken back is as
//! it was.

mod examples;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::UserId;
use crate::domain::change::Author;
use crate::domain::content::Content;
use crate::domain::state::Need;
use crate::domain::text::Title;
use crate::domain::work::{Expected, Operation, Operations, Twice, Written};

/// What a store would keep of one space.
#[derive(Clone, Debug, Default, PartialEq)]
struct Kept {
    account: Account,
    tasks: BTreeMap<TaskId, Task>,
    references: BTreeMap<ReferenceKey, TaskId>,
    changes: BTreeMap<i64, Change>,
    now: i64,
}

impl Kept {
    fn load(&self, state: &mut State, need: Need) {
        let changes = || self.changes.values().cloned();
        match need {
            Need::Task(id) => state.load_task(id, self.tasks.get(&id).cloned()),
            Need::Key(key) => state.load_key(key, None),
            Need::Reference(reference) => {
                let holder = self.references.get(&reference).copied();
                state.load_reference(reference, holder);
            }
            Need::Changes(numbers) => {
                let found = changes().filter(|change| numbers.contains(change.seq));
                state.load_changes(numbers, found.collect());
            }
            Need::Later { task, after } => {
                let found = changes().filter(|change| change.task == task && change.seq > after);
                state.load_later(task, found.collect());
            }
            Need::Trash { until } => {
                let tasks = self.tasks.values();
                let old = tasks.filter(|task| task.deleted_at.is_some_and(|at| at <= until));
                state.load_trash(old.cloned().collect());
            }
            Need::OldestChanges => {
                let found = changes().filter(|change| change.seq > self.account.forgotten_seq);
                state.load_oldest(found.collect());
            }
        }
    }

    fn apply(&mut self, deed: Deed) -> Done {
        self.now += 10;
        let user = UserId::parse("ada").unwrap();
        let work = Work {
            space: user.space(),
            author: Author {
                actor: user,
                request_id: "a-request".into(),
            },
            now: Timestamp::from_micros(self.now),
            deed,
            key: None,
            epoch: 0,
        };
        let mut state = State::new(self.account);
        loop {
            let missing = state.missing(&work);
            if missing.is_empty() {
                break;
            }
            for need in missing {
                self.load(&mut state, need);
            }
        }
        let done = decide(&state, &work)
            .unwrap()
            .accept(&mut state, &work, None);
        self.account = state.account;
        for row in state.changed_tasks() {
            match (&row.loaded, &row.now) {
                (_, Some(task)) => _ = self.tasks.insert(task.id, task.clone()),
                (Some(task), None) => _ = self.tasks.remove(&task.id),
                (None, None) => {}
            }
        }
        for (reference, holder) in state.changed_references() {
            assert_eq!(self.references.get(reference).copied(), holder.loaded);
            match holder.now {
                Some(task) => _ = self.references.insert(reference.clone(), task),
                None => _ = self.references.remove(reference),
            }
        }
        for change in state.new_changes() {
            assert_eq!(self.changes.insert(change.seq, change.clone()), None);
        }
        for seq in state.removed_changes() {
            assert!(self.changes.remove(seq).is_some(), "{seq}");
        }
        done
    }

    fn check(&self) {
        let count = |which: &dyn Fn(&Task) -> bool| {
            i64::try_from(self.tasks.values().filter(|task| which(task)).count()).unwrap()
        };
        let live = |task: &Task| !task.is_deleted();
        let account = &self.account;
        assert_eq!(account.task_count, count(&live));
        assert_eq!(account.deleted_count, count(&Task::is_deleted));
        let done = |task: &Task| live(task) && task.content.completed;
        assert_eq!(account.completed_count, count(&done));
        let live = self.tasks.values().filter(|task| !task.is_deleted());
        let held = |task: &Task| {
            let id = task.id;
            let keys: Vec<_> = task.content.references.keys().collect();
            keys.into_iter().map(move |key| (key, id))
        };
        let held: Vec<_> = live.flat_map(held).collect();
        assert_eq!(self.references.len(), held.len(), "none has two tasks");
        assert_eq!(self.references, held.into_iter().collect());
        for task in self.tasks.values() {
            assert_eq!(task.content.completed_at.is_some(), task.content.completed);
            assert_eq!(task.content.check(), Ok(()));
            let latest = self.changes.get(&task.seq);
            assert_eq!(
                latest.map(|change| change.task),
                Some(task.id),
                "the log has its latest"
            );
        }
        let after = account.forgotten_seq + 1;
        let numbers: Vec<_> = self.changes.range(after..).map(|(seq, _)| *seq).collect();
        let all: Vec<_> = (after..=account.seq).collect();
        assert_eq!(numbers, all, "no number is missing");
    }

    /// What people see.
    fn seen(&self) -> Vec<(TaskId, Content, bool)> {
        let tasks = self.tasks.values();
        tasks
            .map(|task| (task.id, task.content.clone(), task.is_deleted()))
            .collect()
    }
}

fn id() -> impl Strategy<Value = TaskId> {
    (0..4u128).prop_map(|id| TaskId(uuid::Uuid::from_u128(id)))
}

/// Members with values that meet one another: some starts are after some dues, or of another kind.
const MEMBERS: [(&str, &[&str]); 9] = [
    ("title", &["\"0\"", "\"1\"", "\"2\""]),
    ("description", &["null", "\"0\"", "\"1\""]),
    ("completed", &["false", "true"]),
    ("due", &["null", "\"2026-12-01\"", "\"2026-12-01T09:00Z\""]),
    (
        "start",
        &["null", "\"2026-12-02\"", "\"2026-12-01T08:00Z\""],
    ),
    ("priority", &["null", "1", "9"]),
    ("tags", &["null", "[\"a\"]", "[\"a\", \"b\"]"]),
    (
        "references",
        &["[]", r#"[{"source": "a", "external_id": "1"}]"#],
    ),
    (
        "metadata",
        &["null", r#"{"a": 1}"#, r#"{"a": null, "b": 2}"#],
    ),
];

/// An object with some of the members, and those before `needed`.
fn object(needed: usize) -> impl Strategy<Value = String> {
    let chosen = proptest::collection::vec((0..3usize, any::<bool>()), MEMBERS.len());
    chosen.prop_map(move |chosen| {
        let members = MEMBERS.iter().zip(chosen).enumerate();
        let said = members.filter(|(place, (_, (_, is_said)))| *is_said || *place < needed);
        let said = said.map(|(_, ((name, values), (value, _)))| {
            format!("\"{name}\": {}", values[value % values.len()])
        });
        format!("{{{}}}", said.collect::<Vec<_>>().join(", "))
    })
}

fn patch() -> impl Strategy<Value = Patch> {
    let tags = || (0..2u8).prop_map(|tag| Patch::parsed(&format!("{{\"tags\": [\"{tag}\"]}}")));
    prop_oneof![
        6 => object(0).prop_map(|json| Patch::parsed(&json)),
        1 => tags().prop_filter_map("there are tags", |patch| patch.tags.map(Patch::tag)),
        1 => tags().prop_filter_map("there are tags", |patch| patch.tags.map(Patch::untag)),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let expected = || {
        prop_oneof![
            2 => Just(Expected::Anything),
            1 => (1..4i64).prop_map(|version| Expected::OneOf(vec![version])),
        ]
    };
    prop_oneof![
        3 => (id(), object(1)).prop_map(|(id, json)| {
            let content = Content::parsed(&json);
            Operation::Create { id, content, twice: Twice::Compare }
        }),
        4 => (id(), patch(), expected()).prop_map(|(id, patch, expected)| {
            Operation::Change { id, patch, expected }
        }),
        2 => (id(), expected()).prop_map(|(id, expected)| Operation::Delete { id, expected }),
        1 => id().prop_map(|id| Operation::Restore { id }),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    let operations = proptest::collection::vec(operation(), 1..4);
    let operate = (operations, any::<bool>(), proptest::bool::weighted(0.1));
    let operate = operate.prop_map(|(list, atomic, dry_run)| {
        Deed::Operate(Operations {
            list,
            atomic,
            dry_run,
        })
    });
    let undo = (1..30i64).prop_map(|seq| Deed::Undo {
        seq,
        since: Timestamp::default(),
    });
    prop_oneof![6 => operate, 3 => undo]
}

proptest! {
    #[test]
    fn counts_numbers_and_log_agree_with_the_tasks(
        deeds in proptest::collection::vec((deed(), any::<u8>()), 1..40)
    ) {
        let mut kept = Kept::default();
        for (deed, sweep) in deeds {
            let before = kept.clone();
            let refusable = matches!(&deed, Deed::Operate(operations) if operations.atomic);
            let dry = matches!(&deed, Deed::Operate(operations) if operations.dry_run);
            let Done::Now(outcomes) = kept.apply(deed) else {
                panic!("it was not done before");
            };
            let refused = outcomes.iter().any(Result::is_err);
            if dry || refusable && refused {
                prop_assert_eq!(kept.seen(), before.seen());
                prop_assert_eq!(kept.account, before.account);
            }
            kept.check();
            let until = Timestamp::from_micros(kept.now - 60);
            if sweep < 40 {
                kept.apply(Deed::SweepTrash { until });
                kept.check();
            }
            if sweep % 7 == 0 {
                kept.apply(Deed::SweepChanges { until });
                kept.check();
            }
        }
    }

    #[test]
    fn an_undo_and_its_undo_lead_back(deeds in proptest::collection::vec(deed(), 1..25)) {
        let mut kept = Kept::default();
        for deed in deeds {
            let before = kept.clone();
            kept.apply(deed);
            if kept.account.seq == before.account.seq {
                continue;
            }
            let after = kept.clone();
            let since = Timestamp::default();
            let undone = kept.apply(Deed::Undo { seq: after.account.seq, since });
            let Done::Now(outcomes) = undone else { panic!("{undone:?}") };
            prop_assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
            // A task that was made goes into the trash; all else is as it was.
            for (id, content, is_deleted) in kept.seen() {
                match before.tasks.get(&id) {
                    Some(task) => prop_assert_eq!((&content, is_deleted), (&task.content, task.is_deleted())),
                    None => prop_assert!(is_deleted),
                }
            }
            let all_unchanged = outcomes
                .iter()
                .all(|outcome| matches!(outcome, Ok(Written::Unchanged(_))));
            if !all_unchanged {
                kept.apply(Deed::Undo { seq: kept.account.seq, since });
                prop_assert_eq!(kept.seen(), after.seen());
            }
            kept = after;
        }
    }

    #[test]
    fn an_undo_leaves_later_changes_of_other_members_alone(
        first in 0..3u8, second in 0..3u8, completed in any::<bool>()
    ) {
        let id = TaskId(uuid::Uuid::from_u128(1));
        let mut kept = Kept::default();
        let [first, second] = [first, second].map(|title| Title::parse(&title.to_string()).unwrap());
        let mut content = Content::parsed(r#"{"title": "x"}"#);
        (content.title, content.completed) = (first.clone(), !completed);
        kept.apply(Operation::Create { id, content, twice: Twice::Impossible }.into());
        let change = |patch| Operation::Change { id, patch, expected: Expected::Anything };
        kept.apply(change(Patch { title: Some(second), ..Patch::default() }).into());
        kept.apply(change(Patch { completed: Some(completed), ..Patch::default() }).into());
        kept.apply(Deed::Undo { seq: 2, since: Timestamp::default() });
        let task = &kept.tasks[&id];
        prop_assert_eq!(&task.content.title, &first);
        prop_assert_eq!(task.content.completed, completed);
    }
}
