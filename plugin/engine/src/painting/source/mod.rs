//! Where frames of a painting come from.

#[cfg(all(feature = "camera", target_os = "linux"))]
mod camera;
mod file;
mod folder;
mod recording;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use image::DynamicImage;

#[cfg(all(feature = "camera", target_os = "linux"))]
pub use camera::Camera;
pub use file::WatchedFile;
pub use folder::WatchedFolder;
pub use recording::Recording;

/// A file must have had the same size and time for so long before it is read again: whoever
/// writes it may not have finished.
pub const SETTLED: Duration = Duration::from_millis(250);

/// A file that does not change and still can't be read is given up after so long.
pub const PATIENCE: Duration = Duration::from_secs(8);

/// One picture, as it was taken.
pub struct Frame {
    /// Upright.
    pub picture: DynamicImage,
    /// What to call it.
    pub name: String,
    /// Where it can be read again, if it is a file's.
    pub path: Option<PathBuf>,
}

/// What a source has to show.
pub enum Glance {
    /// Nothing that was not shown before.
    Nothing,
    /// Something is coming: a sentence that says what. To be looked at again soon.
    Waiting(String),
    /// There is nothing to look at, and what to do about it. Nothing is lost by looking
    /// again.
    Failed(String),
    /// A new frame.
    Frame(Box<Frame>),
}

/// Gives the frames of a painting. May block for as long as a disk or a camera does, so it
/// is asked on a thread of its own.
pub trait FrameSource: Send {
    /// What there is to see now; `now` never goes back. An unchanged file is not read.
    fn glance(&mut self, now: Instant) -> Glance;

    /// Shows the newest once more at the next glance, though it has not changed. A source
    /// that shows a new frame at each glance need not care.
    fn again(&mut self) {}

    /// Whether people and arms may be in the picture, so that a change must last.
    fn may_move(&self) -> bool {
        false
    }
}
