//! What the user can change about the translation.

use crate::analysis::{HOP, SILENCE_DB};
use crate::congruity::PartWeights;
use crate::crossmodal::Weights;
use crate::retrieval::{Fraction, Variety};
use crate::units::{SampleRate, Seconds};

/// What the user can change about the translation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How much of the library the first filter keeps.
    pub fraction: Fraction,
    /// How much of what was played lately is held back.
    pub variety: Variety,
    /// How much a chunk's place in the painting's pool counts beside its distance from the
    /// brush, 0..=1: see [`Preferences::fit`](crate::retrieval::Preferences::fit).
    pub fit: f32,
    /// How much the chunk is preferred that goes on where the one played last ends, 0..=1:
    /// see [`Preferences::continuity`](crate::retrieval::Preferences::continuity).
    pub continuity: f32,
    /// Time constant of the congruity's parts.
    pub smoothing: Seconds,
    /// How much each part counts in the congruity.
    pub weights: PartWeights,
    /// Frames from one embedding of the brush to the next; at least 1.
    pub interval: usize,
    /// The same of the music: nobody waits for congruity as for a cue.
    pub music_interval: usize,
    /// A signal begins to sound when a band of a frame reaches this level, in
    /// dB; it stops [`HYSTERESIS_DB`](super::HYSTERESIS_DB) below.
    pub silence_db: f32,
    /// Sound that must be in the 4 s window before it is searched with. A
    /// shorter stroke is mostly the silence around it.
    pub min_sound: Seconds,
    /// How many snippets are listed; the first is the snippet. At least 2 for
    /// a cue ahead.
    pub listed: usize,
    /// How much each published correspondence counts in the detailed explanation; `None`
    /// leaves that out.
    pub explain: Option<Weights>,
}

impl Default for Settings {
    /// The paper's 1 % and distance alone; the brush is embedded every 50 ms, the music
    /// every 100 ms, and searched after 0.5 s of sound.
    fn default() -> Self {
        Self {
            fraction: Fraction::PAPER,
            variety: Variety::default(),
            fit: 0.0,
            continuity: 0.0,
            smoothing: Seconds(1.0),
            weights: PartWeights::default(),
            interval: 4,
            music_interval: 8,
            silence_db: SILENCE_DB,
            min_sound: Seconds(0.5),
            listed: 4,
            explain: None,
        }
    }
}

impl Settings {
    pub(super) fn min_sound_frames(&self) -> usize {
        frames_in(self.min_sound)
    }
}

/// How long `frames` frames last.
pub fn duration_of(frames: usize) -> Seconds {
    Seconds((frames * HOP) as f64 / SampleRate::ANALYSIS.hz())
}

/// How many frames, rounded up, last `time`.
pub(super) fn frames_in(time: Seconds) -> usize {
    (time.0.max(0.0) * SampleRate::ANALYSIS.hz() / HOP as f64).ceil() as usize
}
