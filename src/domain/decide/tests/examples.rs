//! Single lives of a space, each for what went wrong once.

use super::*;

#[test]
fn a_change_that_was_undone_does_not_stand_in_the_way() {
    let id = TaskId(uuid::Uuid::from_u128(1));
    let mut kept = Kept::default();
    let title = |text: &str| Title::parse(text).unwrap();
    let content = Content::parsed(r#"{"title": "A"}"#);
    let twice = Twice::Impossible;
    kept.apply(Operation::Create { id, content, twice }.into());
    for text in ["B", "C"] {
        let patch = Patch {
            title: Some(title(text)),
            ..Patch::default()
        };
        let expected = Expected::Anything;
        kept.apply(
            Operation::Change {
                id,
                patch,
                expected,
            }
            .into(),
        );
    }
    let since = Timestamp::default();
    let conflict = kept.apply(Deed::Undo { seq: 2, since });
    assert_eq!(conflict, Done::Now(vec![Err(Refusal::ChangedSince(3))]));
    for (seq, expected) in [(3, "B"), (2, "A")] {
        kept.apply(Deed::Undo { seq, since });
        assert_eq!(kept.tasks[&id].content.title, title(expected));
    }
}

#[test]
fn an_undo_gives_back_what_tasks_have_swapped() {
    let [a, b] = [1, 2].map(|id| TaskId(uuid::Uuid::from_u128(id)));
    let has = |id: &str| format!(r#"[{{"source": "a", "external_id": "{id}"}}]"#);
    let mut kept = Kept::default();
    for (id, reference) in [(a, "1"), (b, "2")] {
        let content = format!(r#"{{"title": "x", "references": {}}}"#, has(reference));
        let content = Content::parsed(&content);
        let twice = Twice::Impossible;
        kept.apply(Operation::Create { id, content, twice }.into());
    }
    let before = kept.seen();
    let change = |id, references: &str| Operation::Change {
        id,
        patch: Patch::parsed(&format!(r#"{{"references": {references}}}"#)),
        expected: Expected::Anything,
    };
    let list = vec![change(a, "[]"), change(b, &has("1")), change(a, &has("2"))];
    let (atomic, dry_run) = (true, false);
    kept.apply(Deed::Operate(Operations {
        list,
        atomic,
        dry_run,
    }));
    let after = kept.seen();
    assert_ne!(after, before);
    for expected in [before, after] {
        let (seq, since) = (kept.account.seq, Timestamp::default());
        kept.apply(Deed::Undo { seq, since });
        assert_eq!(kept.seen(), expected);
        kept.check();
    }
}

#[test]
fn what_a_sweep_has_forgotten_is_not_undone() {
    let id = TaskId(uuid::Uuid::from_u128(1));
    let mut kept = Kept::default();
    let content = Content::parsed(r#"{"title": "x"}"#);
    let twice = Twice::Impossible;
    kept.apply(Operation::Create { id, content, twice }.into());
    kept.apply(Deed::SweepChanges {
        until: Timestamp::from_micros(kept.now + 1),
    });
    assert!(
        kept.changes.contains_key(&1),
        "it is the latest of its task"
    );
    let undone = kept.apply(Deed::Undo {
        seq: 1,
        since: Timestamp::default(),
    });
    assert_eq!(undone, Done::Now(vec![Err(Refusal::ChangeNotFound)]));
}

#[test]
fn what_came_below_a_new_task_in_the_same_batch_goes_back_and_not_away() {
    let [parent, child] = [1, 2].map(|id| TaskId(uuid::Uuid::from_u128(id)));
    let mut kept = Kept::default();
    let create = |id| Operation::Create {
        id,
        content: Content::parsed(r#"{"title": "x"}"#),
        twice: Twice::Impossible,
    };
    kept.apply(create(child).into());
    let below = format!(r#"{{"parent_id": "{}"}}"#, parent.0);
    let change = Operation::Change {
        id: child,
        patch: Patch::parsed(&below),
        expected: Expected::Anything,
    };
    kept.apply(Deed::Operate(Operations {
        list: vec![create(parent), change],
        atomic: true,
        dry_run: false,
    }));
    let since = Timestamp::default();
    kept.apply(Deed::Undo { seq: 3, since });
    kept.check();
    let seen = kept.seen();
    let [(_, _, parent_is_gone), (_, content, child_is_gone)] = &seen[..] else {
        panic!("{seen:?}");
    };
    assert!(parent_is_gone);
    assert!(!child_is_gone, "it was there before");
    assert_eq!(content.parent_id, None);
}
