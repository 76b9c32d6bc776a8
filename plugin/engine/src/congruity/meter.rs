//! The parts, smoothed in time.

use crate::units::Seconds;

use super::parts::Parts;

/// Follows the parts of a congruity, each by itself.
///
/// The mean is made of what this shows, not smoothed again, so that the parts shown add
/// up to the whole shown.
#[derive(Clone, Debug)]
pub struct Meter {
    smoothing: Seconds,
    shown: Parts,
    smoothed: [Option<f64>; super::Part::COUNT],
}

impl Meter {
    /// A meter that knows nothing. `smoothing` is the time constant of the one-pole
    /// low-pass on each part: after it, 63 % of a step has passed.
    pub fn new(smoothing: Seconds) -> Self {
        Self {
            smoothing,
            shown: Parts::default(),
            smoothed: Default::default(),
        }
    }

    /// Changes the time constant.
    pub fn set_smoothing(&mut self, smoothing: Seconds) {
        self.smoothing = smoothing;
    }

    /// Forgets what was shown.
    pub fn reset(&mut self) {
        *self = Self::new(self.smoothing);
    }

    /// What it shows, as of the last update.
    pub fn shown(&self) -> &Parts {
        &self.shown
    }

    /// Takes in the parts as they are now, `elapsed` after the last update.
    ///
    /// What is unknown is shown as unknown at once. After that the first known value is
    /// shown as it is: a glide from the value of some other time would be a lie.
    pub fn update(&mut self, now: &Parts, elapsed: Seconds) -> Parts {
        let step = self.step(elapsed);
        for ((part, value), smoothed) in now.iter().zip(&mut self.smoothed) {
            let value = value.map(f64::from);
            *smoothed = match (value, *smoothed) {
                (Some(value), Some(before)) => Some(before + (value - before) * step),
                (value, _) => value,
            };
            self.shown.set(part, smoothed.map(|value| value as f32));
        }
        self.shown
    }

    /// The part of a step that passes in `elapsed`, exact for any interval.
    fn step(&self, elapsed: Seconds) -> f64 {
        let elapsed = elapsed.0.max(0.0);
        if self.smoothing.0 > 0.0 {
            -(-elapsed / self.smoothing.0).exp_m1()
        } else {
            1.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Part;
    use super::*;
    use proptest::prelude::*;

    fn only(part: Part, value: f32) -> Parts {
        let mut parts = Parts::default();
        parts.set(part, Some(value));
        parts
    }

    fn network(meter: &mut Meter, value: Option<f32>, elapsed: f64) -> Option<f32> {
        let now = value.map_or_else(Parts::default, |value| only(Part::Network, value));
        meter.update(&now, Seconds(elapsed)).get(Part::Network)
    }

    proptest! {
        #[test]
        fn smoothing_does_not_depend_on_how_time_is_cut(
            cuts in prop::collection::vec(0.001f64..0.5, 1..20),
        ) {
            let started = || {
                let mut meter = Meter::new(Seconds(0.7));
                network(&mut meter, Some(0.0), 0.0);
                meter
            };
            let whole = network(&mut started(), Some(1.0), cuts.iter().sum());
            let mut meter = started();
            let mut pieces = None;
            for cut in &cuts {
                pieces = network(&mut meter, Some(1.0), *cut);
            }
            let difference = whole.expect("known") - pieces.expect("known");
            prop_assert!(difference.abs() < 1e-5);
        }
    }

    #[test]
    fn follows_a_step_with_its_time_constant() {
        let mut meter = Meter::new(Seconds(2.0));
        assert_eq!(network(&mut meter, Some(0.0), 0.1), Some(0.0));
        let after = network(&mut meter, Some(1.0), 2.0).expect("known");
        assert!((after - 0.632_12).abs() < 1e-4, "{after}");
        assert_eq!(meter.shown().get(Part::Network), Some(after));
    }

    #[test]
    fn each_part_is_unknown_by_itself_and_comes_back_without_a_glide() {
        let mut meter = Meter::new(Seconds(10.0));
        assert_eq!(network(&mut meter, None, 0.1), None);
        assert_eq!(network(&mut meter, Some(1.0), 0.1), Some(1.0));
        let gesture = only(Part::Gesture, 0.25);
        let shown = meter.update(&gesture, Seconds(0.1));
        assert_eq!(shown, gesture, "the network is unknown, the gesture known");
        assert_eq!(network(&mut meter, Some(0.0), 0.1), Some(0.0));
        meter.update(&only(Part::Network, 1.0), Seconds(0.1));
        meter.reset();
        assert_eq!(meter.shown(), &Parts::default());
        assert_eq!(network(&mut meter, Some(0.5), 0.1), Some(0.5));
    }
}
