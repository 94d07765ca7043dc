//! Whatever a file says, its reader comes to an end; a line that it names is there, and a task that it gives keeps its rules.
#![no_main]

#[path = "../src/import.rs"]
mod import;

libfuzzer_sys::fuzz_target!(|input: &[u8]| import::run(input));
