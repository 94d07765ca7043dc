//! The tests of the whole program, by what they are about. Most go through the front door of an app in
//! this process; `process` starts the real binary.
#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

mod authentication;
mod better_auth;
mod commands;
mod concurrency;
mod conditional;
mod contract;
mod cors;
mod errors;
mod health;
mod history;
mod house;
mod isolation;
mod lists;
mod migrations;
mod outages;
mod pooler;
mod process;
mod sweeper;
mod tasks;
mod tls;
mod trash;
mod validation;
