//! Starts the program; everything it can do lives in the library.

use std::process::ExitCode;

/// Requests allocate and free small pieces on many threads, which the system's allocator takes long over.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tickbox::cli::run()
}
