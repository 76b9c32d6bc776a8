//! Every chunk's score with one painting, kept up to date as the library grows.

use std::ops::Range;
use std::sync::Arc;

use super::Kernel;
use crate::inference::Correspondence;
use crate::library::HalfRows;
use crate::units::{ChunkId, Score};

/// Rows scored at a time: their products stay in the nearest cache.
const BLOCK: usize = 4096;

/// Stands for a score that is not a number: behind all others, and equal to itself.
const BROKEN: f32 = f32::INFINITY;

/// Stands in the place of a dead row's score.
const DEAD: f32 = f32::NAN;

/// Every live chunk of a library, scored with one painting.
///
/// Scores are kept by row and never sorted with their chunks: the sorted scores
/// alone say where the first filter ends, and one pass finds what is below.
#[derive(Clone, Debug)]
pub struct Ranking {
    correspondence: Correspondence,
    painting_point: Vec<f32>,
    /// For each row its score, [`BROKEN`] or [`DEAD`].
    scores: Vec<f32>,
    /// Of the live rows, ascending; broken ones are 1, and last.
    distribution: Arc<[Score]>,
    broken: usize,
}

impl Ranking {
    /// Scores the live ones of the chunks at `points`, of which row `i` is chunk `i`'s,
    /// with the painting at `painting_point` (the picture network's point,
    /// `correspondence.dim` long).
    ///
    /// A score that is not a number counts as 1 (does not belong) and comes last.
    ///
    /// # Panics
    ///
    /// If the points have another length.
    pub fn new(
        points: HalfRows<'_>,
        live: impl Fn(ChunkId) -> bool,
        correspondence: &Correspondence,
        painting_point: &[f32],
    ) -> Self {
        let mut ranking = Self {
            correspondence: *correspondence,
            painting_point: painting_point.to_vec(),
            scores: Vec::new(),
            distribution: Arc::default(),
            broken: 0,
        };
        ranking.follow(points, live);
        ranking
    }

    /// Takes in rows that were appended, died, or came back to life since; `points` begin
    /// with those of before. Only rows that are new or back are scored, and the result is
    /// that of a ranking made from nothing. True if anything changed.
    ///
    /// # Panics
    ///
    /// If there are fewer rows than before.
    pub fn follow(&mut self, points: HalfRows<'_>, live: impl Fn(ChunkId) -> bool) -> bool {
        let known = self.scores.len();
        assert!(known <= points.len(), "rows are only appended");
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for row in 0..known {
            let (was, is) = (!self.scores[row].is_nan(), live(chunk(row)));
            if was && !is {
                gone.push(std::mem::replace(&mut self.scores[row], DEAD));
            } else if is && !was {
                self.scores[row] = self.score_rows(range(points, row..row + 1), |_| true)[0];
                come.push(self.scores[row]);
            }
        }
        // Memory that is taken in steps is taken twice, which shows at a million rows.
        self.scores.reserve(points.len() - known);
        come.reserve(points.len() - known);
        for first in (known..points.len()).step_by(BLOCK) {
            let rows = range(points, first..points.len().min(first + BLOCK));
            let scores = self.score_rows(rows, |row| live(chunk(first + row)));
            come.extend(scores.iter().filter(|score| !score.is_nan()));
            self.scores.extend(scores);
        }
        if gone.is_empty() && come.is_empty() {
            return false;
        }
        self.change_distribution(gone, come);
        true
    }

    /// The scores of `rows`, [`DEAD`] where not `live`.
    fn score_rows(&self, rows: HalfRows<'_>, live: impl Fn(usize) -> bool) -> Vec<f32> {
        let mut scores = Vec::new();
        Kernel::best().products(&self.painting_point, rows, &mut scores);
        for (row, score) in scores.iter_mut().enumerate() {
            *score = if live(row) {
                stored(self.correspondence.of_product(*score))
            } else {
                DEAD
            };
        }
        scores
    }

    fn change_distribution(&mut self, gone: Vec<f32>, come: Vec<f32>) {
        let broken = |scores: &[f32]| scores.iter().filter(|score| **score == BROKEN).count();
        self.broken = self.broken + broken(&come) - broken(&gone);
        // Scores are not negative, so their bits are ordered as they are, and sort faster.
        let bits = |score: f32| shown(score).0.to_bits();
        let mut gone: Vec<u32> = gone.into_iter().map(bits).collect();
        let mut come: Vec<u32> = come.into_iter().map(bits).collect();
        gone.sort_unstable();
        come.sort_unstable();
        let all = if self.distribution.is_empty() {
            come
        } else {
            self.merged(&gone, &come)
        };
        self.distribution = all
            .into_iter()
            .map(|bits| Score(f32::from_bits(bits)))
            .collect();
    }

    /// The bits of the distribution without `gone` and with `come`, all ascending.
    fn merged(&self, gone: &[u32], come: &[u32]) -> Vec<u32> {
        let mut gone = gone.iter().copied().peekable();
        let kept = self.distribution.iter().map(|score| score.0.to_bits());
        let mut all = Vec::with_capacity(self.distribution.len() + come.len());
        all.extend(kept.filter(|bits| gone.next_if_eq(bits).is_none()));
        debug_assert!(gone.next().is_none(), "what goes was there");
        all.extend_from_slice(come);
        // Two ascending runs: the standard library's stable sort merges them.
        all.sort();
        all
    }

    /// How many rows there are, dead ones too.
    pub fn rows(&self) -> usize {
        self.scores.len()
    }

    /// How many chunks are ranked.
    pub fn len(&self) -> usize {
        self.distribution.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.distribution.is_empty()
    }

    /// A chunk's score; `None` if it is dead or of another library.
    pub fn score(&self, chunk: ChunkId) -> Option<Score> {
        let score = *self.scores.get(chunk.0 as usize)?;
        (!score.is_nan()).then(|| shown(score))
    }

    /// The `kept` chunks with the lowest scores, ascending; equal scores by the lower id.
    pub fn lowest(&self, kept: usize) -> Vec<(ChunkId, Score)> {
        let kept = kept.min(self.len());
        let Some(last) = kept.checked_sub(1) else {
            return Vec::new();
        };
        let numbers = self.len() - self.broken;
        let threshold = if kept <= numbers {
            self.distribution[last].0
        } else {
            BROKEN
        };
        let below = self.distribution[..numbers].partition_point(|score| score.0 < threshold);
        let mut ties = kept - below;
        let mut found = Vec::with_capacity(kept);
        for (row, &score) in self.scores.iter().enumerate() {
            if score <= threshold {
                if score == threshold {
                    if ties == 0 {
                        continue;
                    }
                    ties -= 1;
                }
                found.push((u64::from(score.to_bits()) << 32) | row as u64);
            }
        }
        found.sort_unstable();
        let entry = |key: u64| {
            (
                chunk(key as u32 as usize),
                shown(f32::from_bits((key >> 32) as u32)),
            )
        };
        found.into_iter().map(entry).collect()
    }

    /// The scores of all live chunks, ascending.
    pub fn distribution(&self) -> &Arc<[Score]> {
        &self.distribution
    }
}

/// Some of the rows.
fn range(rows: HalfRows<'_>, range: Range<usize>) -> HalfRows<'_> {
    let stride = rows.stride();
    HalfRows::new(
        &rows.values()[range.start * stride..range.end * stride],
        rows.dims(),
    )
}

fn chunk(row: usize) -> ChunkId {
    ChunkId(row as u32)
}

/// A score as it is kept.
fn stored(score: Score) -> f32 {
    if score.0.is_nan() { BROKEN } else { score.0 }
}

/// A kept score as it is shown.
fn shown(stored: f32) -> Score {
    Score(if stored == BROKEN { 1.0 } else { stored })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::HalfMatrix;
    use proptest::prelude::*;

    /// The painting is at −1: the score rises with the point.
    const TOWARDS_MINUS: Correspondence = Correspondence {
        scale: 1.0,
        bias: 0.0,
        dim: 1,
    };

    fn ranking(points: &[f32], live: &[bool]) -> Ranking {
        let rows = HalfMatrix::from_f32(points, 1);
        Ranking::new(
            rows.rows(),
            |id| live[id.0 as usize],
            &TOWARDS_MINUS,
            &[-1.0],
        )
    }

    /// Small integers, for ties, and what is no number.
    fn point() -> impl Strategy<Value = f32> {
        prop_oneof![6 => (-3i8..=3).prop_map(f32::from), 1 => Just(f32::NAN)]
    }

    /// Rows with a state of life for each moment; rows appear as moments pass.
    fn history() -> impl Strategy<Value = (Vec<f32>, Vec<Vec<bool>>)> {
        (1usize..80, 1usize..6).prop_flat_map(|(rows, moments)| {
            let lives = (1..=moments)
                .map(|moment| prop::collection::vec(any::<bool>(), rows * moment / moments))
                .collect::<Vec<_>>();
            (prop::collection::vec(point(), rows), lives)
        })
    }

    fn bits(ranking: &Ranking) -> Vec<u32> {
        let scores = ranking.distribution().iter();
        scores.map(|score| score.0.to_bits()).collect()
    }

    proptest! {
        #[test]
        fn following_gives_what_ranking_anew_gives((points, lives) in history()) {
            let rows = |live: &[bool]| HalfMatrix::from_f32(&points[..live.len()], 1);
            let mut followed = ranking(&[], &[]);
            for live in &lives {
                let before = (bits(&followed), followed.lowest(usize::MAX));
                let changed = followed.follow(rows(live).rows(), |id| live[id.0 as usize]);
                let anew = ranking(&points[..live.len()], live);
                let after = (bits(&followed), followed.lowest(usize::MAX));
                prop_assert_eq!(&after, &(bits(&anew), anew.lowest(usize::MAX)));
                prop_assert!(changed || before == after);
                prop_assert!(!followed.follow(rows(live).rows(), |id| live[id.0 as usize]));
                for kept in 0..=live.len() {
                    prop_assert_eq!(&followed.lowest(kept)[..], &after.1[..kept.min(after.1.len())]);
                }
            }
        }

        #[test]
        fn the_lowest_are_those_of_a_plain_sort((points, lives) in history()) {
            for live in &lives {
                let ranking = ranking(&points[..live.len()], live);
                let mut plain: Vec<_> = (0..live.len())
                    .filter(|row| live[*row])
                    .map(|row| (points[row].is_nan(), points[row], row))
                    .collect();
                plain.sort_by(|a, b| {
                    let by_point = a.1.partial_cmp(&b.1).unwrap_or(std::cmp::Ordering::Equal);
                    a.0.cmp(&b.0).then(by_point).then(a.2.cmp(&b.2))
                });
                let lowest = ranking.lowest(live.len());
                let found: Vec<_> = lowest.iter().map(|(chunk, _)| chunk.0 as usize).collect();
                let expected: Vec<_> = plain.iter().map(|entry| entry.2).collect();
                prop_assert_eq!(found, expected);
                for (chunk, score) in lowest {
                    prop_assert_eq!(ranking.score(chunk), Some(score));
                }
                prop_assert_eq!(ranking.rows(), live.len());
                prop_assert_eq!(ranking.len(), plain.len());
            }
        }
    }

    #[test]
    fn what_is_no_number_counts_as_1_and_comes_last() {
        // exp overflows to a score of exactly 1 at the third.
        let ranking = ranking(&[f32::NAN, 1.0, 200.0, -f32::NAN, 0.0], &[true; 5]);
        let order: Vec<_> = ranking.lowest(5).into_iter().collect();
        assert_eq!(
            order.iter().map(|(id, _)| id.0).collect::<Vec<_>>(),
            [4, 1, 2, 0, 3]
        );
        assert!(order[2..].iter().all(|(_, score)| *score == Score(1.0)));
        assert_eq!(ranking.lowest(4).last(), Some(&(ChunkId(0), Score(1.0))));
        assert_eq!(ranking.distribution()[2..], [Score(1.0); 3]);
    }

    #[test]
    fn dead_rows_have_no_score() {
        let ranking = ranking(&[1.0, 0.0, 2.0], &[true, false, true]);
        assert_eq!((ranking.len(), ranking.rows()), (2, 3));
        assert_eq!(ranking.score(ChunkId(1)), None);
        assert_eq!(ranking.score(ChunkId(3)), None);
        assert!(ranking.score(ChunkId(0)) < ranking.score(ChunkId(2)));
    }
}
