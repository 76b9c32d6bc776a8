//! Where each chunk of a library lies on a plane, so that what sounds alike lies together.
//!
//! Up to two thousand chunks of all tracks are *landmarks*: they are laid out by their
//! neighbourhoods ([`layout`]), from a beginning that is the same for the same rows
//! ([`principal`]). All others, and those that are added later, lie between the landmarks
//! that they sound most like ([`place`]): half a second for ten thousand of them, and never
//! a point moved. Only when the library has grown by a quarter since is it laid out anew.
//! The index keeps the map beside its rows ([`file`]). docs/map.md has what was measured.

mod file;
mod layout;
mod place;
mod principal;

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::control::Control;
use super::half_rows::HalfMatrix;
use super::view::Library;
use crate::units::ChunkId;
use layout::lay_out;
use place::Placer;
use principal::principal_plane;

/// In the place of a row that has none.
const NOWHERE: [u16; 2] = [u16::MAX; 2];
/// The highest coordinate.
const FAR: f64 = 65_534.0;
/// Rows placed between two looks at the control.
const PLACED: usize = 64;

/// How a map is made. What is not said is as usual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapOptions {
    /// Chunks that are laid out by their neighbourhoods, at most. The time goes with the
    /// square of it.
    pub landmarks: usize,
    /// How landmarks are laid out.
    pub method: MapMethod,
    /// All is laid out anew when there are so many times more chunks than there were.
    pub growth: f64,
}

impl Default for MapOptions {
    fn default() -> Self {
        Self {
            landmarks: 2_000,
            method: MapMethod::Neighbours,
            growth: 1.25,
        }
    }
}

/// How landmarks are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapMethod {
    /// So that neighbours stay neighbours (t-SNE).
    Neighbours,
    /// By the two directions in which they differ most (PCA): what the other is compared
    /// with.
    Principal,
}

/// Where each chunk of a library lies on a plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// Of the index.
    identity: u64,
    /// Of the index's vector files: with each, rows have other numbers.
    epoch: u64,
    /// Live chunks when the landmarks were laid out.
    laid_out: u64,
    /// Their rows, ascending.
    landmarks: Vec<u32>,
    /// Of each row.
    places: Vec<[u16; 2]>,
}

impl Map {
    /// The map of `library` from nothing. `tell` is told the share that is done, 0..=1.
    /// False with it if `control` has cancelled: then it holds only what was placed, and
    /// nothing if that was before the landmarks had their places.
    pub fn of(
        library: &Library,
        options: &MapOptions,
        control: &Control,
        tell: &mut dyn FnMut(f32),
    ) -> (Self, bool) {
        let (identity, epoch) = library.origin();
        let mut map = Self {
            identity,
            epoch,
            laid_out: library.len() as u64,
            landmarks: Vec::new(),
            places: vec![NOWHERE; library.rows()],
        };
        let mut steps = Steps::new(control, tell);
        // The landmarks' part of the time, as measured at a hundred thousand chunks.
        steps.part = (0.0, 0.5);
        let landmarks = stratified(library, options.landmarks);
        let rows = rows_of(library, &landmarks);
        let Some(laid_out) = landmark_places(&rows, options.method, &mut steps) else {
            return (map, false);
        };
        for (row, place) in landmarks.iter().zip(laid_out) {
            map.places[*row as usize] = place;
        }
        map.landmarks = landmarks;
        steps.part = (0.5, 0.5);
        let whole = map.place_missing(library, &mut steps);
        (map, whole)
    }

    /// This map with what `library`, of which it [is](Self::is_of), has beyond it; made
    /// anew if the library has grown too much for its landmarks. As [`Map::of`].
    pub fn renewed(
        mut self,
        library: &Library,
        options: &MapOptions,
        control: &Control,
        tell: &mut dyn FnMut(f32),
    ) -> (Self, bool) {
        let grown = library.len() as f64 > self.laid_out as f64 * options.growth;
        if grown || self.landmarks.is_empty() || !self.is_of(library) {
            let (map, whole) = Self::of(library, options, control, tell);
            // Until there is a better one.
            let keep = map.landmarks.is_empty() && self.is_of(library);
            return if keep { (self, false) } else { (map, whole) };
        }
        self.places.resize(library.rows(), NOWHERE);
        let whole = self.place_missing(library, &mut Steps::new(control, tell));
        (self, whole)
    }

    /// Gives a place to each live chunk that has none; false if that was cancelled.
    fn place_missing(&mut self, library: &Library, steps: &mut Steps<'_>) -> bool {
        let missing = |row: &ChunkId| self.places[row.0 as usize] == NOWHERE;
        let missing: Vec<ChunkId> = library.ids().filter(missing).collect();
        let rows = rows_of(library, &self.landmarks);
        let known = |row: &u32| self.places[*row as usize];
        let known: Vec<[u16; 2]> = self.landmarks.iter().map(known).collect();
        let mut placer = Placer::new(rows.rows(), &known);
        for (done, chunk) in missing.iter().enumerate() {
            if done % PLACED == 0 && !steps.go_on(done as f32 / missing.len() as f32) {
                return false;
            }
            self.places[chunk.0 as usize] = placer.place(&library.embedding(*chunk));
        }
        true
    }

    /// Where a chunk lies, each coordinate 0..=1; `None` if it is not on the map (yet).
    pub fn place(&self, chunk: ChunkId) -> Option<[f32; 2]> {
        let place = *self.places.get(chunk.0 as usize)?;
        (place != NOWHERE).then(|| place.map(|axis| (f64::from(axis) / FAR) as f32))
    }

    /// Whether its rows are those of `library`, as it was or since it has grown.
    pub fn is_of(&self, library: &Library) -> bool {
        (self.identity, self.epoch) == library.origin() && self.places.len() <= library.rows()
    }

    /// The chunks that were laid out by their neighbourhoods.
    pub fn landmarks(&self) -> impl ExactSizeIterator<Item = ChunkId> {
        self.landmarks.iter().copied().map(ChunkId)
    }

    /// Whether each live chunk of `library` has its place.
    pub fn is_complete(&self, library: &Library) -> bool {
        library.ids().all(|chunk| self.place(chunk).is_some())
    }

    /// Whether all landmarks have places, as in a file that was written here.
    fn is_whole(&self) -> bool {
        self.landmarks.iter().all(|row| {
            let place = self.places.get(*row as usize);
            place.is_some_and(|place| *place != NOWHERE)
        })
    }
}

/// Tells how far it is, and does what the control says.
struct Steps<'a> {
    control: &'a Control,
    stop: AtomicBool,
    since: Instant,
    tell: &'a mut dyn FnMut(f32),
    /// Where the part in work begins in the whole, and how much of it it is.
    part: (f32, f32),
}

impl<'a> Steps<'a> {
    fn new(control: &'a Control, tell: &'a mut dyn FnMut(f32)) -> Self {
        Self {
            control,
            stop: AtomicBool::new(false),
            since: Instant::now(),
            tell,
            part: (0.0, 1.0),
        }
    }

    fn go_on(&mut self, share: f32) -> bool {
        (self.tell)(self.part.0 + self.part.1 * share);
        let goes_on = self.control.rest(self.since.elapsed(), &self.stop);
        self.since = Instant::now();
        goes_on
    }
}

/// At most `most` live rows, evenly over all of them: as rows lie file by file, each track
/// has its share.
fn stratified(library: &Library, most: usize) -> Vec<u32> {
    let (all, kept) = (library.len(), most.min(library.len()));
    // Row `i` is taken where the number of those that are due grows.
    let due = |at: usize| (at as u64 * kept as u64).div_ceil(all.max(1) as u64);
    let taken = |(at, _): &(usize, ChunkId)| due(at + 1) > due(*at);
    library
        .ids()
        .enumerate()
        .filter(taken)
        .map(|(_, chunk)| chunk.0)
        .collect()
}

/// The embeddings of these rows, as they are stored.
fn rows_of(library: &Library, rows: &[u32]) -> HalfMatrix {
    let embeddings = library.embeddings();
    let mut matrix = HalfMatrix::new(library.dims().embedding);
    matrix.reserve(rows.len());
    for row in rows {
        matrix.push_stored(embeddings.stored(*row as usize));
    }
    matrix
}

/// Lays out the rows; `None` if that was cancelled.
fn landmark_places(
    rows: &HalfMatrix,
    method: MapMethod,
    steps: &mut Steps<'_>,
) -> Option<Vec<[u16; 2]>> {
    let rows = rows.rows();
    let plain: Vec<f32> = (0..rows.len()).flat_map(|row| rows.row(row)).collect();
    let begin = principal_plane(&plain, rows.dims());
    if !steps.go_on(0.0) {
        return None;
    }
    let plane = match method {
        MapMethod::Principal => begin.iter().map(|at| at.map(|axis| axis as f32)).collect(),
        MapMethod::Neighbours => {
            let kernel = crate::retrieval::Kernel::best();
            let distances = &mut |row: usize, out: &mut Vec<f32>| {
                kernel.squared_distances(&rows.row(row), rows, out);
            };
            lay_out(&begin, distances, &mut |share| steps.go_on(share))?
        }
    };
    Some(scaled(&plane))
}

/// In whole numbers, the longer side of what they span from end to end, the other centred.
fn scaled(plane: &[[f32; 2]]) -> Vec<[u16; 2]> {
    let finite = |value: f32| {
        if value.is_finite() {
            f64::from(value)
        } else {
            0.0
        }
    };
    let range = |axis: usize| {
        let values = plane.iter().map(|at| finite(at[axis]));
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        })
    };
    let ranges = [range(0), range(1)];
    let longest = ranges.map(|(low, high)| high - low);
    let longest = longest[0].max(longest[1]);
    let scale = if longest > 0.0 { FAR / longest } else { 0.0 };
    let place = |at: &[f32; 2]| {
        std::array::from_fn(|axis| {
            let (low, high) = ranges[axis];
            let middle = (low + high) / 2.0;
            let value = FAR / 2.0 + (finite(at[axis]) - middle) * scale;
            value.round().clamp(0.0, FAR) as u16
        })
    };
    plane.iter().map(place).collect()
}

#[cfg(test)]
pub(super) mod tests;
