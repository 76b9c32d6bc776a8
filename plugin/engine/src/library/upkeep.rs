//! Looking after an index without indexing: what it holds, whether it is whole, where
//! its music is now, and what can go.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::error::{Error, Result};

use super::database::{self, Contract, FORMAT_1, State, failed};
use super::files::{self, FileState};
use super::scan::{Lock, lock};
use super::store::Store;
use super::view::{Dims, Failure, Library};
use super::{IndexProblem, Verified, paths};

/// What an index holds.
#[derive(Clone, Debug)]
pub struct Status {
    /// The format it is stored in; an earlier one than this version's is brought up to
    /// it by the next scan.
    pub format: u32,
    /// The folders that it was made of.
    pub folders: Vec<PathBuf>,
    /// Files in each state; states without a file are left out.
    pub files: BTreeMap<FileState, u64>,
    /// Chunks that are searched.
    pub chunks: usize,
    /// Rows of the vector files, those of missing, excluded and changed files included.
    pub rows: usize,
    /// Row lengths.
    pub dims: Dims,
    /// All files of the index, in bytes.
    pub bytes: u64,
    /// Why files could not be used, by path.
    pub failures: Vec<Failure>,
    /// [`Library::generation`].
    pub generation: u64,
}

impl Status {
    /// Of the index in `index_dir`. Never waits for a scan that is going on.
    ///
    /// # Errors
    ///
    /// As [`Library::open`].
    pub fn of(index_dir: &Path) -> Result<Self> {
        let library = Library::open(index_dir)?;
        let (db, format) = database::open_existing(index_dir)?;
        let (folders, files) = match format {
            FORMAT_1 => (Vec::new(), states_of(&library)),
            _ => read(&db, index_dir).map_err(failed(index_dir))?,
        };
        Ok(Self {
            format,
            folders,
            files,
            chunks: library.len(),
            rows: library.rows(),
            dims: library.dims(),
            bytes: size_of_files(index_dir)?,
            failures: library.failures().to_vec(),
            generation: library.generation(),
        })
    }
}

/// The format before knew two states.
fn states_of(library: &Library) -> BTreeMap<FileState, u64> {
    let counts = [
        (FileState::Done, library.tracks().len() as u64),
        (FileState::Failed, library.failures().len() as u64),
    ];
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

type Read = (Vec<PathBuf>, BTreeMap<FileState, u64>);

fn read(db: &Connection, dir: &Path) -> rusqlite::Result<Read> {
    let mut folders: Vec<PathBuf> = files::folders(db, dir)?.into_values().collect();
    folders.sort();
    let mut statement = db.prepare("SELECT state, count(*) FROM files GROUP BY state")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((folders, rows.collect::<rusqlite::Result<_>>()?))
}

fn size_of_files(dir: &Path) -> Result<u64> {
    let entries = fs::read_dir(dir).map_err(Error::io(dir))?;
    let sizes = entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()));
    Ok(sizes.sum())
}

/// What [`Upkeep::prune`] has taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// Missing and excluded files that are forgotten.
    pub files: usize,
    /// Rows that went with them, and those of changed files.
    pub rows: u64,
}

/// What [`Upkeep::relink`] has found at the new place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relinked {
    /// Files of the index.
    pub known: usize,
    /// Those that are at the new place, by name and size.
    pub found: usize,
}

/// An index that exists, open for changes that need no networks. Keeps others from
/// indexing as long as it lives.
pub struct Upkeep {
    store: Store,
    _lock: Lock,
}

impl Upkeep {
    /// Opens the index in `index_dir`. One of the format before is brought up to this
    /// one. A damaged one is left as it is.
    ///
    /// # Errors
    ///
    /// [`Error::Index`]: there is none, it is damaged, or it is being indexed.
    pub fn open(index_dir: &Path) -> Result<Self> {
        // Also says that it is there and readable, before anything is made of it.
        let contract = contract_of(index_dir)?;
        let lock = lock(index_dir)?;
        // What is wrong with its rows is for `verify` to say, all of it.
        let (store, _) = Store::open_as_it_is(index_dir, contract)?;
        Ok(Self { store, _lock: lock })
    }

    /// Reads every row again: each is what was committed, belongs to the file that the
    /// database counts it for, and is there once. `goes_on` gets the rows done and all.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the files can't be read.
    pub fn verify(
        &mut self,
        goes_on: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Verified> {
        self.store.verify(goes_on)
    }

    /// Forgets missing and excluded files and writes the vectors anew without them and
    /// without rows of changed files. Whoever has the library open keeps what was.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], or [`Error::Index`] if the database can't be written; the index
    /// is then as it was.
    pub fn prune(&mut self) -> Result<Pruned> {
        let before = self.store.state.rows;
        let files = self.store.write(|db, state| {
            let gone = db.execute(
                "DELETE FROM files WHERE state = 'missing' OR (state = 'excluded' AND chunks > 0)",
                [],
            )?;
            state.generation += u64::from(gone > 0);
            state.write(db)?;
            Ok(gone)
        })?;
        self.store.compact()?;
        Ok(Pruned {
            files,
            rows: before - self.store.state.rows,
        })
    }

    /// Says that the music that was in the folder `from` is in `to` now: nothing is
    /// decoded or embedded again.
    ///
    /// # Errors
    ///
    /// [`IndexProblem::OtherFolder`] if the index is not of `from`,
    /// [`IndexProblem::NotThere`] if less than half of its files are in `to`.
    pub fn relink(&mut self, from: &Path, to: &Path) -> Result<Relinked> {
        let dir = self.store.dir.clone();
        let to = to.canonicalize().map_err(Error::io(to))?;
        let folders = files::folders(&self.store.db, &dir).map_err(failed(&dir))?;
        let from = paths::canonical(from);
        let number = folders.iter().find(|(_, path)| **path == from);
        let Some((&number, _)) = number else {
            let folders = folders.into_values().collect();
            return Err(IndexProblem::OtherFolder(Folders(folders)).at(from));
        };
        let known = self.store.known(number)?;
        let indexed = known.iter().filter(|(_, file)| file.chunks > 0);
        let mut relinked = Relinked { known: 0, found: 0 };
        for (path, file) in indexed {
            let meta = fs::metadata(to.join(path));
            let same = meta.is_ok_and(|meta| i64::try_from(meta.len()) == Ok(file.stamp.size));
            relinked.known += 1;
            relinked.found += usize::from(same);
        }
        if 2 * relinked.found < relinked.known {
            let Relinked { known, found } = relinked;
            return Err(IndexProblem::NotThere { known, found }.at(to));
        }
        let stored = paths::stored(&dir, &to);
        self.store.write(|db, state| {
            db.execute("UPDATE folders SET path = ? WHERE id = ?", (stored, number))?;
            state.generation += 1;
            state.write(db)
        })?;
        Ok(relinked)
    }
}

/// What the rows of an index were made with.
fn contract_of(index_dir: &Path) -> Result<Contract> {
    let (db, format) = database::open_existing(index_dir)?;
    let contract = match format {
        FORMAT_1 => super::format1::contract(&db),
        _ => State::read(&db).map(|state| state.map(|state| state.contract)),
    };
    let contract = contract.map_err(failed(index_dir))?;
    contract.ok_or_else(|| IndexProblem::Missing.at(index_dir))
}

/// Folders in a message.
#[derive(Debug)]
pub struct Folders(Vec<PathBuf>);

impl std::fmt::Display for Folders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, folder) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{}", folder.display())?;
        }
        Ok(())
    }
}
