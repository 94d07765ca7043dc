//! Whatever is sent as a token, `auth` answers; what the fuzzer did not sign is never accepted.
#![no_main]

#[path = "../src/token.rs"]
mod token;

libfuzzer_sys::fuzz_target!(|input: &[u8]| token::run(input));
