//! The parts of a congruity and where they were found.

use super::quantity::{MusicQuantity, PictureQuantity};
use MusicQuantity as M;
use PictureQuantity as P;

/// What a part compares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// The correspondence network's congruity: the rank of its score in the library.
    Network,
    /// A quantity of the music with one of the picture.
    Pair {
        /// Of the music.
        music: MusicQuantity,
        /// Of the picture.
        picture: PictureQuantity,
        /// 1 if more goes with more, −1 if more goes with less.
        sign: f32,
    },
}

/// A part of the congruity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Short, stable, for tables and scripts.
    pub name: &'static str,
    /// What it compares.
    pub kind: Kind,
    /// Its weight if the user sets none; see [`PARTS`].
    pub weight: f32,
    /// What was found, in a few words.
    pub finding: &'static str,
    /// Who found it; the references are in `models/cards/crossmodal.md`.
    pub source: &'static str,
    /// Where this part goes beyond what was found, or against what others found;
    /// empty if it does not.
    pub beyond: &'static str,
}

/// All parts.
///
/// Weights: the network has a third, the two of emotion a third, all low-level ones
/// together a third. Emotion weighs more than each low-level part because the
/// low-level matches were no longer significant once emotion was taken out of them
/// (Whiteford et al. 2018). Among the low-level ones, pitch and lightness is the most
/// often replicated; what is disputed or measured badly has the least.
pub const PARTS: [Part; 17] = [
    Part {
        name: "network",
        kind: Kind::Network,
        weight: 6.0,
        finding: "learned from pairs of pictures and music of the same works",
        source: "correspondence network",
        beyond: "a rank in the artist's own library",
    },
    pair("valence", M::Valence, P::Valence, 3.0).found(
        "colours that feel as happy as the music are chosen",
        "Palmer et al. 2013; Whiteford et al. 2018; colour: Valdez & Mehrabian 1994",
        "valence by network and mode, and by mean colour, instead of people's ratings",
    ),
    pair("arousal", M::Arousal, P::Arousal, 3.0).found(
        "colours that feel as agitated as the music are chosen",
        "Palmer et al. 2013; Whiteford et al. 2018; colour: Valdez & Mehrabian 1994",
        "arousal by network, event rate and loudness, and by mean colour, instead of ratings",
    ),
    pair("pitch-lightness", M::Pitch, P::Lightness, 1.5).found(
        "higher is lighter",
        "Marks 1974; Hubbard 1996; Collier & Hubbard 2001; Anikin & Johansson 2019",
        "tones and scales there, whole music here",
    ),
    pair("pitch-saturation", M::Pitch, P::Saturation, 0.25).found(
        "higher is more saturated",
        "Hamilton-Fletcher et al. 2017; Anikin & Johansson 2019",
        "tones there, whole music here",
    ),
    pair("loudness-lightness", M::Loudness, P::Lightness, 0.25).found(
        "louder is lighter",
        "Marks 1974",
        "disputed: not by all of Marks' subjects, and loud music goes with darker colours \
         in Whiteford et al. 2018",
    ),
    pair("loudness-saturation", M::Loudness, P::Saturation, 0.5).found(
        "louder is more saturated",
        "Hamilton-Fletcher et al. 2017; Whiteford et al. 2018; Anikin & Johansson 2019",
        "",
    ),
    pair("loudness-redness", M::Loudness, P::Redness, 0.25).found(
        "loud, punchy, distorted music is redder",
        "Whiteford et al. 2018",
        "by loudness alone",
    ),
    pair("rate-lightness", M::Rate, P::Lightness, 0.5).found(
        "faster is lighter",
        "Palmer et al. 2013, 2016; Collier & Hubbard 2001",
        "onsets a second stand in for the tempo",
    ),
    pair("rate-saturation", M::Rate, P::Saturation, 0.5).found(
        "faster is more saturated",
        "Palmer et al. 2013, 2016",
        "onsets a second stand in for the tempo",
    ),
    pair("rate-yellowness", M::Rate, P::Yellowness, 0.25).found(
        "faster is yellower",
        "Palmer et al. 2013, 2016",
        "onsets a second stand in for the tempo",
    ),
    pair("mode-lightness", M::Mode, P::Lightness, 0.25).found(
        "major is lighter, minor darker",
        "Palmer et al. 2013, 2016; Maxwell 2013",
        "not found with scales by Collier & Hubbard 2004; the mode is a guess from 4 s",
    ),
    pair("mode-saturation", M::Mode, P::Saturation, 0.25).found(
        "major is more saturated, minor greyer",
        "Palmer et al. 2013, 2016",
        "the mode is a guess from 4 s",
    ),
    pair("mode-yellowness", M::Mode, P::Yellowness, 0.25).found(
        "major is yellower, minor bluer",
        "Palmer et al. 2013, 2016",
        "the mode is a guess from 4 s",
    ),
    pair("roughness-roughness", M::Roughness, P::Roughness, 0.5).found(
        "dissonant music goes with rough textures",
        "Giannos et al. 2021; Di Stefano & Spence 2022",
        "beating counts beside dissonance",
    ),
    pair("roughness-lightness", M::Roughness, P::Lightness, 0.25)
        .opposite()
        .found(
            "rough sounds are darker",
            "Sun et al. 2018; Whiteford et al. 2018 (distorted)",
            "",
        ),
    pair("density-density", M::Rate, P::Density, 0.5).found(
        "faster rhythms go with more cluttered scenes",
        "Sherman et al. 2013; Guzman-Martinez et al. 2012",
        "modulated noise there, onsets of music here",
    ),
];

/// A part in which more goes with more.
const fn pair(
    name: &'static str,
    music: MusicQuantity,
    picture: PictureQuantity,
    weight: f32,
) -> Part {
    Part {
        name,
        kind: Kind::Pair {
            music,
            picture,
            sign: 1.0,
        },
        weight,
        finding: "",
        source: "",
        beyond: "",
    }
}

impl Part {
    const fn found(
        mut self,
        finding: &'static str,
        source: &'static str,
        beyond: &'static str,
    ) -> Self {
        self.finding = finding;
        self.source = source;
        self.beyond = beyond;
        self
    }

    /// More goes with less.
    const fn opposite(mut self) -> Self {
        if let Kind::Pair { sign, .. } = &mut self.kind {
            *sign = -1.0;
        }
        self
    }

    /// Its place in [`PARTS`], by name.
    pub fn place(name: &str) -> Option<usize> {
        PARTS.iter().position(|part| part.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_a_name_of_its_own_and_a_source() {
        for (at, part) in PARTS.iter().enumerate() {
            assert_eq!(Part::place(part.name), Some(at));
            assert!(!part.finding.is_empty() && !part.source.is_empty());
            assert!(part.weight > 0.0);
        }
        assert_eq!(Part::place("colour of the frame"), None);
    }

    #[test]
    fn network_emotion_and_low_level_parts_have_a_third_each() {
        let weight = |names: &[&str]| -> f32 {
            let parts = PARTS.iter().filter(|part| names.contains(&part.name));
            parts.map(|part| part.weight).sum()
        };
        let all: f32 = PARTS.iter().map(|part| part.weight).sum();
        assert_eq!(weight(&["network"]), all / 3.0);
        assert_eq!(weight(&["valence", "arousal"]), all / 3.0);
    }
}
