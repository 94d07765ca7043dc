//! One step of a command: a line with its name and its time, and its output only if it fails.
//! Which steps there are is decided by the commands.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

/// The message says what to do about it.
pub type Outcome<T = ()> = Result<T, String>;

/// Says what it does, does it, and says how long it took.
pub fn step<T, E>(name: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    print!("{name:<44}");
    // A step may take minutes, so its name must be seen before it is done; if that fails, printing
    // the time will, too.
    let _ = std::io::stdout().flush();
    let start = Instant::now();
    let outcome = work();
    let remark = if outcome.is_ok() { "" } else { "  failed" };
    println!("{:>7.1} s{remark}", start.elapsed().as_secs_f64());
    outcome
}

/// Runs a command to its end; all that it wrote, if it fails.
pub fn quietly(command: &mut Command) -> Outcome<Output> {
    let name = describe(command);
    let output = command
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    Err(format!("{out}{err}{name}: {}", output.status))
}

/// Runs a command that talks to the person itself.
pub fn aloud(command: &mut Command) -> Outcome {
    let name = describe(command);
    let status = command
        .status()
        .map_err(|error| format!("{name}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{name}: {status}"))
    }
}

/// The cargo that started us, in the root of the project.
pub fn cargo(arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(root());
    command
}

/// The same, in one text.
pub fn cargo_words(arguments: &str) -> Command {
    cargo(&arguments.split(' ').collect::<Vec<_>>())
}

/// The root of the project, as cargo tells it when it starts us: the directory may have been moved,
/// or share its `target` with another, since we were built.
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR");
    let package = package.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let mut above = package.ancestors();
    let root = above.find(|directory| directory.join("Cargo.lock").is_file());
    root.unwrap_or(&package).to_owned()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

pub fn write(path: &Path, content: &str) -> Outcome {
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(path, content))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// What a person would have typed.
fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
