//! What the window shows at a time: one page of several. Each is a function from the
//! published snapshot, and the little that it keeps itself, to what is asked for.

pub mod library;
pub mod painting;
pub mod perform;
pub mod session;
pub mod teach;

use std::time::Instant;

use super::pictures::Pictures;
use super::places::Places;
use crate::params::ImpastoParams;
use crate::view::View;

/// What every page is drawn from.
pub struct Scene<'a> {
    /// What is shown.
    pub view: &'a View,
    /// What is read and, by requests only, changed.
    pub params: &'a ImpastoParams,
    /// Where the user's files lie.
    pub places: &'a Places,
    /// The window's textures.
    pub pictures: &'a mut Pictures,
    /// The time of this frame.
    pub now: Instant,
}

/// One page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// What is played from and what is heard.
    #[default]
    Perform,
    /// The composer's music, as a list and as a map.
    Library,
    /// The picture: where it comes from and how it is corrected.
    Painting,
    /// The artist's own pairs.
    Teach,
    /// Where the signals go.
    Outputs,
    /// What was played.
    Session,
}

impl Page {
    /// All of them in the order of their tabs.
    pub const ALL: [Self; 6] = [
        Self::Perform,
        Self::Library,
        Self::Painting,
        Self::Teach,
        Self::Outputs,
        Self::Session,
    ];

    /// As its tab is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Perform => "Perform",
            Self::Library => "Library",
            Self::Painting => "Painting",
            Self::Teach => "Teach",
            Self::Outputs => "Outputs",
            Self::Session => "Session",
        }
    }

    /// What is found there.
    pub fn help(self) -> &'static str {
        match self {
            Self::Perform => "What is heard, seen and decided now.",
            Self::Library => "Your music: what of it belongs to the painting, as a map.",
            Self::Painting => "The picture: where it comes from and how it is looked at.",
            Self::Teach => "Teach Impasto which of your music goes with which picture.",
            Self::Outputs => "Where congruity and its parts go.",
            Self::Session => "What was played, to be kept as material.",
        }
    }
}
