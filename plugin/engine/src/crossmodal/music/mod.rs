//! The quantities of 4 s of music.
//!
//! All but the audio network's valence and energy, and what is made with them, come
//! from the mel frames alone and are deterministic. Pitch, mode and sensory dissonance look at
//! every fourth frame (50 ms, the length of a frame's window), rate and beating at
//! every frame.

mod beating;
mod loudness;
mod mode;
mod onsets;
mod peaks;
mod pitch;

use crate::analysis::{BANDS, FLOOR_DB, FRAMES, SILENCE_DB};
use crate::manifest::Model;

use super::norms::Norm;
use super::quantity::MusicQuantity;
use peaks::Peak;

pub use mode::{MAJOR_PROFILE, MINOR_PROFILE, majorness};

/// Frames from one that is looked at to the next, where not all are.
const STRIDE: usize = 4;

/// What the valence of music is made of, with weights that sum to 1.
pub const VALENCE: [(MusicQuantity, f32); 2] = [
    (MusicQuantity::NetworkValence, 2.0 / 3.0),
    (MusicQuantity::Mode, 1.0 / 3.0),
];

/// What its arousal is made of; as [`VALENCE`].
pub const AROUSAL: [(MusicQuantity, f32); 3] = [
    (MusicQuantity::NetworkEnergy, 1.0 / 3.0),
    (MusicQuantity::Rate, 1.0 / 3.0),
    (MusicQuantity::Loudness, 1.0 / 3.0),
];

/// Where the audio network's affect holds valence and arousal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AffectPlaces {
    valence: Option<usize>,
    arousal: Option<usize>,
}

impl AffectPlaces {
    /// By the names that the manifest gives the values; "energy" is the arousal.
    pub fn of(audio: &Model) -> Self {
        let place = |name: &str| audio.affect.iter().position(|affect| affect == name);
        Self {
            valence: place("valence"),
            arousal: place("energy"),
        }
    }
}

/// The quantities of 4 s of music, in their own units; `None` is unknown.
///
/// Loudness is what reaches the plug-in relative to digital full scale: how loud it
/// is in the room is not known. A change of level by some dB changes it by as much.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MusicMeasure {
    values: [Option<f32>; MusicQuantity::ALL.len()],
}

impl MusicMeasure {
    /// Measures a window: `mel` is the audio network's input, [`BANDS`] rows of
    /// [`FRAMES`] values in dB; `affect` is what the network said about it (empty if
    /// nothing did), each value in 0..=1.
    ///
    /// Frames below [`SILENCE_DB`] count as silence: a window that holds nothing else
    /// is unknown in all that is heard.
    ///
    /// # Panics
    /// If `mel` has another length.
    pub fn of(mel: &[f32], affect: &[f32], places: AffectPlaces) -> Self {
        assert_eq!(mel.len(), BANDS * FRAMES, "length of a window");
        let mut measure = Self::default();
        let sound = Sound::new(mel);
        if sound.frames().next().is_some() {
            let spectra: Vec<Vec<Peak>> = sound
                .frames()
                .step_by(STRIDE)
                .map(|frame| peaks::of(&sound, frame))
                .collect();
            let saliences: Vec<_> = spectra.iter().map(|peaks| pitch::salience(peaks)).collect();
            measure.set(MusicQuantity::Pitch, pitch::height(&saliences));
            measure.set(MusicQuantity::Loudness, Some(loudness::of(&sound)));
            measure.set(MusicQuantity::Rate, onsets::rate(&sound));
            measure.set(MusicQuantity::Mode, mode::of(&saliences));
            let roughness = beating::roughness(&sound, &spectra);
            measure.set(MusicQuantity::Roughness, Some(roughness));
        }
        let log_odds = |place: Option<usize>| {
            let value = affect.get(place?)?.clamp(1e-3, 1.0 - 1e-3);
            Some((value / (1.0 - value)).ln())
        };
        measure.set(MusicQuantity::NetworkValence, log_odds(places.valence));
        measure.set(MusicQuantity::NetworkEnergy, log_odds(places.arousal));
        measure
    }

    /// Adds valence and arousal: weighted means of the standardised quantities of
    /// [`VALENCE`] and [`AROUSAL`], unknown if one of them is.
    ///
    /// Major and fast music is felt as happy, minor and slow as sad (Gagnon & Peretz
    /// 2003); loud and fast music as energetic (Schubert 2004; Ilie & Thompson 2006).
    /// The network's valence follows the tempo of melodies but hardly their mode, its
    /// energy not their tempo (`models/cards/crossmodal.md`); so these are added to it
    /// here. The weights are this project's.
    pub fn with_emotion(&self, norm: impl Fn(MusicQuantity) -> Option<Norm>) -> Self {
        let mix = |parts: &[(MusicQuantity, f32)]| {
            parts.iter().try_fold(0.0, |sum, &(quantity, weight)| {
                Some(sum + weight * norm(quantity)?.z(self.get(quantity)?))
            })
        };
        let mut measure = *self;
        measure.set(MusicQuantity::Valence, mix(&VALENCE));
        measure.set(MusicQuantity::Arousal, mix(&AROUSAL));
        measure
    }

    /// The value in its own unit, or unknown.
    pub fn get(&self, quantity: MusicQuantity) -> Option<f32> {
        self.values[quantity as usize]
    }

    /// Says what a quantity is; what is not a number is unknown.
    pub fn set(&mut self, quantity: MusicQuantity, value: Option<f32>) {
        self.values[quantity as usize] = value.filter(|value| value.is_finite());
    }
}

/// A window of mel frames and where it sounds.
struct Sound<'a> {
    mel: &'a [f32],
    /// The loudest band of each frame in dB.
    levels: [f32; FRAMES],
    /// The loudest of all, in dB.
    peak: f32,
}

impl<'a> Sound<'a> {
    fn new(mel: &'a [f32]) -> Self {
        let mut levels = [FLOOR_DB; FRAMES];
        for row in mel.chunks_exact(FRAMES) {
            for (level, &db) in levels.iter_mut().zip(row) {
                *level = level.max(db);
            }
        }
        Self {
            mel,
            peak: levels.iter().copied().fold(FLOOR_DB, f32::max),
            levels,
        }
    }

    /// A band over time.
    fn row(&self, band: usize) -> &[f32] {
        &self.mel[band * FRAMES..][..FRAMES]
    }

    /// The frames that sound, in order.
    fn frames(&self) -> impl Iterator<Item = usize> + '_ {
        (0..FRAMES).filter(|&frame| self.sounds(frame))
    }

    fn sounds(&self, frame: usize) -> bool {
        self.levels[frame] >= SILENCE_DB
    }
}

#[cfg(test)]
mod tests;
