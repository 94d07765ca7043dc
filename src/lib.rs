//! The task backend for apps whose users sign in with Better Auth.
//!
//! The modules (*rooms*), and which may call which:
//!
//! ```text
//! main → cli → app → http → tasks → store
//!                     ↓       ↓
//!                    auth  → domain    error, clock, config and metrics are used by all
//! ```
//!
//! - [`cli`] reads arguments and runs a command; [`config`] turns settings into values.
//! - [`app`] is the parts of a running server, put together once.
//! - [`http`] turns requests into calls of use-cases, and results into responses.
//! - [`auth`] finds out who is calling.
//! - [`metrics`] counts what happens, for Prometheus.
//! - [`quota`] counts how many requests each user makes.
//! - [`domain`] says what a task is, what can be done with it and with which outcome: values and pure functions.
//! - [`import`] reads files of other programs: from a file to values of the domain.
//! - [`tasks`] are the use-cases: they pass works to the store, and wake readers that wait. No SQL, no HTTP.
//! - [`store`] keeps the data: one SQL text for two engines.
#![cfg_attr(
    test,
    expect(clippy::unwrap_used, reason = "a test may stop where it stands")
)]

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod error;
pub mod http;
pub mod import;
pub mod metrics;
pub mod new_file;
pub mod quota;
pub mod secret;
pub mod shutdown;
pub mod store;
pub mod tally;
pub mod tasks;
pub mod telemetry;
pub mod trace;
