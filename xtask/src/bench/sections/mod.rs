//! One module for each section of the measurement: how it is done, what it finds, and how that is told. Which of
//! its figures are goals is decided in `goals`.

pub(super) mod connections;
pub(super) mod latency;
pub(super) mod log;
pub(super) mod safety;
pub(super) mod scale;
pub(super) mod size;
pub(super) mod start;
pub(super) mod streams;
pub(super) mod throughput;
pub(super) mod tls;
