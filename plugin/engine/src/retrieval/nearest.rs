//! The second filter: the chunk of the pool nearest to the brush.

use super::recent::{Hold, Recent};
use super::{Kernel, Pool, Preferences};
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
    best_n(pool, embedding, recent, &Preferences::default(), n)
}

/// As [`nearest_n`], by the cost that [`Preferences`] describes in the place of the
/// distance. With none of them it is the same search, and as fast.
pub fn best_n(
    pool: &Pool,
    embedding: &[f32],
    recent: &Recent,
    preferences: &Preferences,
    n: usize,
) -> Vec<Hit> {
    if n == 0 || pool.is_empty() {
        return Vec::new();
    }
    let mut squared = Vec::new();
    Kernel::best().squared_distances(embedding, pool.embeddings(), &mut squared);
    match preferences.costs(pool, &squared) {
        None => search(&Field { pool, costed: None }, &mut squared, recent, n),
        Some(mut costs) => {
            let costed = Some(Costed {
                squared: &squared,
                next: preferences.place_of_next(pool),
            });
            search(&Field { pool, costed }, &mut costs, recent, n)
        }
    }
}

/// What is searched.
struct Field<'a> {
    pool: &'a Pool,
    /// If something beside the distance counts.
    costed: Option<Costed<'a>>,
}

/// What a cost does not tell.
struct Costed<'a> {
    /// The distances that the costs are made of.
    squared: &'a [f32],
    /// The member that wins ties.
    next: Option<usize>,
}

impl Field<'_> {
    fn candidate(&self, place: usize, value: f32, hold: Hold) -> Candidate {
        let costed = self.costed.as_ref();
        Candidate {
            hold,
            value,
            other: costed.is_some_and(|costed| costed.next != Some(place)),
            squared: costed.map_or(value, |costed| costed.squared[place]),
            chunk: self.pool.members()[place].0,
            place,
        }
    }
}

/// By `values`, which are squared distances or costs; those that are held back are gone
/// from them afterwards.
fn search(field: &Field<'_>, values: &mut [f32], recent: &Recent, n: usize) -> Vec<Hit> {
    let mut held = take_held(field, recent, values);
    let mut found = lowest(field, values, n);
    if found.len() < n {
        held.sort_unstable_by(order);
        held.truncate(n - found.len());
        found.extend(held);
    }
    found.iter().map(|found| hit(field.pool, found)).collect()
}

/// A member of the pool that may be chosen.
#[derive(Clone, Copy)]
struct Candidate {
    hold: Hold,
    /// The cost, or the squared distance where nothing else counts.
    value: f32,
    /// False for the one that wins ties of costs.
    other: bool,
    squared: f32,
    chunk: ChunkId,
    place: usize,
}

fn order(a: &Candidate, b: &Candidate) -> std::cmp::Ordering {
    (a.hold.cmp(&b.hold))
        .then(a.value.total_cmp(&b.value))
        .then(a.other.cmp(&b.other))
        .then(a.squared.total_cmp(&b.squared))
        .then(a.chunk.cmp(&b.chunk))
}

/// What `recent` holds back, taken out of `values`: NaN stands in its place, which is
/// below no bound.
fn take_held(field: &Field<'_>, recent: &Recent, values: &mut [f32]) -> Vec<Candidate> {
    let pool = field.pool;
    let mut held: Vec<Candidate> = Vec::new();
    let mut hold = |place: usize, hold: Hold| {
        let value = std::mem::replace(&mut values[place], f32::NAN);
        held.push(field.candidate(place, value, hold));
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

/// The `n` lowest values that are numbers, ascending; equal ones as [`order`] says.
fn lowest(field: &Field<'_>, values: &[f32], n: usize) -> Vec<Candidate> {
    /// As for tracks: nearly every block is wholly beyond the bound.
    const BLOCK: usize = 64;
    // Once so many are gathered, all but the best are dropped and the bound tightened.
    let room = n.saturating_mul(2).max(BLOCK);
    let mut bound = f32::INFINITY;
    let mut found: Vec<Candidate> = Vec::new();
    for (at, block) in values.chunks(BLOCK).enumerate() {
        if !block
            .iter()
            .fold(false, |any, value| any | (*value <= bound))
        {
            continue;
        }
        for (place, &value) in (at * BLOCK..).zip(block) {
            if value <= bound {
                found.push(field.candidate(place, value, Hold::FREE));
            }
        }
        if found.len() >= room {
            found.select_nth_unstable_by(n - 1, order);
            found.truncate(n);
            bound = found[n - 1].value;
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
