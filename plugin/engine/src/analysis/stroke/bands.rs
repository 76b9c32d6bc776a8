//! The signal's power in eight bands, twice a millisecond.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use crate::units::SampleRate;

use super::lanes::{LANES, Lanes, each, flush};

/// Hops a second, before rounding to whole samples.
const HOPS_A_SECOND: f64 = 2000.0;
/// Corner of the high-pass before all bands but the lowest, in hertz: against hum and
/// handling.
const HIGH_PASS_HZ: f64 = 200.0;
/// Centre, in hertz, and quality of the lowest band, where an easel's modes are.
const LOW_BAND: (f64, f64) = (150.0, 0.5);
/// Centres, in hertz, of the lowest and the highest band of friction.
const FRICTION_HZ: (f64, f64) = (450.0, 10_000.0);
/// Quality of each of the two sections of a band of friction: the bands meet at about
/// half power.
const FRICTION_Q: f64 = 1.0;
/// The highest centre as a share of the sample rate.
const HIGHEST_SHARE: f64 = 0.4;
/// The largest sample: its square must not overflow in what is made of it.
const LARGEST: f32 = 1e4;

/// A second-order section (transposed direct form II), one filter a lane.
#[derive(Clone)]
struct Sections {
    b0: Lanes,
    a1: Lanes,
    a2: Lanes,
    first: Lanes,
    second: Lanes,
}

impl Sections {
    /// Band-passes of 0 dB at their centres (Bristow-Johnson, *Cookbook formulae for
    /// audio equalizer biquad filter coefficients*).
    fn new(rate: f64, qualities: &[f64; LANES], centres: &[f64; LANES]) -> Self {
        let part = |lane: usize| {
            let w = TAU * centres[lane] / rate;
            let alpha = w.sin() / (2.0 * qualities[lane]);
            (alpha, w.cos())
        };
        Self {
            b0: each(|lane| (part(lane).0 / (1.0 + part(lane).0)) as f32),
            a1: each(|lane| (-2.0 * part(lane).1 / (1.0 + part(lane).0)) as f32),
            a2: each(|lane| ((1.0 - part(lane).0) / (1.0 + part(lane).0)) as f32),
            first: [0.0; LANES],
            second: [0.0; LANES],
        }
    }

    #[inline(always)]
    fn process(&mut self, x: &Lanes) -> Lanes {
        let mut y = [0.0; LANES];
        for lane in 0..LANES {
            let fed = self.b0[lane] * x[lane];
            y[lane] = fed + self.first[lane];
            self.first[lane] = self.second[lane] - self.a1[lane] * y[lane];
            self.second[lane] = -fed - self.a2[lane] * y[lane];
        }
        y
    }

    fn flush(&mut self) {
        flush(&mut self.first);
        flush(&mut self.second);
    }

    fn reset(&mut self) {
        (self.first, self.second) = ([0.0; LANES], [0.0; LANES]);
    }
}

/// A second-order high-pass (Butterworth).
#[derive(Clone)]
struct HighPass {
    b0: f32,
    a1: f32,
    a2: f32,
    first: f32,
    second: f32,
}

impl HighPass {
    fn new(rate: f64, hz: f64) -> Self {
        let w = TAU * hz / rate;
        let alpha = w.sin() * FRAC_1_SQRT_2;
        Self {
            b0: ((1.0 + w.cos()) / 2.0 / (1.0 + alpha)) as f32,
            a1: (-2.0 * w.cos() / (1.0 + alpha)) as f32,
            a2: ((1.0 - alpha) / (1.0 + alpha)) as f32,
            first: 0.0,
            second: 0.0,
        }
    }

    #[inline(always)]
    fn process(&mut self, x: f32) -> f32 {
        let fed = self.b0 * x;
        let y = fed + self.first;
        self.first = -2.0 * fed - self.a1 * y + self.second;
        self.second = fed - self.a2 * y;
        y
    }
}

/// A bank of filters that gives the mean power of each band once a hop. Lane 0 is what
/// lies below friction, lanes 1 to 7 are friction from low to high.
#[derive(Clone)]
pub(super) struct Bands {
    high_pass: HighPass,
    /// In series: one alone falls too slowly beside its band to tell a knock's low
    /// modes from friction.
    first: Sections,
    second: Sections,
    /// Sum of squares since the hop began.
    sum: Lanes,
    hop: usize,
    left: usize,
    /// From a sum over a hop to a power.
    scale: f32,
    rate: f64,
    /// See [`Bands::brightness`].
    brightness: Lanes,
    /// Factor from the sum over the bands of friction to the signal's power.
    level: f32,
}

impl Bands {
    /// Filters for a signal of `rate`.
    pub(super) fn new(rate: SampleRate) -> Self {
        let rate = rate.hz();
        let hop = (rate / HOPS_A_SECOND).round().max(1.0) as usize;
        let centres = centres(rate);
        let mut qualities = [FRICTION_Q; LANES];
        qualities[0] = LOW_BAND.1;
        let sections = Sections::new(rate, &qualities, &centres);
        Self {
            high_pass: HighPass::new(rate, HIGH_PASS_HZ.min(0.1 * rate)),
            first: sections.clone(),
            second: sections,
            sum: [0.0; LANES],
            hop,
            left: hop,
            scale: 1.0 / hop as f32,
            rate,
            brightness: each(|lane| {
                let (low, high) = FRICTION_HZ;
                ((centres[lane] / low).log2() / (high / low).log2()).clamp(0.0, 1.0) as f32
            }),
            level: level(&centres),
        }
    }

    /// Time from one power to the next, in seconds.
    pub(super) fn hop_seconds(&self) -> f64 {
        self.hop as f64 / self.rate
    }

    /// Where a band of friction lies on a logarithmic scale whose ends are the lowest and
    /// the highest centre, in 0..=1.
    pub(super) fn brightness(&self, lane: usize) -> f32 {
        self.brightness[lane]
    }

    /// The mean square of the signal, in so far as it is friction, of the bands' powers.
    pub(super) fn friction(&self, powers: &Lanes) -> f32 {
        powers[1..].iter().sum::<f32>() * self.level
    }

    /// Takes samples up to the end of the hop. Returns how many, and the bands' powers
    /// if the hop is complete.
    pub(super) fn take(&mut self, mono: &[f32]) -> (usize, Option<Lanes>) {
        let count = mono.len().min(self.left);
        // In registers while it lasts.
        let (mut first, mut second) = (self.first.clone(), self.second.clone());
        let (mut high_pass, mut sum) = (self.high_pass.clone(), self.sum);
        for &sample in &mono[..count] {
            let x = finite(sample);
            let mut fed = [high_pass.process(x); LANES];
            fed[0] = x;
            let y = second.process(&first.process(&fed));
            for lane in 0..LANES {
                sum[lane] += y[lane] * y[lane];
            }
        }
        (self.first, self.second) = (first, second);
        (self.high_pass, self.sum) = (high_pass, sum);
        self.left -= count;
        (count, (self.left == 0).then(|| self.finish()))
    }

    fn finish(&mut self) -> Lanes {
        self.left = self.hop;
        self.first.flush();
        self.second.flush();
        for state in [&mut self.high_pass.first, &mut self.high_pass.second] {
            if state.abs() < 1e-20 {
                *state = 0.0;
            }
        }
        let sum = std::mem::take(&mut self.sum);
        each(|lane| sum[lane] * self.scale)
    }

    /// Back to silence, at the beginning of a hop.
    pub(super) fn reset(&mut self) {
        self.first.reset();
        self.second.reset();
        (self.high_pass.first, self.high_pass.second) = (0.0, 0.0);
        self.sum = [0.0; LANES];
        self.left = self.hop;
    }
}

/// The bands of friction lie evenly on a logarithmic scale.
fn centres(rate: f64) -> [f64; LANES] {
    let (low, high) = FRICTION_HZ;
    let high = high.min(HIGHEST_SHARE * rate);
    let steps = (LANES - 2) as f64;
    std::array::from_fn(|lane| match lane {
        0 => LOW_BAND.0.min(0.05 * rate),
        _ => low * (high / low).powf((lane - 1) as f64 / steps),
    })
}

/// One over what the bands of friction together let through, averaged over their range
/// on a logarithmic scale (of the analogue filters, which is close enough).
fn level(centres: &[f64; LANES]) -> f32 {
    const POINTS: usize = 64;
    let (low, high) = (centres[1], centres[LANES - 1]);
    let total: f64 = (0..POINTS)
        .map(|point| {
            let hz = low * (high / low).powf((point as f64 + 0.5) / POINTS as f64);
            centres[1..]
                .iter()
                .map(|centre| {
                    let off = FRICTION_Q * (hz / centre - centre / hz);
                    // Two sections, each 1 / (1 + off²) in power.
                    (1.0 + off * off).powi(-2)
                })
                .sum::<f64>()
        })
        .sum();
    (POINTS as f64 / total) as f32
}

/// What is not finite counts as zero.
#[inline(always)]
fn finite(sample: f32) -> f32 {
    if sample.is_finite() {
        sample.clamp(-LARGEST, LARGEST)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn powers(rate: f64, hz: f64) -> (Bands, Lanes) {
        let mut bands = Bands::new(SampleRate::new(rate).unwrap());
        let signal: Vec<f32> = (0..(0.3 * rate) as usize)
            .map(|n| (TAU * hz * n as f64 / rate).sin() as f32)
            .collect();
        let (mut at, mut mean, mut hops) = (0, [0.0; LANES], 0);
        while at < signal.len() {
            let (count, powers) = bands.take(&signal[at..]);
            at += count;
            if let Some(powers) = powers.filter(|_| at > signal.len() / 2) {
                hops += 1;
                for lane in 0..LANES {
                    mean[lane] += powers[lane];
                }
            }
        }
        (bands, each(|lane| mean[lane] / hops as f32))
    }

    #[test]
    fn a_sine_reads_its_level_in_its_band_at_every_rate() {
        for rate in [22_050.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0] {
            // Near half the rate a band is narrower than it should be.
            for hz in [
                450.0,
                700.0,
                1000.0,
                2200.0,
                5000.0,
                8000.0f64.min(0.25 * rate),
            ] {
                let (bands, powers) = powers(rate, hz);
                let db = 10.0 * bands.friction(&powers).log10();
                assert!((db + 3.0).abs() < 1.5, "{hz} at {rate}: {db}");
            }
            for lane in 1..LANES {
                let (_, powers) = powers(rate, centres(rate)[lane]);
                let loudest = (0..LANES).max_by(|a, b| powers[*a].total_cmp(&powers[*b]));
                assert_eq!(loudest, Some(lane), "{rate}");
            }
        }
    }

    #[test]
    fn hum_and_low_modes_stay_out_of_friction() {
        for (hz, at_most) in [(50.0, -50.0), (100.0, -32.0), (150.0, -22.0)] {
            let (bands, powers) = powers(48_000.0, hz);
            let db = 10.0 * bands.friction(&powers).log10();
            assert!(db < at_most, "{hz}: {db}");
            assert!(powers[0] > 0.05, "{hz}: {}", powers[0]);
        }
    }
}
