//! The snippet now heard, in detail.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::playback::SNIPPET;
use engine::units::{ChunkId, Score, Seconds};

use super::Rgba;

/// A play position that was not told anew for so long is not drawn further.
const STALE: Duration = Duration::from_millis(250);

/// The snippet now heard and the one that is next. Kept up only while the editor is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sounding {
    /// What is heard; `None` while nothing is.
    pub now: Option<NowHeard>,
    /// What the next stroke would start; `None` while there is no cue.
    pub next: Option<Upcoming>,
}

/// The snippet that is heard.
#[derive(Clone, Debug, PartialEq)]
pub struct NowHeard {
    /// The chunk.
    pub chunk: ChunkId,
    /// The track's title, or its file name where it has none.
    pub track: String,
    /// Empty where the file names none.
    pub artist: String,
    /// Where in the track the snippet begins.
    pub start: Seconds,
    /// Of the snippet with the painting; 0 belongs, 1 does not. `None` without a painting.
    pub score: Option<Score>,
    /// Whether the editor asked for it, and not the brush.
    pub auditioned: bool,
    /// The lowest and the highest sample of each of [`PEAKS`] parts, full scale ±1; `None`
    /// until all of it is decoded.
    pub peaks: Option<Arc<Vec<[f32; 2]>>>,
    /// The picture that the file carries, at most [`COVER_SIDE`] pixels a side; `None` until
    /// it is read, and where there is none.
    pub cover: Option<Arc<Rgba>>,
    /// How much of it had been heard at `at`, 0..=1.
    pub position: f32,
    /// When `position` was read.
    pub at: Instant,
}

/// How many parts [`NowHeard::peaks`] tells of.
pub const PEAKS: usize = 200;

/// The longest side of [`NowHeard::cover`], in pixels.
pub const COVER_SIDE: u32 = 256;

impl NowHeard {
    /// How much of it is heard by `now`, 0..=1: what was read goes on by itself, so that a
    /// picture drawn more often than the view is published moves evenly.
    pub fn position_at(&self, now: Instant) -> f32 {
        let passed = now.saturating_duration_since(self.at).min(STALE);
        let passed = passed.as_secs_f64() / SNIPPET.0;
        (self.position + passed as f32).clamp(0.0, 1.0)
    }
}

/// A snippet that waits for its stroke.
#[derive(Clone, Debug, PartialEq)]
pub struct Upcoming {
    /// The chunk.
    pub chunk: ChunkId,
    /// The track's title, or its file name where it has none.
    pub track: String,
    /// Empty where the file names none.
    pub artist: String,
    /// Where in the track it begins.
    pub start: Seconds,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_position_goes_on_by_itself_for_a_while() {
        let at = Instant::now();
        let heard = NowHeard {
            chunk: ChunkId(1),
            track: String::new(),
            artist: String::new(),
            start: Seconds(0.0),
            score: None,
            auditioned: false,
            peaks: None,
            cover: None,
            position: 0.5,
            at,
        };
        let after = |ms| heard.position_at(at + Duration::from_millis(ms));
        assert_eq!(after(0), 0.5);
        assert!((after(100) - 0.525).abs() < 1e-6);
        assert_eq!(after(250), after(60_000), "a silent audio thread");
        let ended = NowHeard {
            position: 0.99,
            ..heard
        };
        assert_eq!(ended.position_at(at + Duration::from_secs(1)), 1.0);
    }
}
