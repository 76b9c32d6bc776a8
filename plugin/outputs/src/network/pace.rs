//! How often something may happen.

use std::time::{Duration, Instant};

/// Holds packets apart: never more than a rate, and no arrears.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    opens: Option<Instant>,
}

impl Pace {
    /// Whether the next may go.
    pub fn is_open(&self, now: Instant) -> bool {
        self.opens.is_none_or(|opens| now >= opens)
    }

    /// One has gone; the next may after `1 / rate` seconds. `rate` is above zero.
    pub fn shut(&mut self, now: Instant, rate: f32) {
        self.opens = Some(now + Duration::from_secs_f32(1.0 / rate));
    }

    /// When the next may go, if not now.
    pub fn opens(&self, now: Instant) -> Option<Instant> {
        self.opens.filter(|opens| *opens > now)
    }
}

/// The paces of what is sent. They outlast the routes, or who changes the settings would
/// have more sent than their rates allow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Paces {
    pub osc: Pace,
    pub light: Pace,
}

/// Lets so many a second pass, and as many at once as came too few before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    left: f32,
    last: Instant,
    rate: f32,
    most: f32,
}

impl Bucket {
    /// `rate` a second, `most` at once; full.
    pub fn new(rate: f32, most: f32, now: Instant) -> Self {
        Self {
            left: most,
            last: now,
            rate,
            most,
        }
    }

    /// Whether one more passes.
    pub fn take(&mut self, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.last).as_secs_f32();
        self.last = now;
        self.left = (self.left + elapsed * self.rate).min(self.most);
        let passes = self.left >= 1.0;
        if passes {
            self.left -= 1.0;
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_kept_and_arrears_are_not_made_good() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut pace = Pace::default();
        assert!(pace.is_open(start));
        pace.shut(start, 50.0);
        assert!(!pace.is_open(at(19)) && pace.is_open(at(21)));
        pace.shut(at(500), 50.0);
        assert!(!pace.is_open(at(519)));
    }

    #[test]
    fn a_bucket_lets_its_rate_pass() {
        let start = Instant::now();
        let mut bucket = Bucket::new(100.0, 10.0, start);
        let passed = (0..10_000)
            .filter(|ms| bucket.take(start + Duration::from_millis(*ms)))
            .count();
        assert!((1000..=1010).contains(&passed), "{passed}");
    }
}
