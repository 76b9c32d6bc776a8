//! What the system knows of this process and its threads.

use std::fs;
use std::time::Duration;

/// Bytes of memory.
pub struct Memory {
    /// In memory.
    pub resident: u64,
    /// The same, shared pages by their share.
    pub proportional: u64,
    /// Of no file.
    pub anonymous: u64,
}

/// Of this process.
pub fn memory() -> Memory {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let of = |name: &str| {
        let line = rollup.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        number.unwrap_or(0) * 1024
    };
    Memory {
        resident: of("Rss:"),
        proportional: of("Pss:"),
        anonymous: of("Anonymous:"),
    }
}

/// The thread of this process that is called so; the system keeps 15 characters.
pub fn thread(name: &str) -> Option<u32> {
    let name = &name[..name.len().min(15)];
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    let mut ids = tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok());
    ids.find(|id: &u32| {
        let called = fs::read_to_string(format!("/proc/self/task/{id}/comm"));
        called.is_ok_and(|called| called.trim() == name)
    })
}

/// How long a thread was on a core so far.
pub fn busy(thread: u32) -> Duration {
    let text = fs::read_to_string(format!("/proc/self/task/{thread}/schedstat"));
    let text = text.unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|n| n.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}
