//! Reports the dependencies that are not at their newest version; it never fails.

use xtask::step::{Outcome, cargo_words, quietly, text};

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
    let mut tree = cargo_words("tree --workspace --depth 1 --prefix none --format {p}");
    let tree = text(&quietly(&mut tree)?.stdout);
    let ours = tree.lines().filter_map(|line| line.split(' ').next());
    let mut update = cargo_words("update --dry-run --verbose --color never");
    // Whoever is offline is told at once.
    update.env("CARGO_NET_RETRY", "0");
    Ok(newer(
        &text(&quietly(&mut update)?.stderr),
        &ours.collect::<Vec<_>>(),
    ))
}

/// From what `cargo update` says it would do, and what it would leave as it is.
fn newer(update: &str, ours: &[&str]) -> Vec<String> {
    let behind = update.lines().filter_map(|line| {
        let (verb, rest) = line.trim().split_once(' ')?;
        let is_behind = match verb {
            "Updating" => rest.contains(" -> "),
            "Unchanged" => rest.contains("(available: "),
            _ => false,
        };
        (is_behind && ours.contains(&rest.split(' ').next()?)).then(|| rest.to_owned())
    });
    behind.collect()
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
        let behind = newer(update, &["bytes", "jiff", "uuid"]);
        assert_eq!(
            behind,
            [
                "bytes v1.12.0 -> v1.12.1",
                "jiff v0.2.46 (available: v1.0.1)"
            ]
        );
    }
}
