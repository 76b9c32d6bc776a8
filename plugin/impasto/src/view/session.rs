//! The session's log.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use engine::session::Missing;
pub use engine::session::{Event, Form, HostTime, SessionFile};

/// How many rows [`SessionState::rows`] holds at most.
pub const SESSION_ROWS: usize = 200;

/// Where the session's log stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionState {
    /// Whether sessions are logged.
    pub on: bool,
    /// Where they lie.
    pub folder: PathBuf,
    /// Where they are exported to.
    pub exports: PathBuf,
    /// The session that is being written, if one is.
    pub live: Option<LiveSession>,
    /// What happened in it, newest first, at most [`SESSION_ROWS`]; congruity left out.
    pub rows: Arc<Vec<SessionRow>>,
    /// Events that could not be written, since the plug-in was made.
    pub lost: u64,
    /// Why nothing is written at the moment; one sentence for the user.
    pub problem: Option<String>,
    /// Sessions on disk, newest first, the one being written among them; kept up while the
    /// editor is open.
    pub earlier: Arc<Vec<SessionFile>>,
    /// The last export.
    pub export: ExportState,
}

/// A session that is being written.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveSession {
    /// The file.
    pub path: PathBuf,
    /// The file's name without its ending: the date and time (UTC) of its beginning.
    pub name: String,
    /// When it began.
    pub began: Instant,
    /// Events in the file.
    pub events: u64,
    /// Bytes in the file.
    pub bytes: u64,
    /// Strokes among the events.
    pub strokes: usize,
    /// Snippets among the events.
    pub snippets: usize,
    /// Times that a painting came into use.
    pub paintings: usize,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRow {
    /// When.
    pub at: Instant,
    /// The host's time then.
    pub host: Option<HostTime>,
    /// What.
    pub event: Event,
}

/// How an export fares.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ExportState {
    /// None was asked for.
    #[default]
    None,
    /// It is being written.
    Running {
        /// As what.
        form: Form,
        /// How much is done, 0..=1.
        share: f32,
    },
    /// It is there.
    Done {
        /// The file or the folder.
        path: PathBuf,
        /// Events in it.
        events: usize,
        /// Snippets cut.
        snippets: usize,
        /// Tracks whose snippets are not in it.
        missing: Vec<Missing>,
    },
    /// It is not.
    Failed {
        /// One sentence for the user.
        reason: String,
    },
}

/// What the page of the session asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionAction {
    /// Log sessions, or do not; remembered in the state.
    SetLog(bool),
    /// End the session; the next begins with the next stroke.
    New,
    /// Look again which sessions there are.
    List,
    /// Export a session.
    Export {
        /// The session's file; `None`: the one that is being written.
        session: Option<PathBuf>,
        /// As what.
        form: Form,
    },
    /// Break the export off.
    CancelExport,
    /// The outcome of the last export was seen.
    DismissExport,
}
