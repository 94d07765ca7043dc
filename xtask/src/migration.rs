//! Makes the files of a new migration. Their content is written by hand.

use std::path::{Path, PathBuf};

use xtask::step::{Outcome, root, write};

/// Twins: the same number and name for each engine.
const ENGINES: [(&str, &str); 2] = [("postgres", "PostgreSQL"), ("sqlite", "SQLite")];

pub(crate) fn migration(name: &str) -> Outcome {
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(valid) {
        return Err(format!(
            "`{name}`: a name is made of a-z, 0-9 and _, such as add_due_date"
        ));
    }
    let root = root();
    let number = next_number(&root);
    let file = format!("{number:04}_{name}.sql");
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for (directory, engine) in ENGINES {
        let head = format!(
            "-- {engine}. Say why, and what happens to rows that are there already.\n\
             -- Its twin has the same number and name; applied files never change.\n"
        );
        files.push((root.join("migrations").join(directory).join(&file), head));
    }
    let sample = "-- Sample data, loaded after this migration, so that the next one meets a full database.\n\
                  -- Statements that both engines take.\n";
    files.push((
        root.join("tests/it/migrations").join(&file),
        sample.to_owned(),
    ));
    for (path, content) in files {
        write(&path, &content)?;
        println!("{}", path.strip_prefix(&root).unwrap_or(&path).display());
    }
    Ok(())
}

/// One more than the highest of either engine.
fn next_number(root: &Path) -> u32 {
    let directories = ENGINES.map(|(directory, _)| root.join("migrations").join(directory));
    let entries = directories
        .iter()
        .filter_map(|directory| std::fs::read_dir(directory).ok());
    let numbers = entries.flatten().flatten().filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.split('_').next()?.parse::<u32>().ok()
    });
    numbers.max().unwrap_or(0) + 1
}
