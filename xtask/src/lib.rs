//! What the menu shares with the tests and with the harness of `bench`: where programs are, and how
//! a step is run.

#![expect(clippy::print_stdout, reason = "a step says what it does")]

pub mod programs;
pub mod step;
