//! The named parts of a congruity, and the whole they make.

use crate::units::Congruity;

/// A part of congruity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The correspondence network: [`congruity_of`](super::congruity_of) its score.
    Network,
    /// Valence: music and colours that feel as happy. See [`crate::crossmodal`].
    Valence,
    /// Arousal: music and colours that feel as agitated. See [`crate::crossmodal`].
    Arousal,
    /// All other correspondences of hearing and seeing together, by their published
    /// weights. See [`crate::crossmodal`].
    Crossmodal,
    /// The music and the brush's sound: [`Reference::gesture`](super::Reference::gesture).
    Gesture,
}

impl Part {
    /// How many there are.
    pub const COUNT: usize = 5;

    /// All of them, in the order of their values.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Network,
        Self::Valence,
        Self::Arousal,
        Self::Crossmodal,
        Self::Gesture,
    ];

    /// Short and stable, for tables, scripts and saved settings.
    pub fn id(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Valence => "valence",
            Self::Arousal => "arousal",
            Self::Crossmodal => "crossmodal",
            Self::Gesture => "gesture",
        }
    }

    /// The part of this [`id`](Self::id).
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.id() == id)
    }
}

/// How much each part counts in the whole; never below zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartWeights([f32; Part::COUNT]);

impl Default for PartWeights {
    /// The network alone: no mixture has been found that tells right pairs from wrong ones
    /// better (`models/cards/congruity.md`).
    fn default() -> Self {
        Self::NONE.with(Part::Network, 1.0)
    }
}

impl PartWeights {
    /// Nothing counts.
    pub const NONE: Self = Self([0.0; Part::COUNT]);

    /// The weight of a part.
    pub fn get(&self, part: Part) -> f32 {
        self.0[part as usize]
    }

    /// Changes it; what is below zero or no number becomes zero.
    pub fn set(&mut self, part: Part, weight: f32) {
        let weight = if weight.is_nan() { 0.0 } else { weight };
        self.0[part as usize] = weight.clamp(0.0, f32::MAX);
    }

    /// With another weight of one part; see [`set`](Self::set).
    #[must_use]
    pub fn with(mut self, part: Part, weight: f32) -> Self {
        self.set(part, weight);
        self
    }
}

/// The parts at one moment: each in 0..=1, or `None` while it is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parts([Option<f32>; Part::COUNT]);

impl Parts {
    /// One of them.
    pub fn get(&self, part: Part) -> Option<f32> {
        self.0[part as usize]
    }

    /// Says what it is, brought into 0..=1; what is no number is unknown.
    pub fn set(&mut self, part: Part, value: Option<f32>) {
        let value = value.filter(|value| !value.is_nan());
        self.0[part as usize] = value.map(|value| value.clamp(0.0, 1.0));
    }

    /// Each part with its value, in the order of [`Part::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Part, Option<f32>)> {
        Part::ALL.into_iter().zip(self.0)
    }
}

/// The weighted mean of the parts that are known and count; `None` if there is none.
///
/// A part that becomes known or unknown changes at once what the others count.
pub fn whole(parts: &Parts, weights: &PartWeights) -> Option<Congruity> {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (part, value) in parts.iter() {
        if let Some(value) = value {
            let counts = f64::from(weights.get(part));
            sum += counts * f64::from(value);
            weight += counts;
        }
    }
    (weight > 0.0)
        .then(|| Congruity::new((sum / weight) as f32))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(values: [Option<f32>; Part::COUNT]) -> Parts {
        let mut parts = Parts::default();
        for (part, value) in Part::ALL.into_iter().zip(values) {
            parts.set(part, value);
        }
        parts
    }

    #[test]
    fn ids_are_distinct_and_found_again() {
        for (at, part) in Part::ALL.into_iter().enumerate() {
            assert_eq!(part as usize, at);
            assert_eq!(Part::from_id(part.id()), Some(part));
        }
        assert_eq!(Part::from_id("smell"), None);
    }

    #[test]
    fn the_whole_is_the_mean_of_what_is_known_and_counts() {
        let known = parts([Some(0.25), None, Some(1.0), Some(0.5), None]);
        let check = |weights: PartWeights, expected: Option<f32>| {
            assert_eq!(whole(&known, &weights).map(Congruity::get), expected);
        };
        check(PartWeights::default(), Some(0.25));
        check(PartWeights::NONE, None);
        check(PartWeights::NONE.with(Part::Valence, 1.0), None);
        check(PartWeights::default().with(Part::Arousal, 2.0), Some(0.75));
        // What is unknown takes no weight from the rest.
        check(PartWeights::default().with(Part::Gesture, 5.0), Some(0.25));
        assert_eq!(whole(&Parts::default(), &PartWeights::default()), None);
    }

    #[test]
    fn what_makes_no_sense_does_not_count() {
        let mut weights = PartWeights::default();
        for bad in [-1.0, f32::NAN, f32::NEG_INFINITY] {
            weights.set(Part::Network, bad);
            assert_eq!(weights.get(Part::Network), 0.0);
        }
        let all = parts([Some(f32::NAN), Some(2.0), Some(-1.0), None, None]);
        assert_eq!(all, parts([None, Some(1.0), Some(0.0), None, None]));
        weights.set(Part::Valence, f32::INFINITY);
        weights.set(Part::Arousal, f32::INFINITY);
        assert_eq!(whole(&all, &weights), Congruity::new(0.5));
    }

    proptest! {
        #[test]
        fn the_whole_lies_between_its_parts_and_has_no_scale(
            values in prop::array::uniform5(prop::option::of(0.0f32..=1.0)),
            counts in prop::array::uniform5(0.0f32..=10.0),
            scale in 0.1f32..=10.0,
        ) {
            let parts = parts(values);
            let weights = |scale: f32| {
                let all = Part::ALL.into_iter().zip(counts);
                all.fold(PartWeights::NONE, |w, (part, count)| w.with(part, count * scale))
            };
            let counting: Vec<f32> = (values.iter().zip(counts))
                .filter_map(|(value, count)| value.filter(|_| count > 0.0))
                .collect();
            match whole(&parts, &weights(1.0)) {
                None => prop_assert!(counting.is_empty()),
                Some(found) => {
                    let low = counting.iter().copied().fold(1.0, f32::min);
                    let high = counting.iter().copied().fold(0.0, f32::max);
                    prop_assert!((low - 1e-6..=high + 1e-6).contains(&found.get()));
                    let scaled = whole(&parts, &weights(scale)).expect("known");
                    prop_assert!((scaled.get() - found.get()).abs() < 1e-5);
                }
            }
        }
    }
}
