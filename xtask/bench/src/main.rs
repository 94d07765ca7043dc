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
use std::time::Instant;

use clap::Parser;

use options::Options;
use report::Record;
use stage::Stage;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome {
    let options = Options::parse();
    let quick = options.quick;
    let failed = if options.report {
        Vec::new()
    } else {
        measure(options)?
    };
    report::write(quick)?;
    match &failed[..] {
        [] => Ok(()),
        failed => Err(format!("failed: {}", failed.join(", ")).into()),
    }
}

/// Every section, also after one has failed: these are given. A goal that is missed is printed and
/// fails nothing.
fn measure(options: Options) -> Outcome<Vec<&'static str>> {
    let mut failed = Vec::new();
    let stage = Stage::set_up(options)?;
    for section in stage.options.sections() {
        println!("\n{}: {}", section.name, section.about);
        let start = Instant::now();
        match (section.measure)(&stage) {
            Ok(figures) => {
                for figure in &figures {
                    println!("  {figure}");
                }
                Record::of(&stage, figures)?.keep(section.name, stage.options.quick)?;
            }
            Err(message) => {
                println!("  failed: {message}");
                failed.push(section.name);
            }
        }
        println!("  took {:.0} s", start.elapsed().as_secs_f64());
    }
    Ok(failed)
}
