//! The task backend for apps whose users sign in with Better Auth.
//!
//! The rooms of the house, and who may call whom:
//!
//! ```text
//! main → cli → app → doors (http) → tasks → store
//!                       ↓              ↓
//!                      auth    →    domain    error, clock, config and metrics serve all
//! ```
//!
//! - [`cli`] reads arguments and runs a command; [`config`] turns settings into values.
//! - [`app`] is the parts of a running server, put together once.
//! - [`http`] is a door: it turns a protocol into calls of use-cases and back. Doors do not know each other.
//! - [`auth`] finds out who is calling.
//! - [`metrics`] counts what happens, for Prometheus.
//! - [`quota`] counts how often each user asks.
//! - [`domain`] says what a task is, what can be done with it and what comes of that: values and pure functions.
//! - [`import`] reads what people bring along from other programs: from a file to words of the domain.
//! - [`tasks`] are the use-cases: they hand work to the store, and wake who waits. No SQL, no HTTP.
//! - [`store`] remembers: one SQL text for two engines.
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
pub mod quota;
pub mod secret;
pub mod shutdown;
pub mod store;
pub mod tally;
pub mod tasks;
pub mod telemetry;
pub mod trace;
