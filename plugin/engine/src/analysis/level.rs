//! Levels, on the audio thread.

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
}
