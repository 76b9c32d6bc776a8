//! What counts beside the distance to the brush: the painting, and going on in a track.

use super::Pool;
use crate::units::ChunkId;

/// What counts beside the distance to the brush.
///
/// A member of the pool at place `p` of `n` (0 belongs best to the painting) whose
/// Euclidean distance from the brush is `d` costs
///
/// ```text
/// (1 − fit) · (d − nearest) / (farthest − nearest)  +  fit · p / (n − 1)
/// ```
///
/// where `nearest` and `farthest` are the least and the greatest distance of the whole
/// pool, so that both terms are in 0..=1 and a cost does not change with what is held
/// back; where all distances are equal, or `n` is 1, the term is 0. `continuity` is taken
/// off the cost of `next`. The least cost is chosen: `next` wins as long as it costs at
/// most `continuity` more than the best other, and always if that is 1. A member whose
/// distance is not a number costs more than all others whatever is asked for.
///
/// Equal costs go to `next`, then to the smaller distance, then to the lower [`ChunkId`].
/// What variety holds back stays held back.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Preferences {
    /// How much the painting counts: 0 is the distance to the brush alone (paper, §3.2),
    /// 1 the chunk's place in the painting's pool alone. What is outside of 0..=1 is
    /// brought into it; what is not a number is 0.
    pub fit: f32,
    /// How much `next` is preferred, likewise 0..=1.
    pub continuity: f32,
    /// The chunk that follows the one played last, if there is one.
    pub next: Option<ChunkId>,
}

/// Into 0..=1; 0 if it is not a number.
fn share(value: f32) -> f32 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 1.0)
    }
}

impl Preferences {
    /// Where `next` stands in `pool`, if it counts.
    pub(super) fn place_of_next(&self, pool: &Pool) -> Option<usize> {
        let next = self.next.filter(|_| share(self.continuity) > 0.0)?;
        pool.place(next)
    }

    /// The members' costs, of their squared distances; `None` if these order them as well.
    pub(super) fn costs(&self, pool: &Pool, squared: &[f32]) -> Option<Vec<f32>> {
        let (fit, next) = (share(self.fit), self.place_of_next(pool));
        if fit == 0.0 && next.is_none() {
            return None;
        }
        let finite = |value: &&f32| **value < f32::INFINITY;
        let nearest = squared.iter().copied().fold(f32::INFINITY, f32::min).sqrt();
        let farthest = squared.iter().filter(finite).copied().fold(0.0, f32::max);
        let spread = farthest.sqrt() - nearest;
        // Any that is not 0 will do where the distances are equal: they are all 0 apart.
        let spread = if spread > 0.0 { spread } else { 1.0 };
        let last = pool.len().saturating_sub(1).max(1) as f32;
        let cost = |(place, squared): (usize, &f32)| {
            if *squared < f32::INFINITY {
                let distance = (squared.sqrt() - nearest) / spread;
                (1.0 - fit) * distance + fit * (place as f32 / last)
            } else {
                f32::INFINITY
            }
        };
        let mut costs: Vec<f32> = squared.iter().enumerate().map(cost).collect();
        if let Some(next) = next {
            costs[next] -= share(self.continuity);
        }
        Some(costs)
    }
}
