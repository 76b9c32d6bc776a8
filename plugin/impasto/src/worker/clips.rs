//! The decoded audio of one instance: how much memory it may take, and its threads.

use engine::playback::{CacheOptions, ClipCache};
use engine::units::SampleRate;

use crate::bundle;

/// Names the memory for decoded audio of all instances of a process, in MiB.
pub const MEMORY_VARIABLE: &str = "IMPASTO_CLIP_MEMORY";

/// An empty cache for a host that runs at `rate`.
pub fn cache(rate: SampleRate) -> ClipCache {
    let asked = std::env::var(MEMORY_VARIABLE).ok();
    ClipCache::new(CacheOptions {
        budget: budget(asked.as_deref()),
        at_start: lower_priority,
        left_behind: bundle::stay_loaded,
        ..CacheOptions::new(rate)
    })
}

/// In bytes; the usual where nothing sensible is asked for.
fn budget(asked: Option<&str>) -> usize {
    let mebibytes = asked.and_then(|text| text.trim().parse::<usize>().ok());
    mebibytes
        .filter(|mebibytes| *mebibytes > 0)
        .and_then(|mebibytes| mebibytes.checked_mul(1 << 20))
        .unwrap_or(CacheOptions::BUDGET)
}

/// Behind the host's and the worker's threads, before the indexer's, which has a nice
/// value of 10: what is decoded here is wanted within a stroke.
#[cfg(target_os = "linux")]
fn lower_priority() {
    // SAFETY: without pointers. On Linux 0 stands for the calling thread alone. Refused,
    // it decodes at the usual priority.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 5) };
}

/// Elsewhere the usual priority is the one step above the indexer's.
#[cfg(not(target_os = "linux"))]
fn lower_priority() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_what_was_asked_for_or_the_usual() {
        for nonsense in [None, Some(""), Some("0"), Some("lots"), Some("-1")] {
            assert_eq!(budget(nonsense), CacheOptions::BUDGET, "{nonsense:?}");
        }
        assert_eq!(budget(Some(" 64 ")), 64 << 20);
        assert_eq!(budget(Some("99999999999999999999")), CacheOptions::BUDGET);
    }
}
