//! A piece of a track, decoded for playback.

use crate::units::{SampleRate, Seconds};

/// Decoded stereo audio. Both channels have the same length; a mono track is
/// the same on both.
#[derive(Clone, Debug, PartialEq)]
pub struct StereoClip {
    /// Of the samples.
    pub rate: SampleRate,
    /// Full scale is ±1; float files may go above.
    pub left: Vec<f32>,
    /// As `left`.
    pub right: Vec<f32>,
}

impl StereoClip {
    /// In frames.
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether it holds no frame.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// How long it plays.
    pub fn duration(&self) -> Seconds {
        Seconds(self.len() as f64 / self.rate.hz())
    }
}
