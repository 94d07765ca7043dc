//! The project's menu. What a command does lives in the module of its name; `step` and `programs`
//! serve them all, the tests and the harness of `bench`, too.
#![expect(
    clippy::print_stdout,
    reason = "what it does and how long it took is what the menu has to say"
)]

mod accept;
mod bench;
mod check;
mod migration;
mod outdated;
mod packages;
mod run;
mod setup;
mod test;
mod tools;

use std::process::ExitCode;

use xtask::step::Outcome;

const MENU: &str = "\
cargo xtask COMMAND

  run [ARGUMENT…]     start the server on dev.db, or give the program other arguments
  test [FILTER…]      install what the tests need, then run those whose names contain a filter
  check               all that CI runs: format, lints, docs, dependencies, generated files, tests;
                      --without-tests leaves out the last
  accept              regenerate what is generated and take the snapshots as the tests see them now
  migration NAME      start a migration: the twin files and the sample data to load after it
  instructions        count what requests cost and compare with the record; --accept renews it
  bench [SECTION…]    measure the program under load; more with: bench --help
  setup               only install what the tests need";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match choose(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn choose(words: &[&str]) -> Outcome {
    match words {
        ["run", arguments @ ..] => run::run(arguments),
        ["test", filters @ ..] => test::test(filters),
        ["check"] => check::check(true),
        ["check", "--without-tests"] => check::check(false),
        ["accept"] => accept::accept(),
        ["migration", name] => migration::migration(name),
        ["instructions", arguments @ ..] => bench::instructions(arguments),
        ["setup"] => setup::setup(),
        ["bench", arguments @ ..] => bench::bench(arguments),
        [] | ["help" | "--help" | "-h"] => {
            println!("{MENU}");
            Ok(())
        }
        _ => Err(format!("not on the menu: {}\n\n{MENU}", words.join(" "))),
    }
}
