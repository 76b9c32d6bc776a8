//! How far a scan is, and how long it still takes.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::library::control::Activity;
use crate::units::Seconds;

/// How far a scan is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Files that need no more work, of those found.
    pub done: usize,
    /// Files found.
    pub total: usize,
    /// The file begun last of those in work; the folder before the first.
    pub current: &'a Path,
    /// Chunks committed by this scan: they can be searched.
    pub chunks: usize,
    /// Music decoded by this scan.
    pub music: Seconds,
    /// Since the scan began.
    pub elapsed: Seconds,
    /// Time left, once there is something to judge it by.
    pub eta: Option<Seconds>,
    /// Whether it runs, is slowed or paused.
    pub activity: Activity,
}

/// Judges the time left by the files' sizes: lengths are not known before decoding.
pub(super) struct Clock {
    began: Instant,
    seen: Instant,
    paused: Duration,
    /// Of files that are done.
    bytes_done: f64,
    bytes: f64,
}

impl Clock {
    /// For `bytes` of files that are to be decoded.
    pub(super) fn new(began: Instant, bytes: f64) -> Self {
        Self {
            began,
            seen: Instant::now(),
            paused: Duration::ZERO,
            bytes_done: 0.0,
            bytes,
        }
    }

    /// Called often, so that pauses don't count as work.
    pub(super) fn tick(&mut self, activity: Activity) {
        let now = Instant::now();
        if activity == Activity::Paused {
            self.paused += now - self.seen;
        }
        self.seen = now;
    }

    /// A file of this size needs no more work.
    pub(super) fn finish(&mut self, bytes: u64) {
        self.bytes_done += bytes as f64;
    }

    pub(super) fn elapsed(&self) -> Seconds {
        Seconds(self.began.elapsed().as_secs_f64())
    }

    /// With `partial` bytes done of the files in work.
    pub(super) fn eta(&self, partial: f64) -> Option<Seconds> {
        let working = self.began.elapsed().saturating_sub(self.paused);
        let done = self.bytes_done + partial;
        let left = (self.bytes - done).max(0.0);
        (done > 0.0).then(|| Seconds(working.as_secs_f64() * left / done))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_judged_by_bytes_and_not_by_pauses() {
        let began = Instant::now() - Duration::from_secs(40);
        let mut clock = Clock::new(began, 1000.0);
        clock.seen = Instant::now() - Duration::from_secs(20);
        assert_eq!(clock.eta(0.0), None);
        clock.tick(Activity::Paused);
        clock.finish(300);
        let eta = clock.eta(200.0).unwrap().0;
        assert!((eta - 20.0).abs() < 1.0, "{eta}");
    }
}
