//! Whatever is sent as a cursor leads to a page, or is refused.
#![no_main]
#![allow(dead_code, reason = "each target uses a part of the door")]

#[path = "../src/cursor.rs"]
mod cursor;
#[path = "../src/door.rs"]
mod door;

libfuzzer_sys::fuzz_target!(|input: &[u8]| cursor::run(input));
