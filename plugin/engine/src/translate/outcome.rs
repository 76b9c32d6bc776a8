//! What a step of the translation found.

use std::ops::AddAssign;
use std::time::Duration;

use super::ear::Heard;
use super::suggest::Suggestion;
use crate::congruity::Parts;
use crate::crossmodal::Explained;
use crate::retrieval::Hit;
use crate::units::{Congruity, Score};

/// What is known after the brush's half of a step.
#[derive(Clone, Debug)]
pub struct BrushOutcome {
    /// The nearest chunks, best first; empty while nothing can be searched.
    pub snippets: Vec<Hit>,
    /// The sidechain.
    pub brush: Heard,
    /// Chunks in the pool.
    pub pool_size: usize,
    /// True if `snippets` was searched anew.
    pub searched: bool,
    /// How long its parts took.
    pub timings: Timings,
}

/// What is known after a step. What had no new frames stands as it was.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How well the music goes with the painting: the mean of `parts` by the settings'
    /// weights. `None` (unknown) while none is known that counts: while the music is
    /// silent, or without a painting or a library.
    pub congruity: Option<Congruity>,
    /// The parts of it, smoothed. The gesture is known while the brush sounds, and two
    /// seconds longer.
    pub parts: Parts,
    /// The music's score with the painting, unsmoothed.
    pub score: Option<Score>,
    /// The published correspondences one by one, if the settings ask for them; `None`
    /// while the music is silent or without a painting. Its part of the network is that of
    /// `parts`.
    pub explained: Option<Explained>,
    /// The chunk of the pool nearest to the brush; `None` while the brush is
    /// silent, or without a painting or a library.
    pub snippet: Option<Hit>,
    /// The nearest chunks, best first; the first is `snippet`.
    pub snippets: Vec<Hit>,
    /// The painting of the gallery that suits the music.
    pub suggested_painting: Option<Suggestion>,
    /// The sidechain.
    pub brush: Heard,
    /// The main input.
    pub music: Heard,
    /// Chunks in the pool.
    pub pool_size: usize,
    /// True if `snippets` was searched anew in this step.
    pub searched: bool,
    /// How long the parts of this step took.
    pub timings: Timings,
}

/// How long the parts of a step took; zero for what was not done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Scoring the library with the painting and gathering the pool.
    pub pool: Duration,
    /// Embedding the brush's window.
    pub brush_embedding: Duration,
    /// Searching the pool.
    pub search: Duration,
    /// Embedding the music's window.
    pub music_embedding: Duration,
    /// Ranking the gallery.
    pub gallery: Duration,
    /// Measuring and comparing the music for the parts of the congruity.
    pub explanation: Duration,
}

impl AddAssign for Timings {
    fn add_assign(&mut self, other: Self) {
        self.pool += other.pool;
        self.brush_embedding += other.brush_embedding;
        self.search += other.search;
        self.music_embedding += other.music_embedding;
        self.gallery += other.gallery;
        self.explanation += other.explanation;
    }
}

impl Timings {
    /// The whole step.
    pub fn total(&self) -> Duration {
        self.pool
            + self.brush_embedding
            + self.search
            + self.music_embedding
            + self.gallery
            + self.explanation
    }
}
