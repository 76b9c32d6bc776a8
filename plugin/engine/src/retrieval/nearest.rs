//! The second filter: the chunk of the pool nearest to the brush.

use super::Pool;
use super::kernel::squared_distances;
use super::recent::{Hold, Recent};
use crate::units::{ChunkId, Distance, Score};

/// A chunk that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The chunk.
    pub chunk: ChunkId,
    /// From the brush to the chunk; infinite if either is not a number.
    pub distance: Distance,
    /// How well the chunk's sound belongs to the painting.
    pub score: Score,
    /// True if variety would have held the chunk back, but nothing freer was
    /// left in the pool.
    pub repeated: bool,
}

/// The member of `pool` nearest to `embedding` (Euclidean; paper, §3.2) that
/// `recent` does not hold back; `None` only for an empty pool.
///
/// When `recent` would hold back the whole pool, it is relaxed in this order:
/// first the tracks, the one played longest ago first, then the chunks, the one
/// played longest ago first. Equal distances go to the lower [`ChunkId`].
pub fn nearest(pool: &Pool, embedding: &[f32], recent: &Recent) -> Option<Hit> {
    let distances = squared_distances(embedding, pool.rows());
    let holds = holds(pool, recent);
    (0..distances.len())
        .min_by(|a, b| order(pool, &distances, &holds, *a, *b))
        .map(|place| hit(pool, &distances, &holds, place))
}

/// The `n` best of what [`nearest`] chooses from, best first: free chunks by
/// distance, then those held back in the order in which they would be released.
pub fn nearest_n(pool: &Pool, embedding: &[f32], recent: &Recent, n: usize) -> Vec<Hit> {
    let distances = squared_distances(embedding, pool.rows());
    let holds = holds(pool, recent);
    let mut places: Vec<usize> = (0..distances.len()).collect();
    if n == 0 {
        return Vec::new();
    }
    if n < places.len() {
        places.select_nth_unstable_by(n - 1, |a, b| order(pool, &distances, &holds, *a, *b));
        places.truncate(n);
    }
    places.sort_unstable_by(|a, b| order(pool, &distances, &holds, *a, *b));
    places
        .into_iter()
        .map(|place| hit(pool, &distances, &holds, place))
        .collect()
}

/// How firmly each member is held back; empty where nothing is.
fn holds(pool: &Pool, recent: &Recent) -> Vec<Hold> {
    if recent.chunks().len() == 0 && recent.tracks().len() == 0 {
        return Vec::new();
    }
    let mut holds = vec![Hold::FREE; pool.len()];
    for (age, chunk) in recent.chunks().enumerate() {
        if let Some(place) = pool.place(chunk) {
            holds[place].chunk = age + 1;
        }
    }
    for (age, track) in recent.tracks().enumerate() {
        for (hold, of) in holds.iter_mut().zip(pool.tracks()) {
            if *of == track {
                hold.track = age + 1;
            }
        }
    }
    holds
}

fn hold(holds: &[Hold], place: usize) -> Hold {
    holds.get(place).copied().unwrap_or(Hold::FREE)
}

fn order(pool: &Pool, distances: &[f32], holds: &[Hold], a: usize, b: usize) -> std::cmp::Ordering {
    hold(holds, a)
        .cmp(&hold(holds, b))
        .then(distances[a].total_cmp(&distances[b]))
        .then(pool.members()[a].0.cmp(&pool.members()[b].0))
}

fn hit(pool: &Pool, distances: &[f32], holds: &[Hold], place: usize) -> Hit {
    let (chunk, score) = pool.members()[place];
    Hit {
        chunk,
        distance: Distance(distances[place].sqrt()),
        score,
        repeated: hold(holds, place) != Hold::FREE,
    }
}
