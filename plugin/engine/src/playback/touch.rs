//! How a touch is heard: level and brightness.

use super::settings::PlayerSettings;
use crate::units::SampleRate;

/// The level of the softest touch, in decibels, where touch decides all of it: as much
/// as there is between the softest and the loudest note of an instrument.
const SOFTEST_DB: f32 = -30.0;

/// The tone's cutoff for the softest touch and just before it is open, in hertz.
const CUTOFFS: [f64; 2] = [700.0, 20_000.0];

/// What starts a snippet: which stroke, note or button, and how hard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Touch {
    /// Tells those that are down at once apart.
    pub key: u32,
    /// 0 = as soft as can be told, 1 = as hard.
    pub strength: f32,
}

impl Touch {
    /// The key of what sounds in continuous mode, for
    /// [`Player::set_pressure`](super::Player::set_pressure).
    pub const CONTINUOUS: u32 = u32::MAX;

    /// What is not in 0..=1, or no number, brought there.
    pub(super) fn unit(value: f32) -> f32 {
        // Not `clamp`, which passes what is no number.
        if value > 0.0 { value.min(1.0) } else { 0.0 }
    }
}

/// How strength becomes level and tone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Response {
    level: f32,
    tone: f32,
    /// 2π over the sample rate.
    radians: f64,
}

impl Response {
    pub(super) fn new(settings: &PlayerSettings, rate: SampleRate) -> Self {
        Self {
            level: Touch::unit(settings.touch_level),
            tone: Touch::unit(settings.touch_tone),
            radians: std::f64::consts::TAU / rate.hz(),
        }
    }

    /// The linear gain of a touch of `strength`.
    fn gain(&self, strength: f32) -> f32 {
        let db = SOFTEST_DB * self.level * (1.0 - strength);
        10f32.powf(db / 20.0)
    }

    /// The pole of the tone's low-passes, 0 = open.
    fn pole(&self, strength: f32) -> f32 {
        let open = 1.0 - f64::from(self.tone) * (1.0 - f64::from(strength));
        if open >= 1.0 {
            return 0.0;
        }
        let [low, high] = CUTOFFS;
        let pole = |hertz: f64| (-hertz * self.radians).exp();
        // Less what would be left at the top, so that it opens without a step.
        let left = open * pole(high);
        (pole(low * (high / low).powf(open)) - left).max(0.0) as f32
    }

    /// Level and tone of a touch, at once.
    pub(super) fn expression(&self, strength: f32) -> Expression {
        let strength = Touch::unit(strength);
        Expression {
            strength,
            level: Ramp::new(self.gain(strength)),
            pole: Ramp::new(self.pole(strength)),
        }
    }

    /// Lets `expression` go to `strength` within `samples`.
    pub(super) fn follow(&self, expression: &mut Expression, strength: f32, samples: usize) {
        let strength = Touch::unit(strength);
        expression.strength = strength;
        expression.level.follow(self.gain(strength), samples);
        expression.pole.follow(self.pole(strength), samples);
    }
}

/// The level and tone of a voice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expression {
    /// What they come from, 0..=1.
    pub strength: f32,
    /// Linear gain.
    pub level: Ramp,
    /// Of the tone's low-passes, 0 = open.
    pub pole: Ramp,
}

/// A number that goes to another in equal steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ramp {
    pub now: f32,
    /// What a sample adds.
    pub step: f32,
    /// Samples until it arrives.
    pub left: usize,
    target: f32,
}

impl Ramp {
    pub(super) fn new(value: f32) -> Self {
        Self {
            now: value,
            step: 0.0,
            left: 0,
            target: value,
        }
    }

    /// Goes to `target` within `samples`.
    pub(super) fn glide(&mut self, target: f32, samples: usize) {
        let samples = samples.max(1);
        self.target = target;
        self.left = samples;
        self.step = (target - self.now) / samples as f32;
    }

    /// As [`glide`](Self::glide), unless it goes there already: what is told again and
    /// again is the same as told once.
    pub(super) fn follow(&mut self, target: f32, samples: usize) {
        if target != self.target {
            self.glide(target, samples);
        }
    }

    /// `now` has gone on by `samples`, at most those that are left: settles it where
    /// it has arrived.
    pub(super) fn advance(&mut self, samples: usize) {
        if self.left == 0 {
            return;
        }
        self.left -= samples.min(self.left);
        if self.left == 0 {
            *self = Self::new(self.target);
        }
    }

    /// Samples that it changes for; all there are where it doesn't.
    pub(super) fn until_settled(&self) -> usize {
        if self.left == 0 {
            usize::MAX
        } else {
            self.left
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(level: f32, tone: f32) -> Response {
        let settings = PlayerSettings {
            touch_level: level,
            touch_tone: tone,
            ..PlayerSettings::default()
        };
        Response::new(&settings, SampleRate::new(48_000.0).expect("a rate"))
    }

    #[test]
    fn touch_decides_as_much_as_is_set() {
        for strength in [0.0, 0.3, 1.0] {
            let plain = response(0.0, 0.0).expression(strength);
            assert_eq!((plain.level.now, plain.pole.now), (1.0, 0.0));
        }
        let soft = response(1.0, 1.0).expression(0.0);
        assert!((20.0 * soft.level.now.log10() + 30.0).abs() < 1e-3);
        let cutoff = -f64::from(soft.pole.now).ln() * 48_000.0 / std::f64::consts::TAU;
        assert!((cutoff - 700.0).abs() < 1.0, "{cutoff} Hz");
        let hard = response(1.0, 1.0).expression(1.0);
        assert_eq!((hard.level.now, hard.pole.now), (1.0, 0.0));
        let half = response(0.5, 0.0).expression(0.0);
        assert!((20.0 * half.level.now.log10() + 15.0).abs() < 1e-3);
    }

    #[test]
    fn harder_is_louder_and_brighter_without_a_step() {
        let response = response(1.0, 1.0);
        let steps = (0..=1000).map(|step| response.expression(step as f32 / 1000.0));
        let steps: Vec<_> = steps.map(|e| (e.level.now, e.pole.now)).collect();
        for pair in steps.windows(2) {
            assert!(pair[1].0 > pair[0].0 && pair[1].1 < pair[0].1, "{pair:?}");
            assert!(pair[1].0 - pair[0].0 < 0.01 && pair[0].1 - pair[1].1 < 0.01);
        }
    }

    #[test]
    fn strange_strengths_are_in_range() {
        let response = response(1.0, 1.0);
        for (strange, meant) in [(f32::NAN, 0.0), (-3.0, 0.0), (7.0, 1.0)] {
            assert_eq!(response.expression(strange).strength, meant);
        }
    }
}
