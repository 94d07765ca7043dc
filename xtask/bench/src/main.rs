//! Measures the program under load: `cargo xtask bench` builds and starts this. What is asked for is
//! in `options`, what is measured in `sections`, where in `stage`.
#![expect(clippy::print_stdout, reason = "figures are what it has to say")]

mod client;
mod cluster;
mod data;
mod figures;
mod options;
mod process;
mod proxy;
mod report;
mod sections;
mod server;
mod stage;
mod wrk;
mod yardstick;

use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

use options::Options;
use report::Record;
use stage::Stage;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = Options::read(&words).and_then(|options| match options {
        Options::Help => {
            println!("{}", options::help());
            Ok(())
        }
        Options::Report => report::write(false),
        Options::Measure(asked) => measure(asked),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Every section, also after one has failed. A goal that is missed is printed and fails nothing.
fn measure(asked: options::Asked) -> Outcome {
    let quick = asked.plan.quick;
    let mut failed = Vec::new();
    let stage = Stage::set_up(asked.plan, asked.binary, asked.before)?;
    for section in asked.sections {
        println!("\n{}: {}", section.name, section.about);
        let start = Instant::now();
        match (section.measure)(&stage) {
            Ok(figures) => {
                for figure in &figures {
                    println!("  {figure}");
                }
                Record::of(&stage, figures)?.keep(section.name, quick)?;
            }
            Err(message) => {
                println!("  failed: {message}");
                failed.push(section.name);
            }
        }
        println!("  took {:.0} s", start.elapsed().as_secs_f64());
    }
    report::write(quick)?;
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("failed: {}", failed.join(", ")).into())
    }
}
