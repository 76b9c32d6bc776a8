//! How a signal moves and where it lies once it is out.

use serde::{Deserialize, Serialize};

use crate::signal::{PerSignal, Signal, Values};

/// The longest attack or release, in seconds.
pub const LONGEST: f32 = 30.0;

/// What is done to a signal before it takes any route: smoothed, turned round, bent,
/// brought into a range, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shape {
    /// Time constant while it rises, in seconds; 0 follows at once. After it, 63 % of a
    /// step has passed.
    pub attack: f32,
    /// The same while it falls.
    pub release: f32,
    /// What 0 becomes, 0..=1.
    pub low: f32,
    /// What 1 becomes, 0..=1. Below [`low`](Self::low) it turns the signal round as well.
    pub high: f32,
    /// -1..=1: 0 is straight; above it, the lower half is drawn out (as for a dimmer);
    /// below it, the upper half.
    pub curve: f32,
    /// 1 becomes 0 and 0 becomes 1.
    pub invert: bool,
}

impl Default for Shape {
    /// As it is.
    fn default() -> Self {
        Self {
            attack: 0.0,
            release: 0.0,
            low: 0.0,
            high: 1.0,
            curve: 0.0,
            invert: false,
        }
    }
}

impl Shape {
    /// Within the ranges; what is no number becomes the default.
    pub fn checked(self) -> Self {
        let plain = Self::default();
        Self {
            attack: within(self.attack, 0.0, LONGEST, plain.attack),
            release: within(self.release, 0.0, LONGEST, plain.release),
            low: within(self.low, 0.0, 1.0, plain.low),
            high: within(self.high, 0.0, 1.0, plain.high),
            curve: within(self.curve, -1.0, 1.0, plain.curve),
            invert: self.invert,
        }
    }

    /// What a smoothed `value` in 0..=1 becomes.
    pub fn place(&self, value: f32) -> f32 {
        let value = if self.invert { 1.0 - value } else { value };
        // Straight stays exactly straight.
        let bent = if self.curve == 0.0 {
            value
        } else {
            value.powf(8f32.powf(self.curve))
        };
        (self.low + (self.high - self.low) * bent).clamp(0.0, 1.0)
    }
}

/// `value` brought between `low` and `high`; `default` if it is no number.
pub(crate) fn within(value: f32, low: f32, high: f32, default: f32) -> f32 {
    if value.is_nan() {
        default
    } else {
        value.clamp(low, high)
    }
}

/// Follows one signal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shaper {
    smoothed: Option<f32>,
}

impl Shaper {
    /// The shaped value, `elapsed` seconds after the last: `None` before the first known
    /// one, and held while it is unknown. The first known value comes without a glide.
    pub fn next(&mut self, value: Option<f32>, elapsed: f32, shape: &Shape) -> Option<f32> {
        self.smoothed = match (value, self.smoothed) {
            (Some(value), Some(before)) => Some(approach(before, value, elapsed, shape)),
            (value, before) => value.or(before),
        };
        self.smoothed.map(|smoothed| shape.place(smoothed))
    }

    /// Forgets what was.
    pub fn reset(&mut self) {
        self.smoothed = None;
    }
}

impl PerSignal<Shaper> {
    /// All shaped values, `elapsed` seconds after the last: see [`Shaper::next`].
    pub fn shape(&mut self, values: &Values, elapsed: f32, shapes: &PerSignal<Shape>) -> Values {
        PerSignal(
            Signal::ALL.map(|signal| self[signal].next(values[signal], elapsed, &shapes[signal])),
        )
    }
}

/// A one-pole low-pass with a time constant for each direction, exact for any `elapsed`.
fn approach(before: f32, value: f32, elapsed: f32, shape: &Shape) -> f32 {
    let time = if value > before {
        shape.attack
    } else {
        shape.release
    };
    if time <= 0.0 {
        return value;
    }
    before + (value - before) * -(-elapsed / time).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rises_and_falls_with_its_own_time_constants() {
        let shape = Shape {
            attack: 0.5,
            release: 2.0,
            ..Shape::default()
        };
        let mut shaper = Shaper::default();
        assert_eq!(shaper.next(Some(0.0), 1.0, &shape), Some(0.0));
        let risen = shaper.next(Some(1.0), 0.5, &shape).expect("known");
        assert!((risen - 0.632_12).abs() < 1e-5, "{risen}");
        let fallen = shaper.next(Some(0.0), 2.0, &shape).expect("known");
        assert!((fallen - 0.632_12 * 0.367_88).abs() < 1e-5, "{fallen}");
    }

    #[test]
    fn holds_what_is_unknown_and_begins_without_a_glide() {
        let shape = Shape {
            attack: 10.0,
            ..Shape::default()
        };
        let mut shaper = Shaper::default();
        assert_eq!(shaper.next(None, 1.0, &shape), None);
        assert_eq!(shaper.next(Some(0.75), 1.0, &shape), Some(0.75));
        assert_eq!(shaper.next(None, 60.0, &shape), Some(0.75));
        shaper.reset();
        assert_eq!(shaper.next(None, 1.0, &shape), None);
    }

    #[test]
    fn turns_round_bends_and_brings_into_range() {
        let shape = Shape {
            low: 0.2,
            high: 0.6,
            ..Shape::default()
        };
        assert!((shape.place(0.5) - 0.4).abs() < 1e-6);
        let turned = Shape {
            invert: true,
            ..shape
        };
        assert!((turned.place(0.0) - 0.6).abs() < 1e-6);
        let bent = |curve| Shape {
            curve,
            ..Shape::default()
        };
        assert!(bent(0.5).place(0.5) < 0.2 && bent(-0.5).place(0.5) > 0.7);
    }

    proptest! {
        #[test]
        fn any_shape_stays_within_its_range(
            shape in (any::<f32>(), any::<f32>(), any::<f32>(), any::<f32>(), any::<f32>(), any::<bool>()),
            values in prop::collection::vec(prop::option::of(0.0f32..=1.0), 1..40),
            elapsed in 0.0f32..10.0,
        ) {
            let (attack, release, low, high, curve, invert) = shape;
            let shape = Shape { attack, release, low, high, curve, invert }.checked();
            let (low, high) = (shape.low.min(shape.high), shape.low.max(shape.high));
            let mut shaper = Shaper::default();
            for value in values {
                if let Some(out) = shaper.next(value, elapsed, &shape) {
                    prop_assert!(out >= low - 1e-6 && out <= high + 1e-6, "{out} in {low}..{high}");
                }
            }
        }

        #[test]
        fn smoothing_does_not_depend_on_how_time_is_cut(cuts in prop::collection::vec(0.001f32..0.5, 1..20)) {
            let shape = Shape { attack: 0.7, ..Shape::default() };
            let started = || {
                let mut shaper = Shaper::default();
                shaper.next(Some(0.0), 0.0, &shape);
                shaper
            };
            let whole = started().next(Some(1.0), cuts.iter().sum(), &shape);
            let mut shaper = started();
            let mut pieces = None;
            for cut in &cuts {
                pieces = shaper.next(Some(1.0), *cut, &shape);
            }
            prop_assert!((whole.expect("known") - pieces.expect("known")).abs() < 1e-5);
        }
    }
}
