//! The library as those who search and play it see it: dense rows, read only.

use std::path::PathBuf;
use std::sync::Arc;

use crate::units::{ChunkId, Seconds};

use super::Contract;
use super::vectors::Rows;

/// How many numbers a chunk has of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dims {
    /// The embedding's length (Euclidean distance).
    pub embedding: usize,
    /// The correspondence point's length.
    pub point: usize,
    /// How many tags.
    pub tags: usize,
    /// How many affect values.
    pub affect: usize,
}

impl Dims {
    /// Tags and affect lie in one row: this is its length.
    pub fn traits(self) -> usize {
        self.tags + self.affect
    }
}

/// A track's place in [`Library::tracks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId(pub u32);

/// A file of music.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackInfo {
    /// Where it lies.
    pub path: PathBuf,
    /// From its tags.
    pub title: Option<String>,
    /// From its tags.
    pub artist: Option<String>,
    /// Decoded length.
    pub duration: Seconds,
}

impl TrackInfo {
    /// What to call it: its title, or else the file's name.
    pub fn name(&self) -> String {
        self.title.clone().unwrap_or_else(|| {
            let stem = self.path.file_stem().unwrap_or(self.path.as_os_str());
            stem.to_string_lossy().into_owned()
        })
    }
}

/// Four seconds of a track.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChunkInfo {
    /// The track.
    pub track: TrackId,
    /// Where in the track it begins.
    pub start: Seconds,
    /// Root mean square over the chunk's samples at 16 kHz mono, dBFS.
    pub rms_db: f32,
}

/// A file of the music folder that is not in the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The file, or a folder that cannot be read.
    pub path: PathBuf,
    /// [`super::Reason::code`].
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// What a library is made of. Row `i` of each kind belongs to chunk `i`.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Row lengths.
    pub dims: Dims,
    /// The tracks.
    pub tracks: Vec<TrackInfo>,
    /// The chunks, `n`.
    pub chunks: Vec<ChunkInfo>,
    /// Row-major `n * dims.embedding`.
    pub embeddings: Vec<f32>,
    /// Row-major `n * dims.point`.
    pub points: Vec<f32>,
    /// Row-major `n * (dims.tags + dims.affect)`, tags first. May be left
    /// empty where nobody asks for them; then they read as empty slices.
    pub traits: Vec<f32>,
}

/// A read view of the index at one moment; cheap to clone, never changes.
/// A scan going on elsewhere appears in the next [`Library::open`].
#[derive(Clone)]
pub struct Library(Arc<Inner>);

pub(super) struct Inner {
    /// [`Contract::model`]; none for one made in memory.
    pub(super) model: Option<[u8; 32]>,
    pub(super) dims: Dims,
    pub(super) tracks: Vec<TrackInfo>,
    pub(super) chunks: Vec<ChunkInfo>,
    pub(super) embeddings: Rows,
    pub(super) points: Rows,
    pub(super) traits: Rows,
    pub(super) generation: u64,
    pub(super) failures: Vec<Failure>,
}

impl Library {
    pub(super) fn new(inner: Inner) -> Self {
        let n = inner.chunks.len();
        assert_eq!(
            inner.embeddings.len(),
            n * inner.dims.embedding,
            "embedding rows"
        );
        assert_eq!(inner.points.len(), n * inner.dims.point, "point rows");
        let traits = inner.traits.len();
        assert!(
            traits == 0 || traits == n * inner.dims.traits(),
            "trait rows"
        );
        let tracks = inner.tracks.len();
        assert!(
            inner.chunks.iter().all(|c| (c.track.0 as usize) < tracks),
            "a chunk without its track"
        );
        Self(Arc::new(inner))
    }

    /// A library in memory.
    ///
    /// # Panics
    ///
    /// If the parts' lengths do not agree.
    pub fn from_parts(parts: Parts) -> Self {
        Self::new(Inner {
            dims: parts.dims,
            tracks: parts.tracks,
            chunks: parts.chunks,
            embeddings: Rows::Owned(parts.embeddings),
            points: Rows::Owned(parts.points),
            traits: Rows::Owned(parts.traits),
            generation: 0,
            model: None,
            failures: Vec::new(),
        })
    }

    /// How many chunks.
    pub fn len(&self) -> usize {
        self.0.chunks.len()
    }

    /// Whether there is no chunk.
    pub fn is_empty(&self) -> bool {
        self.0.chunks.is_empty()
    }

    /// Row lengths.
    pub fn dims(&self) -> Dims {
        self.0.dims
    }

    /// All embeddings, row-major `len() * dims().embedding`.
    pub fn embeddings(&self) -> &[f32] {
        &self.0.embeddings
    }

    /// All correspondence points, row-major `len() * dims().point`.
    pub fn points(&self) -> &[f32] {
        &self.0.points
    }

    /// A chunk's embedding. Panics if the chunk is not of this library.
    pub fn embedding(&self, chunk: ChunkId) -> &[f32] {
        row(&self.0.embeddings, chunk, self.0.dims.embedding)
    }

    /// A chunk's correspondence point. Panics if the chunk is not of this library.
    pub fn point(&self, chunk: ChunkId) -> &[f32] {
        row(&self.0.points, chunk, self.0.dims.point)
    }

    /// A chunk's tags, 0..=1, in the manifest's order.
    pub fn tags(&self, chunk: ChunkId) -> &[f32] {
        let traits = self.traits(chunk);
        &traits[..self.0.dims.tags.min(traits.len())]
    }

    /// A chunk's affect values, in the manifest's order.
    pub fn affect(&self, chunk: ChunkId) -> &[f32] {
        let traits = self.traits(chunk);
        &traits[self.0.dims.tags.min(traits.len())..]
    }

    /// A chunk's tags, then its affect values.
    pub fn traits(&self, chunk: ChunkId) -> &[f32] {
        if self.0.traits.is_empty() {
            return &[];
        }
        row(&self.0.traits, chunk, self.0.dims.traits())
    }

    /// Where a chunk comes from. Panics if the chunk is not of this library.
    pub fn chunk(&self, chunk: ChunkId) -> ChunkInfo {
        self.0.chunks[chunk.0 as usize]
    }

    /// All chunks; the place is the [`ChunkId`].
    pub fn chunks(&self) -> &[ChunkInfo] {
        &self.0.chunks
    }

    /// A track. Panics if the track is not of this library.
    pub fn track(&self, track: TrackId) -> &TrackInfo {
        &self.0.tracks[track.0 as usize]
    }

    /// All tracks; the place is the [`TrackId`].
    pub fn tracks(&self) -> &[TrackInfo] {
        &self.0.tracks
    }

    /// Files that are not in the library, by path.
    pub fn failures(&self) -> &[Failure] {
        &self.0.failures
    }

    /// Whether the rows were made by the contract's network, so that they can
    /// be compared with what it gives now. One made in memory always answers yes.
    pub fn is_of(&self, contract: &Contract) -> bool {
        self.0.dims == contract.dims && self.0.model.is_none_or(|model| model == contract.model)
    }

    /// Counts the index's changes: two views of one index with the same
    /// generation hold the same chunks under the same ids.
    pub fn generation(&self) -> u64 {
        self.0.generation
    }
}

fn row(rows: &[f32], chunk: ChunkId, len: usize) -> &[f32] {
    let at = chunk.0 as usize * len;
    &rows[at..at + len]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_belong_to_their_chunks() {
        let track = |name: &str, title: Option<&str>| TrackInfo {
            path: PathBuf::from(name),
            title: title.map(str::to_owned),
            artist: None,
            duration: Seconds(8.0),
        };
        let chunk = |track, start| ChunkInfo {
            track: TrackId(track),
            start: Seconds(start),
            rms_db: -20.0,
        };
        let library = Library::from_parts(Parts {
            dims: Dims {
                embedding: 2,
                point: 1,
                tags: 2,
                affect: 1,
            },
            tracks: vec![track("a/one.wav", None), track("b.wav", Some("Two"))],
            chunks: vec![chunk(0, 0.0), chunk(1, 4.0)],
            embeddings: vec![1.0, 2.0, 3.0, 4.0],
            points: vec![5.0, 6.0],
            traits: vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
        });
        let second = ChunkId(1);
        assert_eq!(library.embedding(second), [3.0, 4.0]);
        assert_eq!(library.point(second), [6.0]);
        assert_eq!(library.tags(second), [0.4, 0.5]);
        assert_eq!(library.affect(second), [0.6]);
        assert_eq!(library.track(library.chunk(second).track).name(), "Two");
        assert_eq!(library.track(TrackId(0)).name(), "one");
    }
}
