//! Why a file of the music folder is not in the library.

use std::time::Duration;

use crate::units::Seconds;

/// Why a file could not be taken into the library (or played from it).
///
/// The message says what is wrong and what to do; [`Reason::code`] is stable
/// and is what the index stores beside it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The file holds no bytes, or its audio track no samples.
    #[error("the file is empty; copy it again from its source")]
    Empty,
    /// The file ends before the audio that its header promises.
    #[error(
        "the file is cut off: {read:.1} s could be read{}; copy it again from its source",
        promised.map_or_else(String::new, |p| format!(" of the {:.1} s that its header promises", p.0)),
        read = read.0
    )]
    Truncated {
        /// What could be decoded.
        read: Seconds,
        /// What the header says, where it says it.
        promised: Option<Seconds>,
    },
    /// The content is not an audio format that can be read.
    #[error(
        "the contents are no audio format that can be read ({0}); \
         convert the file to wav, aiff, flac, mp3, ogg or m4a"
    )]
    UnknownFormat(String),
    /// The container can be read, its codec not.
    #[error(
        "the codec is not supported ({0}); \
         convert the file to wav, aiff, flac, mp3, ogg Vorbis or m4a with AAC-LC or ALAC"
    )]
    UnsupportedCodec(String),
    /// The audio is encrypted.
    #[error(
        "the audio is copy-protected ({0}); \
         use a copy without protection, for example the shop's unprotected download"
    )]
    Protected(String),
    /// A container without audio.
    #[error("the file holds no audio track; remove it from the music folder")]
    NoAudio,
    /// The stream is damaged.
    #[error("the audio data is damaged ({0}); copy the file again from its source")]
    Corrupt(String),
    /// Nothing in it is loud enough to be a sound.
    #[error(
        "the recording is silent: no 4 s of it reach {:.0} dBFS; check the recording's level",
        super::SILENCE_DB
    )]
    Silent,
    /// Longer than the limit.
    #[error(
        "the recording is longer than the limit of {}; cut it into shorter files",
        hours(limit)
    )]
    TooLong {
        /// The limit.
        limit: Seconds,
    },
    /// It was there when the folder was read, and is gone now.
    #[error("the file is no longer there; scan the folder again")]
    Vanished,
    /// A link in the music folder that leads nowhere, or round in a circle.
    #[error(
        "the link leads to no file; connect the drive that it leads to, mend it, or remove it \
         from the music folder"
    )]
    BrokenLink,
    /// The system refuses to read it.
    #[error("the file cannot be read ({0}); check its permissions and the drive")]
    Unreadable(String),
    /// The decoder gave up in a way it should not.
    #[error("the decoder failed on this file ({0}); convert it to wav or flac")]
    DecoderFailed(String),
}

impl Reason {
    /// A short stable name for storage and for machine-readable output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Truncated { .. } => "truncated",
            Self::UnknownFormat(_) => "unknown-format",
            Self::UnsupportedCodec(_) => "unsupported-codec",
            Self::Protected(_) => "protected",
            Self::NoAudio => "no-audio",
            Self::Corrupt(_) => "corrupt",
            Self::Silent => "silent",
            Self::TooLong { .. } => "too-long",
            Self::Vanished => "vanished",
            Self::BrokenLink => "broken-link",
            Self::Unreadable(_) => "unreadable",
            Self::DecoderFailed(_) => "decoder-failed",
        }
    }

    /// From the system's error on opening or reading the file.
    pub(super) fn from_io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::Vanished,
            _ => Self::Unreadable(error.to_string()),
        }
    }
}

/// `21600 s` as "6 hours", and what is not whole hours in minutes or seconds.
fn hours(limit: &Seconds) -> String {
    let whole = Duration::from_secs_f64(limit.0.max(0.0)).as_secs();
    match whole {
        3600 => "1 hour".to_owned(),
        s if s >= 3600 && s % 3600 == 0 => format!("{} hours", s / 3600),
        s if s >= 60 && s % 60 == 0 => format!("{} minutes", s / 60),
        s => format!("{s} seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_to_do() {
        let limit = Seconds(6.0 * 3600.0);
        let message = Reason::TooLong { limit }.to_string();
        assert!(message.contains("6 hours") && message.contains("cut it"));
        let read = Seconds(1.25);
        let promised = Some(Seconds(30.0));
        let message = Reason::Truncated { read, promised }.to_string();
        assert!(
            message.contains("1.2 s") && message.contains("30.0 s"),
            "{message}"
        );
    }
}
