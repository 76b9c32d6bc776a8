//! What can go wrong when a plug-in is hosted.

use std::path::PathBuf;

/// A failure of the plug-in, of its bundle or of what it was asked to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bundle was never built, or lies somewhere else.
    #[error(
        "{0} does not exist: run `cargo xtask bundle`, or name the folder of the bundles in IMPASTO_BUNDLES"
    )]
    MissingBundle(PathBuf),
    /// The bundle is there, and is not a plug-in that can be loaded.
    #[error("{path} cannot be loaded: {reason}")]
    Load {
        /// The `.clap` file.
        path: PathBuf,
        /// The loader's words.
        reason: String,
    },
    /// The plug-in refused a call of its life cycle.
    #[error("the plug-in failed to {call}: {reason}")]
    Plugin {
        /// What was asked of it, as a verb.
        call: &'static str,
        /// Why it says it failed.
        reason: String,
    },
    /// The plug-in lacks an extension that the host needs.
    #[error("the plug-in has no CLAP extension \"{0}\"")]
    MissingExtension(&'static str),
    /// The plug-in's state or snapshot is not what the host understands.
    #[error("the plug-in's {what} cannot be read: {reason}")]
    Unreadable {
        /// The document.
        what: &'static str,
        /// The reader's words.
        reason: String,
    },
    /// Something did not happen in time.
    #[error("gave up after {seconds:.0} s waiting for {what}; last seen: {last}")]
    Timeout {
        /// What was waited for.
        what: String,
        /// How long, in seconds.
        seconds: f64,
        /// The last state seen.
        last: String,
    },
    /// The display cannot be used.
    #[error("the X11 display cannot be used: {0}")]
    Display(String),
}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A refusal of `call`, in the words of `reason`.
    pub fn plugin(call: &'static str, reason: impl std::fmt::Display) -> Error {
        Error::Plugin {
            call,
            reason: reason.to_string(),
        }
    }
}
