//! Rows of lists, and small states.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use engine::analysis::stroke::Calibration;
use engine::playback::CacheStatus;
use engine::units::{ChunkId, Distance, Score, Seconds};

use super::Rgba;

/// The audio that is decoded ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClipsState {
    /// What is decoded, and which drives are away.
    pub cache: CacheStatus,
    /// Snippets that ended with their first 300 ms, as the rest was not decoded in time;
    /// since the activation.
    pub cut_short: u64,
    /// Times that the best snippet was not decoded in time and the next best was cued;
    /// since the activation.
    pub passed_over: u64,
}

/// One snippet that was chosen, newest first in [`View::snippets`].
#[derive(Clone, Debug, PartialEq)]
pub struct SnippetRow {
    /// What to ask for with [`Action::Audition`].
    pub chunk: ChunkId,
    /// The track's title, or its file name where it has none.
    pub track: String,
    /// Empty where the file names none.
    pub artist: String,
    /// Where in the track it begins.
    pub start: Seconds,
    /// Between the brush sound and the snippet.
    pub distance: Distance,
    /// Of the snippet with the painting; 0 belongs, 1 does not. `None` without a painting.
    pub score: Option<Score>,
    /// When it was chosen; the editor shows `at.elapsed()`.
    pub at: Instant,
}

/// The painting of the gallery that suits the music being played best (the way back).
#[derive(Clone, Debug, PartialEq)]
pub struct Suggested {
    /// The file.
    pub path: PathBuf,
    /// At most 512 pixels on its longer side; `None` until it was read.
    pub thumbnail: Option<Arc<Rgba>>,
    /// Of the painting with the music.
    pub score: Score,
}

/// Where setting up the brush stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CalibrationState {
    /// Not asked for.
    #[default]
    None,
    /// The brush is listened to.
    Listening {
        /// 0..=1.
        progress: f32,
    },
    /// Something was found; the editor sets the parameters.
    Done {
        /// What.
        found: Calibration,
    },
    /// Nothing was found.
    Failed {
        /// Why, and what to do.
        reason: String,
    },
}
