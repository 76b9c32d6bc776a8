//! From the index on disk to the read view.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::units::Seconds;

use super::database::{self, Contract, State, failed};
use super::store::read_failures;
use super::vectors::{Kind, Rows};
use super::view::{ChunkInfo, Inner, Library, TrackId, TrackInfo};
use super::{IndexProblem, paths};

/// A compaction elsewhere may replace the vector files between the reading of
/// the state and the mapping; the new state names the new files.
const ATTEMPTS: usize = 3;

impl Library {
    /// As [`Library::open`], and only if its rows are the contract's: those of
    /// another network may be as long, yet their distances would mean nothing.
    ///
    /// # Errors
    ///
    /// As [`Library::open`], or [`IndexProblem::OtherNetwork`].
    pub fn open_of(index_dir: &Path, contract: &Contract) -> Result<Self> {
        let library = Self::open(index_dir)?;
        if library.is_of(contract) {
            return Ok(library);
        }
        Err(IndexProblem::OtherNetwork.at(index_dir))
    }

    /// Opens the index in `index_dir` as it is now. Works while another
    /// instance or process is scanning, and never waits for it.
    ///
    /// # Errors
    ///
    /// [`Error::Index`]: nothing indexed there, made by a later version, or
    /// damaged, which the next scan mends by indexing anew.
    pub fn open(index_dir: &Path) -> Result<Self> {
        let mut db = database::open_existing(index_dir)?;
        let mut attempt = 1;
        loop {
            match load(&mut db, index_dir) {
                Err(Error::Index {
                    problem: IndexProblem::Damaged(_),
                    ..
                }) if attempt < ATTEMPTS => {
                    attempt += 1;
                }
                result => return result.map(Self::new),
            }
        }
    }
}

fn load(db: &mut Connection, dir: &Path) -> Result<Inner> {
    // One read transaction: the tables are those of one commit.
    let db = db.transaction().map_err(failed(dir))?;
    let state = State::read(&db)
        .map_err(failed(dir))?
        .ok_or_else(|| IndexProblem::Missing.at(dir))?;
    let (tracks, places) = read_tracks(&db).map_err(failed(dir))?;
    let (rows, chunks) = read_chunks(&db, &places).map_err(failed(dir))?;
    let failures = read_failures(&db, None).map_err(failed(dir))?;
    if rows.last().is_some_and(|&last| last >= state.rows) {
        let what = "a chunk's row was never committed".to_owned();
        return Err(IndexProblem::Damaged(what).at(database::path_in(dir)));
    }
    let map = |kind: Kind| {
        let shape = state.contract.shape(kind);
        let mapped = Rows::map(&kind.path(dir, state.vectors), &shape, state.rows)?;
        if rows.len() as u64 == state.rows {
            return Ok(mapped);
        }
        // Rows of changed files, until the scan that left them has finished.
        Ok(mapped.gather(shape.dims, rows.iter().copied()))
    };
    Ok(Inner {
        model: Some(state.contract.model),
        dims: state.contract.dims,
        embeddings: map(Kind::Embedding)?,
        points: map(Kind::Point)?,
        traits: map(Kind::Trait)?,
        generation: state.generation,
        tracks,
        chunks,
        failures,
    })
}

/// The tracks in the order of their numbers, and where each number is.
fn read_tracks(db: &Connection) -> rusqlite::Result<(Vec<TrackInfo>, HashMap<i64, TrackId>)> {
    let sql = "SELECT tracks.id, folders.path, tracks.path, title, artist, duration
               FROM tracks JOIN folders ON folders.id = tracks.folder ORDER BY tracks.id";
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    let (mut tracks, mut places) = (Vec::new(), HashMap::new());
    while let Some(row) = rows.next()? {
        places.insert(row.get(0)?, TrackId(tracks.len() as u32));
        let folder = paths::from_bytes(row.get(1)?);
        tracks.push(TrackInfo {
            path: folder.join(paths::from_bytes(row.get(2)?)),
            title: row.get(3)?,
            artist: row.get(4)?,
            duration: Seconds(row.get(5)?),
        });
    }
    Ok((tracks, places))
}

/// The chunks in the order of their rows, with those rows.
fn read_chunks(
    db: &Connection,
    places: &HashMap<i64, TrackId>,
) -> rusqlite::Result<(Vec<u64>, Vec<ChunkInfo>)> {
    let mut statement = db.prepare("SELECT row, track, start, rms_db FROM chunks ORDER BY row")?;
    let mut found = statement.query([])?;
    let (mut rows, mut chunks) = (Vec::new(), Vec::new());
    while let Some(row) = found.next()? {
        let number: i64 = row.get(1)?;
        let Some(&track) = places.get(&number) else {
            return Err(rusqlite::Error::IntegralValueOutOfRange(1, number));
        };
        rows.push(row.get(0)?);
        chunks.push(ChunkInfo {
            track,
            start: Seconds(row.get(2)?),
            rms_db: row.get(3)?,
        });
    }
    Ok((rows, chunks))
}
