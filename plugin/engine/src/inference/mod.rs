//! The networks: what a chunk sounds like, and where a painting and a chunk lie
//! so that their correspondence can be scored.
//!
//! [`Models::load`] opens a folder of models through its manifest and the
//! inference runtime beside it. Who embeds takes an [`Embedder`] or a
//! [`PictureEmbedder`] from it and keeps it; tests put their own in its place.
//! Nothing here is for the audio thread.

mod encoders;
mod live;
mod locate;
mod models;
mod network;
mod picture;
mod runtime;

pub use encoders::{ENCODERS_FILE, ENCODERS_VARIABLE, EncoderProblem, Encoders, Side};
pub use locate::{MODELS_VARIABLE, RUNTIME_VARIABLE, locate};
pub use models::Models;
pub(crate) use picture::embedded;
pub(crate) use picture::opaque;
pub use picture::{PICTURE_SIZE, Picture, PictureLimits};

use std::ops::ControlFlow;
use std::path::Path;

use crate::Result;
use crate::manifest::CorrespondenceParams;
use crate::units::{Score, Seconds};

/// What the audio network says about 4 s of sound.
#[derive(Clone, Debug, PartialEq)]
pub struct MusicFeatures {
    /// Where the sound lies among sounds, by Euclidean distance; as many values as the manifest says.
    pub embedding: Vec<f32>,
    /// Where it lies among pictures and music: see [`Correspondence`]. Empty if that is
    /// asked of the sound itself: see [`Embedder::place`].
    pub point: Vec<f32>,
    /// How well each of the manifest's tags fits, in 0..=1.
    pub tags: Vec<f32>,
    /// The manifest's affect values.
    pub affect: Vec<f32>,
}

/// What the picture network says about a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PictureFeatures {
    /// Where it lies among pictures and music: see [`Correspondence`].
    pub point: Vec<f32>,
    /// What the network sees before it is asked about music: what a taught head
    /// ([`crate::teach`]) starts from. Empty if the network does not give it.
    pub features: Vec<f32>,
}

/// Embeds sound. A trait so that tests can order and count without a network.
pub trait Embedder: Send {
    /// The features of `n` windows. `mel` holds `n` inputs one after the other, each
    /// of [`BANDS`](crate::analysis::BANDS) rows of
    /// [`FRAMES`](crate::analysis::FRAMES) values in dB.
    ///
    /// What a window gives does not depend on those beside it, but for the last digits.
    ///
    /// # Errors
    /// [`Error::Network`](crate::Error::Network).
    fn embed(&mut self, mel: &[f32], n: usize) -> Result<Vec<MusicFeatures>>;

    /// The points of the 4 s chunks of the file at `path` that begin at `starts`, in
    /// ascending order, for an embedder that asks the sound itself for them: its
    /// [`embed`](Self::embed) gives features without points. `goes_on` is asked often.
    ///
    /// # Errors
    /// If the file can't be decoded, or a network fails.
    fn place(
        &mut self,
        path: &Path,
        starts: &[Seconds],
        goes_on: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Placing> {
        let _ = (path, starts, goes_on);
        Ok(Placing::ByMel)
    }
}

/// What [`Embedder::place`] has done.
#[derive(Clone, Debug, PartialEq)]
pub enum Placing {
    /// Nothing: points come with the features of mel windows.
    ByMel,
    /// A point a chunk.
    Points(Vec<Vec<f32>>),
    /// It was told not to go on.
    Stopped,
}

/// Embeds pictures. A trait so that tests can order and count without a network.
pub trait PictureEmbedder: Send {
    /// The features of one picture.
    ///
    /// # Errors
    /// [`Error::Network`](crate::Error::Network).
    fn look(&mut self, picture: &Picture) -> Result<PictureFeatures>;
}

/// How a picture's and a chunk's points make a score (paper, §3.1): the softmax
/// over {corresponds, does not} of `scale` · ⟨picture, music⟩ + `bias`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correspondence {
    /// Factor of the inner product.
    pub scale: f32,
    /// Added to it.
    pub bias: f32,
    /// Length of a point.
    pub dim: usize,
}

impl Correspondence {
    /// 0 = they belong together, 1 = they do not; both points are [`Self::dim`] long.
    pub fn score(&self, picture: &[f32], music: &[f32]) -> Score {
        debug_assert_eq!((picture.len(), music.len()), (self.dim, self.dim));
        let product: f32 = picture.iter().zip(music).map(|(p, m)| p * m).sum();
        self.of_product(product)
    }

    /// The score of points whose inner product is `product`.
    pub fn of_product(&self, product: f32) -> Score {
        Score(1.0 / (1.0 + (self.scale * product + self.bias).exp()))
    }
}

impl From<&CorrespondenceParams> for Correspondence {
    fn from(params: &CorrespondenceParams) -> Self {
        Self {
            scale: params.scale,
            bias: params.bias,
            dim: params.points,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Correspondence;

    #[test]
    fn score_falls_from_1_to_0_as_points_agree() {
        let correspondence = Correspondence {
            scale: 2.0,
            bias: 0.5,
            dim: 2,
        };
        let score = |music: [f32; 2]| correspondence.score(&[1.0, -1.0], &music).0;
        assert_eq!(score([-1e6, 0.0]), 1.0);
        assert_eq!(score([1e6, 0.0]), 0.0);
        assert!((score([-0.25, 0.0]) - 0.5).abs() < 1e-6);
        // exp(2 · 0.3 + 0.5) : 1
        assert!((score([0.1, -0.2]) - 1.0 / (1.0 + 1.1f32.exp())).abs() < 1e-6);
    }
}
