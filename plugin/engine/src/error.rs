//! The engine's one error type. Each message names what failed and what to do.

use std::path::PathBuf;

use crate::units::SampleRate;

/// What can go wrong in the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("{path}: {error}{}", advice(.error), path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said. Not named `source`: it is in the message already,
        /// and whoever prints the chain would say it twice.
        error: std::io::Error,
    },
    /// Rows that come from other networks than those at hand.
    #[error(
        "the {what} have {found} values, the models at hand give {expected}: \
         index the music folder again"
    )]
    OtherNetworks {
        /// Which rows.
        what: &'static str,
        /// Their length.
        found: usize,
        /// The length expected.
        expected: usize,
    },
    /// A sample rate that the front end can't take.
    #[error("a sample rate of {} Hz can't be analysed: set the host to 22.05 to 192 kHz", .0.hz())]
    SampleRate(SampleRate),
    /// The models' manifest can't be used.
    #[error("{path}: {reason}. Install the models again", path = path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A network's file is not there.
    #[error("{path} is missing. Install the models again", path = path.display())]
    ModelMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// A file is not the one that the manifest describes.
    #[error(
        "{path} was changed or is damaged: its SHA-256 is {found} instead of {expected}. \
         Install the models again",
        path = path.display()
    )]
    Hash {
        /// The file.
        path: PathBuf,
        /// The manifest's.
        expected: String,
        /// The file's.
        found: String,
    },

    /// An audio file cannot be decoded.
    #[error("{path}: {reason}", path = path.display())]
    Audio {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        reason: crate::library::Reason,
    },
    /// An index cannot be opened or written.
    #[error("{path}: {problem}", path = path.display())]
    Index {
        /// The index's folder or the file in it.
        path: PathBuf,
        /// What is wrong, and what to do.
        problem: crate::library::IndexProblem,
    },
    /// Pairs can't be learned from, or a taught head can't be used.
    #[error("{path}: {problem}", path = path.display())]
    Teach {
        /// The folder or table of pairs, or the head's file.
        path: PathBuf,
        /// What is wrong, and what to do.
        problem: crate::teach::TeachProblem,
    },
    /// A session can't be read or exported.
    #[error("{path}: {problem}", path = path.display())]
    Session {
        /// The session's file.
        path: PathBuf,
        /// What is wrong, and what to do.
        problem: crate::session::SessionProblem,
    },
    /// There is no models' folder.
    #[error("no models in {}. Install Impasto again, with its models beside it", list(.tried))]
    NoModels {
        /// Where they were looked for.
        tried: Vec<PathBuf>,
    },
    /// There is no inference runtime for this kind of machine.
    #[error(
        "there is no inference runtime for {} on {}",
        std::env::consts::OS,
        std::env::consts::ARCH
    )]
    NoRuntime,
    /// The inference runtime's library is not there.
    #[error("{path} is missing. Install Impasto again, with its runtime", path = path.display())]
    RuntimeMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The inference runtime's library can't be loaded.
    #[error("{path} can't be loaded: {reason}", path = path.display())]
    Runtime {
        /// The library.
        path: PathBuf,
        /// What the system or the library said.
        reason: String,
    },
    /// A network takes or gives something else than the manifest says.
    #[error(
        "{path}: {name:?} has the shape {found:?} instead of {expected:?}. \
         Install the models again",
        path = path.display()
    )]
    Shape {
        /// The network's file.
        path: PathBuf,
        /// The input or output.
        name: String,
        /// The manifest's.
        expected: Vec<i64>,
        /// The network's; empty if it is not a tensor of 32-bit floats.
        found: Vec<i64>,
    },
    /// A network can't be opened or run.
    #[error("{path}: {reason}. Install the models again", path = path.display())]
    Network {
        /// The network's file.
        path: PathBuf,
        /// What the runtime said.
        reason: String,
    },
    /// A pair of encoders of the user's own can't be used.
    #[error("{path}: {problem}", path = path.display())]
    Encoders {
        /// The pair's manifest or a network's file.
        path: PathBuf,
        /// What is wrong, and what to do.
        problem: Box<crate::inference::EncoderProblem>,
    },
    /// A file is not a picture that can be decoded.
    #[error(
        "{path} is not a picture that can be read: {reason}. Save it as png or jpeg",
        path = path.display()
    )]
    Picture {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        reason: String,
    },
}

/// What the user can do about a failed input or output, as the rest of a sentence.
fn advice(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => {
            ". It was moved or renamed, or its drive is not connected: choose it again"
        }
        ErrorKind::PermissionDenied => ". Give this user access to it",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ". Make room and try again",
        _ => "",
    }
}

impl Error {
    /// For `map_err` on an input or output of the file at `path`.
    pub fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |error| Self::Io { path, error }
    }
}

/// The engine's result.
pub type Result<T> = std::result::Result<T, Error>;

fn list(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
    paths.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_named_once_with_what_to_do() {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        let error = Error::io("sea.jpg")(missing);
        let message = error.to_string();
        assert!(message.starts_with("sea.jpg: "), "{message}");
        assert!(message.ends_with("choose it again"), "{message}");
        assert!(std::error::Error::source(&error).is_none());
    }
}
