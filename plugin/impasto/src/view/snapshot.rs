//! All that the editor shows.

use std::path::PathBuf;
use std::sync::Arc;

use engine::analysis::MelFrame;
use engine::units::{ChunkId, Congruity};
use outputs::network::NetworkStatus;
use outputs::{OutputSettings, Test, Values};

use super::{
    CalibrationState, ClipsState, CollectionState, HeadState, LibraryState, LookState, ModelsState,
    PaintingState, SessionState, Silence, SnippetRow, Sounding, Suggested, TeachState,
};

/// How many rows [`View::snippets`] holds at most.
pub const SNIPPET_ROWS: usize = 32;

/// All that the editor shows. Cheap to clone: pictures and lists are shared.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Written when an action or a restored state changes it.
    pub painting: PaintingState,
    /// Written when an action, a restored state or the indexer changes it.
    pub library: LibraryState,
    /// Where the library's index lies, if there is a library.
    pub index: Option<PathBuf>,
    /// Written when the networks are loaded or found wanting.
    pub models: ModelsState,
    /// The live painting: where it comes from and when it was looked at.
    pub look: LookState,
    /// What the library holds, for its page.
    pub collection: CollectionState,
    /// The snippet now heard and the one that is next, in detail.
    pub sounding: Sounding,
    /// The session's log.
    pub session: SessionState,
    /// The artist's own pairs.
    pub teach: TeachState,
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
    /// Whether the host asks for sound: while it does not, nothing goes out through it.
    pub processing: bool,
    /// MIDI control changes that were handed to the host since the plug-in was made.
    pub controllers_sent: u64,
    /// The test of a way out that is on.
    pub testing: Option<Test>,
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
            look: LookState::default(),
            collection: CollectionState::default(),
            sounding: Sounding::default(),
            session: SessionState::default(),
            teach: TeachState::default(),
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
            processing: false,
            controllers_sent: 0,
            testing: None,
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
