//! Units as types, each with its range.

use serde::{Deserialize, Serialize};

/// Samples a second; finite and above zero.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct SampleRate(f64);

impl SampleRate {
    /// The rate that the networks hear (paper, §3): 16 kHz.
    pub const ANALYSIS: Self = Self(16_000.0);

    /// `None` unless `hz` is finite and above zero.
    pub fn new(hz: f64) -> Option<Self> {
        (hz.is_finite() && hz > 0.0).then_some(Self(hz))
    }

    /// In hertz.
    pub fn hz(self) -> f64 {
        self.0
    }
}

/// A time or a duration in seconds; never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Seconds(pub f64);

/// Euclidean distance between two audio embeddings (paper, §3.2); 0 is the same sound.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Distance(pub f32);

/// Correspondence score of a picture and a chunk, in 0..=1:
/// 0 = belongs, 1 = does not (paper, §3.1: the softmax's second output).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Score(pub f32);

/// How well the music goes with the painting, in 0..=1; 1 = congruous.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Congruity(f32);

impl Congruity {
    /// Clamps `value` into 0..=1; `None` if it is not a number.
    pub fn new(value: f32) -> Option<Self> {
        (!value.is_nan()).then(|| Self(value.clamp(0.0, 1.0)))
    }

    /// In 0..=1.
    pub fn get(self) -> f32 {
        self.0
    }
}

/// A chunk's row in a library: the index into its vectors and its chunk table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChunkId(pub u32);
