//! What the editor may see and ask: one published snapshot, one door for actions.
//!
//! The worker is the only writer. It builds a [`View`] and publishes it whole;
//! the editor takes the newest with [`ViewHandle::snapshot`] and asks for things
//! with [`ViewHandle::send`]. The editor holds no lock while it draws, and the
//! audio thread never touches any of this.
//!
//! Both ends are made together by [`channel`].

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use crossbeam::channel::{Receiver, Sender, bounded};
pub use engine::analysis::MelFrame;
use engine::analysis::stroke::Calibration;
pub use engine::library::Activity;
pub use engine::playback::CacheStatus;
pub use engine::playback::cache::OfflineFolder;
use engine::units::{ChunkId, Congruity, Distance, Score, Seconds};
use outputs::network::NetworkStatus;
use outputs::{OutputSettings, Values};
use parking_lot::Mutex;

/// Actions that wait for the worker at most; an editor cannot click faster.
const ACTIONS: usize = 64;

/// How many rows [`View::snippets`] holds at most.
pub const SNIPPET_ROWS: usize = 32;

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

/// The painting that snippets and congruity are judged by.
#[derive(Clone, Debug, Default)]
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
#[derive(Clone, Debug, Default)]
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
#[derive(Clone, Debug)]
pub struct FailedFile {
    /// The file.
    pub path: PathBuf,
    /// Why (corrupt, empty, silent, too long, protected …).
    pub reason: String,
}

/// The networks and their runtime, loaded once in a process.
#[derive(Clone, Debug, Default)]
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

/// The audio that is decoded ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClipsState {
    /// What is decoded, and which drives are away.
    pub cache: CacheStatus,
    /// Snippets that ended with their first 300 ms, as the rest was not decoded in time;
    /// since the activation.
    pub cut_short: u64,
    /// Times that the best snippet was not decoded in time and the next best was cued;
    /// since the activation.
    pub passed_over: u64,
}

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

/// One snippet that was chosen, newest first in [`View::snippets`].
#[derive(Clone, Debug)]
pub struct SnippetRow {
    /// What to ask for with [`Action::Audition`].
    pub chunk: ChunkId,
    /// The track's title, or its file name where it has none.
    pub track: String,
    /// Empty where the file names none.
    pub artist: String,
    /// Where in the track it begins.
    pub start: Seconds,
    /// Between the brush sound and the snippet.
    pub distance: Distance,
    /// Of the snippet with the painting; 0 belongs, 1 does not. `None` without a painting.
    pub score: Option<Score>,
    /// When it was chosen; the editor shows `at.elapsed()`.
    pub at: Instant,
}

/// The painting of the gallery that suits the music being played best (the way back).
#[derive(Clone, Debug)]
pub struct Suggested {
    /// The file.
    pub path: PathBuf,
    /// At most 512 pixels on its longer side; `None` until it was read.
    pub thumbnail: Option<Arc<Rgba>>,
    /// Of the painting with the music.
    pub score: Score,
}

/// Where setting up the brush stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CalibrationState {
    /// Not asked for.
    #[default]
    None,
    /// The brush is listened to.
    Listening {
        /// 0..=1.
        progress: f32,
    },
    /// Something was found; the editor sets the parameters.
    Done {
        /// What.
        found: Calibration,
    },
    /// Nothing was found.
    Failed {
        /// Why, and what to do.
        reason: String,
    },
}

/// All that the editor shows. Cheap to clone: pictures and lists are shared.
#[derive(Clone, Debug)]
pub struct View {
    /// Written when an action or a restored state changes it.
    pub painting: PaintingState,
    /// Written when an action, a restored state or the indexer changes it.
    pub library: LibraryState,
    /// Where the library's index lies, if there is a library.
    pub index: Option<PathBuf>,
    /// Written when the networks are loaded or found wanting.
    pub models: ModelsState,
    /// Written when an action or a restored state changes it.
    pub head: HeadState,
    /// Folder of paintings for the way back, if one is set.
    pub gallery: Option<PathBuf>,
    /// Paintings of the gallery that can be suggested.
    pub gallery_len: usize,
    /// What the gallery's scan has to say for itself, if it failed.
    pub gallery_failed: Option<String>,
    /// Peak of the brush, dBFS, falling slowly; -100 is silence.
    pub brush_level_db: f32,
    /// Peak of the music, dBFS, falling slowly; -100 is silence.
    pub music_level_db: f32,
    /// Whether the host feeds the sidechain at all. A host that feeds zeros looks connected.
    pub brush_connected: bool,
    /// Strokes of the brush since the plug-in was made; the editor flashes when it grows.
    pub strokes: u64,
    /// How hard the brush presses, 0..=1; `None` while it is off the canvas.
    pub pressure: Option<f32>,
    /// Setting up the brush.
    pub calibration: CalibrationState,
    /// The brush's last 4 s of mel frames in dB (-100 floor), oldest first, at most 320.
    /// Kept up only while the editor is open.
    pub brush_mel: Arc<Vec<MelFrame>>,
    /// Newest first, at most [`SNIPPET_ROWS`].
    pub snippets: Arc<Vec<SnippetRow>>,
    /// The chunk now heard, if any.
    pub playing: Option<ChunkId>,
    /// Chunks that passed the first filter; 0 without a library or a painting.
    pub pool: usize,
    /// `None`: unknown, as the music is silent or no painting is loaded.
    pub congruity: Option<Congruity>,
    /// The signals as they are found; congruity and its parts among them.
    pub signals: Values,
    /// As they leave by automation, control change and voltage.
    pub routed: Values,
    /// Which signal takes which route, as it is in force.
    pub outputs: Arc<OutputSettings>,
    /// What the routes over the network are doing.
    pub network: NetworkStatus,
    /// Edits of parameters that found no way to the host, as its main thread could not be
    /// reached; since the plug-in was made.
    pub edits_lost: u64,
    /// The way back's best painting now, if a gallery is set and music plays.
    pub suggested: Option<Suggested>,
    /// Written a few times a second.
    pub clips: ClipsState,
    /// Mel frames lost because the worker was late, since the plug-in was made.
    pub dropped_frames: u64,
    /// Refreshes of the cue that took longer than the time to the next one; their results
    /// are older than what is heard. Since the plug-in was made.
    pub late_cues: u64,
    /// Strokes that found no cue, since the plug-in was made.
    pub strokes_without_cue: u64,
    /// Why the last stroke started nothing; `None` once there is a cue again.
    pub silent: Option<Silence>,
    /// The last thing that went wrong while running (a track that would not decode …).
    pub warning: Option<String>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            painting: PaintingState::default(),
            library: LibraryState::default(),
            index: None,
            models: ModelsState::default(),
            head: HeadState::default(),
            gallery: None,
            gallery_len: 0,
            gallery_failed: None,
            brush_level_db: -100.0,
            music_level_db: -100.0,
            brush_connected: false,
            strokes: 0,
            pressure: None,
            calibration: CalibrationState::None,
            brush_mel: Arc::default(),
            snippets: Arc::default(),
            playing: None,
            pool: 0,
            congruity: None,
            signals: Values::default(),
            routed: Values::default(),
            outputs: Arc::default(),
            network: NetworkStatus::default(),
            edits_lost: 0,
            suggested: None,
            clips: ClipsState::default(),
            dropped_frames: 0,
            late_cues: 0,
            strokes_without_cue: 0,
            silent: None,
            warning: None,
        }
    }
}

/// What the editor asks the worker to do. Parameters are not among these: they
/// are set through the framework, so that the host knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Use this picture as the painting; remembered in the state.
    LoadPainting(PathBuf),
    /// Use no painting.
    ClearPainting,
    /// Read the painting's file again (it is being painted).
    ReloadPainting,
    /// Use this folder of music: open its index, then scan for what is new.
    SetLibrary(PathBuf),
    /// Scan the folder in use again.
    RescanLibrary,
    /// Stop the scan; what is indexed so far stays in use.
    CancelIndexing,
    /// Let the scan rest; what it has is in use.
    PauseIndexing,
    /// Let the scan go on.
    ResumeIndexing,
    /// Use this folder of paintings for the way back.
    SetGallery(PathBuf),
    /// Use no gallery.
    ClearGallery,
    /// Judge by this taught head.
    SetHead(PathBuf),
    /// Judge by the shipped head.
    ClearHead,
    /// Make the suggested painting the painting.
    UseSuggestedPainting,
    /// Play this chunk once, now.
    Audition(ChunkId),
    /// Listen to how somebody paints for ten seconds, to set up the brush.
    Calibrate,
    /// Let the signals take these routes; what is out of range is brought into it.
    SetOutputs(Box<OutputSettings>),
}

/// What both ends share.
struct Shared {
    newest: Mutex<Arc<View>>,
    /// Written by the editor; the worker skips what is only for display while it is false.
    editor_open: AtomicBool,
    /// What the entry class does at each frame of the editor.
    on_frame: OnceLock<Box<dyn Fn() + Send + Sync>>,
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
