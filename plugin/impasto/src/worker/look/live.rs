//! What the reading threads do: read a picture once, or look at a source again and again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam::channel::RecvTimeoutError;
use engine::inference::{Picture, PictureLimits};
use engine::painting::{Correction, Eye, FrameSource, Glance, LONGEST, Sensitivity, Sight, shrink};
use image::DynamicImage;

use super::threads::Task;
use crate::view::Rgba;

/// The longer side of pictures in the history, in pixels.
const SMALL: u32 = 128;

/// The longer side of the painting in the view, in pixels.
const THUMBNAIL: u32 = 512;

/// What is coming or moving is looked at again so soon.
const SOON: Duration = Duration::from_millis(300);

/// How to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    pub correction: Correction,
    pub every: Duration,
    pub sensitivity: Sensitivity,
    /// The plug-in is frozen: nothing is looked at unless it is asked for.
    pub resting: bool,
    /// Somebody looks at the editor: frames are shown that change nothing.
    pub shown: bool,
}

/// What a live thread is told.
pub enum Order {
    /// Look so from now on.
    Look(Manner),
    /// Look now.
    Now,
}

/// What the reading threads have to say.
pub enum Report {
    /// A picture that is to be the painting.
    Picture(Box<Found>),
    /// A look that changed nothing; the frame, if somebody sees it.
    Same {
        difference: f32,
        frame: Option<Arc<Rgba>>,
    },
    /// There was nothing new to look at.
    Nothing,
    /// Something moves before the canvas.
    Moving {
        difference: f32,
        frame: Option<Arc<Rgba>>,
    },
    /// Something is coming.
    Waiting(String),
    /// There is nothing to be seen.
    Failed(String),
}

/// A painting, and what is shown of it.
pub struct Found {
    pub picture: Picture,
    pub name: String,
    pub path: Option<PathBuf>,
    /// At most 512 pixels a side.
    pub thumbnail: Arc<Rgba>,
    /// At most 128 pixels a side.
    pub small: Arc<Rgba>,
    /// As it came, at most 1,024 pixels a side.
    pub frame: Arc<Rgba>,
    pub difference: f32,
}

impl Found {
    fn new(picture: Picture, frame: Arc<Rgba>, name: String, path: Option<PathBuf>) -> Self {
        Self {
            thumbnail: Arc::new(rgba(picture.thumbnail(THUMBNAIL))),
            small: Arc::new(rgba(picture.thumbnail(SMALL))),
            picture,
            name,
            path,
            frame,
            difference: 1.0,
        }
    }
}

/// Reads the file at `path` once.
pub fn read_still(path: &Path, correction: Correction, task: &Task) {
    let decoded = Picture::decode(path, PictureLimits::default());
    if task.is_cancelled() {
        return;
    }
    task.tell(match decoded {
        Ok(decoded) => {
            let frame = frame_of(&decoded);
            let picture = Picture::new(correction.apply(&decoded, None).picture.into());
            let found = Found::new(picture, frame, name_of(path), Some(path.to_owned()));
            Report::Picture(Box::new(found))
        }
        Err(error) => Report::Failed(error.to_string()),
    });
}

/// Looks at what `open` gives until the task is cancelled.
pub fn look_on(
    open: impl FnOnce() -> Result<Box<dyn FrameSource>, String>,
    mut manner: Manner,
    task: &Task,
) {
    let mut source = match open() {
        Ok(source) => source,
        Err(reason) => return task.tell(Report::Failed(reason)),
    };
    let mut eye = Eye::new(manner.correction, manner.sensitivity);
    let mut asked = true;
    loop {
        if task.is_cancelled() {
            return;
        }
        let began = Instant::now();
        let mut wait = manner.every;
        if asked || !manner.resting {
            let glance = source.glance(began);
            if task.is_cancelled() {
                return;
            }
            let may_move = source.may_move();
            let report = look(glance, &mut eye, may_move, &manner);
            if matches!(report, Report::Waiting(_) | Report::Moving { .. }) {
                wait = wait.min(SOON);
            }
            task.tell(report);
        }
        asked = match next_order(task, began + wait, &mut manner) {
            Some(asked) => asked,
            None => return,
        };
        if eye.correction() != manner.correction {
            source.again();
            asked = true;
        }
        eye.set(manner.correction, manner.sensitivity);
    }
}

/// Waits for orders until `due`: whether a look was asked for; `None` when it is to end.
fn next_order(task: &Task, due: Instant, manner: &mut Manner) -> Option<bool> {
    loop {
        match task.orders.recv_deadline(due) {
            Ok(Order::Now) => return Some(true),
            Ok(Order::Look(new)) => {
                let before = std::mem::replace(manner, new);
                let awake = before.resting && !new.resting;
                if awake || before.every != new.every || before.correction != new.correction {
                    return Some(false);
                }
            }
            Err(RecvTimeoutError::Timeout) => return Some(false),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}

/// What `glance` comes to.
fn look(glance: Glance, eye: &mut Eye, may_move: bool, manner: &Manner) -> Report {
    let frame = match glance {
        Glance::Frame(frame) => *frame,
        Glance::Nothing => return Report::Nothing,
        Glance::Waiting(what) => return Report::Waiting(what),
        Glance::Failed(why) => return Report::Failed(why),
    };
    let seen = || manner.shown.then(|| frame_of(&frame.picture));
    match eye.look(&frame.picture, may_move, Instant::now()) {
        Sight::Same(change) => Report::Same {
            difference: change.share,
            frame: seen(),
        },
        Sight::Moving(change) => Report::Moving {
            difference: change.share,
            frame: seen(),
        },
        Sight::New(picture, change) => {
            let whole = frame_of(&frame.picture);
            let mut found = Found::new(*picture, whole, frame.name, frame.path);
            found.difference = change.share;
            Report::Picture(Box::new(found))
        }
    }
}

/// The frame as the editor shows it.
fn frame_of(picture: &DynamicImage) -> Arc<Rgba> {
    let small = shrink(picture, LONGEST);
    Arc::new(rgba(DynamicImage::from(small).into_rgba8()))
}

pub fn rgba(picture: image::RgbaImage) -> Rgba {
    Rgba {
        width: picture.width(),
        height: picture.height(),
        pixels: picture.into_raw(),
    }
}

/// The file's name without its folder and ending.
fn name_of(path: &Path) -> String {
    path.file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}
