//! The library as those who search and play it see it: dense rows, read only.

use std::path::PathBuf;
use std::sync::Arc;

use half::f16;

use crate::units::{ChunkId, Seconds};

use super::Contract;
use super::database::new_identity;
use super::half_rows::{HalfMatrix, HalfRows, stride_of};
use super::vectors::{Record, Rows};

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
    /// empty where nobody asks for them; then they read as empty.
    pub traits: Vec<f32>,
}

/// A read view of the index at one moment; cheap to clone, never changes.
/// A scan going on elsewhere appears in the next [`Library::open`].
///
/// A [`ChunkId`] is a row's number in the index. Rows of files that are gone stay where
/// they are, so that the others keep their numbers while the library grows; they are
/// not *live*, and not to be searched or played.
#[derive(Clone)]
pub struct Library(Arc<Inner>);

pub(super) struct Inner {
    /// [`Contract::model`]; none for one made in memory.
    pub(super) model: Option<[u8; 32]>,
    pub(super) dims: Dims,
    pub(super) tracks: Vec<TrackInfo>,
    /// The track of each file number, [`NO_TRACK`] where its chunks are not live.
    pub(super) track_of: Vec<u32>,
    pub(super) records: Rows<Record>,
    pub(super) embeddings: Rows<f16>,
    pub(super) points: Rows<f16>,
    pub(super) traits: Rows<f16>,
    pub(super) identity: u64,
    pub(super) epoch: u64,
    pub(super) generation: u64,
    pub(super) failures: Vec<Failure>,
    /// Rows that are live; counted by [`Library::new`].
    pub(super) live: usize,
}

/// In the place of a track's number.
pub(super) const NO_TRACK: u32 = u32::MAX;

impl Inner {
    fn track(&self, record: &Record) -> Option<TrackId> {
        let track = *self.track_of.get(record.file as usize)?;
        (track != NO_TRACK).then_some(TrackId(track))
    }
}

impl Library {
    pub(super) fn new(mut inner: Inner) -> Self {
        let (n, dims) = (inner.records.len(), inner.dims);
        let stored = |dims: usize| n * stride_of(dims);
        assert_eq!(inner.embeddings.len(), stored(dims.embedding), "embeddings");
        assert_eq!(inner.points.len(), stored(dims.point), "points");
        let traits = inner.traits.len();
        assert!(traits == 0 || traits == stored(dims.traits()), "traits");
        let tracks = inner.tracks.len();
        let known = |&track: &u32| track == NO_TRACK || (track as usize) < tracks;
        assert!(inner.track_of.iter().all(known), "a file without its track");
        inner.live = inner
            .records
            .iter()
            .filter(|record| inner.track(record).is_some())
            .count();
        Self(Arc::new(inner))
    }

    /// A library in memory.
    ///
    /// # Panics
    ///
    /// If the parts' lengths do not agree.
    pub fn from_parts(parts: Parts) -> Self {
        let dims = parts.dims;
        let tracks = parts.tracks.len() as u32;
        assert!(
            parts.chunks.iter().all(|chunk| chunk.track.0 < tracks),
            "a chunk without its track"
        );
        let record = |chunk: &ChunkInfo| Record {
            file: chunk.track.0 + 1,
            start: chunk.start.0 as f32,
            rms_db: chunk.rms_db,
            reserved: 0,
        };
        let halves =
            |values: &[f32], dims| Rows::Owned(HalfMatrix::from_f32(values, dims).into_stored());
        Self::new(Inner {
            model: None,
            dims,
            track_of: [NO_TRACK].into_iter().chain(0..tracks).collect(),
            tracks: parts.tracks,
            records: Rows::Owned(parts.chunks.iter().map(record).collect()),
            embeddings: halves(&parts.embeddings, dims.embedding),
            points: halves(&parts.points, dims.point),
            traits: halves(&parts.traits, dims.traits()),
            identity: new_identity(),
            epoch: 0,
            generation: 0,
            failures: Vec::new(),
            live: 0,
        })
    }

    /// How many chunks are live.
    pub fn len(&self) -> usize {
        self.0.live
    }

    /// Whether no chunk is live.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows, those included that are not live: each [`ChunkId`] is below.
    pub fn rows(&self) -> usize {
        self.0.records.len()
    }

    /// Whether a chunk is of this library and its file is there.
    pub fn is_live(&self, chunk: ChunkId) -> bool {
        self.get(chunk).is_some()
    }

    /// The live chunks, ascending.
    pub fn ids(&self) -> impl Iterator<Item = ChunkId> {
        (0u32..)
            .zip(&*self.0.records)
            .filter(|(_, record)| self.0.track(record).is_some())
            .map(|(row, _)| ChunkId(row))
    }

    /// Row lengths.
    pub fn dims(&self) -> Dims {
        self.0.dims
    }

    /// The embeddings of all rows.
    pub fn embeddings(&self) -> HalfRows<'_> {
        HalfRows::new(&self.0.embeddings, self.0.dims.embedding)
    }

    /// The correspondence points of all rows.
    pub fn points(&self) -> HalfRows<'_> {
        HalfRows::new(&self.0.points, self.0.dims.point)
    }

    /// Tags, then affect values, of all rows; empty where they were left out.
    pub fn traits_rows(&self) -> HalfRows<'_> {
        HalfRows::new(&self.0.traits, self.0.dims.traits())
    }

    /// A chunk's embedding. Panics if there is no such row.
    pub fn embedding(&self, chunk: ChunkId) -> Vec<f32> {
        self.embeddings().row(chunk.0 as usize)
    }

    /// A chunk's correspondence point. Panics if there is no such row.
    pub fn point(&self, chunk: ChunkId) -> Vec<f32> {
        self.points().row(chunk.0 as usize)
    }

    /// A chunk's tags, 0..=1, in the manifest's order.
    pub fn tags(&self, chunk: ChunkId) -> Vec<f32> {
        let mut traits = self.traits(chunk);
        traits.truncate(self.0.dims.tags);
        traits
    }

    /// A chunk's affect values, in the manifest's order.
    pub fn affect(&self, chunk: ChunkId) -> Vec<f32> {
        let mut traits = self.traits(chunk);
        traits.split_off(self.0.dims.tags.min(traits.len()))
    }

    /// A chunk's tags, then its affect values.
    pub fn traits(&self, chunk: ChunkId) -> Vec<f32> {
        if self.0.traits.is_empty() {
            return Vec::new();
        }
        self.traits_rows().row(chunk.0 as usize)
    }

    /// Where a chunk comes from.
    ///
    /// # Panics
    ///
    /// If the chunk is not live.
    pub fn chunk(&self, chunk: ChunkId) -> ChunkInfo {
        // PANIC: documented.
        self.get(chunk).expect("a live chunk")
    }

    /// Where a chunk comes from; `None` unless it is live.
    pub fn get(&self, chunk: ChunkId) -> Option<ChunkInfo> {
        let record = self.0.records.get(chunk.0 as usize)?;
        Some(ChunkInfo {
            track: self.0.track(record)?,
            start: Seconds(f64::from(record.start)),
            rms_db: record.rms_db,
        })
    }

    /// A track. Panics if the track is not of this library.
    pub fn track(&self, track: TrackId) -> &TrackInfo {
        &self.0.tracks[track.0 as usize]
    }

    /// All tracks that have live chunks; the place is the [`TrackId`].
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

    /// The index that this is a view of, and which of its vector files: two views with the
    /// same number their rows alike.
    pub(super) fn origin(&self) -> (u64, u64) {
        (self.0.identity, self.0.epoch)
    }

    /// As if it were a view of that index.
    #[cfg(test)]
    pub(super) fn with_origin(self, identity: u64, epoch: u64) -> Self {
        let Ok(inner) = Arc::try_unwrap(self.0) else {
            panic!("the only view");
        };
        Self::new(Inner {
            identity,
            epoch,
            ..inner
        })
    }

    /// Whether this is a later view (or the same) of the index that `earlier` is a view
    /// of, and rows have kept their numbers: what was made of the earlier one's rows
    /// holds for this one's, except that rows may have been added, or be no longer
    /// live, or live again. [`TrackId`]s are not kept.
    pub fn continues(&self, earlier: &Self) -> bool {
        let (now, then) = (&self.0, &earlier.0);
        now.identity == then.identity
            && now.epoch == then.epoch
            && now.generation >= then.generation
            && self.rows() >= earlier.rows()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> Library {
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
        Library::from_parts(Parts {
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
            traits: vec![0.125, 0.25, 0.375, 0.5, 0.625, 0.75],
        })
    }

    #[test]
    fn rows_belong_to_their_chunks() {
        let library = library();
        let second = ChunkId(1);
        assert_eq!(library.embedding(second), [3.0, 4.0]);
        assert_eq!(library.point(second), [6.0]);
        assert_eq!(library.tags(second), [0.5, 0.625]);
        assert_eq!(library.affect(second), [0.75]);
        assert_eq!(library.track(library.chunk(second).track).name(), "Two");
        assert_eq!(library.track(TrackId(0)).name(), "one");
        assert!(library.get(ChunkId(2)).is_none());
    }

    #[test]
    fn rows_without_a_track_are_not_live() {
        let Ok(mut inner) = Arc::try_unwrap(library().0) else {
            panic!("the only view");
        };
        inner.track_of[1] = NO_TRACK;
        let library = Library::new(inner);
        assert_eq!((library.len(), library.rows()), (1, 2));
        assert_eq!(library.ids().collect::<Vec<_>>(), [ChunkId(1)]);
        assert!(!library.is_live(ChunkId(0)));
    }

    #[test]
    fn a_view_continues_itself_and_no_other() {
        let (one, other) = (library(), library());
        assert!(one.continues(&one.clone()));
        assert!(!one.continues(&other));
    }
}
