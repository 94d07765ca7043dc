//! Whatever is sent as a filter and an order is understood, or refused with the column; what is understood can be asked.
#![no_main]
#![allow(dead_code, reason = "each target uses a part of the door")]

#[path = "../src/door.rs"]
mod door;
#[path = "../src/filter.rs"]
mod filter;

libfuzzer_sys::fuzz_target!(|input: &[u8]| filter::run(input));
