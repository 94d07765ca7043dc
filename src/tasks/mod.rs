//! What can be done with tasks. No HTTP and no SQL here.

pub mod model;
