//! What the editor may see and ask: one published snapshot, one door for actions.
//!
//! The worker is the only writer. It builds a [`View`] and publishes it whole;
//! the editor takes the newest with [`ViewHandle::snapshot`] and asks for things
//! with [`ViewHandle::send`]. The editor holds no lock while it draws, and the
//! audio thread never touches any of this.
//!
//! Both ends are made together by [`channel`].

mod action;
mod collection;
mod look;
mod outline;
mod rows;
mod session;
mod silence;
mod snapshot;
mod sounding;
mod sources;
mod teach;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crossbeam::channel::{Receiver, Sender, bounded};
pub use engine::analysis::MelFrame;
pub use engine::library::Activity;
pub use engine::playback::CacheStatus;
pub use engine::playback::cache::OfflineFolder;
use parking_lot::Mutex;

pub use action::Action;
pub use collection::{
    CollectionAction, CollectionState, MAP_POINTS, MapPoint, MapView, Shade, TrackRow,
};
pub use look::{HAS_CAMERAS, HISTORY_ROWS, HistoryRow, LiveState, LookAction, LookState};
pub use outline::{WIDGETS_VARIABLE, Widget};
pub use rows::{CalibrationState, ClipsState, SnippetRow, Suggested};
pub use session::{
    Event, ExportState, Form, HostTime, LiveSession, SESSION_ROWS, SessionAction, SessionFile,
    SessionRow, SessionState,
};
pub use silence::Silence;
pub use snapshot::{SNIPPET_ROWS, View};
pub use sounding::{COVER_SIDE, NowHeard, PEAKS, Sounding, Upcoming};
pub use sources::{FailedFile, HeadState, LibraryState, ModelsState, PaintingState};
pub use teach::{
    FitState, HeadRow, Hindrance, Learned, Pair, PairRow, TeachAction, TeachState, Verdict,
};

/// Actions that wait for the worker at most; an editor cannot click faster.
const ACTIONS: usize = 64;

/// An 8-bit RGBA picture, rows from the top, no padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgba {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// `4 * width * height` bytes, alpha not premultiplied.
    pub pixels: Vec<u8>,
}

/// What both ends share.
struct Shared {
    newest: Mutex<Arc<View>>,
    /// Written by the editor; the worker skips what is only for display while it is false.
    editor_open: AtomicBool,
    /// What the entry class does at each frame of the editor.
    on_frame: OnceLock<Box<dyn Fn() + Send + Sync>>,
    /// Written by the editor where [`WIDGETS_VARIABLE`] is set, read by the snapshot.
    widgets: Mutex<Vec<Widget>>,
}

/// The worker's end.
pub struct Publisher {
    shared: Arc<Shared>,
    /// What the editor asked for, in order.
    pub actions: Receiver<Action>,
}

impl Publisher {
    /// Makes `view` the newest snapshot.
    pub fn publish(&self, view: View) {
        let view = Arc::new(view);
        // The old snapshot is dropped after the lock is given back.
        let _old = std::mem::replace(&mut *self.shared.newest.lock(), view);
    }

    /// Whether anyone looks.
    pub fn editor_open(&self) -> bool {
        self.shared.editor_open.load(Ordering::Relaxed)
    }
}

/// The editor's end; clone it freely.
#[derive(Clone)]
pub struct ViewHandle {
    shared: Arc<Shared>,
    actions: Sender<Action>,
}

impl ViewHandle {
    /// The newest snapshot. The lock inside is held for a pointer's copy only.
    pub fn snapshot(&self) -> Arc<View> {
        Arc::clone(&self.shared.newest.lock())
    }

    /// Hands `action` to the worker; false if it is gone or too far behind.
    pub fn send(&self, action: Action) -> bool {
        self.actions.try_send(action).is_ok()
    }

    /// To be called with true when the editor is built, and with false when it is
    /// dropped or has not been drawn for a while (the framework does not tell).
    pub fn set_editor_open(&self, open: bool) {
        self.shared.editor_open.store(open, Ordering::Relaxed);
    }

    /// For the entry class, once: what to do at each frame, on the thread that draws.
    pub fn set_on_frame(&self, on_frame: impl Fn() + Send + Sync + 'static) {
        // Only one class is made around an instance.
        let _ = self.shared.on_frame.set(Box::new(on_frame));
    }

    /// What the window shows, told by the editor after each frame.
    pub fn set_widgets(&self, widgets: Vec<Widget>) {
        let _old = std::mem::replace(&mut *self.shared.widgets.lock(), widgets);
    }

    /// What the window shows; empty if it is closed or nobody wants to know.
    pub fn widgets(&self) -> Vec<Widget> {
        self.shared.widgets.lock().clone()
    }

    /// To be called when the editor draws a frame.
    pub fn frame(&self) {
        if let Some(on_frame) = self.shared.on_frame.get() {
            on_frame();
        }
    }
}

/// Makes both ends.
pub fn channel() -> (Publisher, ViewHandle) {
    let shared = Arc::new(Shared {
        newest: Mutex::default(),
        editor_open: AtomicBool::new(false),
        on_frame: OnceLock::new(),
        widgets: Mutex::default(),
    });
    let (sender, receiver) = bounded(ACTIONS);
    (
        Publisher {
            shared: Arc::clone(&shared),
            actions: receiver,
        },
        ViewHandle {
            shared,
            actions: sender,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_editor_sees_the_newest_and_the_worker_hears_in_order() {
        let (publisher, handle) = channel();
        let before = handle.snapshot();
        publisher.publish(View {
            pool: 7,
            ..View::default()
        });
        assert_eq!(before.pool, 0);
        assert_eq!(handle.snapshot().pool, 7);

        assert!(handle.send(Action::ClearPainting));
        assert!(handle.send(Action::CancelIndexing));
        let heard: Vec<Action> = publisher.actions.try_iter().collect();
        assert_eq!(heard, [Action::ClearPainting, Action::CancelIndexing]);
    }

    #[test]
    fn a_full_or_orphaned_door_refuses_instead_of_blocking() {
        let (publisher, handle) = channel();
        let taken = (0..ACTIONS + 1)
            .filter(|_| handle.send(Action::RescanLibrary))
            .count();
        assert_eq!(taken, ACTIONS);
        drop(publisher);
        assert!(!handle.send(Action::RescanLibrary));
    }
}
