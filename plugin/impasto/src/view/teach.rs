//! The artist's own pairs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use engine::teach::Judged;
pub use engine::teach::{Pair, Verdict};
use engine::units::Seconds;

use super::Rgba;

/// Where the pairs and their head stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TeachState {
    /// The folder of pairs.
    pub folder: PathBuf,
    /// Whether it is being read for the first time.
    pub reading: bool,
    /// What is in it, the newest first.
    pub pairs: Arc<Vec<PairRow>>,
    /// Files in it that are in no pair, from the folder on, and why.
    pub left_out: Arc<Vec<(PathBuf, String)>>,
    /// Why the folder can't be read; one sentence for the user.
    pub problem: Option<String>,
    /// Whether a table in the folder says what its pairs are, so that only its owner adds
    /// and removes them.
    pub has_table: bool,
    /// Music that a pair would be made of, up to a minute of it. Silence is not counted.
    pub music: Seconds,
    /// Why the painting can't be added now, if it can't.
    pub hindrance: Option<Hindrance>,
    /// A pair is being written.
    pub adding: bool,
    /// The pair that was taken away last and can be put back, by its name.
    pub removed: Option<String>,
    /// What adding, removing or putting back failed for; one sentence for the user.
    pub failed: Option<String>,
    /// Learning from the pairs.
    pub fit: FitState,
    /// Heads that were taught here, the newest first.
    pub heads: Arc<Vec<HeadRow>>,
}

/// A pair in the folder.
#[derive(Clone, Debug, PartialEq)]
pub struct PairRow {
    /// As the folder says.
    pub pair: Pair,
    /// The picture's file.
    pub picture: PathBuf,
    /// The work that it is of, else the picture's name.
    pub name: String,
    /// At most 128 pixels on its longer side; `None` if the picture can't be read.
    pub thumbnail: Option<Arc<Rgba>>,
    /// Of the music that belongs to it, as far as its file tells.
    pub length: Option<Seconds>,
    /// When the music was written.
    pub added: Option<SystemTime>,
}

/// Why the painting can't be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// No painting is in use.
    NoPainting,
    /// The host does not process.
    NoAudio,
    /// Less than four seconds of music were heard.
    NoMusic,
    /// A table says what the folder's pairs are.
    Table,
}

/// How learning fares.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum FitState {
    /// It was not asked for.
    #[default]
    None,
    /// It goes on.
    Running {
        /// How much is done, 0..=1.
        share: f32,
        /// What it is at, in a few words.
        at: String,
    },
    /// A head was learned, saved and chosen.
    Done {
        /// What is known of it.
        learned: Arc<Learned>,
    },
    /// Nothing was learned, and why.
    Refused {
        /// One sentence or two for the user.
        reason: String,
        /// How many pairs of pictures and music that are in no pair yet are missing, if that
        /// is the reason.
        missing: Option<usize>,
        /// What was measured, if that is the reason.
        measured: Option<Arc<Judged>>,
    },
    /// It was broken off.
    Stopped,
}

/// What was learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// The head's file.
    pub path: PathBuf,
    /// As it is called.
    pub name: String,
    /// Pairs that it was taught.
    pub pairs: usize,
    /// Works that these are of.
    pub works: usize,
    /// Whether anything was learned.
    pub verdict: Verdict,
    /// What was measured, if there were enough pairs.
    pub measured: Option<Judged>,
    /// What is odd about it.
    pub warnings: Vec<String>,
    /// How long all of it took.
    pub took: Seconds,
}

/// A head that was taught here.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadRow {
    /// The file.
    pub path: PathBuf,
    /// As it is called.
    pub name: String,
    /// When it was taught (RFC 3339, UTC).
    pub created: String,
    /// Pairs that it was taught.
    pub pairs: usize,
    /// Share of choices that the picture's own music wins, beside that after shuffled pairs,
    /// if it was measured.
    pub accuracy: Option<(f64, f64)>,
    /// Whether anything was learned.
    pub verdict: Verdict,
}

/// What the page of teaching asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum TeachAction {
    /// Add the painting with the last minute of music.
    Add,
    /// Take this pair away; it goes into the folder `removed`.
    Remove(Pair),
    /// Put the last pair that was taken away back.
    PutBack,
    /// Use this folder of pairs; remembered in the state.
    SetFolder(PathBuf),
    /// Use the usual folder again.
    UsualFolder,
    /// Look again what is in the folder.
    Look,
    /// Learn from the pairs.
    Fit,
    /// Break learning off.
    StopFit,
    /// The outcome was seen.
    Dismiss,
}
