//! Which dependencies are not at their newest: a report that informs and fails nothing.

use xtask::step::{Outcome, cargo, quietly, text};

/// What to read; also if there is no way to the registry.
pub(crate) fn report() -> String {
    match find() {
        Ok(lines) if lines.is_empty() => "dependencies: all of ours are at their newest".to_owned(),
        Ok(lines) => format!(
            "dependencies of ours that are not at their newest (nothing fails by that):\n  {}",
            lines.join("\n  ")
        ),
        Err(_) => {
            "dependencies: not known whether newer ones exist, no way to the registry".to_owned()
        }
    }
}

fn find() -> Outcome<Vec<String>> {
    // `(*)` is beside what was printed before; a path beside what is in this workspace.
    let tree = [
        "tree",
        "--workspace",
        "--depth",
        "1",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    let tree = text(&quietly(&mut cargo(&tree))?.stdout);
    let ours: Vec<_> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let mut update = cargo(&["update", "--dry-run", "--verbose", "--color", "never"]);
    // Whoever is offline is told at once.
    update.env("CARGO_NET_RETRY", "0");
    Ok(newer(&text(&quietly(&mut update)?.stderr), &ours))
}

/// From what `cargo update` says it would do, and what it would leave as it is.
fn newer(update: &str, ours: &[&str]) -> Vec<String> {
    let lines = update.lines().map(str::trim).filter(|line| {
        let mut words = line.split(' ');
        let is_behind = match words.next() {
            Some("Updating") => line.contains(" -> "),
            Some("Unchanged") => line.contains("(available: "),
            _ => false,
        };
        is_behind && words.next().is_some_and(|name| ours.contains(&name))
    });
    let lines = lines.map(|line| {
        line.trim_start_matches("Unchanged ")
            .trim_start_matches("Updating ")
    });
    lines.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_is_named_if_it_is_ours() {
        let update = "    Updating crates.io index\n     Locking 2 packages to latest versions\n\
                      \x20   Updating bytes v1.12.0 -> v1.12.1\n\
                      \x20  Unchanged jiff v0.2.46 (available: v1.0.1)\n\
                      \x20  Unchanged deep v1.0.0 (available: v2.0.0)\n\
                      \x20  Unchanged uuid v1.29.0\n\
                      warning: not updating lockfile due to dry run\n";
        assert_eq!(
            newer(update, &["bytes", "jiff", "uuid"]),
            [
                "bytes v1.12.0 -> v1.12.1",
                "jiff v0.2.46 (available: v1.0.1)"
            ]
        );
    }
}
