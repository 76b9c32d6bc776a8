//! A detector of energy alone, to compare with: strokes begin where the power of the last
//! milliseconds rises well above that of the last tenths of a second.

use engine::units::SampleRate;

/// Time constants of the two envelopes that a stroke parts, and the shortest time
/// between two strokes, in seconds.
const FAST_SECONDS: f64 = 0.003;
const SLOW_SECONDS: f64 = 0.12;
const REFRACTORY_SECONDS: f64 = 0.06;
/// How far the fast envelope's power must rise above the slow one's: 6 dB.
const RISE: f32 = 4.0;

/// Finds the beginnings of strokes: where the energy of the last milliseconds
/// rises well above that of the last tenths of a second.
pub struct Onset {
    fast: f32,
    fast_keep: f32,
    slow: f32,
    slow_keep: f32,
    /// Power below which nothing is a stroke.
    threshold: f32,
    /// Set after a stroke until the fast envelope has come back to the slow one, so
    /// that one stroke is found once.
    armed: bool,
    since: u32,
    refractory: u32,
}

impl Onset {
    /// A detector for a signal of `rate`, with a threshold of -60 dB.
    pub fn new(rate: SampleRate) -> Self {
        let mut onset = Self {
            fast: 0.0,
            fast_keep: keep(FAST_SECONDS, rate),
            slow: 0.0,
            slow_keep: keep(SLOW_SECONDS, rate),
            threshold: 0.0,
            armed: true,
            since: u32::MAX,
            refractory: (REFRACTORY_SECONDS * rate.hz()) as u32,
        };
        onset.set_threshold_db(-60.0);
        onset
    }

    /// Sets the level, in dB of full scale (RMS), below which nothing is a stroke.
    pub fn set_threshold_db(&mut self, db: f32) {
        self.threshold = 10f32.powf(db / 10.0);
    }

    /// Takes the next samples and says at which of them the first stroke begins.
    /// Where strokes are found does not depend on how the signal is split.
    pub fn process(&mut self, mono: &[f32]) -> Option<usize> {
        let mut found = None;
        for (n, &sample) in mono.iter().enumerate() {
            if self.sample(magnitude(sample)) {
                found = found.or(Some(n));
            }
        }
        found
    }

    fn sample(&mut self, x: f32) -> bool {
        let power = x * x;
        self.fast = power + (self.fast - power) * self.fast_keep;
        self.slow = power + (self.slow - power) * self.slow_keep;
        self.since = self.since.saturating_add(1);
        if self.fast <= self.slow {
            self.armed = true;
        }
        let stroke = self.armed
            && self.since >= self.refractory
            && self.fast > self.threshold
            && self.fast > RISE * self.slow;
        if stroke {
            self.armed = false;
            self.since = 0;
        }
        stroke
    }
}

/// What a one-pole follower with a time constant of `seconds` keeps a sample.
fn keep(seconds: f64, rate: SampleRate) -> f32 {
    (-1.0 / (seconds * rate.hz())).exp() as f32
}

/// Bounded, so that no square overflows.
fn magnitude(sample: f32) -> f32 {
    if sample.is_finite() {
        sample.abs().min(1e6)
    } else {
        0.0
    }
}
