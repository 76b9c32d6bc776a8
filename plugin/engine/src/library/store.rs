//! The writing end of an index: what a scan learns goes in here.
//!
//! Every change is one transaction. Rows are on the disk in the vector files
//! before the transaction that counts them commits, so a process may be killed
//! at any moment: the next one finds the last commit and cuts off what came
//! after it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{Error, Result};

use super::chunker::Piece;
use super::database::{self, Contract, State, failed};
use super::decode::Decoded;
use super::paths;
use super::vectors::{Kind, Rows, VectorWriter};
use super::view::Failure;
use super::walk::{FoundFile, Stamp};
use super::{IndexProblem, Reason};

/// Failures are tried again by another version: its decoders may do better.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// One track's chunks with their rows, row-major.
#[derive(Debug, Default)]
pub(super) struct TrackRows {
    pub(super) pieces: Vec<Piece>,
    pub(super) embeddings: Vec<f32>,
    pub(super) points: Vec<f32>,
    pub(super) traits: Vec<f32>,
}

impl TrackRows {
    fn of(&self, kind: Kind) -> &[f32] {
        match kind {
            Kind::Embedding => &self.embeddings,
            Kind::Point => &self.points,
            Kind::Trait => &self.traits,
        }
    }
}

/// What the index knows about a file.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) stamp: Stamp,
    /// Whether it need not be tried again while its stamp stays the same.
    pub(super) settled: bool,
}

/// An index open for writing; [`super::scan`] sees to it that there is one.
pub(super) struct Store {
    dir: PathBuf,
    db: Connection,
    state: State,
    writers: [VectorWriter; 3],
}

impl Store {
    /// Opens the index in `dir`, or makes it. An index of another contract is
    /// emptied: its rows cannot be compared with new ones. Says so by `true`.
    pub(super) fn open(dir: &Path, contract: Contract) -> Result<(Self, bool)> {
        let db = database::open_or_create(dir)?;
        let found = State::read(&db).map_err(failed(dir))?;
        if let Some(state) = found.filter(|state| state.contract == contract) {
            let writers = open_writers(dir, &state)?;
            let mut store = Self {
                dir: dir.to_owned(),
                db,
                state,
                writers,
            };
            store.verify_batches(1)?;
            store.remove_strays();
            return Ok((store, false));
        }
        let state = State {
            contract,
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
            db.execute_batch(
                "DELETE FROM chunks; DELETE FROM tracks; DELETE FROM failures; DELETE FROM batches;",
            )?;
            state.write(db)
        })?;
        store.remove_strays();
        Ok((store, found.is_some()))
    }

    /// One transaction; the state is taken over when it has committed.
    fn write<T>(
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
        let bytes = paths::to_bytes(path);
        self.write(|db, _| {
            db.execute("INSERT OR IGNORE INTO folders (path) VALUES (?)", [&bytes])?;
            db.query_row("SELECT id FROM folders WHERE path = ?", [&bytes], |row| {
                row.get(0)
            })
        })
    }

    /// All files of a folder that the index knows.
    pub(super) fn known(&self, folder: i64) -> Result<BTreeMap<PathBuf, Known>> {
        let read = || {
            let sql = "SELECT path, size, modified, 1 FROM tracks WHERE folder = ?1
                       UNION ALL
                       SELECT path, size, modified, version = ?2 FROM failures WHERE folder = ?1";
            let mut statement = self.db.prepare(sql)?;
            let rows = statement.query_map((folder, VERSION), |row| {
                let stamp = Stamp {
                    size: row.get(1)?,
                    modified: row.get(2)?,
                };
                let known = Known {
                    stamp,
                    settled: row.get(3)?,
                };
                Ok((paths::from_bytes(row.get(0)?), known))
            })?;
            rows.collect::<rusqlite::Result<_>>()
        };
        read().map_err(failed(&self.dir))
    }

    /// Puts a track in the place of what was known of its file.
    pub(super) fn put_track(
        &mut self,
        folder: i64,
        file: &FoundFile,
        decoded: &Decoded,
        rows: &TrackRows,
    ) -> Result<()> {
        let first = self.state.rows;
        let added = rows.pieces.len() as u64;
        if first + added > u64::from(u32::MAX) {
            let what = "it has no room for more chunks; use one index for each folder";
            return Err(IndexProblem::Full(what.to_owned()).at(&self.dir));
        }
        let result = self.append(rows).and_then(|[embeddings, points, traits]| {
            let path = paths::to_bytes(&file.relative);
            self.write(|db, state| {
                forget(db, folder, &path)?;
                let track = insert_track(db, folder, &path, file.stamp, decoded)?;
                insert_chunks(db, track, first, &rows.pieces)?;
                db.prepare_cached("INSERT INTO batches VALUES (?, ?, ?, ?, ?)")?
                    .execute((first, added, embeddings, points, traits))?;
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

    /// Writes rows to the disk and gives their checksums.
    fn append(&mut self, rows: &TrackRows) -> Result<[[u8; 32]; 3]> {
        let mut checksums = [[0; 32]; 3];
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            checksums[place] = self.writers[place].append(rows.of(kind))?;
        }
        Ok(checksums)
    }

    /// Records why a file is not in the library, in the place of what was known.
    pub(super) fn put_failure(
        &mut self,
        folder: i64,
        relative: &Path,
        stamp: Stamp,
        reason: &Reason,
    ) -> Result<()> {
        let path = paths::to_bytes(relative);
        self.write(|db, state| {
            forget(db, folder, &path)?;
            db.prepare_cached("INSERT INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)")?
                .execute((
                    folder,
                    path,
                    stamp.size,
                    stamp.modified,
                    reason.code(),
                    reason.to_string(),
                    VERSION,
                ))?;
            state.generation += 1;
            state.write(db)
        })
    }

    /// Forgets files that are gone.
    pub(super) fn remove(&mut self, folder: i64, files: &[PathBuf]) -> Result<()> {
        if files.is_empty() {
            return Ok(());
        }
        self.write(|db, state| {
            for file in files {
                forget(db, folder, &paths::to_bytes(file))?;
            }
            state.generation += 1;
            state.write(db)
        })
    }

    /// All failures of a folder.
    pub(super) fn failures(&self, folder: i64) -> Result<Vec<Failure>> {
        read_failures(&self.db, Some(folder)).map_err(failed(&self.dir))
    }

    /// How many chunks count.
    pub(super) fn chunks(&self) -> Result<u64> {
        let sql = "SELECT count(*) FROM chunks";
        self.db
            .query_row(sql, [], |row| row.get(0))
            .map_err(failed(&self.dir))
    }

    /// Writes the vector files anew without the rows of changed and removed
    /// files, if there are any. Readers keep the files they have mapped.
    pub(super) fn compact(&mut self) -> Result<()> {
        let chunks = self.chunks()?;
        if chunks == self.state.rows {
            return Ok(());
        }
        let live = self.live_rows()?;
        let mut new = self.state;
        new.vectors += 1;
        new.rows = chunks;
        let mut writers = create_writers(&self.dir, &new)?;
        let mut batches = Vec::new();
        for part in live.chunks(4096) {
            let mut checksums = [[0; 32]; 3];
            for (place, kind) in Kind::ALL.into_iter().enumerate() {
                let shape = new.contract.shape(kind);
                let path = kind.path(&self.dir, self.state.vectors);
                let old = Rows::map(&path, &shape, self.state.rows)?;
                checksums[place] =
                    writers[place].append(&old.gather(shape.dims, part.iter().copied()))?;
            }
            batches.push((part.len() as u64, checksums));
        }
        self.write(|db, state| {
            renumber(db, &live)?;
            db.execute("DELETE FROM batches", [])?;
            let mut first = 0;
            for (rows, [embeddings, points, traits]) in batches {
                db.prepare_cached("INSERT INTO batches VALUES (?, ?, ?, ?, ?)")?
                    .execute((first, rows, embeddings, points, traits))?;
                first += rows;
            }
            *state = State {
                generation: state.generation + 1,
                ..new
            };
            state.write(db)
        })?;
        self.writers = writers;
        self.remove_strays();
        Ok(())
    }

    fn live_rows(&self) -> Result<Vec<u64>> {
        let read = || {
            let mut statement = self.db.prepare("SELECT row FROM chunks ORDER BY row")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<rusqlite::Result<_>>()
        };
        read().map_err(failed(&self.dir))
    }

    /// Compares the last `count` batches with their checksums.
    pub(super) fn verify_batches(&mut self, count: usize) -> Result<()> {
        let read = || {
            let sql = "SELECT first, rows, embeddings, points, traits FROM batches
                       ORDER BY first DESC LIMIT ?";
            let mut statement = self.db.prepare(sql)?;
            let rows = statement.query_map([count], |row| {
                let checksums: [[u8; 32]; 3] = [row.get(2)?, row.get(3)?, row.get(4)?];
                Ok((row.get(0)?, row.get(1)?, checksums))
            })?;
            rows.collect::<rusqlite::Result<Vec<(u64, u64, _)>>>()
        };
        for (first, rows, checksums) in read().map_err(failed(&self.dir))? {
            for (place, kind) in Kind::ALL.into_iter().enumerate() {
                if self.writers[place].checksum(first, rows)? != checksums[place] {
                    let what = format!("rows {first} to {} have changed", first + rows);
                    let path = kind.path(&self.dir, self.state.vectors);
                    return Err(IndexProblem::Damaged(what).at(path));
                }
            }
        }
        Ok(())
    }

    /// Removes vector files of other numbers, left by compaction. Where a
    /// reader elsewhere forbids it, the next writer tries again.
    fn remove_strays(&self) {
        let current = Kind::ALL.map(|kind| kind.path(&self.dir, self.state.vectors));
        let Ok(entries) = fs::read_dir(&self.dir) else {
            return;
        };
        for path in entries.filter_map(|entry| entry.ok().map(|e| e.path())) {
            let stray = path.extension().is_some_and(|e| e == "f32") && !current.contains(&path);
            if stray {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn create_writers(dir: &Path, state: &State) -> Result<[VectorWriter; 3]> {
    writers(|kind| VectorWriter::create(kind.path(dir, state.vectors), state.contract.shape(kind)))
}

fn open_writers(dir: &Path, state: &State) -> Result<[VectorWriter; 3]> {
    writers(|kind| {
        let path = kind.path(dir, state.vectors);
        VectorWriter::open(path, state.contract.shape(kind), state.rows)
    })
}

fn writers(make: impl Fn(Kind) -> Result<VectorWriter>) -> Result<[VectorWriter; 3]> {
    let [a, b, c] = Kind::ALL.map(make);
    Ok([a?, b?, c?])
}

fn forget(db: &Connection, folder: i64, path: &[u8]) -> rusqlite::Result<()> {
    for table in ["tracks", "failures"] {
        let sql = format!("DELETE FROM {table} WHERE folder = ? AND path = ?");
        db.prepare_cached(&sql)?.execute((folder, path))?;
    }
    Ok(())
}

fn insert_track(
    db: &Connection,
    folder: i64,
    path: &[u8],
    stamp: Stamp,
    decoded: &Decoded,
) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO tracks
               (folder, path, size, modified, title, artist, duration, rate, channels)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    db.prepare_cached(sql)?.insert((
        folder,
        path,
        stamp.size,
        stamp.modified,
        &decoded.title,
        &decoded.artist,
        decoded.duration.0,
        decoded.rate.hz(),
        decoded.channels,
    ))
}

fn insert_chunks(
    db: &Connection,
    track: i64,
    first: u64,
    pieces: &[Piece],
) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached("INSERT INTO chunks VALUES (?, ?, ?, ?)")?;
    for (row, piece) in (first..).zip(pieces) {
        insert.execute((row, track, piece.start.0, piece.rms_db))?;
    }
    Ok(())
}

/// Gives the chunks of the rows `live` (ascending) the rows from 0 on. No row
/// number is above its old one, so going upwards none is taken yet.
fn renumber(db: &Connection, live: &[u64]) -> rusqlite::Result<()> {
    let mut update = db.prepare_cached("UPDATE chunks SET row = ? WHERE row = ?")?;
    for (new, &old) in (0u64..).zip(live) {
        if new != old {
            update.execute((new, old))?;
        }
    }
    Ok(())
}

/// Failures by path, of one folder or all.
pub(super) fn read_failures(
    db: &Connection,
    folder: Option<i64>,
) -> rusqlite::Result<Vec<Failure>> {
    let sql = "SELECT folders.path, failures.path, code, message
               FROM failures JOIN folders ON folders.id = failures.folder
               WHERE ?1 IS NULL OR folder = ?1 ORDER BY folder, failures.path";
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map([folder], |row| {
        let folder = paths::from_bytes(row.get(0)?);
        Ok(Failure {
            path: folder.join(paths::from_bytes(row.get(1)?)),
            code: row.get(2)?,
            message: row.get(3)?,
        })
    })?;
    rows.collect()
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
        if name.starts_with(database::FILE_NAME) && !name.ends_with(".bak")
            || name.ends_with(".f32")
        {
            fs::rename(&path, dir.join(format!("{name}.bak"))).map_err(Error::io(&path))?;
        }
    }
    Ok(())
}
