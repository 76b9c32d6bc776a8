//! What the microphone gives while nobody paints.

use super::lanes::{LANES, Lanes};

/// Time constants with which the noise is followed when it grows and when it falls, in
/// seconds.
const RISE_SECONDS: f64 = 0.6;
const FALL_SECONDS: f64 = 0.2;
/// A power counts as this many times the floor at most: a rustle is no noise floor.
const MOST_TIMES: f32 = 4.0;
/// Time constant of the flux's mean and variance, in seconds.
const FLUX_SECONDS: f64 = 1.0;

/// Each band's noise, and how much the flux moves with nothing but noise in it.
#[derive(Clone)]
pub(super) struct Floor {
    /// Mean power a band.
    power: Lanes,
    rise: f32,
    fall: f32,
    /// Mean and variance of the flux.
    mean: f32,
    variance: f32,
    flux: f32,
    /// Hops learned from, up to where it no longer matters.
    learned: u32,
}

impl Floor {
    pub(super) fn new(hop_seconds: f64) -> Self {
        Self {
            power: [0.0; LANES],
            rise: step(RISE_SECONDS, hop_seconds),
            fall: step(FALL_SECONDS, hop_seconds),
            mean: 0.0,
            variance: 0.0,
            flux: step(FLUX_SECONDS, hop_seconds),
            learned: 0,
        }
    }

    /// Mean power a band.
    pub(super) fn power(&self) -> &Lanes {
        &self.power
    }

    /// Takes the powers of a hop without a stroke.
    pub(super) fn learn(&mut self, powers: &Lanes) {
        self.learned = self.learned.saturating_add(1);
        // A plain mean at first.
        let least = 1.0 / self.learned as f32;
        let early = least > self.fall;
        for (now, power) in self.power.iter_mut().zip(powers) {
            let heard = if early {
                *power
            } else {
                power.min(*now * MOST_TIMES + 1e-12)
            };
            let step = if heard > *now { self.rise } else { self.fall };
            *now += (heard - *now) * step.max(least);
        }
    }

    /// Takes the flux of a hop without a stroke.
    pub(super) fn learn_flux(&mut self, flux: f32) {
        let step = self.flux.max(1.0 / (self.learned.max(1) as f32));
        let off = flux - self.mean;
        self.mean += off * step;
        self.variance += (off * off - self.variance) * step;
    }

    /// The flux that noise alone stays below: its mean and `deviations` standard
    /// deviations.
    pub(super) fn flux_bound(&self, deviations: f32) -> f32 {
        self.mean + deviations * self.variance.sqrt()
    }

    /// Lifts the noise to `powers` where they are above it: what was taken for a stroke
    /// was noise that grew.
    pub(super) fn lift(&mut self, powers: &Lanes) {
        for (now, power) in self.power.iter_mut().zip(powers) {
            *now = now.max(*power);
        }
    }

    pub(super) fn reset(&mut self) {
        self.power = [0.0; LANES];
        (self.mean, self.variance, self.learned) = (0.0, 0.0, 0);
    }
}

/// What a one-pole follower with a time constant of `seconds` takes over a hop.
pub(super) fn step(seconds: f64, hop_seconds: f64) -> f32 {
    (1.0 - (-hop_seconds / seconds).exp()) as f32
}
