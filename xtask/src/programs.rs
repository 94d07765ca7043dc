//! Where the other programs are that the tests and the menu need: one place, so that what
//! `cargo xtask setup` installs is what they find. It starts nothing.

use std::path::{Path, PathBuf};

/// Directories with one directory per package or version, whose `bin` is rarely on the `PATH`:
/// so Debian and Homebrew keep the versions of PostgreSQL apart.
const FAMILIES: [&str; 3] = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
const PLAIN: [&str; 4] = [
    "/usr/sbin",
    "/usr/local/sbin",
    "/opt/homebrew/bin",
    "/usr/local/bin",
];

/// The full path of a program, the `PATH` first, then where packages put it.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let families = FAMILIES
        .iter()
        .flat_map(|parent| versions(Path::new(parent)));
    std::env::split_paths(&path)
        .chain(families)
        .chain(PLAIN.iter().map(PathBuf::from))
        .map(|directory| directory.join(name))
        .find(|file| file.is_file())
}

/// Chromium, under whichever name it goes here. `BROWSER_PROGRAM` names another place.
pub fn find_browser() -> Option<PathBuf> {
    const NAMES: [&str; 5] = [
        "chromium",
        "chromium-browser",
        "chromium-headless-shell",
        "google-chrome",
        "google-chrome-stable",
    ];
    const MAC: [&str; 2] = [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];
    if let Some(given) = std::env::var_os("BROWSER_PROGRAM") {
        return Some(PathBuf::from(given));
    }
    let named = NAMES.iter().find_map(|name| find_program(name));
    named.or_else(|| MAC.iter().map(PathBuf::from).find(|place| place.is_file()))
}

/// The newest version first: `17/bin` before `9.6/bin`.
fn versions(parent: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| {
            (
                version(&entry.file_name().to_string_lossy()),
                entry.path().join("bin"),
            )
        })
        .collect();
    found.sort_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, path)| path).collect()
}

/// The first whole number in a name, or 0.
fn version(name: &str) -> u32 {
    name.split(|c: char| !c.is_ascii_digit())
        .find(|digits| !digits.is_empty())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

/// The TypeScript client, seen from the root of the project.
pub const CLIENT: &str = "clients/typescript";

/// Where `cargo xtask setup` puts the schemathesis program, seen from the root of the project.
pub const SCHEMATHESIS: &str = "target/venv/bin/schemathesis";

/// What tries the generators of others, seen from the root of the project.
pub const GENERATORS: &str = "tests/generators";

/// The example with Next.js, seen from the root of the project.
pub const NEXTJS: &str = "examples/nextjs";

/// Where `cargo xtask setup` puts one of the generators for Python; the others stand beside it.
pub const PYTHON_GENERATORS: &str = "target/generators/bin/openapi-python-client";
