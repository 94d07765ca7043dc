//! Whatever is sent as a body, the answer is not a failure of the server; and what was written is what is read.
#![no_main]
#![allow(dead_code, reason = "each target uses a part of the door")]

#[path = "../src/body.rs"]
mod body;
#[path = "../src/door.rs"]
mod door;

libfuzzer_sys::fuzz_target!(|input: &[u8]| body::run(input));
