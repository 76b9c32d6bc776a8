//! What is played from: the painting, the library, the networks and the head.

use std::path::PathBuf;
use std::sync::Arc;

use engine::library::Activity;
use engine::units::Seconds;

use super::Rgba;

/// The painting that snippets and congruity are judged by.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum PaintingState {
    /// None chosen yet: there is no pool, so nothing is played, and congruity is unknown.
    #[default]
    None,
    /// Being read and looked at by the picture network.
    Loading {
        /// The file.
        path: PathBuf,
    },
    /// In use.
    Ready {
        /// The file.
        path: PathBuf,
        /// At most 512 pixels on its longer side.
        thumbnail: Arc<Rgba>,
        /// The file's name without its folder and ending.
        name: String,
    },
    /// Could not be used; the painting before it, if any, is not in use either.
    Failed {
        /// The file.
        path: PathBuf,
        /// One sentence for the user that names the file and says what to do.
        reason: String,
    },
}

/// The composer's own music.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum LibraryState {
    /// No folder chosen yet: nothing can be played.
    #[default]
    None,
    /// The folder is being scanned and embedded.
    Indexing {
        /// The folder.
        folder: PathBuf,
        /// Files dealt with so far, unchanged and failed ones included.
        done: usize,
        /// Files found; 0 while the folder is still being listed.
        total: usize,
        /// The file being dealt with, relative to the folder.
        current: String,
        /// An estimate of the time left; `None` while there is no ground for one.
        eta: Option<Seconds>,
        /// 4 s chunks in use already.
        chunks: usize,
        /// Whether it runs, goes slower beside the host's transport, or rests.
        activity: Activity,
    },
    /// In use.
    Ready {
        /// The folder.
        folder: PathBuf,
        /// Tracks that gave at least one chunk.
        tracks: usize,
        /// 4 s chunks in all.
        chunks: usize,
        /// Files that could not be used, each with its reason.
        failed: Arc<Vec<FailedFile>>,
    },
    /// The folder or its index could not be used.
    Failed {
        /// The folder.
        folder: PathBuf,
        /// One sentence for the user.
        reason: String,
    },
}

/// A file that the scan recorded and went past.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedFile {
    /// The file.
    pub path: PathBuf,
    /// Why (corrupt, empty, silent, too long, protected …).
    pub reason: String,
}

/// The networks and their runtime, loaded once in a process.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ModelsState {
    /// Being loaded and checked.
    #[default]
    Loading,
    /// In use.
    Ready,
    /// Missing or damaged: nothing can be translated; audio passes.
    Failed {
        /// One sentence for the user.
        reason: String,
    },
}

/// What judges which music goes with which pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HeadState {
    /// The one that is shipped with the networks.
    #[default]
    Shipped,
    /// One that an artist taught.
    Taught {
        /// The file.
        path: PathBuf,
        /// As its owner calls it.
        name: String,
        /// When it was taught, from how many pairs, and what is odd about it.
        about: String,
    },
    /// The chosen one could not be used, and the shipped one is in its place.
    Failed {
        /// The file.
        path: PathBuf,
        /// One sentence for the user that names the file and says what to do.
        reason: String,
    },
}
