//! What is measured of music and of pictures.

use serde::Deserialize;

/// What is measured of 4 s of music.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MusicQuantity {
    /// Pitch height: octaves above 1 Hz of the most salient pitch.
    Pitch,
    /// Loudness in dB of digital full scale; see [`MusicMeasure`](super::MusicMeasure).
    Loudness,
    /// Event rate: log2 of the onsets a second. Stands in for the tempo, with which
    /// it rises and falls when the same notes are played faster or slower.
    Rate,
    /// Mode: how much more the notes fit a major key than a minor one, in -2..=2.
    Mode,
    /// Auditory roughness: beating and sensory dissonance; no unit.
    Roughness,
    /// The audio network's valence, as log-odds.
    NetworkValence,
    /// The audio network's energy, as log-odds.
    NetworkEnergy,
    /// Valence: the network's and the mode; see
    /// [`MusicMeasure::with_emotion`](super::MusicMeasure::with_emotion).
    Valence,
    /// Arousal: the network's energy, event rate and loudness; as the valence.
    Arousal,
}

impl MusicQuantity {
    /// All of them, in the order of their values.
    pub const ALL: [Self; 9] = [
        Self::Pitch,
        Self::Loudness,
        Self::Rate,
        Self::Mode,
        Self::Roughness,
        Self::NetworkValence,
        Self::NetworkEnergy,
        Self::Valence,
        Self::Arousal,
    ];

    /// As the manifest calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pitch => "pitch",
            Self::Loudness => "loudness",
            Self::Rate => "rate",
            Self::Mode => "mode",
            Self::Roughness => "roughness",
            Self::NetworkValence => "network_valence",
            Self::NetworkEnergy => "network_energy",
            Self::Valence => "valence",
            Self::Arousal => "arousal",
        }
    }
}

/// What is measured of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureQuantity {
    /// Mean CIELAB lightness L*, 0 (black) to 100 (white).
    Lightness,
    /// Mean CIELAB chroma C*, 0 (grey) to about 130.
    Saturation,
    /// Mean CIELAB b*: blue below 0, yellow above.
    Yellowness,
    /// Mean CIELAB a*: green below 0, red above.
    Redness,
    /// Texture roughness: log2 of the contrast that is lost when the picture is
    /// blurred.
    Roughness,
    /// Edges an area: the share of pixels that lie on one.
    Density,
    /// Pleasure by colour (Valdez & Mehrabian 1994).
    Valence,
    /// Arousal by colour (Valdez & Mehrabian 1994).
    Arousal,
}

impl PictureQuantity {
    /// All of them, in the order of their values.
    pub const ALL: [Self; 8] = [
        Self::Lightness,
        Self::Saturation,
        Self::Yellowness,
        Self::Redness,
        Self::Roughness,
        Self::Density,
        Self::Valence,
        Self::Arousal,
    ];

    /// As the manifest calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lightness => "lightness",
            Self::Saturation => "saturation",
            Self::Yellowness => "yellowness",
            Self::Redness => "redness",
            Self::Roughness => "roughness",
            Self::Density => "density",
            Self::Valence => "valence",
            Self::Arousal => "arousal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_where_their_quantity_says() {
        for (at, quantity) in MusicQuantity::ALL.into_iter().enumerate() {
            assert_eq!(quantity as usize, at);
        }
        for (at, quantity) in PictureQuantity::ALL.into_iter().enumerate() {
            assert_eq!(quantity as usize, at);
        }
    }
}
