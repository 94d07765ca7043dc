//! Whatever stands in a file `.env`, the settings are good, or one of them is refused with its name.
#![no_main]
#![allow(dead_code, reason = "each target uses a part of the door")]

#[path = "../src/dotenv.rs"]
mod dotenv;

libfuzzer_sys::fuzz_target!(|input: &[u8]| dotenv::run(input));
