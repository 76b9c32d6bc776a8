//! The live painting.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use engine::painting::{Correction, Sensitivity};
use engine::units::Congruity;

use super::Rgba;
use crate::looking::{LookSettings, LookSource};

/// How many rows [`LookState::history`] holds at most.
pub const HISTORY_ROWS: usize = 24;

/// Whether this build can look through a camera.
pub const HAS_CAMERAS: bool = cfg!(all(feature = "camera", target_os = "linux"));

/// Where the live painting stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LookState {
    /// As they are in force.
    pub settings: Arc<LookSettings>,
    /// What looking comes to now.
    pub live: LiveState,
    /// The last picture as it came, before it was corrected; at most 1,024 pixels on its
    /// longer side. Corners and neutral points are placed on it.
    pub frame: Option<Arc<Rgba>>,
    /// When there was something to see last, changed or not.
    pub looked: Option<Instant>,
    /// When the painting changed last.
    pub changed: Option<Instant>,
    /// The share of the canvas that was different at the last look, 0..=1.
    pub difference: f32,
    /// Looks since the plug-in was made, those at a file that was not written included.
    pub looks: u64,
    /// Pictures that the network was given as the painting since the plug-in was made.
    pub pictures: u64,
    /// Paintings since the plug-in was made, newest first, at most [`HISTORY_ROWS`].
    pub history: Arc<Vec<HistoryRow>>,
}

/// What looking at a source comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LiveState {
    /// The painting is read once.
    #[default]
    Off,
    /// All is well.
    Watching,
    /// Something is coming: a sentence that says what.
    Waiting(String),
    /// The canvas has changed, but something moves before it.
    Moving,
    /// Nothing is looked at while the plug-in is frozen.
    Frozen,
    /// There is nothing to be seen: a sentence that says why, and what to do. The picture
    /// before stays in use.
    Failed(String),
}

/// One painting that was in use.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryRow {
    /// Grows with every row.
    pub serial: u64,
    /// At most 128 pixels on its longer side, corrected.
    pub thumbnail: Arc<Rgba>,
    /// As it is called.
    pub name: String,
    /// The file that it came from; a camera's frames have none.
    pub path: Option<PathBuf>,
    /// When it came into use; the editor shows `at.elapsed()`.
    pub at: Instant,
    /// The same by the clock on the wall.
    pub time: SystemTime,
    /// The mean over the time that it was in use; `None` while none was known.
    pub congruity: Option<Congruity>,
}

/// What the page of the painting asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum LookAction {
    /// Take the picture from there.
    SetSource(LookSource),
    /// Correct it so.
    SetCorrection(Correction),
    /// Look so often: seconds, within [`crate::looking::EVERY`].
    SetEvery(f32),
    /// Let so small a change count.
    SetSensitivity(Sensitivity),
    /// Look now, also while frozen.
    LookNow,
    /// Load a painting of the past again; the one in use stays if its file is gone.
    Recall(PathBuf),
}
