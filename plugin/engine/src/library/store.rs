//! The writing end of an index: what a scan learns goes in here.
//!
//! Every change is one transaction. Rows are on the disk in the vector files
//! before the transaction that counts them commits, so a process may be killed
//! at any moment: the next one finds the last commit and cuts off what came
//! after it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use crate::error::{Error, Result};

use super::chunker::Piece;
use super::database::{self, Contract, FORMAT_1, State, failed};
use super::decode::Decoded;
use super::files::{self, Changes, FileId, Known};
use super::vectors::{self, Kind, Record, VectorWriter};
use super::view::Failure;
use super::{IndexProblem, Reason, format1, paths};

/// Chunks of one track with their rows, row-major.
#[derive(Clone, Debug, Default)]
pub(super) struct ChunkRows {
    pub(super) pieces: Vec<Piece>,
    pub(super) embeddings: Vec<f32>,
    pub(super) points: Vec<f32>,
    pub(super) traits: Vec<f32>,
}

/// What a batch says of a file. A file's chunks come in their order.
#[derive(Debug)]
pub(super) enum Entry {
    /// Its next chunks.
    Rows { file: FileId, rows: ChunkRows },
    /// There are no more.
    Done {
        file: FileId,
        decoded: Decoded,
        /// SHA-256 of the file's contents.
        digest: [u8; 32],
    },
    /// It can't be used.
    Failed { file: FileId, reason: Reason },
}

/// An index open for writing; [`super::scan`] sees to it that there is one.
pub(super) struct Store {
    pub(super) dir: PathBuf,
    pub(super) db: Connection,
    pub(super) state: State,
    pub(super) writers: [VectorWriter; 4],
}

impl Store {
    /// As [`Self::open_as_it_is`], and only if the rows written last are what they were.
    pub(super) fn open(dir: &Path, contract: Contract) -> Result<(Self, Option<String>)> {
        let (mut store, what) = Self::open_as_it_is(dir, contract)?;
        store.check_last_batch()?;
        Ok((store, what))
    }

    /// Opens the index in `dir`, or makes it. One of another contract is emptied: its
    /// rows cannot be compared with new ones. One of the format before is brought up to
    /// this one. Says so for the user.
    pub(super) fn open_as_it_is(dir: &Path, contract: Contract) -> Result<(Self, Option<String>)> {
        let (mut db, format) = database::open_or_create(dir)?;
        let upgraded = format == FORMAT_1;
        if upgraded {
            format1::upgrade(&mut db, dir)?;
        }
        let found = State::read(&db).map_err(failed(dir))?;
        if let Some(state) = found.filter(|state| state.contract == contract) {
            let writers = open_writers(dir, &state)?;
            let store = Self {
                dir: dir.to_owned(),
                db,
                state,
                writers,
            };
            store.remove_strays();
            let what = "it was of an earlier version, whose rows were taken over as they are";
            return Ok((store, upgraded.then(|| what.to_owned())));
        }
        let state = State {
            contract,
            identity: database::new_identity(),
            vectors: found.map_or(1, |state| state.vectors + 1),
            rows: 0,
            generation: found.map_or(0, |state| state.generation + 1),
        };
        let writers = create_writers(dir, &state)?;
        let mut store = Self {
            dir: dir.to_owned(),
            db,
            state,
            writers,
        };
        store.write(|db, state| {
            db.execute_batch("DELETE FROM files; DELETE FROM batches;")?;
            state.write(db)
        })?;
        store.remove_strays();
        let emptied = found.map(|_| "the audio network has changed".to_owned());
        Ok((store, emptied))
    }

    /// One transaction; the state is taken over when it has committed.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &mut State) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let mut state = self.state;
        let commit = || {
            let behavior = TransactionBehavior::Immediate;
            let transaction = self.db.transaction_with_behavior(behavior)?;
            let result = work(&transaction, &mut state)?;
            transaction.commit()?;
            Ok(result)
        };
        let result = commit().map_err(failed(&self.dir))?;
        self.state = state;
        Ok(result)
    }

    /// The number of a music folder.
    pub(super) fn folder(&mut self, path: &Path) -> Result<i64> {
        let bytes = paths::stored(&self.dir, path);
        self.write(|db, _| {
            db.execute("INSERT OR IGNORE INTO folders (path) VALUES (?)", [&bytes])?;
            db.query_row("SELECT id FROM folders WHERE path = ?", [&bytes], |row| {
                row.get(0)
            })
        })
    }

    /// All files of a folder that the index knows.
    pub(super) fn known(&self, folder: i64) -> Result<BTreeMap<PathBuf, Known>> {
        files::known(&self.db, folder).map_err(failed(&self.dir))
    }

    /// Writes what a walk through a folder has found.
    pub(super) fn apply(&mut self, folder: i64, changes: &Changes) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        self.write(|db, state| {
            files::apply(db, folder, changes)?;
            state.generation += 1;
            state.write(db)
        })
    }

    /// Commits a batch: all of it is in the index when this returns, or none of it.
    pub(super) fn commit(&mut self, batch: &[Entry]) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let first = self.state.rows;
        let added = batch.iter().map(Entry::chunks).sum::<usize>() as u64;
        if first + added > u64::from(u32::MAX) {
            let what = "it has no room for more chunks; use one index for each folder";
            return Err(IndexProblem::Full(what.to_owned()).at(&self.dir));
        }
        let result = self.append(batch).and_then(|checksums| {
            self.write(|db, state| {
                for entry in batch {
                    entry.write(db)?;
                }
                insert_batch(db, first, added, &checksums)?;
                state.rows += added;
                state.generation += 1;
                state.write(db)
            })
        });
        if result.is_err() {
            for writer in &mut self.writers {
                // Best effort: opening the index does the same again.
                let _ = writer.roll_back(first);
            }
        }
        result
    }

    /// Writes a batch's rows to the disk and gives their checksums.
    fn append(&mut self, batch: &[Entry]) -> Result<[[u8; 32]; 4]> {
        let mut checksums = [[0; 32]; 4];
        if batch.iter().all(|entry| entry.chunks() == 0) {
            return Ok(checksums);
        }
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            let dims = self.state.contract.shape(kind).dims;
            let bytes = batch.iter().flat_map(|entry| entry.bytes(kind, dims));
            checksums[place] = self.writers[place].append(&bytes.collect::<Vec<u8>>())?;
        }
        Ok(checksums)
    }

    /// All failures of a folder.
    pub(super) fn failures(&self, folder: i64) -> Result<Vec<Failure>> {
        files::failures(&self.db, &self.dir, Some(folder)).map_err(failed(&self.dir))
    }

    /// A setting that was kept in the index.
    pub(super) fn setting(&self, key: &str) -> Result<Option<String>> {
        let sql = "SELECT value FROM settings WHERE key = ?";
        self.db
            .query_row(sql, [key], |row| row.get(0))
            .optional()
            .map_err(failed(&self.dir))
    }

    /// Keeps a setting in the index, or forgets it.
    pub(super) fn set_setting(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        self.write(|db, _| {
            match value {
                Some(value) => db.execute(
                    "INSERT OR REPLACE INTO settings VALUES (?, ?)",
                    [key, value],
                )?,
                None => db.execute("DELETE FROM settings WHERE key = ?", [key])?,
            };
            Ok(())
        })
    }

    /// Rows that belong to no file any more: what [`Self::compact`] takes away.
    pub(super) fn unused_rows(&self) -> Result<u64> {
        let sql = "SELECT coalesce(sum(chunks), 0) FROM files";
        let used: u64 = self
            .db
            .query_row(sql, [], |row| row.get(0))
            .map_err(failed(&self.dir))?;
        Ok(self.state.rows.saturating_sub(used))
    }

    /// Removes vector files of other numbers and of the format before, left by
    /// compaction. Where a reader elsewhere forbids it, the next writer tries again.
    pub(super) fn remove_strays(&self) {
        let current = Kind::ALL.map(|kind| kind.path(&self.dir, self.state.vectors));
        let Ok(entries) = fs::read_dir(&self.dir) else {
            return;
        };
        for path in entries.filter_map(|entry| entry.ok().map(|e| e.path())) {
            if is_vector_file(&path) && !current.contains(&path) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

impl Entry {
    fn chunks(&self) -> usize {
        match self {
            Self::Rows { rows, .. } => rows.pieces.len(),
            Self::Done { .. } | Self::Failed { .. } => 0,
        }
    }

    /// Its rows of one kind as they lie in their file.
    fn bytes(&self, kind: Kind, dims: usize) -> Vec<u8> {
        let Self::Rows { file, rows } = self else {
            return Vec::new();
        };
        let values = match kind {
            Kind::Embedding => &rows.embeddings,
            Kind::Point => &rows.points,
            Kind::Trait => &rows.traits,
            Kind::Record => {
                let record = |piece: &Piece| Record {
                    file: file.0,
                    start: piece.start.0 as f32,
                    rms_db: piece.rms_db,
                    reserved: 0,
                };
                return vectors::record_bytes(rows.pieces.iter().map(record));
            }
        };
        // A file that is shorter than the others would be damage.
        assert_eq!(
            values.len(),
            rows.pieces.len() * dims,
            "a row for each chunk"
        );
        vectors::half_bytes(values, dims)
    }

    fn write(&self, db: &Connection) -> rusqlite::Result<()> {
        match self {
            Self::Rows { file, rows } => files::add_chunks(db, *file, rows.pieces.len()),
            Self::Done {
                file,
                decoded,
                digest,
            } => files::finish(db, *file, decoded, digest),
            Self::Failed { file, reason } => files::fail(db, *file, reason),
        }
    }
}

/// Writes down the checksums of rows.
pub(super) fn insert_batch(
    db: &Connection,
    first: u64,
    rows: u64,
    checksums: &[[u8; 32]; 4],
) -> rusqlite::Result<()> {
    if rows == 0 {
        return Ok(());
    }
    let [embeddings, points, traits, records] = checksums;
    db.prepare_cached("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?)")?
        .execute((first, rows, embeddings, points, traits, records))?;
    Ok(())
}

pub(super) fn create_writers(dir: &Path, state: &State) -> Result<[VectorWriter; 4]> {
    writers(|kind| VectorWriter::create(kind.path(dir, state.vectors), state.contract.shape(kind)))
}

fn open_writers(dir: &Path, state: &State) -> Result<[VectorWriter; 4]> {
    writers(|kind| {
        let path = kind.path(dir, state.vectors);
        VectorWriter::open(path, state.contract.shape(kind), state.rows)
    })
}

fn writers(make: impl Fn(Kind) -> Result<VectorWriter>) -> Result<[VectorWriter; 4]> {
    let [a, b, c, d] = Kind::ALL.map(make);
    Ok([a?, b?, c?, d?])
}

fn is_vector_file(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    extension == vectors::EXTENSION || extension == format1::EXTENSION
}

/// Puts a damaged index aside as `.bak` files, in the place of older ones.
pub(super) fn put_aside(dir: &Path) -> Result<()> {
    let entries = fs::read_dir(dir).map_err(Error::io(dir))?;
    for path in entries.filter_map(|entry| entry.ok().map(|e| e.path())) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with(database::FILE_NAME) && !name.ends_with(".bak") || is_vector_file(&path)
        {
            fs::rename(&path, dir.join(format!("{name}.bak"))).map_err(Error::io(&path))?;
        }
    }
    Ok(())
}
