//! Which pictures go with a sound, as the participants of an experiment choose.
//!
//! Palmer et al. 2013 let people choose the colours that go best and worst with a
//! piece of music, and weighed a property of the colours (how light they are, say) by
//! the choices. Here the agreement of every picture with the sound takes the place of
//! the choices: the *leaning* is its covariance with the property over the pictures.

use engine::crossmodal::{
    MusicMeasure, Norms, PARTS, Part, PictureMeasure, PictureQuantity, Weights, explain,
};

use super::series::Series;

/// Pictures to choose from.
pub struct Choice<'a> {
    norms: &'a Norms,
    pictures: Vec<PictureMeasure>,
}

impl<'a> Choice<'a> {
    pub fn new(norms: &'a Norms, pictures: Vec<PictureMeasure>) -> Self {
        Self { norms, pictures }
    }

    /// How much the pictures that agree better with the sound have more of the
    /// property; in spreads of it among these pictures.
    pub fn leaning(
        &self,
        sound: &MusicMeasure,
        weights: &Weights,
        property: PictureQuantity,
    ) -> f64 {
        let music = self.norms.music(sound);
        let agreements: Vec<f64> = self
            .pictures
            .iter()
            .map(|picture| {
                let picture = self.norms.picture(picture);
                let whole = explain(&music, &picture, None, weights).whole;
                whole.map_or(0.5, |whole| f64::from(whole.get()))
            })
            .collect();
        let values: Vec<f64> = self
            .pictures
            .iter()
            .map(|picture| {
                let value = self.norms.with_emotion(picture).get(property);
                f64::from(value.expect("known"))
            })
            .collect();
        let count = values.len() as f64;
        let mean = |of: &[f64]| of.iter().sum::<f64>() / count;
        let (a, v) = (mean(&agreements), mean(&values));
        let pairs = agreements.iter().zip(&values);
        let covariance = pairs.map(|(x, y)| (x - a) * (y - v)).sum::<f64>() / count;
        let spread = values.iter().map(|y| (y - v).powi(2)).sum::<f64>() / count;
        covariance / spread.sqrt()
    }

    /// The level and the leaning of each performance of a series.
    pub fn leanings(
        &self,
        series: &Series,
        weights: &Weights,
        property: PictureQuantity,
    ) -> Vec<(usize, f64)> {
        let heard = series.heard.iter();
        heard
            .map(|heard| (heard.level, self.leaning(&heard.measure, weights, property)))
            .collect()
    }
}

/// Weights of which only one part counts.
pub fn only(part: &str) -> Weights {
    let mut weights = Weights::NONE;
    weights.set(Part::place(part).expect("a part"), 1.0);
    weights
}

/// The published parts that need no network.
pub fn deterministic() -> Weights {
    let mut weights = Weights::without_network();
    for part in ["valence", "arousal"] {
        weights.set(Part::place(part).expect("a part"), 0.0);
    }
    assert!((0..PARTS.len()).any(|part| weights.get(part) > 0.0));
    weights
}
