//! The second filter: the chunk of the pool nearest to the brush.

use super::recent::{Hold, Recent};
use super::{Kernel, Pool};
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
    nearest_n(pool, embedding, recent, 1).pop()
}

/// The `n` best of what [`nearest`] chooses from, best first: free chunks by
/// distance, then those held back in the order in which they would be released.
pub fn nearest_n(pool: &Pool, embedding: &[f32], recent: &Recent, n: usize) -> Vec<Hit> {
    if n == 0 || pool.is_empty() {
        return Vec::new();
    }
    let mut distances = Vec::new();
    Kernel::best().squared_distances(embedding, pool.embeddings(), &mut distances);
    let mut held = take_held(pool, recent, &mut distances);
    let mut found = lowest(pool, &distances, n);
    if found.len() < n {
        held.sort_unstable_by(order);
        held.truncate(n - found.len());
        found.extend(held);
    }
    found.iter().map(|place| hit(pool, place)).collect()
}

/// A member of the pool that may be chosen.
#[derive(Clone, Copy)]
struct Candidate {
    hold: Hold,
    squared: f32,
    chunk: ChunkId,
    place: usize,
}

fn order(a: &Candidate, b: &Candidate) -> std::cmp::Ordering {
    (a.hold.cmp(&b.hold))
        .then(a.squared.total_cmp(&b.squared))
        .then(a.chunk.cmp(&b.chunk))
}

/// What `recent` holds back, taken out of `distances`: NaN stands in its place, which
/// is below no bound.
fn take_held(pool: &Pool, recent: &Recent, distances: &mut [f32]) -> Vec<Candidate> {
    let mut held: Vec<Candidate> = Vec::new();
    let mut hold = |place: usize, hold: Hold| {
        let squared = std::mem::replace(&mut distances[place], f32::NAN);
        held.push(Candidate {
            hold,
            squared,
            chunk: pool.members()[place].0,
            place,
        });
    };
    let chunks = recent.chunks().enumerate();
    let mut by_chunk: Vec<(usize, usize)> = chunks
        .filter_map(|(age, chunk)| Some((pool.place(chunk)?, age + 1)))
        .collect();
    by_chunk.sort_unstable();
    for (age, track) in recent.tracks().enumerate() {
        for place in places_of(pool, track) {
            let known = by_chunk.binary_search_by_key(&place, |entry| entry.0);
            let chunk = known.map_or(0, |at| by_chunk.remove(at).1);
            let track = age + 1;
            hold(place, Hold { chunk, track });
        }
    }
    for (place, chunk) in by_chunk {
        hold(place, Hold { chunk, track: 0 });
    }
    held
}

/// The members that are of `track`.
fn places_of(pool: &Pool, track: crate::library::TrackId) -> impl Iterator<Item = usize> {
    // A block at a time, as most hold none: comparing all of one is a few instructions.
    const BLOCK: usize = 64;
    let blocks = pool.tracks().chunks(BLOCK).enumerate();
    blocks
        .filter(move |(_, block)| block.iter().fold(false, |any, of| any | (*of == track)))
        .flat_map(move |(at, block)| {
            let places = block.iter().enumerate();
            places.filter_map(move |(place, of)| (*of == track).then_some(at * BLOCK + place))
        })
}

/// The `n` lowest distances that are numbers, ascending; equal ones by the lower chunk.
fn lowest(pool: &Pool, distances: &[f32], n: usize) -> Vec<Candidate> {
    /// As for tracks: nearly every block is wholly beyond the bound.
    const BLOCK: usize = 64;
    // Once so many are gathered, all but the best are dropped and the bound tightened.
    let room = n.saturating_mul(2).max(BLOCK);
    let mut bound = f32::INFINITY;
    let mut found: Vec<Candidate> = Vec::new();
    for (at, block) in distances.chunks(BLOCK).enumerate() {
        if !block
            .iter()
            .fold(false, |any, squared| any | (*squared <= bound))
        {
            continue;
        }
        for (place, &squared) in (at * BLOCK..).zip(block) {
            if squared <= bound {
                found.push(Candidate {
                    hold: Hold::FREE,
                    squared,
                    chunk: pool.members()[place].0,
                    place,
                });
            }
        }
        if found.len() >= room {
            found.select_nth_unstable_by(n - 1, order);
            found.truncate(n);
            bound = found[n - 1].squared;
        }
    }
    found.sort_unstable_by(order);
    found.truncate(n);
    found
}

fn hit(pool: &Pool, candidate: &Candidate) -> Hit {
    Hit {
        chunk: candidate.chunk,
        distance: Distance(candidate.squared.sqrt()),
        score: pool.members()[candidate.place].1,
        repeated: candidate.hold != Hold::FREE,
    }
}
