//! The tests of the whole program, by what they are about. Most go through the front door of an app in
//! this process; `process` starts the real binary.
#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

mod addresses;
mod authentication;
mod batch;
mod better_auth;
mod caching;
mod changes;
mod client_ids;
mod commands;
mod commits;
mod concurrency;
mod conditional;
mod connections;
mod contract;
mod convergence;
mod cors;
mod docs;
mod errors;
mod events;
mod fields;
mod filters;
mod followers;
mod generators;
mod health;
mod history;
mod house;
mod isolation;
mod lines;
mod lists;
mod lost_answers;
mod meanings;
mod members;
mod metrics;
mod migrations;
mod model;
mod outages;
mod pasted_settings;
mod pooler;
mod preferences;
mod process;
mod proxies;
mod references;
mod refusals;
mod repeats;
mod streams;
mod sweeper;
mod sweeping_changes;
mod sync_guide;
mod tasks;
mod tls;
mod trash;
mod typescript_client;
mod validation;
