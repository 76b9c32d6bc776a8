//! The composer's music as chunks with embeddings, on disk.
//!
//! [`Indexer`] walks a folder, decodes each file ([`decode`]), cuts it into
//! chunks of 4 s (paper, §3), embeds them and stores the rows; [`Library`] is
//! the read view that retrieval and playback use. An index survives being
//! killed at any moment: vectors are appended and put on the disk before the
//! database says that they count.

mod advice;
mod chunker;
mod clip;
mod clip_reader;
mod codec_name;
mod compact;
mod control;
mod cover;
mod database;
pub mod decode;
mod drm;
mod files;
mod fold;
mod format1;
mod half_rows;
mod hear;
mod load;
mod map;
mod paths;
#[allow(unsafe_code, reason = "the system's calls for priorities")]
mod priority;
mod reason;
mod resample;
mod sample;
mod scan;
mod source;
mod store;
mod upkeep;
#[allow(unsafe_code, reason = "vectors are memory-mapped")]
mod vectors;
mod view;
mod walk;
mod watch;

use std::path::PathBuf;

pub use clip::StereoClip;
pub use clip_reader::{ClipReader, Pulse};
pub use compact::Verified;
pub use control::{Activity, Control, Pace};
pub use cover::cover;
pub use database::Contract;
pub use files::FileState;
pub use half_rows::{HalfMatrix, HalfRows, LANES, stride_of};
pub use hear::{Span, hear};
pub use map::{Map, MapMethod, MapOptions};
pub use paths::{
    default_index_dir, index_dir_of, portable_index_dir, shipped_index_dir_of, with_encoders,
};
pub use priority::lower_priority;
pub use reason::Reason;
pub use sample::{Sample, sample};
pub use scan::{Indexer, Progress, ScanReport, Spent, default_threads};
pub use upkeep::{Folders, Pruned, Relinked, Status, Upkeep};
pub use view::{ChunkInfo, Dims, Failure, Library, Parts, TrackId, TrackInfo};
pub use watch::{WatchTimes, Watcher, Watching};

/// Chunks below this level (RMS, dBFS) are not put into the pool: a noise floor
/// carries nothing to match a brush with, and would answer a quiet brush.
pub const SILENCE_DB: f32 = -60.0;

/// What can be wrong with an index on disk.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexProblem {
    /// Nothing was indexed here yet.
    #[error("there is no index here yet; index the music folder first")]
    Missing,
    /// The advisory lock is held.
    #[error("the library is being indexed by another instance; wait until it has finished")]
    Busy,
    /// Made by a later version of the program.
    #[error("the index has format {found}, this version knows {known}; update Impasto")]
    Newer {
        /// The format found.
        found: u32,
        /// The latest known here.
        known: u32,
    },
    /// Its rows can't be compared with what the networks at hand give.
    #[error("the index was made with another audio network; index the music folder again")]
    OtherNetwork,
    /// A file of the index is not what was written.
    #[error("the index is damaged: {0}; index the music folder again, which rebuilds it")]
    Damaged(String),
    /// No more chunks fit.
    #[error("the index is full: {0}")]
    Full(String),
    /// All files are gone at once.
    #[error(
        "the folder holds no music now, but {known} of its files are known to the index; \
         connect the drive, or delete the index if the music is gone for good"
    )]
    FolderEmptied {
        /// Files in the index.
        known: usize,
    },
    /// A pattern of files to leave out.
    #[error("the pattern {pattern:?} of files to leave out cannot be read: {reason}; correct it")]
    Pattern {
        /// As it was given.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It was not made of the folder that is said to have moved.
    #[error("the index is not of this folder but of {0}")]
    OtherFolder(Folders),
    /// The music is not where it is said to be.
    #[error(
        "only {found} of the {known} files of the index are here; \
         name the folder that holds them now under the same names"
    )]
    NotThere {
        /// Files in the index.
        known: usize,
        /// Those found.
        found: usize,
    },
    /// The database refused.
    #[error("the index's database failed: {0}; {advice}", advice = advice::for_database(.0))]
    Database(#[from] rusqlite::Error),
}

impl IndexProblem {
    /// With the path that it is about.
    pub(crate) fn at(self, path: impl Into<PathBuf>) -> crate::Error {
        crate::Error::Index {
            path: path.into(),
            problem: self,
        }
    }
}
