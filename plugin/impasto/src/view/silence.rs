//! Why a stroke started nothing.

use std::path::PathBuf;

/// Why a stroke started nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The networks are missing or damaged.
    ModelsFailed,
    /// They are being loaded.
    ModelsLoading,
    /// No folder of music was chosen.
    NoLibrary,
    /// The folder or its index could not be used.
    LibraryFailed,
    /// It is being indexed, and nothing of it is in use yet.
    LibraryIndexing,
    /// It has no music that can be used.
    LibraryEmpty,
    /// No painting was chosen.
    NoPainting,
    /// The painting could not be used.
    PaintingFailed,
    /// What was chosen is being prepared.
    Preparing,
    /// The pool's music lies on a drive that is away.
    DriveAway {
        /// Where it was last.
        folder: PathBuf,
    },
    /// No track of what was found could be read.
    Unreadable,
    /// Nothing of what was found is decoded yet.
    NotDecoded,
    /// The next cue was not there in time.
    Late,
}

impl Silence {
    /// What is the case and what to do, in a sentence or two.
    pub fn sentence(&self) -> String {
        let text = match self {
            Self::ModelsFailed => {
                "The networks can't be loaded, so no music can be chosen: install Impasto again."
            }
            Self::ModelsLoading => "The networks are being loaded: wait a moment.",
            Self::NoLibrary => "There is no music to play: choose your music folder.",
            Self::LibraryFailed => {
                "The music folder or its index can't be used: see what the library says."
            }
            Self::LibraryIndexing => {
                "The music is being indexed and none of it is ready: wait for the first tracks."
            }
            Self::LibraryEmpty => {
                "The music folder has no track that can be used: choose another, or add music."
            }
            Self::NoPainting => "No painting says which music belongs: choose a painting.",
            Self::PaintingFailed => "The painting can't be used: choose another picture.",
            Self::Preparing => "The painting and the music are being prepared: wait a moment.",
            Self::DriveAway { folder } => {
                return format!(
                    "The music in {} can't be read: connect its drive.",
                    folder.display()
                );
            }
            Self::Unreadable => {
                "The tracks that were found can't be read: scan the music folder again."
            }
            Self::NotDecoded => {
                "The music that was found is still being read from the disk: wait a moment."
            }
            Self::Late => {
                "The computer was too slow to have the next snippet ready: close other \
                 programs, or use fewer instances."
            }
        };
        text.to_owned()
    }
}
