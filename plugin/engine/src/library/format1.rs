//! Indexes of the format before: `f32` rows, chunks and failures in tables of their
//! own. They are read as they are, and brought up to this format by whoever opens them
//! for writing; nothing is embedded again.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

use super::IndexProblem;
use super::database::{self, Contract, State, failed};
use super::half_rows::HalfMatrix;
use super::store::{create_writers, insert_batch};
use super::vectors::{self, HEADER, Kind, Record, Rows, damaged, missing_or_io};
use super::view::Inner;
use super::{files, load};

/// The ending of the vector files' names.
pub(super) const EXTENSION: &str = "f32";

/// Rows that are brought up at once.
const PART: usize = 4096;

/// The one row of state.
struct Old {
    contract: Contract,
    vectors: u64,
    rows: u64,
    generation: u64,
}

fn read_state(db: &Connection) -> rusqlite::Result<Option<Old>> {
    let sql = "SELECT model, embedding, point, tags, affect, vectors, rows, generation FROM state";
    db.query_row(sql, [], |row| {
        Ok(Old {
            contract: database::read_contract(row)?,
            vectors: row.get(5)?,
            rows: row.get(6)?,
            generation: row.get(7)?,
        })
    })
    .optional()
}

/// What the rows were made with.
pub(super) fn contract(db: &Connection) -> rusqlite::Result<Option<Contract>> {
    Ok(read_state(db)?.map(|old| old.contract))
}

/// A file's numbers: where they begin, and how many bytes of them count.
struct Numbers {
    path: PathBuf,
    file: File,
    committed: u64,
}

/// Opens a file whose header is what it must be and whose rows are all there. Records
/// have none.
fn open_rows(dir: &Path, kind: Kind, old: &Old) -> Result<Option<Numbers>> {
    let (name, dims) = match kind {
        Kind::Embedding => ("embeddings", old.contract.dims.embedding),
        Kind::Point => ("points", old.contract.dims.point),
        Kind::Trait => ("traits", old.contract.dims.traits()),
        Kind::Record => return Ok(None),
    };
    let path = dir.join(format!("{name}-{}.{EXTENSION}", old.vectors));
    let mut file = File::open(&path).map_err(|source| missing_or_io(&path, source))?;
    let len = file.metadata().map_err(Error::io(&path))?.len();
    let committed = old.rows.checked_mul(4 * dims as u64);
    let there = committed.filter(|bytes| {
        let needed = bytes.checked_add(HEADER as u64);
        needed.is_some_and(|needed| len >= needed)
    });
    let Some(committed) = there else {
        return Err(damaged(&path, "it is shorter than what was committed"));
    };
    let mut header = vec![0; HEADER];
    file.read_exact(&mut header).map_err(Error::io(&path))?;
    if header != old_header(kind, dims, &old.contract.model) {
        return Err(damaged(&path, "its header is not that of its rows"));
    }
    Ok(Some(Numbers {
        path,
        file,
        committed,
    }))
}

fn read_rows(dir: &Path, kind: Kind, old: &Old) -> Result<Vec<f32>> {
    let Some(mut numbers) = open_rows(dir, kind, old)? else {
        return Ok(Vec::new());
    };
    let mut bytes = vec![0; numbers.committed as usize];
    let read = numbers.file.read_exact(&mut bytes);
    read.map_err(Error::io(&numbers.path))?;
    let (words, _) = bytes.as_chunks();
    Ok(words.iter().map(|word| f32::from_le_bytes(*word)).collect())
}

fn old_header(kind: Kind, dims: usize, model: &[u8; 32]) -> Vec<u8> {
    let mut bytes = b"ImpstVec".to_vec();
    for word in [1, kind as u32, dims as u32, 4 * dims as u32] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(model);
    bytes.resize(HEADER - 32, 0);
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes
}

/// A record for every row; of rows without a chunk the file is 0.
fn read_records(db: &Connection, rows: u64) -> rusqlite::Result<Vec<Record>> {
    let mut records = vec![bytemuck::Zeroable::zeroed(); rows as usize];
    let mut statement = db.prepare("SELECT row, track, start, rms_db FROM chunks")?;
    let mut found = statement.query([])?;
    while let Some(chunk) = found.next()? {
        let row: u64 = chunk.get(0)?;
        let record = records.get_mut(row as usize);
        let record = record.ok_or(rusqlite::Error::IntegralValueOutOfRange(0, row as i64))?;
        *record = Record {
            file: chunk.get(1)?,
            start: chunk.get::<_, f64>(2)? as f32,
            rms_db: chunk.get::<_, f64>(3)? as f32,
            reserved: 0,
        };
    }
    Ok(records)
}

/// As in [`load::read_tracks`].
const TRACKS: &str = "SELECT id, folder, path, title, artist, duration FROM tracks ORDER BY id";

/// As in [`files::read_failures`].
const FAILURES: &str = "SELECT folder, path, code, message FROM failures ORDER BY folder, path";

/// Reads the index as it is.
pub(super) fn load(db: &mut Connection, dir: &Path) -> Result<Inner> {
    let db = db.transaction().map_err(failed(dir))?;
    let old = state_of(&db, dir)?;
    let halves = |kind: Kind, dims: usize| -> Result<_> {
        let values = read_rows(dir, kind, &old)?;
        Ok(Rows::Owned(
            HalfMatrix::from_f32(&values, dims).into_stored(),
        ))
    };
    let dims = old.contract.dims;
    let (embeddings, points, traits) = (
        halves(Kind::Embedding, dims.embedding)?,
        halves(Kind::Point, dims.point)?,
        halves(Kind::Trait, dims.traits())?,
    );
    let (tracks, track_of) = load::read_tracks(&db, dir, TRACKS).map_err(failed(dir))?;
    Ok(Inner {
        model: Some(old.contract.model),
        dims,
        records: Rows::Owned(read_records(&db, old.rows).map_err(failed(dir))?),
        embeddings,
        points,
        traits,
        // It has none; that of what it becomes is another.
        identity: database::new_identity(),
        epoch: old.vectors,
        generation: old.generation,
        failures: files::read_failures(&db, dir, FAILURES, []).map_err(failed(dir))?,
        tracks,
        track_of,
        live: 0,
    })
}

/// An index's state; its row count is one that its files can have.
fn state_of(db: &Connection, dir: &Path) -> Result<Old> {
    let old = read_state(db).map_err(failed(dir))?;
    let old = old.ok_or_else(|| IndexProblem::Missing.at(dir))?;
    if old.rows > u64::from(u32::MAX) || old.contract.dims.embedding == 0 {
        let what = "the database counts more rows than can be".to_owned();
        return Err(IndexProblem::Damaged(what).at(database::path_in(dir)));
    }
    // Also says that as many rows as are counted are there, before a table of as many
    // is made.
    open_rows(dir, Kind::Embedding, &old)?;
    Ok(old)
}

/// Writes the rows into files of this format, then, in one transaction, the tables.
/// Killed before that, the index is still the old one; the old files go with the first
/// writer that finds the new ones.
pub(super) fn upgrade(db: &mut Connection, dir: &Path) -> Result<()> {
    let Some(old) = read_state(db).map_err(failed(dir))? else {
        // Killed before its first commit: there is nothing to be taken over.
        let empty = db.execute_batch(&format!("{DROP} {}", database::SCHEMA));
        empty.map_err(failed(dir))?;
        return database::set_format(db).map_err(failed(dir));
    };
    state_of(db, dir)?;
    let new = State {
        contract: old.contract,
        identity: database::new_identity(),
        vectors: old.vectors + 1,
        rows: old.rows,
        generation: old.generation + 1,
    };
    let records = read_records(db, old.rows).map_err(failed(dir))?;
    let batches = write_rows(dir, &old, &new, &records)?;
    let mut convert = || {
        let db = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        convert_tables(&db)?;
        for (first, rows, checksums) in &batches {
            insert_batch(&db, *first, *rows, checksums)?;
        }
        new.write(&db)?;
        database::set_format(&db)?;
        db.commit()
    };
    convert().map_err(failed(dir))
}

/// First row, rows, checksums.
type Batch = (u64, u64, [[u8; 32]; 4]);

fn write_rows(dir: &Path, old: &Old, new: &State, records: &[Record]) -> Result<Vec<Batch>> {
    let mut writers = create_writers(dir, new)?;
    let mut batches: Vec<Batch> = (records.chunks(PART))
        .scan(0, |first, part| {
            let batch = (*first, part.len() as u64, [[0; 32]; 4]);
            *first += part.len() as u64;
            Some(batch)
        })
        .collect();
    for (place, kind) in Kind::ALL.into_iter().enumerate() {
        let dims = new.contract.shape(kind).dims;
        let values = read_rows(dir, kind, old)?;
        for (number, batch) in batches.iter_mut().enumerate() {
            let rows = PART * number..PART * number + batch.1 as usize;
            let bytes = match kind {
                Kind::Record => vectors::record_bytes(records[rows].iter().copied()),
                _ => vectors::half_bytes(&values[rows.start * dims..rows.end * dims], dims),
            };
            batch.2[place] = writers[place].append(&bytes)?;
        }
    }
    Ok(batches)
}

const DROP: &str = "
    DROP TABLE batches; DROP TABLE chunks; DROP TABLE tracks; DROP TABLE failures;
    DROP TABLE folders; DROP TABLE state;";

/// The old tables' contents into new ones. A track's contents have no digest yet; it
/// gets one from the next scan that looks at it.
fn convert_tables(db: &Transaction<'_>) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TEMP TABLE old_folders AS SELECT * FROM folders;
         CREATE TEMP TABLE old_tracks AS
             SELECT *, (SELECT count(*) FROM chunks WHERE track = tracks.id) AS chunks
             FROM tracks;
         CREATE TEMP TABLE old_failures AS SELECT * FROM failures;",
    )?;
    db.execute_batch(DROP)?;
    db.execute_batch(database::SCHEMA)?;
    db.execute_batch(
        "INSERT INTO folders SELECT id, path FROM old_folders;
         INSERT INTO files (id, folder, path, size, modified, state, chunks, title, artist,
                            duration, rate, channels)
             SELECT id, folder, path, size, modified, 'done', chunks, title, artist,
                    duration, rate, channels FROM old_tracks;
         INSERT INTO files (folder, path, size, modified, state, code, message, version)
             SELECT folder, path, size, modified, 'failed', code, message, version
             FROM old_failures WHERE true
             ON CONFLICT (folder, path) DO NOTHING;
         DROP TABLE old_folders; DROP TABLE old_tracks; DROP TABLE old_failures;",
    )
}
