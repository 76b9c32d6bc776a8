//! From the index on disk to the read view.

use std::path::Path;

use half::f16;
use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::units::Seconds;

use super::database::{self, Contract, FORMAT_1, State, failed};
use super::vectors::{self, Kind, Rows};
use super::view::{Inner, Library, NO_TRACK, TrackInfo};
use super::{IndexProblem, files, format1, paths};

/// A compaction elsewhere may replace the vector files between the reading of
/// the state and the mapping; the new state names the new files.
const ATTEMPTS: usize = 3;
/// More files were never in one index; a higher number is damage, and a table up to it
/// would fill the memory.
const MAX_FILE: u32 = 1 << 24;

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
    /// instance or process is scanning, and never waits for it. An index of the format
    /// before is read into memory.
    ///
    /// # Errors
    ///
    /// [`Error::Index`]: nothing indexed there, made by a later version, or
    /// damaged, which the next scan mends by indexing anew.
    pub fn open(index_dir: &Path) -> Result<Self> {
        let mut attempt = 1;
        loop {
            // Looked at again as well: what is being brought up to this format has
            // another one the next time.
            let (mut db, format) = database::open_existing(index_dir)?;
            let loaded = match format {
                FORMAT_1 => format1::load(&mut db, index_dir),
                _ => load(&mut db, index_dir),
            };
            match loaded {
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
    let (tracks, track_of) = read_tracks(&db, dir, TRACKS).map_err(failed(dir))?;
    let failures = files::failures(&db, dir, None).map_err(failed(dir))?;
    let halves = |kind: Kind| -> Result<Rows<f16>> {
        let path = kind.path(dir, state.vectors);
        vectors::map_halves(&path, &state.contract.shape(kind), state.rows)
    };
    let kind = Kind::Record;
    let path = kind.path(dir, state.vectors);
    Ok(Inner {
        model: Some(state.contract.model),
        dims: state.contract.dims,
        records: vectors::map_records(&path, &state.contract.shape(kind), state.rows)?,
        embeddings: halves(Kind::Embedding)?,
        points: halves(Kind::Point)?,
        traits: halves(Kind::Trait)?,
        identity: state.identity,
        epoch: state.vectors,
        generation: state.generation,
        tracks,
        track_of,
        failures,
        live: 0,
    })
}

/// The tracks whose chunks are live.
const TRACKS: &str = "SELECT id, folder, path, title, artist, duration FROM files
                      WHERE state IN ('indexing', 'done') AND chunks > 0 ORDER BY id";

/// The tracks that `sql` gives in the order of their files' numbers, with the columns of
/// [`TRACKS`], and which track is of which number.
pub(super) fn read_tracks(
    db: &Connection,
    dir: &Path,
    sql: &str,
) -> rusqlite::Result<(Vec<TrackInfo>, Vec<u32>)> {
    let folders = files::folders(db, dir)?;
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    let (mut tracks, mut track_of) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let file: u32 = row.get(0)?;
        if file > MAX_FILE {
            return Err(rusqlite::Error::IntegralValueOutOfRange(0, file.into()));
        }
        let number: i64 = row.get(1)?;
        let folder = folders.get(&number);
        let folder = folder.ok_or(rusqlite::Error::IntegralValueOutOfRange(1, number))?;
        track_of.resize(file as usize, NO_TRACK);
        track_of.push(tracks.len() as u32);
        tracks.push(TrackInfo {
            path: folder.join(paths::from_bytes(row.get(2)?)),
            title: row.get(3)?,
            artist: row.get(4)?,
            duration: Seconds(row.get::<_, Option<f64>>(5)?.unwrap_or(0.0)),
        });
    }
    Ok((tracks, track_of))
}
