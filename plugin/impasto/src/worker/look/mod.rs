//! The painting: read once, or looked at again and again, on threads of its own.
//!
//! The worker is handed decoded pictures and gives them to the network; it waits for none,
//! but while the host renders: then the painting that was asked for is there before the
//! first frame is looked at, and what is seen later waits until the render is over, so that
//! a render is the same twice.

mod history;
mod live;
mod threads;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::painting::FrameSource;
use engine::painting::source::{Recording, WatchedFile, WatchedFolder};

use super::desk::Desk;
use super::sources::Applied;
use crate::looking::LookSource;
use crate::view::{Action, LiveState, LookAction, PaintingState};
use history::History;
pub(super) use live::rgba;
use live::{Found, Manner, Order, Report, look_on, read_still};
use threads::Threads;

/// A picture that has not come after so long is on a drive that does not answer.
const LATE: Duration = Duration::from_secs(5);

/// A render waits for the painting as long at most: less than the audio thread's patience.
const PATIENCE: Duration = Duration::from_secs(50);

/// While a render waits for the painting, what else is asked for is looked after so often.
const STEP: Duration = Duration::from_millis(20);

/// What is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Target {
    #[default]
    None,
    Still(PathBuf),
    Live(LookSource, Option<PathBuf>),
}

impl Target {
    fn of(applied: &Applied) -> Self {
        let (source, painting) = (&applied.look.source, applied.painting.clone());
        match (source, painting) {
            (LookSource::Still | LookSource::File, None) => Self::None,
            (LookSource::Still, Some(path)) => Self::Still(path),
            (LookSource::File, path) => Self::Live(LookSource::File, path),
            (other, _) => Self::Live(other.clone(), None),
        }
    }

    /// What a picture without a file of its own is said to come from.
    fn place(&self) -> Option<PathBuf> {
        match self {
            Self::None => None,
            Self::Still(path) => Some(path.clone()),
            Self::Live(LookSource::Camera(name), _) => Some(PathBuf::from(name)),
            Self::Live(source, path) => source.folder().map(Path::to_owned).or(path.clone()),
        }
    }

    /// Whether it is the painting's own file.
    fn is_file(&self) -> bool {
        matches!(self, Self::Still(_) | Self::Live(LookSource::File, _))
    }

    fn is_live(&self) -> bool {
        matches!(self, Self::Live(..))
    }
}

/// What the worker keeps of it.
#[derive(Default)]
pub struct Look {
    threads: Threads,
    /// Looks whether a painting of the past is still there.
    recalls: Threads,
    recalled: Option<PathBuf>,
    history: History,
    target: Target,
    /// Since when nothing has come of what was asked for last.
    awaited: Option<Instant>,
    /// There was no room for a thread yet.
    postponed: bool,
    /// What the live thread was told last.
    manner: Option<Manner>,
    /// Seen during a render, for afterwards.
    held: Option<Report>,
}

impl Desk {
    /// Brings what is looked at up to date with the record, which was `before`.
    pub(super) fn follow_painting(&mut self, before: &Applied) {
        let target = Target::of(&self.applied);
        let corrected = self.applied.look.correction != before.look.correction;
        let again = target.is_file() && self.applied.painting != before.painting
            || matches!(target, Target::Still(_)) && corrected;
        if target != self.look.target || again {
            self.look.target = target;
            self.begin_looking();
        }
    }

    fn begin_looking(&mut self) {
        self.look.held = None;
        self.look.threads.stop();
        (self.look.awaited, self.look.manner) = (None, None);
        self.view.look.live = match self.look.target.is_live() {
            true => LiveState::Watching,
            false => LiveState::Off,
        };
        let Some(place) = self.look.target.place() else {
            return self.use_no_painting(PaintingState::None);
        };
        let is_shown = matches!(self.view.painting, PaintingState::Ready { .. });
        if self.look.target.is_file() && !self.is_shown(&place) || !is_shown {
            self.view.painting = PaintingState::Loading { path: place };
        }
        (self.look.awaited, self.look.postponed) = (Some(Instant::now()), true);
        self.start_thread();
    }

    /// Starts the thread that reads, once those before it are gone but for a few.
    fn start_thread(&mut self) {
        let threads = &mut self.look.threads;
        if !self.look.postponed || !threads.sweep() {
            return;
        }
        self.look.postponed = false;
        let manner = self.manner();
        let target = self.look.target.clone();
        let threads = &mut self.look.threads;
        let started = match target {
            Target::None => return,
            Target::Still(path) => threads.start("impasto-painting", move |task| {
                read_still(&path, manner.correction, &task);
            }),
            Target::Live(source, path) => {
                self.look.manner = Some(manner);
                threads.start("impasto-look", move |task| {
                    look_on(|| open(source, path), manner, &task);
                })
            }
        };
        if !started {
            let reason = "This computer gives no more threads: close other programs, and \
                          load the painting again";
            self.look_failed(reason.to_owned());
        }
    }

    fn manner(&self) -> Manner {
        let settings = &self.applied.look;
        Manner {
            correction: settings.correction,
            every: Duration::from_secs_f32(settings.every),
            sensitivity: settings.sensitivity,
            resting: self.link.params.freeze.value(),
            shown: self.publisher.editor_open(),
        }
    }

    /// Takes in what was seen. While a render waits, only what was asked for counts, and
    /// is waited for.
    pub(super) fn take_looks(&mut self, rendering: bool) {
        if self.translator.is_none() {
            return;
        }
        self.start_thread();
        if !rendering {
            if let Some(held) = self.look.held.take() {
                self.take_look(held);
            }
            while let Some(report) = self.look.threads.next(Duration::ZERO) {
                self.take_look(report);
            }
            return;
        }
        let begin = Instant::now();
        while self.look.awaited.is_some() && !self.shared.stopping() {
            // Asked before: of a thread that had ended then, all is in the queue.
            let in_vain = self.look.threads.is_over() && !self.look.postponed;
            match self.look.threads.next(STEP) {
                Some(report) => self.take_look(report),
                None if in_vain || begin.elapsed() > PATIENCE => self.give_up_waiting(),
                None => {
                    // It may be told to use another.
                    self.take_actions();
                    self.follow_state();
                    self.start_thread();
                }
            }
        }
        self.hold_back();
    }

    /// A drive that does not answer must not hold the worker for ever: what comes of it
    /// later is taken in then.
    fn give_up_waiting(&mut self) {
        self.look.awaited = None;
        self.view.warning = Some(
            "The painting did not come in time for the render, which goes on without it: \
             connect its drive, and render again"
                .to_owned(),
        );
    }

    /// What is seen during a render comes in afterwards, and of it only the newest: a
    /// camera goes on, and a long render must not fill the memory.
    fn hold_back(&mut self) {
        while let Some(report) = self.look.threads.next(Duration::ZERO) {
            if matches!(report, Report::Picture(_) | Report::Failed(_)) {
                self.look.held = Some(report);
            }
        }
    }

    fn take_look(&mut self, report: Report) {
        let now = Instant::now();
        self.look.awaited = None;
        self.urgent = true;
        let state = &mut self.view.look;
        state.looks += 1;
        match report {
            Report::Picture(found) => self.use_picture(&found, now),
            Report::Same { difference, frame } => {
                state.live = LiveState::Watching;
                (state.looked, state.difference) = (Some(now), difference);
                state.frame = frame.or(state.frame.take());
            }
            Report::Moving { difference, frame } => {
                state.live = LiveState::Moving;
                (state.looked, state.difference) = (Some(now), difference);
                state.frame = frame.or(state.frame.take());
            }
            Report::Nothing => {
                state.live = LiveState::Watching;
                (state.looked, state.difference) = (Some(now), 0.0);
            }
            Report::Waiting(what) => state.live = LiveState::Waiting(what),
            Report::Failed(why) => self.look_failed(why),
        }
    }

    /// Makes what was found the painting.
    fn use_picture(&mut self, found: &Found, now: Instant) {
        let Some(translator) = &mut self.translator else {
            return;
        };
        if let Err(error) = translator.set_picture(Some(&found.picture)) {
            return self.look_failed(error.to_string());
        }
        if let Some(stage) = &mut self.stage {
            // What is cued may not belong to the pool any more.
            stage.clear();
        }
        self.look.history.begin(found, &mut self.view, now);
        let path = found.path.clone().or(self.look.target.place());
        let path = path.unwrap_or_default();
        if self.look.target.is_file() {
            self.link.params.remembered.write().look.remember(&path);
        }
        self.view.painting = PaintingState::Ready {
            path,
            thumbnail: Arc::clone(&found.thumbnail),
            name: found.name.clone(),
        };
        let state = &mut self.view.look;
        state.pictures += 1;
        state.frame = Some(Arc::clone(&found.frame));
        (state.looked, state.changed) = (Some(now), Some(now));
        state.difference = found.difference;
        state.live = match self.look.target.is_live() {
            true => LiveState::Watching,
            false => LiveState::Off,
        };
    }

    /// Nothing could be seen. A painting that is shown stays: it is being painted, and a
    /// picture caught half-written does no harm.
    fn look_failed(&mut self, why: String) {
        self.look.awaited = None;
        let place = self.look.target.place().unwrap_or_default();
        let is_ready = matches!(self.view.painting, PaintingState::Ready { .. });
        let stays = match self.look.target.is_file() {
            true => self.is_shown(&place),
            false => is_ready,
        };
        if self.look.target.is_live() {
            let state = LiveState::Failed(why.clone());
            let is_new = std::mem::replace(&mut self.view.look.live, state.clone()) != state;
            if stays && !is_new {
                // It was told, and may have been taken note of.
                return;
            }
        }
        if stays {
            self.view.warning = Some(why);
        } else {
            // The one before must not go on silently in its place.
            self.use_no_painting(PaintingState::Failed {
                path: place,
                reason: why,
            });
        }
    }

    fn use_no_painting(&mut self, state: PaintingState) {
        if let Some(translator) = &mut self.translator {
            // Taking it away can't fail.
            let _ = translator.set_picture(None);
        }
        if let Some(stage) = &mut self.stage {
            stage.clear();
        }
        self.look.history.end(&mut self.view, Instant::now());
        self.view.painting = state;
        self.view.look.frame = None;
    }

    /// Whether the file at `path` is the painting in use.
    fn is_shown(&self, path: &Path) -> bool {
        matches!(&self.view.painting, PaintingState::Ready { path: shown, .. } if shown == path)
    }

    /// Goes on with what is due at `now`.
    pub(super) fn follow_look(&mut self, now: Instant) {
        self.look.history.follow(&mut self.view, now);
        self.follow_recall();
        {
            let record = self.link.params.remembered.read();
            if *self.view.look.settings != record.look {
                self.view.look.settings = Arc::new(record.look.clone());
            }
        }
        let late = self
            .look
            .awaited
            .is_some_and(|since| now.saturating_duration_since(since) > LATE);
        if late && !matches!(self.view.look.live, LiveState::Waiting(_)) {
            let place = self.look.target.place().unwrap_or_default();
            let what = format!(
                "{} does not come: its drive does not answer. Connect it, or choose another \
                 picture",
                place.display()
            );
            self.view.look.live = LiveState::Waiting(what);
        }
        if !self.look.target.is_live() || self.look.postponed {
            return;
        }
        let manner = self.manner();
        // One that is held up is told later.
        if self.look.manner != Some(manner) && self.look.threads.order(Order::Look(manner)) {
            self.look.manner = Some(manner);
        }
        let live = &mut self.view.look.live;
        match (manner.resting, &live) {
            (true, LiveState::Watching | LiveState::Moving) => *live = LiveState::Frozen,
            (false, LiveState::Frozen) => *live = LiveState::Watching,
            _ => {}
        }
    }

    /// Does what its page asks.
    pub(super) fn look_act(&mut self, action: LookAction) {
        let record = Arc::clone(&self.link.params.remembered);
        match action {
            LookAction::SetSource(source) => {
                let folder = source.folder().filter(|folder| folder.to_str().is_none());
                if let Some(folder) = folder {
                    self.view.warning = Some(super::sources::not_unicode(folder));
                    return;
                }
                record.write().look.source = source;
            }
            LookAction::SetCorrection(correction) => {
                let look = &mut record.write().look;
                look.correction = correction;
                *look = std::mem::take(look).checked();
            }
            LookAction::SetEvery(every) => {
                let look = &mut record.write().look;
                look.every = every;
                *look = std::mem::take(look).checked();
            }
            LookAction::SetSensitivity(sensitivity) => {
                record.write().look.sensitivity = sensitivity;
            }
            LookAction::LookNow => self.look_now(),
            LookAction::Recall(path) => {
                let file = path.clone();
                self.look.recalled = Some(path);
                self.look.recalls.start("impasto-recall", move |task| {
                    let is_there = file.is_file();
                    task.tell(match is_there {
                        true => Report::Nothing,
                        false => Report::Failed(format!(
                            "{}: the file is not there any more, so the painting stays as it is",
                            file.display()
                        )),
                    });
                });
            }
        }
    }

    /// Looks at the painting again, whatever the time.
    pub(super) fn look_now(&mut self) {
        if self.look.target.is_live() {
            self.look.threads.order(Order::Now);
        } else {
            self.applied.painting = None;
        }
    }

    fn follow_recall(&mut self) {
        // A render must not depend on when a drive answers.
        if self.link.is_offline() {
            return;
        }
        while let Some(report) = self.look.recalls.next(Duration::ZERO) {
            self.urgent = true;
            match (report, self.look.recalled.take()) {
                (Report::Failed(why), _) => self.view.warning = Some(why),
                (_, Some(path)) => self.act(Action::LoadPainting(path)),
                (_, None) => {}
            }
        }
    }
}

/// Opens what is to be looked at; `Err` is a sentence for the user.
fn open(source: LookSource, painting: Option<PathBuf>) -> Result<Box<dyn FrameSource>, String> {
    Ok(match source {
        LookSource::Still | LookSource::File => {
            Box::new(WatchedFile::new(painting.unwrap_or_default()))
        }
        LookSource::Folder(folder) => Box::new(WatchedFolder::new(folder)),
        LookSource::Recording(folder) => Box::new(Recording::new(folder)),
        LookSource::Camera(name) => camera(&name)?,
    })
}

/// A camera, opened when it is first looked through.
#[cfg(all(feature = "camera", target_os = "linux"))]
fn camera(name: &str) -> Result<Box<dyn FrameSource>, String> {
    Ok(Box::new(engine::painting::source::Camera::new(name)))
}

/// A project of another build may name one.
#[cfg(not(all(feature = "camera", target_os = "linux")))]
fn camera(name: &str) -> Result<Box<dyn FrameSource>, String> {
    Err(format!(
        "This build of Impasto has no cameras, so \u{201c}{name}\u{201d} can't be looked \
         through: have the camera save pictures to a folder, and watch that"
    ))
}
