//! What a session remembers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::HostTime;

/// The first line of a session's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The format: [`FORMAT`](super::FORMAT).
    pub impasto_session: u32,
    /// The version of Impasto that wrote it.
    pub program: String,
    /// When it began (RFC 3339, UTC, milliseconds).
    pub began: String,
    /// The file that it goes on from, which was full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<String>,
}

/// One line of a session's file after the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Seconds since the session began, by a clock that nobody sets.
    pub t: f64,
    /// The same moment by the computer's clock (RFC 3339, UTC, milliseconds).
    pub utc: String,
    /// The same moment in the host's song, if the host tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<HostTime>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happens in a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The host began to process.
    Audio {
        /// In hertz.
        rate: f64,
    },
    /// The brush was on the canvas; at its beginning.
    Stroke {
        /// How hard, 0..=1.
        strength: f32,
        /// How long, in seconds.
        length: f64,
    },
    /// A snippet began to sound.
    Snippet(Snippet),
    /// Another painting is in use.
    Painting {
        /// The file; absent: none.
        path: Option<String>,
        /// The file's name without its ending.
        name: Option<String>,
    },
    /// Another library is in use.
    Library {
        /// The folder; absent: none.
        path: Option<String>,
    },
    /// Another head judges.
    Head {
        /// The file; absent: the shipped one.
        path: Option<String>,
        /// As its owner calls it.
        name: Option<String>,
    },
    /// What sounds is held, or let go.
    Freeze {
        /// Held.
        on: bool,
    },
    /// How well the music goes with the painting.
    Congruity {
        /// 0..=1; absent: unknown.
        value: Option<f32>,
        /// Its parts by their names, those that are known.
        parts: BTreeMap<String, f32>,
    },
    /// Events before this one that could not be written.
    Lost {
        /// How many.
        count: u64,
    },
    /// The session ended as it should.
    End,
    /// Something that a later version writes.
    #[serde(other)]
    Unknown,
}

/// A snippet as a session remembers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snippet {
    /// The track's file.
    pub track: String,
    /// The track's title, or its file name where it has none.
    pub title: String,
    /// Where it begins in the track, in seconds.
    pub start: f64,
    /// Its number in the library.
    pub chunk: u32,
    /// Between the brush's sound and the snippet; absent if that was forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance: Option<f32>,
    /// Of the snippet with the painting; 0 belongs, 1 does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
}

impl Event {
    /// Whether a session begins with it. The others are what is the case when one begins.
    pub fn opens(&self) -> bool {
        match self {
            Self::Stroke { .. } | Self::Snippet(_) => true,
            Self::Congruity { value, .. } => value.is_some(),
            _ => false,
        }
    }

    /// Which of the things it is that stay the case until the next of its kind.
    pub(super) fn standing(&self) -> Option<usize> {
        match self {
            Self::Audio { .. } => Some(0),
            Self::Painting { .. } => Some(1),
            Self::Library { .. } => Some(2),
            Self::Head { .. } => Some(3),
            Self::Freeze { .. } => Some(4),
            _ => None,
        }
    }

    /// The name of its kind, as it stands in files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Audio { .. } => "audio",
            Self::Stroke { .. } => "stroke",
            Self::Snippet(_) => "snippet",
            Self::Painting { .. } => "painting",
            Self::Library { .. } => "library",
            Self::Head { .. } => "head",
            Self::Freeze { .. } => "freeze",
            Self::Congruity { .. } => "congruity",
            Self::Lost { .. } => "lost",
            Self::End => "end",
            Self::Unknown => "unknown",
        }
    }
}

/// How many kinds [`Event::standing`] tells apart.
pub(super) const STANDING: usize = 5;
