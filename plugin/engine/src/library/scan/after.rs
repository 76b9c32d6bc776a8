//! What an index's writer does beside scanning: files that failed are to be tried again,
//! and the map follows the rows.

use std::path::{Path, PathBuf};

use super::Indexer;
use crate::error::Result;
use crate::library::control::Control;
use crate::library::{Library, Map, MapOptions, files, paths};

impl Indexer {
    /// Has the next scan of `folder` try files again that it would go past as this version
    /// has tried them: all that failed, or `only` these. How many there are; one that did
    /// not fail is none of them, and files that are indexed are not touched.
    ///
    /// # Errors
    ///
    /// [`Error::Index`](crate::Error::Index) if the index cannot be written.
    pub fn retry(&mut self, folder: &Path, only: Option<&[PathBuf]>) -> Result<usize> {
        let root = paths::canonical(folder);
        let number = self.store.folder(&root)?;
        let relative = |path: &PathBuf| {
            let inside = path.strip_prefix(&root).or(path.strip_prefix(folder));
            inside.ok().map(paths::to_bytes)
        };
        self.store.write(|db, _| match only {
            None => files::unsettle(db, number, None),
            Some(only) => only.iter().filter_map(relative).try_fold(0, |all, path| {
                Ok(all + files::unsettle(db, number, Some(&path))?)
            }),
        })
    }

    /// The library's map, brought up to date and kept beside the index: chunks that were
    /// added find their places, and all is laid out anew if there are too many of them.
    /// For the end of a scan; `control` slows, pauses and cancels it, and what was reached
    /// by then is kept. `tell` is told the share that is done, 0..=1, many times a second.
    ///
    /// # Errors
    ///
    /// As [`Library::open_of`], or [`Error::Io`](crate::Error::Io) if it can't be written.
    pub fn map(
        &mut self,
        options: &MapOptions,
        control: &Control,
        tell: &mut dyn FnMut(f32),
    ) -> Result<Map> {
        let dir = &self.store.dir;
        let library = Library::open_of(dir, &self.contract)?;
        let before = Map::load(dir, &library);
        let (map, _) = match before.clone() {
            Some(before) => before.renewed(&library, options, control, tell),
            None => Map::of(&library, options, control, tell),
        };
        if before.as_ref() != Some(&map) && map.landmarks().len() > 0 {
            map.save(dir)?;
        }
        Ok(map)
    }
}
