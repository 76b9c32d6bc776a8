//! A congruity from its parts.

use crate::units::Congruity;

use super::norms::{MusicStanding, PictureStanding};
use super::part::{Kind, PARTS};
use super::quantity::MusicQuantity;

/// How much each part counts, in the order of [`PARTS`]; never below zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights([f32; PARTS.len()]);

impl Default for Weights {
    /// Those of [`PARTS`].
    fn default() -> Self {
        Self(PARTS.map(|part| part.weight))
    }
}

impl Weights {
    /// Nothing counts.
    pub const NONE: Self = Self([0.0; PARTS.len()]);

    /// The published parts as they are weighed by default, without the network.
    pub fn without_network() -> Self {
        let mut weights = Self::default();
        for (weight, part) in weights.0.iter_mut().zip(&PARTS) {
            if part.kind == Kind::Network {
                *weight = 0.0;
            }
        }
        weights
    }

    /// The weight of the part at this place of [`PARTS`].
    ///
    /// # Panics
    /// If there is none.
    pub fn get(&self, part: usize) -> f32 {
        self.0[part]
    }

    /// Changes it; what is below zero or no number becomes zero.
    ///
    /// # Panics
    /// If there is no such part.
    pub fn set(&mut self, part: usize, weight: f32) {
        // f32::max takes the number if the other is none.
        self.0[part] = weight.max(0.0);
    }
}

/// A congruity and what it consists of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Explained {
    agreements: [Option<f32>; PARTS.len()],
    /// The weighted mean of the known parts that count; `None` if there is none.
    pub whole: Option<Congruity>,
}

impl Explained {
    /// How well music and picture agree in the part at this place of [`PARTS`], in
    /// 0..=1; 0.5 is neither, `None` is unknown and does not count.
    ///
    /// # Panics
    /// If there is no such part.
    pub fn agreement(&self, part: usize) -> Option<f32> {
        self.agreements[part]
    }

    /// The mean of all that compare neither valence nor arousal and are known, by the
    /// weights of [`PARTS`]; the network is none of them. `None` if none is known.
    pub fn low_level(&self) -> Option<f32> {
        let (mut sum, mut weight) = (0.0, 0.0);
        for (agreement, part) in self.agreements.iter().zip(&PARTS) {
            let low_level = match part.kind {
                Kind::Network => false,
                Kind::Pair { music, .. } => {
                    !matches!(music, MusicQuantity::Valence | MusicQuantity::Arousal)
                }
            };
            if let Some(agreement) = agreement.filter(|_| low_level) {
                sum += agreement * part.weight;
                weight += part.weight;
            }
        }
        (weight > 0.0).then(|| sum / weight)
    }

    /// All of them, in the order of [`PARTS`].
    pub fn agreements(&self) -> &[Option<f32>] {
        &self.agreements
    }
}

/// Compares music and picture in every part. `network` is the rank of their score in
/// the library ([`congruity_of`](crate::congruity::congruity_of)).
pub fn explain(
    music: &MusicStanding,
    picture: &PictureStanding,
    network: Option<Congruity>,
    weights: &Weights,
) -> Explained {
    let agreements = PARTS.map(|part| match part.kind {
        Kind::Network => network.map(Congruity::get),
        Kind::Pair {
            music: m,
            picture: p,
            sign,
        } => {
            let (m, p) = (music[m as usize]?, picture[p as usize]?);
            Some((1.0 + sign * m * p) / 2.0)
        }
    });
    let (mut sum, mut weight) = (0.0, 0.0);
    for (agreement, part) in agreements.iter().zip(weights.0) {
        if let Some(agreement) = agreement {
            sum += agreement * part;
            weight += part;
        }
    }
    Explained {
        agreements,
        whole: (weight > 0.0)
            .then(|| Congruity::new(sum / weight))
            .flatten(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::part::Part;
    use super::super::quantity::PictureQuantity;
    use super::*;

    fn standing<const N: usize>(values: &[(usize, f32)]) -> [Option<f32>; N] {
        let mut standing = [None; N];
        for &(at, value) in values {
            standing[at] = Some(value);
        }
        standing
    }

    fn agreement(name: &str, music: &MusicStanding, picture: &PictureStanding) -> Option<f32> {
        let explained = explain(music, picture, None, &Weights::default());
        explained.agreement(Part::place(name).expect("a part"))
    }

    #[test]
    fn extremes_agree_or_disagree_and_the_ordinary_says_nothing() {
        let high = standing(&[(MusicQuantity::Pitch as usize, 1.0)]);
        let picture = |lightness| standing(&[(PictureQuantity::Lightness as usize, lightness)]);
        let part = "pitch-lightness";
        assert_eq!(agreement(part, &high, &picture(1.0)), Some(1.0));
        assert_eq!(agreement(part, &high, &picture(-1.0)), Some(0.0));
        assert_eq!(agreement(part, &high, &picture(0.0)), Some(0.5));
        assert_eq!(agreement("rate-lightness", &high, &picture(1.0)), None);
        let rough = standing(&[(MusicQuantity::Roughness as usize, 1.0)]);
        let part = "roughness-lightness";
        assert_eq!(agreement(part, &rough, &picture(1.0)), Some(0.0));
    }

    #[test]
    fn the_whole_is_the_weighted_mean_of_what_is_known() {
        let music = standing(&[(MusicQuantity::Pitch as usize, 1.0)]);
        let picture = standing(&[(PictureQuantity::Lightness as usize, 1.0)]);
        let network = Congruity::new(0.25);
        let mut weights = Weights::NONE;
        assert_eq!(explain(&music, &picture, network, &weights).whole, None);
        weights.set(Part::place("network").expect("a part"), 1.0);
        assert_eq!(explain(&music, &picture, network, &weights).whole, network);
        assert_eq!(explain(&music, &picture, None, &weights).whole, None);
        weights.set(Part::place("pitch-lightness").expect("a part"), 2.0);
        let whole = explain(&music, &picture, network, &weights).whole;
        assert_eq!(whole, Congruity::new(0.75));
        weights.set(0, f32::NAN);
        assert_eq!(weights.get(0), 0.0);
    }

    #[test]
    fn the_low_level_ones_are_a_mean_without_network_and_emotion() {
        let of = |music: &MusicStanding, picture: &PictureStanding| {
            explain(music, picture, Congruity::new(0.0), &Weights::NONE).low_level()
        };
        let mut music = standing(&[
            (MusicQuantity::Valence as usize, 1.0),
            (MusicQuantity::Arousal as usize, 1.0),
        ]);
        let mut picture = standing(&[
            (PictureQuantity::Valence as usize, -1.0),
            (PictureQuantity::Arousal as usize, -1.0),
        ]);
        assert_eq!(of(&music, &picture), None);
        music[MusicQuantity::Pitch as usize] = Some(1.0);
        picture[PictureQuantity::Lightness as usize] = Some(1.0);
        assert_eq!(of(&music, &picture), Some(1.0));
        // Pitch and saturation count a sixth of pitch and lightness.
        picture[PictureQuantity::Saturation as usize] = Some(-1.0);
        let found = of(&music, &picture).expect("known");
        assert!((found - 6.0 / 7.0).abs() < 1e-6, "{found}");
    }
}
