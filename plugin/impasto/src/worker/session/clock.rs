//! When a sample was heard: by the worker's clock, and in the host's song.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use engine::session::HostTime;
use engine::units::{SampleRate, Seconds};

use crate::reports::HostJump;

/// The host's jumps that are remembered, so that what began before one has its own time: a
/// tempo that glides jumps in each block, and a long stroke is told when it ends.
const JUMPS: usize = 8192;

/// When samples come later than expected by as much, the host has stopped meanwhile.
const STOPPED: Duration = Duration::from_millis(250);

/// And when they come earlier by as much, it hurries.
const HURRIED: Duration = Duration::from_millis(20);

/// Changes of the host's pace that are remembered.
const ANCHORS: usize = 64;

/// Since a sample, audio has gone on without a stop.
struct Anchor {
    from: u64,
    /// When sample 0 would have been heard: the earliest that was seen, as looking is only
    /// ever late.
    zero: Instant,
    /// As it was seen first.
    first: Instant,
}

/// The clock of one activation.
pub(super) struct Clock {
    rate: SampleRate,
    /// What was told once of a sample stays.
    anchors: VecDeque<Anchor>,
    /// The newest sample known.
    elapsed: u64,
    jumps: VecDeque<HostJump>,
}

impl Clock {
    pub(super) fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            anchors: VecDeque::new(),
            elapsed: 0,
            jumps: VecDeque::new(),
        }
    }

    /// `elapsed` samples were dealt with by `now`.
    pub(super) fn observe(&mut self, now: Instant, elapsed: u64) {
        if elapsed == self.elapsed && !self.anchors.is_empty() {
            return;
        }
        let before = std::mem::replace(&mut self.elapsed, elapsed);
        let Some(seen) = now.checked_sub(self.length(elapsed)) else {
            return;
        };
        let from = if self.anchors.is_empty() {
            0
        } else {
            before + 1
        };
        match self.anchors.back_mut() {
            Some(last)
                if seen.saturating_duration_since(last.zero) <= STOPPED
                    && last.first.saturating_duration_since(seen) <= HURRIED =>
            {
                last.zero = last.zero.min(seen);
            }
            _ => self.anchors.push_back(Anchor {
                from,
                zero: seen,
                first: seen,
            }),
        }
        if self.anchors.len() > ANCHORS {
            self.anchors.pop_front();
        }
    }

    pub(super) fn jump(&mut self, jump: HostJump) {
        self.jumps.push_back(jump);
        if self.jumps.len() > JUMPS {
            self.jumps.pop_front();
        }
    }

    /// When `sample` was heard.
    pub(super) fn at(&self, sample: u64) -> Instant {
        let mut known = self.anchors.iter().rev();
        let anchor = known.find(|anchor| anchor.from <= sample);
        let anchor = anchor.or(self.anchors.front());
        anchor.map_or_else(Instant::now, |anchor| anchor.zero + self.length(sample))
    }

    /// Where the host was at `sample`, if it told.
    pub(super) fn host(&self, sample: u64) -> Option<HostTime> {
        let before = self.jumps.iter().rev().find(|jump| jump.sample <= sample)?;
        let passed = i64::try_from(sample - before.sample).ok()?;
        let host = before.host.after(passed, self.rate);
        host.is_known().then_some(host)
    }

    /// The sample at `time` since the activation.
    pub(super) fn sample(&self, time: Seconds) -> u64 {
        (time.0 * self.rate.hz()).round().max(0.0) as u64
    }

    /// From `begin` to `end`, in seconds.
    pub(super) fn duration(&self, begin: u64, end: u64) -> f64 {
        end.saturating_sub(begin) as f64 / self.rate.hz()
    }

    fn length(&self, samples: u64) -> Duration {
        Duration::from_secs_f64(samples as f64 / self.rate.hz())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock::new(SampleRate::new(48_000.0).expect("above zero"))
    }

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn looking_late_moves_nothing() {
        let (mut clock, zero) = (clock(), Instant::now());
        clock.observe(zero + ms(1007), 48_000);
        clock.observe(zero + ms(2001), 96_000);
        clock.observe(zero + ms(3030), 144_000);
        let off = clock.at(96_000) - zero;
        assert!(off >= ms(2000) && off < ms(2002), "{off:?}");
    }

    #[test]
    fn after_a_stop_time_goes_on() {
        let (mut clock, zero) = (clock(), Instant::now());
        clock.observe(zero + ms(1000), 48_000);
        clock.observe(zero + ms(9000), 48_000);
        clock.observe(zero + ms(10_000), 96_000);
        let off = clock.at(96_000) - zero;
        assert!(off >= ms(9999) && off < ms(10_001), "{off:?}");
    }

    #[test]
    fn a_host_that_hurries_moves_nothing_that_was_told() {
        let (mut clock, zero) = (clock(), Instant::now());
        let mut told = Vec::new();
        // Five times as fast as time.
        for n in 1..1000_u64 {
            clock.observe(zero + ms(1000 + 2 * n), 480 * n);
            told.push((480 * n, clock.at(480 * n)));
        }
        let off = |(sample, at): &(u64, Instant)| {
            let now = clock.at(*sample);
            now.max(*at) - now.min(*at)
        };
        // As far back as anything is still told of.
        let kept = &told[told.len() - 150..];
        let worst = kept.iter().map(off).max().expect("some");
        assert!(worst <= HURRIED, "{worst:?}");
        assert!(
            kept.windows(2)
                .all(|pair| clock.at(pair[0].0) <= clock.at(pair[1].0) + HURRIED)
        );
    }

    #[test]
    fn each_sample_has_the_time_of_its_side_of_a_jump() {
        let mut clock = clock();
        let host = |seconds| HostTime {
            playing: true,
            seconds: Some(seconds),
            ..HostTime::default()
        };
        clock.jump(HostJump {
            sample: 1000,
            host: host(10.0),
        });
        clock.jump(HostJump {
            sample: 49_000,
            host: host(2.0),
        });
        let seconds = |sample| clock.host(sample).and_then(|host| host.seconds);
        assert_eq!(seconds(999), None);
        assert_eq!(seconds(25_000), Some(10.5));
        assert_eq!(seconds(49_000), Some(2.0));
        assert_eq!(seconds(97_000), Some(3.0));
    }
}
