//! The project's menu. What a command does lives in the module of its name.
fn main() {}
