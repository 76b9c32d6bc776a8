//! What the index knows of each file of the music folder.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Params, named_params};

use super::Reason;
use super::decode::Decoded;
use super::paths;
use super::view::Failure;
use super::walk::{FoundFile, Stamp};

/// Failures are tried again by another version: its decoders may do better.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where a file of the music folder stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileState {
    /// Found, nothing of it indexed yet.
    Queued,
    /// Some of it indexed, and searched already.
    Indexing,
    /// All of it indexed.
    Done,
    /// It could not be used, for a [`Reason`].
    Failed,
    /// The user does not want it; what was indexed is kept, and not searched.
    Excluded,
    /// Indexed, and no longer where it was; what was indexed is kept, and not searched.
    Missing,
}

impl FileState {
    /// In the order of a file's life.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Indexing,
        Self::Done,
        Self::Failed,
        Self::Excluded,
        Self::Missing,
    ];

    /// A short stable name, for storage and for machine-readable output.
    pub fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Indexing => "indexing",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Excluded => "excluded",
            Self::Missing => "missing",
        }
    }

    /// Whether the file's chunks are searched.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Indexing | Self::Done)
    }
}

impl ToSql for FileState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.code().into())
    }
}

impl FromSql for FileState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let code = value.as_str()?;
        let state = Self::ALL.into_iter().find(|state| state.code() == code);
        state.ok_or(FromSqlError::InvalidType)
    }
}

/// A file's number in the database; it is never given to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FileId(pub(super) u32);

/// What the index knows about a file.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) id: FileId,
    pub(super) stamp: Stamp,
    pub(super) state: FileState,
    /// Committed so far.
    pub(super) chunks: u64,
    /// SHA-256 of its contents, once all of it is indexed.
    pub(super) digest: Option<[u8; 32]>,
    /// It failed, and would again: this version has tried it.
    pub(super) settled: bool,
}

/// What a walk through the folder changes, before anything is decoded.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// New and changed ones: what was known under their paths is forgotten.
    pub(super) queue: Vec<FoundFile>,
    /// Missing, excluded or unreadable ones that are there again, with all that was
    /// indexed of them.
    pub(super) back: Vec<FileId>,
    /// Known ones that are gone.
    pub(super) missing: Vec<FileId>,
    /// Known ones that are elsewhere in the folder now.
    pub(super) moved: Vec<(FileId, FoundFile)>,
    /// Ones that the user does not want.
    pub(super) excluded: Vec<FoundFile>,
    /// Files and folders that cannot be read.
    pub(super) unreadable: Vec<(PathBuf, Reason)>,
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
            && self.back.is_empty()
            && self.missing.is_empty()
            && self.moved.is_empty()
            && self.excluded.is_empty()
            && self.unreadable.is_empty()
    }
}

/// All files of a folder that the index knows.
pub(super) fn known(db: &Connection, folder: i64) -> rusqlite::Result<BTreeMap<PathBuf, Known>> {
    let sql = "SELECT path, id, size, modified, state, chunks, digest,
                      state = 'failed' AND digest IS NULL AND version = ?2
               FROM files WHERE folder = ?1";
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map((folder, VERSION), |row| {
        let known = Known {
            id: FileId(row.get(1)?),
            stamp: Stamp {
                size: row.get(2)?,
                modified: row.get(3)?,
            },
            state: row.get(4)?,
            chunks: row.get(5)?,
            digest: row.get(6)?,
            settled: row.get::<_, Option<bool>>(7)?.unwrap_or(false),
        };
        Ok((paths::from_bytes(row.get(0)?), known))
    })?;
    rows.collect()
}

/// Writes what a walk has found.
pub(super) fn apply(db: &Connection, folder: i64, changes: &Changes) -> rusqlite::Result<()> {
    // Paths must be free before others come to them; no path holds a zero byte.
    for (id, _) in &changes.moved {
        db.prepare_cached("UPDATE files SET path = CAST(X'00' || id AS BLOB) WHERE id = ?")?
            .execute([id.0])?;
    }
    for id in &changes.missing {
        mark_missing(db, *id)?;
    }
    for (id, file) in &changes.moved {
        let path = paths::to_bytes(&file.relative);
        forget(db, folder, &path)?;
        db.prepare_cached("UPDATE files SET path = ?, size = ?, modified = ? WHERE id = ?")?
            .execute((path, file.stamp.size, file.stamp.modified, id.0))?;
        bring_back(db, *id)?;
    }
    for id in &changes.back {
        bring_back(db, *id)?;
    }
    for file in &changes.queue {
        let path = paths::to_bytes(&file.relative);
        forget(db, folder, &path)?;
        db.prepare_cached(
            "INSERT INTO files (folder, path, size, modified, state)
             VALUES (?, ?, ?, ?, 'queued')",
        )?
        .execute((folder, path, file.stamp.size, file.stamp.modified))?;
    }
    for file in &changes.excluded {
        db.prepare_cached(
            "INSERT INTO files (folder, path, size, modified, state)
             VALUES (?, ?, ?, ?, 'excluded')
             ON CONFLICT (folder, path) DO UPDATE SET state = 'excluded'",
        )?
        .execute((
            folder,
            paths::to_bytes(&file.relative),
            file.stamp.size,
            file.stamp.modified,
        ))?;
    }
    for (path, reason) in &changes.unreadable {
        // Its stamp is not known now; that of before stays, so that all that was
        // indexed counts again when it can be read again.
        db.prepare_cached(
            "INSERT INTO files (folder, path, size, modified, state, code, message, version)
             VALUES (?, ?, 0, 0, 'failed', ?, ?, ?)
             ON CONFLICT (folder, path) DO UPDATE SET
                 state = 'failed', code = excluded.code, message = excluded.message,
                 version = excluded.version",
        )?
        .execute((
            folder,
            paths::to_bytes(path),
            reason.code(),
            reason.to_string(),
            VERSION,
        ))?;
    }
    Ok(())
}

/// What was indexed is kept; of what was not, nothing is to be remembered.
fn mark_missing(db: &Connection, id: FileId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM files WHERE id = ? AND chunks = 0")?
        .execute([id.0])?;
    db.prepare_cached("UPDATE files SET state = 'missing' WHERE id = ?")?
        .execute([id.0])?;
    Ok(())
}

fn bring_back(db: &Connection, id: FileId) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE files SET code = NULL, message = NULL, version = NULL,
             state = CASE WHEN digest IS NOT NULL THEN 'done'
                          WHEN chunks > 0 THEN 'indexing' ELSE 'queued' END
         WHERE id = ?",
    )?
    .execute([id.0])?;
    Ok(())
}

fn forget(db: &Connection, folder: i64, path: &[u8]) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM files WHERE folder = ? AND path = ?")?
        .execute((folder, path))?;
    Ok(())
}

/// Some of a file's chunks are committed.
pub(super) fn add_chunks(db: &Connection, id: FileId, chunks: usize) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE files SET chunks = chunks + ?, state = 'indexing' WHERE id = ?")?
        .execute((chunks, id.0))?;
    Ok(())
}

/// All of a file's chunks are committed.
pub(super) fn finish(
    db: &Connection,
    id: FileId,
    decoded: &Decoded,
    digest: &[u8; 32],
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE files SET state = 'done', digest = :digest, title = :title, artist = :artist,
             duration = :duration, rate = :rate, channels = :channels,
             code = NULL, message = NULL, version = NULL
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":digest": digest,
        ":title": decoded.title,
        ":artist": decoded.artist,
        ":duration": decoded.duration.0,
        ":rate": decoded.rate.hz(),
        ":channels": decoded.channels,
        ":id": id.0,
    })?;
    Ok(())
}

/// A file can't be used; chunks of it that were committed don't count any more.
pub(super) fn fail(db: &Connection, id: FileId, reason: &Reason) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE files SET state = 'failed', digest = NULL, chunks = 0, code = ?, message = ?,
             version = ?
         WHERE id = ?",
    )?
    .execute((reason.code(), reason.to_string(), VERSION, id.0))?;
    Ok(())
}

/// Failures of a folder, or one of its files, are tried again by the next scan; how many.
pub(super) fn unsettle(
    db: &Connection,
    folder: i64,
    path: Option<&[u8]>,
) -> rusqlite::Result<usize> {
    db.prepare_cached(
        "UPDATE files SET version = NULL
         WHERE state = 'failed' AND folder = ?1 AND (?2 IS NULL OR path = ?2)",
    )?
    .execute((folder, path))
}

/// The music folders of an index that lies in `dir`, by their numbers.
pub(super) fn folders(db: &Connection, dir: &Path) -> rusqlite::Result<HashMap<i64, PathBuf>> {
    let mut statement = db.prepare("SELECT id, path FROM folders")?;
    let rows = statement.query_map([], |row| {
        let stored = paths::from_bytes(row.get(1)?);
        Ok((row.get(0)?, paths::resolve(dir, stored)))
    })?;
    rows.collect()
}

/// Failures by path, of one folder or all, in an index that lies in `dir`.
pub(super) fn failures(
    db: &Connection,
    dir: &Path,
    folder: Option<i64>,
) -> rusqlite::Result<Vec<Failure>> {
    let sql = "SELECT folder, path, code, message FROM files
               WHERE state = 'failed' AND (?1 IS NULL OR folder = ?1)
               ORDER BY folder, path";
    read_failures(db, dir, sql, [folder])
}

/// The failures that `sql` gives as folder, path, code and message.
pub(super) fn read_failures(
    db: &Connection,
    dir: &Path,
    sql: &str,
    parameters: impl Params,
) -> rusqlite::Result<Vec<Failure>> {
    let folders = folders(db, dir)?;
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map(parameters, |row| {
        let folder = folders.get(&row.get(0)?).cloned().unwrap_or_default();
        Ok(Failure {
            path: folder.join(paths::from_bytes(row.get(1)?)),
            code: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            message: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
        })
    })?;
    rows.collect()
}
