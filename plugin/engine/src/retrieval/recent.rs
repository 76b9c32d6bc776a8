//! What was played lately, held back for variety.

use std::collections::VecDeque;

use crate::library::TrackId;
use crate::units::ChunkId;

/// How much of what was played lately is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variety {
    /// The last so many snippets are not chosen again.
    pub chunks: usize,
    /// No snippet is chosen from the last so many tracks.
    pub tracks: usize,
}

impl Default for Variety {
    /// Holds back the last 8 snippets and no track.
    fn default() -> Self {
        Self {
            chunks: 8,
            tracks: 0,
        }
    }
}

/// The snippets played lately, newest last, as far back as [`Variety`] asks.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    variety: Variety,
    chunks: VecDeque<ChunkId>,
    /// Each with its chunk that was played last, which finds it again.
    tracks: VecDeque<(TrackId, ChunkId)>,
}

/// How firmly a chunk is held back: none of both is zero for a free chunk, and
/// the later it was played, the larger. Ordered so that the least is released
/// first (see [`Recent`]'s callers in `nearest`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hold {
    /// 1 + the chunk's place among the recent chunks, oldest first.
    pub chunk: usize,
    /// 1 + the place of its track among the recent tracks, oldest first.
    pub track: usize,
}

impl Hold {
    pub(super) const FREE: Self = Self { chunk: 0, track: 0 };
}

impl Recent {
    /// Nothing played yet.
    pub fn new(variety: Variety) -> Self {
        Self {
            variety,
            chunks: VecDeque::new(),
            tracks: VecDeque::new(),
        }
    }

    /// Changes how much is held back; what was played stays known as far as it
    /// still counts.
    pub fn set_variety(&mut self, variety: Variety) {
        self.variety = variety;
        self.trim();
    }

    /// Records that `chunk` of `track` was played.
    pub fn push(&mut self, chunk: ChunkId, track: TrackId) {
        // Each stands once, at its latest place, so that `variety` counts
        // different chunks and different tracks.
        self.chunks.retain(|known| *known != chunk);
        self.chunks.push_back(chunk);
        self.tracks.retain(|(known, _)| *known != track);
        self.tracks.push_back((track, chunk));
        self.trim();
    }

    /// Forgets everything, as when another library is loaded.
    pub fn clear(&mut self) {
        self.chunks.clear();
        self.tracks.clear();
    }

    /// Goes on in a later view of the same index, where `track_of` a chunk that is gone
    /// is `None`: tracks may be counted otherwise there.
    pub fn follow(&mut self, track_of: impl Fn(ChunkId) -> Option<TrackId>) {
        self.chunks.retain(|chunk| track_of(*chunk).is_some());
        self.tracks
            .retain_mut(|(track, chunk)| match track_of(*chunk) {
                Some(now) => {
                    *track = now;
                    true
                }
                None => false,
            });
    }

    fn trim(&mut self) {
        let surplus = self.chunks.len().saturating_sub(self.variety.chunks);
        self.chunks.drain(..surplus);
        let surplus = self.tracks.len().saturating_sub(self.variety.tracks);
        self.tracks.drain(..surplus);
    }

    /// The chunks held back, oldest first.
    pub fn chunks(&self) -> impl ExactSizeIterator<Item = ChunkId> {
        self.chunks.iter().copied()
    }

    /// The tracks held back, oldest first.
    pub fn tracks(&self) -> impl ExactSizeIterator<Item = TrackId> {
        self.tracks.iter().map(|(track, _)| *track)
    }
}
