//! What the host saves with a project besides the parameters: a versioned record.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The version that [`Remembered`] is written with.
pub const VERSION: u32 = 1;

/// The editor's size the first time, in logical pixels.
pub const EDITOR_SIZE: (u32, u32) = (1080, 720);

/// What was chosen: files and folders, by absolute path, and the editor's size.
///
/// Unknown fields are ignored and missing ones take their default, so a field may
/// be added without a new version; [`VERSION`] rises when one changes its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// Of the record's layout; written by whoever wrote the record.
    pub version: u32,
    /// The painting's file.
    pub painting: Option<PathBuf>,
    /// The folder of the composer's music.
    pub library: Option<PathBuf>,
    /// Where the library's index lies, where it is not the usual place.
    pub index: Option<PathBuf>,
    /// The folder of paintings for the way back.
    pub gallery: Option<PathBuf>,
    /// The editor's width and height in logical pixels; written by the editor.
    pub editor_size: (u32, u32),
    /// The editor's zoom in percent, as some hosts report no scale; written by the editor.
    pub editor_zoom: u32,
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            version: VERSION,
            painting: None,
            library: None,
            index: None,
            gallery: None,
            editor_size: EDITOR_SIZE,
            editor_zoom: 100,
        }
    }
}
