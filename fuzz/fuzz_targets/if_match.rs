//! Whatever is sent as an entity tag, the answer says what it means.
#![no_main]
#![allow(dead_code, reason = "each target uses a part of the door")]

#[path = "../src/door.rs"]
mod door;
#[path = "../src/if_match.rs"]
mod if_match;

libfuzzer_sys::fuzz_target!(|input: &[u8]| if_match::run(input));
