//! The engine from outside: beside what others say, beside a reader of rules that knows no shortcut, and over all zones.
#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod brute;
mod dice;
mod document;
mod faults;
mod others;
mod properties;
mod questions;
mod tables;
mod vectors;
mod zones;
