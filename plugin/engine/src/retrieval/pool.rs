//! The first filter: the chunks whose sound belongs to the painting.

use std::sync::Arc;

use super::Fraction;
use crate::inference::Correspondence;
use crate::library::{HalfRows, Library, TrackId};
use crate::units::{ChunkId, Score};

/// Every chunk of a library, scored with one painting, best first.
///
/// Kept apart from [`Pool`] because another fraction of the same ranking needs
/// no new scores.
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    /// Ascending by score, then by chunk.
    chunks: Vec<(ChunkId, Score)>,
    distribution: Arc<[Score]>,
}

impl Ranking {
    /// Scores each chunk of `library` with the painting at `painting_point`
    /// (the picture network's point, `correspondence.dim` long).
    pub fn new(library: &Library, correspondence: &Correspondence, painting_point: &[f32]) -> Self {
        Self::of_points(library, library.points(), correspondence, painting_point)
    }

    /// As [`new`](Self::new), with the points of all of the library's rows made
    /// otherwise.
    pub fn of_points(
        library: &Library,
        points: HalfRows<'_>,
        correspondence: &Correspondence,
        painting_point: &[f32],
    ) -> Self {
        let score = |chunk: ChunkId| {
            let point = points.row(chunk.0 as usize);
            (chunk, correspondence.score(painting_point, &point))
        };
        Self::of_scored(library.ids().map(score))
    }

    /// Ranks chunks by scores given in the order of their ids. Equal scores
    /// are ordered by the lower id; a score that is not a number counts as 1
    /// (does not belong) and comes last.
    pub fn from_scores(scores: impl Iterator<Item = Score>) -> Self {
        Self::of_scored((0u32..).map(ChunkId).zip(scores))
    }

    fn of_scored(scores: impl Iterator<Item = (ChunkId, Score)>) -> Self {
        let mut chunks: Vec<_> = scores
            .map(|(chunk, score)| (score.0.is_nan(), score, chunk))
            .collect();
        chunks.sort_unstable_by(|a, b| {
            (a.0.cmp(&b.0))
                .then(if a.0 {
                    std::cmp::Ordering::Equal
                } else {
                    a.1.0.total_cmp(&b.1.0)
                })
                .then(a.2.cmp(&b.2))
        });
        let chunks: Vec<_> = chunks
            .into_iter()
            .map(|(broken, score, chunk)| (chunk, if broken { Score(1.0) } else { score }))
            .collect();
        let distribution = chunks.iter().map(|(_, score)| *score).collect();
        Self {
            chunks,
            distribution,
        }
    }

    /// All chunks with their scores, ascending.
    pub fn chunks(&self) -> &[(ChunkId, Score)] {
        &self.chunks
    }

    /// The scores of the whole library, ascending.
    pub fn distribution(&self) -> &Arc<[Score]> {
        &self.distribution
    }
}

/// The chunks that passed the first filter, with their embeddings gathered
/// into contiguous rows: one scan over them is the whole second filter.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    members: Vec<(ChunkId, Score)>,
    /// Places in `members`, ordered by chunk: where a chunk stands.
    by_chunk: Vec<u32>,
    /// Row-major embeddings of the members, in their order.
    rows: Vec<f32>,
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
        Self::take(
            library,
            &Ranking::new(library, correspondence, painting_point),
            fraction,
        )
    }

    /// Keeps the lowest `fraction` of `ranking`, which must be of `library`;
    /// at least one chunk unless the library is empty.
    pub fn take(library: &Library, ranking: &Ranking, fraction: Fraction) -> Self {
        let kept = fraction.of(ranking.chunks.len());
        let members = ranking.chunks[..kept].to_vec();
        let mut rows = Vec::new();
        for (chunk, _) in &members {
            rows.extend(library.embedding(*chunk));
        }
        let tracks = members
            .iter()
            .map(|(chunk, _)| library.chunk(*chunk).track)
            .collect();
        let mut by_chunk: Vec<u32> = (0..kept as u32).collect();
        by_chunk.sort_unstable_by_key(|place| members[*place as usize].0);
        let distribution = Arc::clone(&ranking.distribution);
        Self {
            members,
            by_chunk,
            rows,
            tracks,
            distribution,
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

    /// The chunks that passed, with their scores, ascending.
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

    pub(super) fn rows(&self) -> &[f32] {
        &self.rows
    }

    pub(super) fn tracks(&self) -> &[TrackId] {
        &self.tracks
    }
}
