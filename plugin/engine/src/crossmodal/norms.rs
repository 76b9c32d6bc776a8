//! Quantities on one scale: how they are distributed over a body of music and of
//! pictures.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::music::MusicMeasure;
use super::picture::PictureMeasure;
use super::quantity::{MusicQuantity, PictureQuantity};

/// How a quantity is distributed.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Norm {
    /// Its mean, in its own unit.
    pub mean: f32,
    /// Its standard deviation; above zero.
    pub spread: f32,
}

impl Norm {
    /// How many spreads `value` lies above the mean.
    pub fn z(self, value: f32) -> f32 {
        (value - self.mean) / self.spread
    }
}

/// The distributions of all quantities: `[crossmodal]` of the manifest, made by the
/// engine's example `crossmodal_norms`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Norms {
    /// Which music was measured.
    pub music_body: String,
    /// Which pictures were measured.
    pub picture_body: String,
    music: BTreeMap<MusicQuantity, Norm>,
    picture: BTreeMap<PictureQuantity, Norm>,
}

/// Where music stands among music: the place of each quantity, −1..=1.
pub type MusicStanding = [Option<f32>; MusicQuantity::ALL.len()];

/// Where a picture stands among pictures: the place of each quantity, −1..=1.
pub type PictureStanding = [Option<f32>; PictureQuantity::ALL.len()];

impl Norms {
    /// Fails with the name of what is missing or can't be divided by.
    pub(crate) fn check(&self) -> std::result::Result<(), String> {
        let usable = |norm: Option<&Norm>| {
            norm.is_some_and(|n| n.mean.is_finite() && n.spread.is_finite() && n.spread > 0.0)
        };
        let music = MusicQuantity::ALL
            .into_iter()
            .filter(|quantity| !usable(self.music.get(quantity)))
            .map(|quantity| ("music", quantity.name()));
        let picture = PictureQuantity::ALL
            .into_iter()
            .filter(|quantity| !usable(self.picture.get(quantity)))
            .map(|quantity| ("picture", quantity.name()));
        match music.chain(picture).next() {
            None => Ok(()),
            Some((of, name)) => Err(format!(
                "[crossmodal.{of}] has no mean and spread above zero for {name:?}"
            )),
        }
    }

    /// Where the music stands. Its valence and arousal are made from the others, see
    /// [`MusicMeasure::with_emotion`].
    pub fn music(&self, measure: &MusicMeasure) -> MusicStanding {
        let measure = self.with_music_emotion(measure);
        MusicQuantity::ALL.map(|quantity| {
            let norm = self.music.get(&quantity)?;
            Some(place(norm.z(measure.get(quantity)?)))
        })
    }

    /// Where the picture stands. Its valence and arousal come from lightness and
    /// saturation, see [`PictureMeasure::with_emotion`].
    pub fn picture(&self, measure: &PictureMeasure) -> PictureStanding {
        let measure = self.with_emotion(measure);
        PictureQuantity::ALL.map(|quantity| {
            let norm = self.picture.get(&quantity)?;
            Some(place(norm.z(measure.get(quantity)?)))
        })
    }

    /// The music's measure with valence and arousal by these distributions.
    pub fn with_music_emotion(&self, measure: &MusicMeasure) -> MusicMeasure {
        measure.with_emotion(|quantity| self.music.get(&quantity).copied())
    }

    /// The picture's measure with valence and arousal by these distributions.
    pub fn with_emotion(&self, measure: &PictureMeasure) -> PictureMeasure {
        let norm = |quantity| self.picture.get(&quantity).copied();
        let norms = norm(PictureQuantity::Lightness).zip(norm(PictureQuantity::Saturation));
        norms.map_or_else(
            || measure.clone(),
            |(lightness, saturation)| measure.with_emotion(lightness, saturation),
        )
    }
}

/// From −1 to 1: twice the normal distribution's share below `z`, less one (the error
/// function of z/√2; the approximation by tanh is within 0.0004).
fn place(z: f32) -> f32 {
    ((2.0 / std::f32::consts::PI).sqrt() * (z + 0.044_715 * z.powi(3))).tanh()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_normal_distribution() {
        for (z, share) in [
            (0.0, 0.5),
            (1.0, 0.841_34),
            (-1.0, 0.158_66),
            (2.0, 0.977_25),
        ] {
            assert!((place(z) - (2.0 * share - 1.0)).abs() < 1e-3, "{z}");
        }
        assert_eq!((place(60.0), place(-60.0)), (1.0, -1.0));
    }

    #[test]
    fn what_is_missing_is_named() {
        let text = "music_body = ''\npicture_body = ''\n[music]\n[picture]\n";
        let norms: Norms = toml::from_str(text).expect("the form is right");
        let error = norms.check().expect_err("pitch is missing");
        assert!(error.contains("pitch"), "{error}");
        let text = text.replace("[music]", "[music]\npitch = { mean = 0.0, spread = 0.0 }");
        let norms: Norms = toml::from_str(&text).expect("the form is right");
        assert!(norms.check().is_err(), "a spread of zero");
    }
}
