//! Levels and strokes, on the audio thread.

use super::FLOOR_DB;
use crate::units::SampleRate;

/// How fast a level's peak falls, in dB a second.
const PEAK_FALL_DB_A_SECOND: f32 = 20.0;
/// Time constant of the RMS level, in seconds.
const RMS_SECONDS: f64 = 0.3;

/// Peak and RMS level of a mono signal.
pub struct LevelMeter {
    /// Highest magnitude, falling by `peak_fall` a sample.
    peak: f32,
    peak_fall: f32,
    /// Mean square, one-pole smoothed by `rms_keep` a sample.
    mean_square: f32,
    rms_keep: f32,
}

impl LevelMeter {
    /// A meter for a signal of `rate`; it reads [`FLOOR_DB`].
    pub fn new(rate: SampleRate) -> Self {
        let fall_db = PEAK_FALL_DB_A_SECOND / rate.hz() as f32;
        Self {
            peak: 0.0,
            peak_fall: 10f32.powf(-fall_db / 20.0),
            mean_square: 0.0,
            rms_keep: keep(RMS_SECONDS, rate),
        }
    }

    /// Takes the next samples. Those that are not finite count as zero.
    pub fn process(&mut self, mono: &[f32]) {
        for &sample in mono {
            let x = magnitude(sample);
            self.peak = x.max(self.peak * self.peak_fall);
            self.mean_square = x * x + (self.mean_square - x * x) * self.rms_keep;
        }
        flush(&mut self.peak);
        flush(&mut self.mean_square);
    }

    /// The highest magnitude, falling by 20 dB a second, in dB of full scale; at
    /// least [`FLOOR_DB`].
    pub fn peak_db(&self) -> f32 {
        (20.0 * self.peak.log10()).max(FLOOR_DB)
    }

    /// The RMS over about 0.3 s, in dB of full scale (a full-scale sine reads
    /// -3 dB); at least [`FLOOR_DB`].
    pub fn rms_db(&self) -> f32 {
        (10.0 * self.mean_square.log10()).max(FLOOR_DB)
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        (self.peak, self.mean_square) = (0.0, 0.0);
    }
}

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
        flush(&mut self.fast);
        flush(&mut self.slow);
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

    /// Back to silence; the threshold stays.
    pub fn reset(&mut self) {
        (self.fast, self.slow) = (0.0, 0.0);
        (self.armed, self.since) = (true, u32::MAX);
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

/// An envelope that dies away must not end in denormals, which are slow.
fn flush(envelope: &mut f32) {
    if *envelope < 1e-20 {
        *envelope = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;

    fn rate() -> SampleRate {
        SampleRate::new(RATE).unwrap()
    }

    fn sine(seconds: f64, amplitude: f32) -> Vec<f32> {
        (0..(seconds * RATE) as usize)
            .map(|n| amplitude * (n as f32 * 0.13).sin())
            .collect()
    }

    #[test]
    fn meter_reads_a_sine() {
        let mut meter = LevelMeter::new(rate());
        assert_eq!((meter.peak_db(), meter.rms_db()), (FLOOR_DB, FLOOR_DB));
        meter.process(&sine(3.0, 0.5));
        assert!((meter.peak_db() + 6.02).abs() < 0.05, "{}", meter.peak_db());
        assert!((meter.rms_db() + 9.03).abs() < 0.1, "{}", meter.rms_db());
        meter.process(&vec![0.0; RATE as usize]);
        assert!((meter.peak_db() + 26.02).abs() < 0.1, "{}", meter.peak_db());
        meter.process(&vec![0.0; 10 * RATE as usize]);
        assert_eq!((meter.peak_db(), meter.rms_db()), (FLOOR_DB, FLOOR_DB));
        meter.process(&[f32::NAN, f32::INFINITY, -0.25]);
        assert!((meter.peak_db() + 12.04).abs() < 0.01);
    }

    /// Bursts of 80 ms at the given times, over noise at -80 dB.
    fn strokes(at: &[f64], amplitude: f32) -> Vec<f32> {
        let mut noise = 1u32;
        let mut signal: Vec<f32> = (0..(2.0 * RATE) as usize)
            .map(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (noise as f32 / u32::MAX as f32 - 0.5) * 2e-4
            })
            .collect();
        for start in at {
            let start = (start * RATE) as usize;
            for (x, y) in signal[start..].iter_mut().zip(sine(0.08, amplitude)) {
                *x += y;
            }
        }
        signal
    }

    fn onsets(signal: &[f32], block: usize) -> Vec<f64> {
        let mut onset = Onset::new(rate());
        signal
            .chunks(block)
            .enumerate()
            .filter_map(|(b, samples)| Some((b * block + onset.process(samples)?) as f64 / RATE))
            .collect()
    }

    #[test]
    fn each_stroke_is_found_once_and_within_5_ms() {
        let at = [0.1, 0.5, 0.75, 1.2];
        for amplitude in [0.01, 0.1, 1.0] {
            let signal = strokes(&at, amplitude);
            let found = onsets(&signal, 64);
            assert_eq!(found.len(), at.len(), "{amplitude}: {found:?}");
            for (found, at) in found.iter().zip(at) {
                assert!((0.0..0.005).contains(&(found - at)), "{found} for {at}");
            }
            assert_eq!(found, onsets(&signal, 1), "split");
            assert_eq!(found, onsets(&signal, 333), "split");
        }
    }

    #[test]
    fn noise_and_steady_tones_are_no_strokes() {
        assert_eq!(onsets(&strokes(&[], 0.0), 64), []);
        assert_eq!(onsets(&strokes(&[0.3], 0.0005), 64), [], "below threshold");
        let mut onset = Onset::new(rate());
        assert!(onset.process(&sine(0.5, 0.5)).is_some(), "where it begins");
        assert_eq!(onset.process(&sine(5.0, 0.5)), None, "while it lasts");
    }
}
