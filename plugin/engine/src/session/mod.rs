//! The session log: what was painted and what it played, kept in a file that survives a
//! crash, and taken out again as material.
//!
//! [`SessionLog`] writes events on a thread of its own, one line each, each with a check of
//! its own ([`line`]); [`Session::read`] reads what a crash has left; [`sessions`] lists what
//! there is; [`export`](export()) makes a table, a document, or a folder of snippets with
//! markers out of it. The number of files and their size are bounded ([`Limits`]).
//!
//! The file's format is described in `docs/session.md`.

mod event;
mod export;
mod hold;
mod host;
pub mod line;
mod list;
mod log;
mod read;
mod writer;

pub use event::{Entry, Event, Header, Snippet};
pub use export::{Exported, Form, Missing, export};
pub use host::HostTime;
pub use list::{SessionFile, name_of, sessions};
pub use log::{Limits, SessionLog, Status};
pub use read::{Damage, Session};

/// The version of the file's format.
pub const FORMAT: u32 = 1;

/// What can be wrong with a session's file, or with what is asked of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionProblem {
    /// The file is something else, or was cut off within its first line.
    #[error(
        "this is not a session of Impasto. Choose a file whose name ends in .{}",
        list::ENDING
    )]
    NotASession,
    /// Made by a later version of the program.
    #[error("the session has format {found}, this version knows {known}. Update Impasto")]
    Newer {
        /// The format found.
        found: u32,
        /// The latest known here.
        known: u32,
    },
    /// A folder of snippets was asked for, and none was played.
    #[error("no snippet was played in this session. Export it as a table instead")]
    NoSnippets,
    /// Broken off on request.
    #[error("broken off; what was written so far was removed")]
    Stopped,
}

impl SessionProblem {
    /// With the path that it is about.
    pub(crate) fn at(self, path: impl Into<std::path::PathBuf>) -> crate::Error {
        crate::Error::Session {
            path: path.into(),
            problem: self,
        }
    }
}
