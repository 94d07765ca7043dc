//! What a command replaces by a new file: a file and nothing else, and what a restore replaces stays.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown, symlink};

use rusqlite::Connection;

use crate::backup::{count, fresh, names, refused, run};

#[tokio::test]
async fn what_is_no_file_is_not_replaced_and_a_link_stays() {
    let directory = fresh();
    let at = directory.path();
    run(at, &["migrate"]).await;
    fs::create_dir(at.join("folder")).unwrap();
    symlink("/dev/null", at.join("device")).unwrap();
    symlink("nowhere/copy", at.join("loose")).unwrap();
    fs::write(at.join("former"), "words").unwrap();
    symlink("former", at.join("link")).unwrap();
    for command in [&["backup"][..], &["export", "--all"]] {
        let command = [command, &["--force"]].concat();
        for (name, words) in [
            ("folder", "folder is no file that could be replaced"),
            ("device", "device is no file that could be replaced"),
            ("loose", "loose cannot be made"),
        ] {
            refused(&run(at, &[&command[..], &[name]].concat()).await, words);
        }
        let ended = run(at, &[&command[..], &["link"]].concat()).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(at.join("link").is_symlink());
        let former = fs::read(at.join("former")).unwrap();
        assert!(former.len() > "words".len());
    }
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[tokio::test]
async fn what_each_restore_replaces_is_kept() {
    let directory = fresh();
    let at = directory.path();
    run(at, &["migrate"]).await;
    run(at, &["backup", "good.db"]).await;
    let mark = "INSERT INTO accounts (space, epoch, seq, swept_seq, forgotten_seq, task_count, completed_count,
        deleted_count, is_leaving) VALUES ('ada', 1, 0, 0, 0, 0, 0, 0, 0)";
    let file = Connection::open(at.join("tickbox.db")).unwrap();
    file.execute_batch(mark).unwrap();
    drop(file);
    // Root restores for the user whose database it is.
    let other = Some(12_345);
    let is_root = chown(at.join("tickbox.db"), other, other).is_ok();
    // Two of them begin within one second.
    for _ in 0..3 {
        let ended = run(at, &["restore", "good.db"]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    }
    let kept = names(at).into_iter();
    let kept: Vec<_> = kept
        .filter(|name| name.contains(".before-restore-"))
        .collect();
    assert_eq!(kept.len(), 3, "{kept:?}");
    let accounts = kept
        .iter()
        .map(|name| count(&at.join(name), "SELECT count(*) FROM accounts"));
    assert_eq!(accounts.sum::<i64>(), 1, "{kept:?}");
    let owner = fs::metadata(at.join("tickbox.db")).unwrap().uid();
    assert_eq!(is_root, Some(owner) == other);
}
