//! Whatever stands in `DATABASE_URL`, it is understood, or refused without the password.
#![no_main]
#![allow(dead_code, reason = "each target uses a part of the door")]

#[path = "../src/database_url.rs"]
mod database_url;

libfuzzer_sys::fuzz_target!(|input: &[u8]| database_url::run(input));
