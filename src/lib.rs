//! The task backend for apps whose users sign in with Better Auth.
#![cfg_attr(
    test,
    expect(clippy::unwrap_used, reason = "a test may stop where it stands")
)]

pub mod auth;
pub mod clock;
pub mod config;
pub mod error;
pub mod store;
pub mod tasks;
