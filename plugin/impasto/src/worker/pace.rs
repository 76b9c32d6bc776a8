//! When to look at the rings.
//!
//! The audio thread must not wake anyone, so the rings are polled. While a refresh waits
//! for frames, the worker sleeps until shortly before they are due, by the frames that
//! came before, and looks every [`STEP`] from then on: some two or three looks a refresh.
//! How early it begins follows how regularly the frames come, which is in bursts where
//! the host's blocks are long.

use std::time::{Duration, Instant};

/// A mel frame's hop, in real time.
pub const FRAME: Duration = Duration::from_micros(12_500);

/// Between two looks when frames are due.
const STEP: Duration = Duration::from_millis(1);

/// How early to begin to look, at least and at most.
const EARLIEST: [Duration; 2] = [Duration::from_millis(1), FRAME];

/// Frames that are later than this do not come regularly.
const OVERDUE: Duration = Duration::from_millis(30);

/// Between two looks while they do not, and while nothing is to be refreshed.
const SLOW: Duration = Duration::from_millis(10);

/// While nothing has come for so long, nothing is played: the host may have stopped.
const STOPPED: Duration = Duration::from_secs(1);

/// Between two looks while nothing is played.
const IDLE: Duration = Duration::from_millis(50);

/// Learns when frames come.
pub struct Pace {
    /// When frames were found last.
    found: Instant,
    /// When frames came is known best of these, which a look found that was soon after
    /// one that did not.
    anchor: Instant,
    /// Frames found since the anchor.
    since: usize,
    /// How many come at once.
    burst: usize,
    /// How long before frames are due to begin to look.
    early: Duration,
    /// When a look found nothing last, if none has found anything since.
    missed: Option<Instant>,
}

impl Pace {
    /// Nothing has come yet.
    pub fn new(now: Instant) -> Self {
        let long_ago = now.checked_sub(STOPPED).unwrap_or(now);
        Self {
            found: long_ago,
            anchor: long_ago,
            since: 0,
            burst: 1,
            early: EARLIEST[0],
            missed: None,
        }
    }

    /// A look found `frames`, of `wanted`.
    pub fn found(&mut self, now: Instant, frames: usize, wanted: Option<usize>) {
        let [least, most] = EARLIEST;
        match self.missed.take() {
            Some(missed) => {
                if now.duration_since(missed) < STEP * 3 {
                    self.burst = frames.max(1);
                }
                (self.anchor, self.since) = (now, 0);
                self.early = self.early.saturating_sub(STEP / 16).max(least);
            }
            None => {
                self.since += frames;
                if wanted.is_some_and(|wanted| frames >= self.target(wanted)) {
                    // They may have been there for a while.
                    self.early = (self.early + STEP).min(most);
                }
            }
        }
        self.found = now;
    }

    /// A look found nothing.
    pub fn missed(&mut self, now: Instant) {
        self.missed = Some(now);
    }

    /// How many frames come at once.
    pub fn burst(&self) -> usize {
        self.burst
    }

    /// Whether frames come at all.
    pub fn is_playing(&self, now: Instant) -> bool {
        now.duration_since(self.found) < STOPPED
    }

    /// How long to sleep before the next look for the last of `wanted` frames; none are
    /// wanted in time if that is `None`.
    pub fn pause(&self, now: Instant, wanted: Option<usize>) -> Duration {
        if !self.is_playing(now) {
            return IDLE;
        }
        let Some(wanted) = wanted else {
            return SLOW * 2;
        };
        let frames = self.since + self.target(wanted);
        let due = self.anchor + FRAME * u32::try_from(frames).unwrap_or(u32::MAX);
        if now >= due + OVERDUE {
            return SLOW;
        }
        due.saturating_duration_since(now + self.early).max(STEP)
    }

    /// The frames to sleep for: of a burst all come at once, be they wanted or not.
    fn target(&self, wanted: usize) -> usize {
        if self.burst > 1 {
            self.burst
        } else {
            wanted.max(1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks as the worker does at a host whose blocks last `block` and whose frames are
    /// complete within them, until 1,000 refreshes of four frames: how late the frames
    /// were found at the median and at 99 %, and how many looks a refresh took.
    fn check(block: Duration) -> (Duration, Duration, f64) {
        let begin = Instant::now();
        // A block's frames come when it is processed.
        let came = |frame: u32| {
            let blocks = (FRAME * frame).as_nanos().div_ceil(block.as_nanos());
            begin + block * u32::try_from(blocks).expect("few")
        };
        let mut pace = Pace::new(begin);
        let (mut now, mut taken, mut new) = (begin, 0u32, 0usize);
        let (mut late, mut looks) = (Vec::new(), 0u32);
        while late.len() < 1000 {
            let wanted = Some(4usize.saturating_sub(new).max(1));
            // As a system's timers are.
            now += pace.pause(now, wanted) + Duration::from_micros(60);
            looks += 1;
            let mut found = 0;
            while came(taken + 1) <= now {
                taken += 1;
                found += 1;
            }
            if found == 0 {
                pace.missed(now);
                continue;
            }
            pace.found(now, found, wanted);
            new += found;
            if new >= 4 || new + pace.burst() > 4 && pace.burst() > 1 {
                late.push(now - came(taken));
                new = 0;
            }
        }
        late.sort_unstable();
        let looks = f64::from(looks) / 1000.0;
        (late[500], late[990], looks)
    }

    #[test]
    fn frames_are_found_soon_with_few_looks() {
        let millis = Duration::from_millis;
        for (frames, most_looks) in [(32, 8.0), (64, 8.0), (256, 14.0), (512, 20.0), (2048, 20.0)] {
            let block = Duration::from_secs(1) * frames / 48_000;
            let (median, p99, looks) = check(block);
            let told = format!("{frames}: {median:?} {p99:?} {looks}");
            assert!(median <= millis(1) + STEP / 8, "{told}");
            assert!(p99 <= millis(8), "{told}");
            assert!(looks <= most_looks, "{told}");
        }
    }

    #[test]
    fn nothing_to_refresh_and_nothing_played_cost_few_looks() {
        let begin = Instant::now();
        let mut pace = Pace::new(begin);
        assert_eq!(pace.pause(begin, Some(4)), IDLE);
        pace.found(begin, 1, None);
        assert_eq!(pace.pause(begin, None), SLOW * 2);
        assert_eq!(pace.pause(begin + FRAME * 8, Some(1)), SLOW);
        assert_eq!(pace.pause(begin + STOPPED, Some(4)), IDLE);
        assert!(!pace.is_playing(begin + STOPPED));
    }
}
