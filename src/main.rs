//! Starts the program; all its code is in the library.

use std::process::ExitCode;

/// Requests allocate and free small pieces on many threads, for which the system's allocator is slow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tickbox::cli::run()
}
