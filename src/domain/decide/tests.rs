//! Random lives of a space, decided without any database: what is saved stays consistent, and what is taken back is as
//! it was.

mod examples;
mod kept;

use proptest::prelude::*;

use self::kept::Kept;
use super::*;
use crate::domain::content::{Content, Patch};
use crate::domain::text::Title;
use crate::domain::work::{
    Destination, Expected, ListDestination, Occasion, Operation, Operations, Twice, Written,
};
use crate::domain::{
    Imported, ItemId, ListContent, ListId, ListPatch, Occurrence, RecordContent, TaskId,
};

fn id() -> impl Strategy<Value = TaskId> {
    (0..6u128).prop_map(|id| TaskId(uuid::Uuid::from_u128(id)))
}

/// Members with values that meet one another: some starts are after some dues, or of another kind.
const MEMBERS: [(&str, &[&str]); 12] = [
    ("title", &["\"0\"", "\"1\"", "\"2\""]),
    ("description", &["null", "\"0\"", "\"1\""]),
    ("completed", &["false", "true"]),
    ("due", &["null", "\"2026-12-01\"", "\"2026-12-01T09:00Z\""]),
    (
        "start",
        &["null", "\"2026-12-02\"", "\"2026-12-01T08:00Z\""],
    ),
    (
        "recurrence",
        &[
            "null",
            r#"{"rule": "FREQ=DAILY;COUNT=3"}"#,
            r#"{"rule": "FREQ=WEEKLY", "from": "completion", "exclude": ["2026-12-08"]}"#,
        ],
    ),
    ("priority", &["null", "1", "9"]),
    ("tags", &["null", "[\"a\"]", "[\"a\", \"b\"]"]),
    (
        "list_id",
        &[
            "null",
            "\"00000000-0000-0000-0000-000000000000\"",
            "\"00000000-0000-0000-0000-000000000001\"",
        ],
    ),
    (
        "parent_id",
        &[
            "null",
            "\"00000000-0000-0000-0000-000000000001\"",
            "\"00000000-0000-0000-0000-000000000002\"",
        ],
    ),
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
        3 => (id(), any::<Option<bool>>(), occasion(), expected()).prop_map(
            |(id, completed, occasion, expected)| {
                Operation::Complete { id, completed, occasion, expected }
            }
        ),
        2 => (id(), occasion(), expected()).prop_map(|(id, occasion, expected)| {
            Operation::Skip { id, occasion, expected }
        }),
        2 => (id(), expected()).prop_map(|(id, expected)| Operation::Delete { id, expected }),
        1 => (id(), expected()).prop_map(|(id, expected)| Operation::Restore { id, expected }),
        4 => (id(), destination(), expected()).prop_map(|(id, to, expected)| {
            Operation::Move { id, to, expected }
        }),
        1 => (list_id(), 0..3u8).prop_map(|(id, name)| {
            let content = list_content(name);
            Operation::CreateList { id, content, twice: Twice::Compare }
        }),
        1 => (list_id(), 0..3u8, expected()).prop_map(|(id, name, expected)| {
            let patch = ListPatch { name: Some(list_content(name).name), ..ListPatch::default() };
            Operation::ChangeList { id, patch, expected }
        }),
        1 => (list_id(), said(list_id()), said(list_id())).prop_map(|(id, after, before)| {
            let to = ListDestination { after, before };
            Operation::MoveList { id, to, expected: Expected::Anything }
        }),
        1 => list_id().prop_map(|id| Operation::DeleteList { id, expected: Expected::Anything }),
        1 => list_id().prop_map(|id| Operation::RestoreList { id, expected: Expected::Anything }),
        3 => (id(), object(1), times(), any::<bool>()).prop_map(|(id, json, times, waits)| {
            let task = Box::new(imported(id, Content::parsed(&json), times));
            Operation::Import { task, waits }
        }),
        1 => (list_id(), 0..3u8, times()).prop_map(|(id, name, times)| {
            let list = Box::new(imported(id, list_content(name), times));
            Operation::ImportList { list }
        }),
        1 => (item(), 1..30i64).prop_map(|(item, made)| Operation::TakeBack { item, made }),
    ]
}

/// Days of few: some are those of occurrences. The clock of these lives is long before them.
fn occasion() -> impl Strategy<Value = Occasion> {
    let day = || (1..5i8).prop_map(|day| jiff::civil::date(2026, 12, day));
    let occurrence = proptest::option::weighted(0.4, day().prop_map(Occurrence));
    (occurrence, any::<bool>()).prop_map(|(occurrence, is_long_ago)| Occasion {
        occurrence,
        on: is_long_ago.then(|| jiff::civil::date(1969, 12, 31)),
        zone: None,
    })
}

/// When it was made, changed and thrown away elsewhere: also in the future, and in no order.
type Times = (i64, i64, Option<i64>);

fn times() -> impl Strategy<Value = Times> {
    let deleted = proptest::option::weighted(0.2, 0..500i64);
    (0..500i64, 0..500i64, deleted)
}

fn imported<C: RecordContent>(
    id: C::Id,
    content: C,
    (created, updated, deleted): Times,
) -> Imported<C> {
    Imported {
        id,
        content,
        created_at: Timestamp::from_micros(created),
        updated_at: Timestamp::from_micros(updated),
        deleted_at: deleted.map(Timestamp::from_micros),
    }
}

fn item() -> impl Strategy<Value = ItemId> {
    prop_oneof![
        id().prop_map(ItemId::Task),
        list_id().prop_map(ItemId::List)
    ]
}

fn list_id() -> impl Strategy<Value = ListId> {
    (0..3u128).prop_map(|id| ListId(uuid::Uuid::from_u128(id)))
}

fn list_content(name: u8) -> ListContent {
    ListContent::parsed(&format!("{{\"name\": \"{name}\"}}"))
}

/// Not said, said to be nothing, or something.
fn said<T: std::fmt::Debug + Clone + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<Option<T>>> {
    proptest::option::of(proptest::option::of(value))
}

fn destination() -> impl Strategy<Value = Destination> {
    (said(list_id()), said(id()), said(id()), said(id())).prop_map(
        |(list, parent, after, before)| Destination {
            list,
            parent,
            after,
            before,
        },
    )
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
