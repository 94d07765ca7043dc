//! The listeners: the connections of the API, and the address of the metrics.

mod connection;
pub mod metrics;
pub mod serve;
