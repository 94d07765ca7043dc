//! How this program is called from here: the commands in its advice can be pasted.

use std::env;
use std::path::{Path, PathBuf};

const NAME: &str = "tickbox";

/// `tickbox` where a shell would find this very program by it; else the path that it was started by.
pub(super) fn program() -> String {
    let Some(this) = env::current_exe()
        .ok()
        .and_then(|path| path.canonicalize().ok())
    else {
        return NAME.to_owned();
    };
    let path = env::var_os("PATH").unwrap_or_default();
    let started_as = env::args_os().next().map(PathBuf::from);
    called(&this, env::split_paths(&path), started_as)
}

fn called(
    this: &Path,
    mut folders: impl Iterator<Item = PathBuf>,
    started_as: Option<PathBuf>,
) -> String {
    let is_this = |path: &Path| path.canonicalize().is_ok_and(|path| path == this);
    // A shell takes the first that it finds.
    let found = folders.find_map(|folder| Some(folder.join(NAME)).filter(|path| path.is_file()));
    if found.is_some_and(|path| is_this(&path)) {
        return NAME.to_owned();
    }
    // A name alone would be looked for on the `PATH`.
    let started_as = started_as.filter(|path| path.components().count() > 1 && is_this(path));
    quoted(&started_as.as_deref().unwrap_or(this).to_string_lossy())
}

/// Quoted for a shell as one word.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./@:+".contains(sign);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_name_is_advised_only_where_it_leads_to_this_program() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let folder = |name: &str| {
            let folder = root.join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join(NAME), name).unwrap();
            folder
        };
        let (mine, other) = (folder("my own"), folder("other"));
        let this = mine.join(NAME);
        let called = |folders: &[&PathBuf], started_as: Option<PathBuf>| {
            called(
                &this,
                folders.iter().map(|folder| (*folder).clone()),
                started_as,
            )
        };
        assert_eq!(called(&[&root, &mine, &other], None), "tickbox");
        let path = format!("'{}'", this.display());
        assert_eq!(called(&[&other, &mine], None), path);
        assert_eq!(called(&[], Some(PathBuf::from(NAME))), path);
        let roundabout = other.join("../my own").join(NAME);
        let expected = format!("'{}'", roundabout.display());
        assert_eq!(called(&[], Some(roundabout)), expected);
        assert_eq!(called(&[], Some(other.join(NAME))), path);
    }

    #[test]
    fn a_word_is_quoted_where_a_shell_would_split_it() {
        assert_eq!(quoted("./target/debug/tickbox"), "./target/debug/tickbox");
        assert_eq!(quoted("it's me"), r"'it'\''s me'");
        assert_eq!(quoted(""), "''");
    }
}
