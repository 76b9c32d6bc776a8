//! The first filter: the chunks whose sound belongs to the painting.

use std::sync::Arc;

use super::{Fraction, Ranking};
use crate::inference::Correspondence;
use crate::library::{HalfMatrix, HalfRows, Library, TrackId};
use crate::playback::SNIPPET;
use crate::units::{ChunkId, Score, Seconds};

/// A chunk follows another if it begins within this of its end: starts are multiples of a
/// chunk, stored in single precision.
const NO_GAP: Seconds = Seconds(0.01);

/// The chunks that passed the first filter, with their embeddings gathered
/// into contiguous rows: one scan over them is the whole second filter.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    members: Vec<(ChunkId, Score)>,
    /// Places in `members`, ordered by chunk: where a chunk stands.
    by_chunk: Vec<u32>,
    /// Embeddings of the members, in their order.
    rows: HalfMatrix,
    /// Each member's track, for variety.
    tracks: Vec<TrackId>,
    distribution: Arc<[Score]>,
}

impl Pool {
    /// Both halves of the first filter: scores all chunks of `library` with
    /// the painting and keeps the lowest `fraction` (paper, §3.1).
    pub fn build(
        library: &Library,
        correspondence: &Correspondence,
        painting_point: &[f32],
        fraction: Fraction,
    ) -> Self {
        let live = |chunk| library.is_live(chunk);
        let ranking = Ranking::new(library.points(), live, correspondence, painting_point);
        Self::take(library, &ranking, fraction)
    }

    /// Keeps the lowest `fraction` of `ranking`, which must be of `library`;
    /// at least one chunk unless the library is empty.
    pub fn take(library: &Library, ranking: &Ranking, fraction: Fraction) -> Self {
        Self::default().renewed(library, ranking, fraction)
    }

    /// As [`take`](Self::take), after the library grew or the fraction changed. This pool
    /// must be of an earlier view of the same index: embeddings that it has gathered are
    /// not read again.
    pub fn renewed(&self, library: &Library, ranking: &Ranking, fraction: Fraction) -> Self {
        let members = ranking.lowest(fraction.of(ranking.len()));
        let embeddings = library.embeddings();
        let mut rows = HalfMatrix::new(embeddings.dims());
        rows.reserve(members.len());
        for (chunk, _) in &members {
            let row = match self.place(*chunk) {
                Some(place) => self.rows.rows().stored(place),
                None => embeddings.stored(chunk.0 as usize),
            };
            rows.push_stored(row);
        }
        let tracks = members
            .iter()
            .map(|(chunk, _)| library.chunk(*chunk).track)
            .collect();
        let mut by_chunk: Vec<u32> = (0..members.len() as u32).collect();
        by_chunk.sort_unstable_by_key(|place| members[*place as usize].0);
        Self {
            members,
            by_chunk,
            rows,
            tracks,
            distribution: Arc::clone(ranking.distribution()),
        }
    }

    /// How many chunks passed.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// True only for an empty library.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The chunks that passed, with their scores, ascending; equal scores by the lower id.
    pub fn members(&self) -> &[(ChunkId, Score)] {
        &self.members
    }

    /// The scores of the whole library with this painting, ascending.
    pub fn distribution(&self) -> &Arc<[Score]> {
        &self.distribution
    }

    /// Whether `chunk` passed.
    pub fn contains(&self, chunk: ChunkId) -> bool {
        self.place(chunk).is_some()
    }

    /// Where `chunk` stands in [`members`](Self::members).
    pub fn place(&self, chunk: ChunkId) -> Option<usize> {
        self.by_chunk
            .binary_search_by_key(&chunk, |place| self.members[*place as usize].0)
            .ok()
            .map(|found| self.by_chunk[found] as usize)
    }

    /// The members' embeddings, in their order.
    pub fn embeddings(&self) -> HalfRows<'_> {
        self.rows.rows()
    }

    /// The member that goes on where `chunk` of `library` ends, in the same track; `None`
    /// if that is not in the pool, or is silence, which the library does not hold.
    pub fn following(&self, library: &Library, chunk: ChunkId) -> Option<ChunkId> {
        let played = library.get(chunk)?;
        let follows = |chunk: &ChunkId| {
            let next = library.get(*chunk);
            next.is_some_and(|next| {
                let wait = next.start.0 - (played.start.0 + SNIPPET.0);
                next.track == played.track && wait.abs() < NO_GAP.0
            })
        };
        // A track's chunks mostly have numbers one after the other.
        let beside = ChunkId(chunk.0.wrapping_add(1));
        if follows(&beside) {
            return self.contains(beside).then_some(beside);
        }
        let of_track = (self.tracks.iter().zip(&self.members))
            .filter(|(track, _)| **track == played.track)
            .map(|(_, (chunk, _))| *chunk);
        of_track.filter(follows).min()
    }

    pub(super) fn tracks(&self) -> &[TrackId] {
        &self.tracks
    }
}
