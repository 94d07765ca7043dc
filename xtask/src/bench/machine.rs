//! The machine in a few words: what matters for the figures, and nothing that tells whose it is.

use std::fs;

pub(super) fn describe(postgres_version: &str) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kib = memory_kib();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    // What follows the version proper names who built it.
    let kernel = kernel.trim().split('-').next().unwrap_or_default();
    format!(
        "{cores} cores, {} GiB of memory, Linux {kernel}, PostgreSQL {postgres_version}",
        (kib + 512 * 1024) / (1024 * 1024)
    )
}

pub(super) fn memory_kib() -> u64 {
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}
