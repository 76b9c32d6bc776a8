//! The library as a list of tracks and as a map.

use std::path::PathBuf;
use std::sync::Arc;

use engine::library::Map;
use engine::units::{ChunkId, Seconds};

use super::FailedFile;

/// Points of [`MapView`] at most: more could not be told apart.
pub const MAP_POINTS: usize = 20_000;

/// What the library holds. Kept up only while the editor is open; the lists are made anew
/// when they change, and shared.
#[derive(Clone, Debug, Default)]
pub struct CollectionState {
    /// All tracks, by artist, title and path.
    pub tracks: Arc<Vec<TrackRow>>,
    /// Where the chunks lie; `None` while there is no map.
    pub map: Option<Arc<MapView>>,
    /// What the painting makes of each of the map's points; shorter than these, or of the
    /// map before, for a moment when the library changes.
    pub shades: Arc<Vec<Shade>>,
    /// Files that could not be used, each with its reason.
    pub failed: Arc<Vec<FailedFile>>,
    /// How much of a new map is laid out, 0..=1; `None` while none is.
    pub mapping: Option<f32>,
}

impl PartialEq for CollectionState {
    /// Whether they are the same lists: none is changed once it is made, and comparing a
    /// hundred thousand names thirty times a second would cost more than drawing them.
    fn eq(&self, other: &Self) -> bool {
        let same_map = match (&self.map, &other.map) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        same_map
            && same_list(&self.tracks, &other.tracks)
            && same_list(&self.shades, &other.shades)
            && same_list(&self.failed, &other.failed)
            && self.mapping == other.mapping
    }
}

/// Two that are empty are the same, wherever they lie.
fn same_list<T>(one: &Arc<Vec<T>>, other: &Arc<Vec<T>>) -> bool {
    Arc::ptr_eq(one, other) || one.is_empty() && other.is_empty()
}

/// A track that can be played from.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackRow {
    /// Its title, or the file's name where it has none.
    pub title: String,
    /// Empty where the file names none.
    pub artist: String,
    /// The file.
    pub path: PathBuf,
    /// The file from the music folder on.
    pub place: String,
    /// How many chunks it has.
    pub chunks: usize,
    /// The first of them.
    pub first: ChunkId,
    /// What it is found by: title, artist and place, [folded](crate::editor::search::fold).
    pub key: String,
}

/// Where chunks lie on the map.
#[derive(Clone, Debug)]
pub struct MapView {
    /// At most [`MAP_POINTS`] chunks, evenly over the library.
    pub points: Vec<MapPoint>,
    /// All of it, for chunks that are not among the points.
    pub all: Map,
    /// Chunks that are on the map, those included that are no points.
    pub chunks: usize,
}

/// A chunk on the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapPoint {
    /// The chunk.
    pub chunk: ChunkId,
    /// 0..=1, from the left.
    pub x: f32,
    /// 0..=1, from the top.
    pub y: f32,
    /// Its place in [`CollectionState::tracks`].
    pub track: u32,
    /// Where in the track it begins.
    pub start: Seconds,
}

/// What the painting makes of a chunk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shade {
    /// The share of the library that belongs less to the painting, 0..=1: 1 is what
    /// belongs best.
    pub belongs: f32,
    /// Whether it is in the pool.
    pub pooled: bool,
}

/// What the page of the library asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum CollectionAction {
    /// Scan again, all that failed included.
    RetryAll,
    /// Scan again, this failed file included.
    Retry(PathBuf),
    /// Show the folder of this file in the system's file manager.
    Reveal(PathBuf),
}
