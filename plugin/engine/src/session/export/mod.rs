//! A session as material: a table, a document, or a folder of its snippets with markers.
//!
//! Nothing that is there is ever overwritten: what is made gets a name of its own. What is
//! broken off, or fails, leaves nothing behind.

mod csv;
mod folder;
mod json;
mod markers;
mod midi;
mod place;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::hold::Hold;
use super::{Event, Session, SessionProblem, list};
use crate::Result;
use place::Place;

/// What a session is made into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A table, a row for each event.
    Csv,
    /// A document with all events.
    Json,
    /// A folder with the snippets as sound, markers, and both of the above.
    Folder,
}

/// A track whose snippets could not be cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The track's file.
    pub track: PathBuf,
    /// Why, and what to do.
    pub reason: String,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The file or the folder.
    pub path: PathBuf,
    /// Events in it.
    pub events: usize,
    /// Snippets cut, each once however often it was played; 0 for tables and documents.
    pub snippets: usize,
    /// Tracks whose snippets are not in it.
    pub missing: Vec<Missing>,
}

/// Is told the share that is done, in 0..=1, and may break off.
type Progress<'p> = dyn FnMut(f64) -> ControlFlow<()> + 'p;

/// Exports the session at `session` as `form` into the folder `into`, which is made if it
/// is not there. The session is not deleted meanwhile.
///
/// # Errors
/// As [`Session::read`]; [`crate::Error::Io`] if it can't be written;
/// [`SessionProblem::NoSnippets`] if a folder of none was asked for;
/// [`SessionProblem::Stopped`] when `progress` breaks.
pub fn export(
    session: &Path,
    form: Form,
    into: &Path,
    progress: &mut Progress<'_>,
) -> Result<Exported> {
    let _hold = Hold::on(session);
    let read = Session::read(session)?;
    let is_snippet = |event: &Event| matches!(event, Event::Snippet(_));
    if form == Form::Folder && !read.entries.iter().any(|entry| is_snippet(&entry.event)) {
        return Err(SessionProblem::NoSnippets.at(session));
    }
    let name = list::name_of(session);
    let name = format!("Impasto {}", name.as_deref().unwrap_or("session"));
    std::fs::create_dir_all(into).map_err(crate::Error::io(into))?;
    let mut exported = Exported {
        path: PathBuf::new(),
        events: read.events(),
        snippets: 0,
        missing: Vec::new(),
    };
    let place = match form {
        Form::Csv => {
            let (place, file) = Place::file(into, &name, "csv")?;
            csv::write(&read, file).map_err(crate::Error::io(place.path()))?;
            place
        }
        Form::Json => {
            let (place, file) = Place::file(into, &name, "json")?;
            json::write(&read, file).map_err(crate::Error::io(place.path()))?;
            place
        }
        Form::Folder => {
            let place = Place::folder(into, &name)?;
            let cut = folder::write(&read, place.path(), progress)?;
            let Some((snippets, missing)) = cut else {
                return Err(SessionProblem::Stopped.at(session));
            };
            (exported.snippets, exported.missing) = (snippets, missing);
            place
        }
    };
    if progress(1.0).is_break() {
        return Err(SessionProblem::Stopped.at(session));
    }
    exported.path = place.keep();
    Ok(exported)
}
