//! The index's database: its schema, its one-row state, its errors.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row};

use crate::error::{Error, Result};

use super::IndexProblem;
use super::vectors::{Kind, Shape};
use super::view::Dims;

/// The format that this version writes. The one before it is read by
/// [`super::format1`], and brought up to it by whoever opens the index for writing.
const FORMAT: u32 = 2;
/// The format without file states, with `f32` rows.
pub(super) const FORMAT_1: u32 = 1;
/// "Impt", so that `file` and others can tell what the database is.
const APPLICATION: i32 = 0x496d_7074;
/// Another process commits for milliseconds at a time.
const PATIENCE: Duration = Duration::from_secs(10);

/// The database's name in the index's folder.
pub(super) const FILE_NAME: &str = "index.sqlite";

/// A row of the vector files counts while the file that its record names has chunks
/// here: a file that changed gets another number, and numbers are never given twice.
pub(super) const SCHEMA: &str = "
CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    model BLOB NOT NULL,          -- which networks and front end made the rows
    embedding INTEGER NOT NULL,   -- numbers a row
    point INTEGER NOT NULL,
    tags INTEGER NOT NULL,
    affect INTEGER NOT NULL,
    identity INTEGER NOT NULL,    -- tells indexes apart that lie at one place in turn
    vectors INTEGER NOT NULL,     -- the number in the vector files' names
    rows INTEGER NOT NULL,        -- how many of their rows count
    generation INTEGER NOT NULL   -- grows with every change
) STRICT;
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE folders (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE     -- empty: the one that the index lies in
) STRICT;
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder INTEGER NOT NULL REFERENCES folders (id),
    path BLOB NOT NULL,           -- from the folder on
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,    -- nanoseconds since 1970
    state TEXT NOT NULL CHECK (state IN
        ('queued', 'indexing', 'done', 'failed', 'excluded', 'missing')),
    digest BLOB,                  -- SHA-256 of the contents, once all of it is indexed
    chunks INTEGER NOT NULL DEFAULT 0,
    title TEXT,
    artist TEXT,
    duration REAL,                -- seconds
    rate REAL,                    -- hertz, as stored in the file
    channels INTEGER,
    code TEXT,                    -- why it failed
    message TEXT,
    version TEXT,                 -- another version of the program tries again
    UNIQUE (folder, path)
) STRICT;
CREATE TABLE batches (
    first INTEGER PRIMARY KEY,    -- row
    rows INTEGER NOT NULL,
    embeddings BLOB NOT NULL,     -- SHA-256 of the rows' bytes
    points BLOB NOT NULL,
    traits BLOB NOT NULL,
    records BLOB NOT NULL
) STRICT;
";

/// What the rows of an index are made with and how long they are. Indexes of
/// different contracts cannot be compared or continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Digest of the audio network and of everything before it that shapes
    /// its input.
    pub model: [u8; 32],
    /// Row lengths.
    pub dims: Dims,
}

impl Contract {
    pub(super) fn shape(&self, kind: Kind) -> Shape {
        let dims = match kind {
            Kind::Embedding => self.dims.embedding,
            Kind::Point => self.dims.point,
            Kind::Trait => self.dims.traits(),
            Kind::Record => 1,
        };
        Shape {
            kind,
            dims,
            model: self.model,
        }
    }
}

/// The index at one commit.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) contract: Contract,
    /// Of this index: one made anew in its place has another.
    pub(super) identity: u64,
    pub(super) vectors: u64,
    pub(super) rows: u64,
    pub(super) generation: u64,
}

impl State {
    pub(super) fn read(db: &Connection) -> rusqlite::Result<Option<Self>> {
        let sql = "SELECT model, embedding, point, tags, affect, identity, vectors, rows,
                          generation FROM state";
        db.query_row(sql, [], |row| {
            Ok(Self {
                contract: read_contract(row)?,
                identity: row.get::<_, i64>(5)?.cast_unsigned(),
                vectors: row.get(6)?,
                rows: row.get(7)?,
                generation: row.get(8)?,
            })
        })
        .optional()
    }

    pub(super) fn write(&self, db: &Connection) -> rusqlite::Result<()> {
        let dims = self.contract.dims;
        db.prepare_cached("INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?
            .execute((
                self.contract.model,
                dims.embedding,
                dims.point,
                dims.tags,
                dims.affect,
                self.identity.cast_signed(),
                self.vectors,
                self.rows,
                self.generation,
            ))?;
        Ok(())
    }
}

/// The contract in the first five columns.
pub(super) fn read_contract(row: &Row<'_>) -> rusqlite::Result<Contract> {
    Ok(Contract {
        model: row.get(0)?,
        dims: Dims {
            embedding: row.get(1)?,
            point: row.get(2)?,
            tags: row.get(3)?,
            affect: row.get(4)?,
        },
    })
}

/// A number that no other index has, as far as chance goes.
pub(super) fn new_identity() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// The database's path in an index's folder.
pub(super) fn path_in(dir: &Path) -> PathBuf {
    dir.join(FILE_NAME)
}

/// For `map_err`: damage is told from other failures, as it leads to a rebuild.
pub(super) fn failed(dir: &Path) -> impl Fn(rusqlite::Error) -> Error {
    let path = path_in(dir);
    move |error| {
        let damage = matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        ) || matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..)
        );
        let problem = if damage {
            IndexProblem::Damaged(error.to_string())
        } else {
            IndexProblem::Database(error)
        };
        problem.at(path.clone())
    }
}

/// Opens the database of an index for reading, and says its format. Readers never wait
/// for a writer.
pub(super) fn open_existing(dir: &Path) -> Result<(Connection, u32)> {
    let path = path_in(dir);
    if !path.is_file() {
        return Err(IndexProblem::Missing.at(dir));
    }
    // Writable, since whoever reads a write-ahead log may have to recover it.
    let db = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(failed(dir))?;
    db.busy_timeout(PATIENCE).map_err(failed(dir))?;
    match check_format(&db, dir)? {
        // Its writer has not got to the tables yet, or was killed before.
        0 => Err(IndexProblem::Missing.at(dir)),
        format => Ok((db, format)),
    }
}

/// Opens or makes the database of an index for writing, and says its format, which
/// may be an older one.
pub(super) fn open_or_create(dir: &Path) -> Result<(Connection, u32)> {
    let db = Connection::open(path_in(dir)).map_err(failed(dir))?;
    let set_up = || {
        db.busy_timeout(PATIENCE)?;
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "normal")?;
        db.pragma_update(None, "foreign_keys", true)
    };
    set_up().map_err(failed(dir))?;
    let mut format = check_format(&db, dir)?;
    if format == 0 {
        let create = format!(
            "BEGIN IMMEDIATE; {SCHEMA}
             PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}; COMMIT;"
        );
        db.execute_batch(&create).map_err(failed(dir))?;
        format = FORMAT;
    }
    Ok((db, format))
}

/// Says in the transaction that brings an older index up to this format that it has.
pub(super) fn set_format(db: &Connection) -> rusqlite::Result<()> {
    db.pragma_update(None, "user_version", FORMAT)
}

/// The format of a database that this version can use; 0 for a new one.
fn check_format(db: &Connection, dir: &Path) -> Result<u32> {
    let found: u32 = db
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(failed(dir))?;
    match found {
        FORMAT | FORMAT_1 => Ok(found),
        0 => {
            let sql = "SELECT count(*) FROM sqlite_schema";
            let tables: u32 = db
                .query_row(sql, [], |row| row.get(0))
                .map_err(failed(dir))?;
            if tables > 0 {
                let what = "it is a database of something else".to_owned();
                return Err(IndexProblem::Damaged(what).at(path_in(dir)));
            }
            Ok(0)
        }
        found => Err(IndexProblem::Newer {
            found,
            known: FORMAT,
        }
        .at(path_in(dir))),
    }
}
