//! Which picture goes with which music: the artist's own word, read from a folder or a
//! table.
//!
//! A folder DIR holds one of these:
//! - `pairs.tsv`, a table with the columns `picture` and `music` and, where wanted,
//!   `start` and `end` in the music and `work`;
//! - `rehearsal.tsv`, a table with the columns `time` and `picture`: snapshots taken
//!   during a recording, each paired with what sounds from its time to the next one;
//! - pictures with music of the same name beside them, and folders, one for each painting
//!   or work, whose pictures go with their music. A folder `removed` is not read.

mod folder;
mod keep;
mod rehearsal;
mod table;

use std::path::{Path, PathBuf};

pub use keep::{Kept, Taken, add, put_back, take_away};

use crate::library::Span;
use crate::units::Seconds;
use crate::{Error, Result};

use super::TeachProblem;

/// The tables' names in a folder of pairs.
pub const PAIRS_FILE: &str = "pairs.tsv";
/// See [`PAIRS_FILE`].
pub const REHEARSAL_FILE: &str = "rehearsal.tsv";

/// A picture and the music that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// From [`Pairs::root`] on.
    pub picture: PathBuf,
    /// From [`Pairs::root`] on.
    pub music: PathBuf,
    /// Which part of the music.
    pub span: Span,
    /// The work that both are of, if one is named.
    pub work: Option<String>,
}

/// A file that teaches nothing, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// From [`Pairs::root`] on.
    pub path: PathBuf,
    /// For the user.
    pub reason: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    /// The folder that paths count from.
    pub root: PathBuf,
    /// In order.
    pub pairs: Vec<Pair>,
    /// Files beside them that are in no pair.
    pub left_out: Vec<LeftOut>,
    /// Whether they are snapshots of a rehearsal, which resemble their neighbours.
    pub rehearsal: bool,
}

/// How a rehearsal is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RehearsalOptions {
    /// The recording, if the table names none and there is more than one sound.
    pub recording: Option<PathBuf>,
    /// How long a snapshot's music lasts at most; `None`: to the next snapshot.
    pub window: Option<Seconds>,
}

impl Pairs {
    /// Finds the pairs in `place`, a folder or one of its tables. No file of a pair is
    /// opened yet.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Teach`] if there are no pairs or a table can't be read.
    pub fn find(place: &Path, options: &RehearsalOptions) -> Result<Self> {
        let pairs = if place.is_file() {
            let name = place.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("rehearsal") {
                rehearsal::read(place, options)?
            } else {
                table::read(place)?
            }
        } else {
            let (table, rehearsal) = (place.join(PAIRS_FILE), place.join(REHEARSAL_FILE));
            match (table.is_file(), rehearsal.is_file()) {
                (true, true) => {
                    let reason = format!(
                        "the folder holds both {PAIRS_FILE} and {REHEARSAL_FILE}; name the one \
                         to learn from"
                    );
                    return Err(TeachProblem::NoPairs(reason).at(place));
                }
                (true, false) => table::read(&table)?,
                (false, true) => rehearsal::read(&rehearsal, options)?,
                (false, false) => folder::read(place)?,
            }
        };
        if pairs.pairs.is_empty() {
            return Err(TeachProblem::NoPairs("the table has no rows".to_owned()).at(place));
        }
        Ok(pairs)
    }
}

/// The folder of a table.
fn folder_of(table: &Path) -> PathBuf {
    let parent = table.parent().filter(|p| !p.as_os_str().is_empty());
    parent.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// Seconds, `m:ss` or `h:mm:ss`, each with decimals where wanted.
fn seconds(text: &str) -> Option<Seconds> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    let mut total = 0.0;
    for (place, part) in parts.iter().enumerate() {
        let value: f64 = part
            .parse()
            .ok()
            .filter(|v: &f64| v.is_finite() && *v >= 0.0)?;
        if place > 0 && value >= 60.0 {
            return None;
        }
        total = 60.0 * total + value;
    }
    Some(Seconds(total))
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    Error::io(path)
}

#[cfg(test)]
mod tests;
