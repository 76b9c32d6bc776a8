//! The files that hold a number row for every chunk.
//!
//! One file a kind (embeddings, points, traits): a header of one page, then
//! rows of little-endian `f32`. A file only grows; which of its rows count is
//! said by the database (see [`super::store`]), so rows appended by a process
//! that was killed before it committed are cut off by the next writer. A file
//! that is shorter than what was committed is damaged.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use memmap2::{Mmap, MmapOptions};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

use super::IndexProblem;

const MAGIC: [u8; 8] = *b"ImpstVec";
const FORMAT: u32 = 1;
/// A page, so that the rows begin where a mapping may begin.
const HEADER: usize = 4096;
/// Where the header's own checksum lies, over all bytes before it.
const CHECKSUM_AT: usize = HEADER - 32;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Kind {
    /// [`super::Dims::embedding`].
    Embedding = 1,
    /// [`super::Dims::point`].
    Point = 2,
    /// Tags, then affect.
    Trait = 3,
}

impl Kind {
    /// In the order of the checksums in the database.
    pub(super) const ALL: [Self; 3] = [Self::Embedding, Self::Point, Self::Trait];

    fn name(self) -> &'static str {
        match self {
            Self::Embedding => "embeddings",
            Self::Point => "points",
            Self::Trait => "traits",
        }
    }

    /// The file's path. `number` grows with each compaction, so that a reader
    /// of the file before keeps what it has mapped.
    pub(super) fn path(self, dir: &Path, number: u64) -> PathBuf {
        dir.join(format!("{}-{number}.f32", self.name()))
    }
}

/// What a file must be: checked against its header when it is opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    /// Numbers a row.
    pub(super) dims: usize,
    /// Which networks and front end made the numbers.
    pub(super) model: [u8; 32],
}

impl Shape {
    fn row_bytes(&self) -> usize {
        self.dims * size_of::<f32>()
    }

    fn header(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER);
        bytes.extend(MAGIC);
        for word in [
            FORMAT,
            self.kind as u32,
            self.dims as u32,
            self.row_bytes() as u32,
        ] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(self.model);
        bytes.resize(CHECKSUM_AT, 0);
        let checksum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&checksum);
        bytes
    }

    /// Reads the header and compares it whole: every field is known beforehand.
    fn check(&self, path: &Path, file: &mut File) -> Result<()> {
        let mut found = vec![0; HEADER];
        file.read_exact(&mut found)
            .map_err(|_| damaged(path, "its header is cut off"))?;
        let expected = self.header();
        if found == expected {
            return Ok(());
        }
        let checksum = Sha256::digest(&found[..CHECKSUM_AT]);
        let what = if checksum[..] != found[CHECKSUM_AT..] {
            "its header's checksum is wrong"
        } else {
            "its header is that of other data than the database's"
        };
        Err(damaged(path, what))
    }
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::Index {
        path: path.to_owned(),
        problem: IndexProblem::Damaged(what.to_owned()),
    }
}

/// The writing end; there is one at a time (see [`super::scan`]'s lock).
pub(super) struct VectorWriter {
    path: PathBuf,
    shape: Shape,
    file: File,
    /// Also counts rows that are not committed yet.
    rows: u64,
}

impl VectorWriter {
    /// A new file without rows, on the disk when this returns.
    pub(super) fn create(path: PathBuf, shape: Shape) -> Result<Self> {
        let create = || {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(&path)?;
            file.write_all(&shape.header())?;
            file.sync_all()?;
            Ok(file)
        };
        let file = create().map_err(Error::io(&path))?;
        Ok(Self {
            path,
            shape,
            file,
            rows: 0,
        })
    }

    /// Opens a file of which `rows` rows are committed and cuts off the rest.
    pub(super) fn open(path: PathBuf, shape: Shape, rows: u64) -> Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|source| missing_or_io(&path, source))?;
        shape.check(&path, &mut file)?;
        check_length(&path, &file, &shape, rows)?;
        let mut writer = Self {
            path,
            shape,
            file,
            rows,
        };
        writer.roll_back(rows)?;
        Ok(writer)
    }

    /// Forgets the rows from `rows` on.
    pub(super) fn roll_back(&mut self, rows: u64) -> Result<()> {
        let end = HEADER as u64 + rows * self.shape.row_bytes() as u64;
        let mut cut = || {
            if self.file.metadata()?.len() != end {
                self.file.set_len(end)?;
            }
            self.file.seek(SeekFrom::Start(end))
        };
        cut().map_err(Error::io(&self.path))?;
        self.rows = rows;
        Ok(())
    }

    /// Appends rows (row-major) and puts them on the disk; their checksum is
    /// for the database.
    pub(super) fn append(&mut self, rows: &[f32]) -> Result<[u8; 32]> {
        debug_assert_eq!(rows.len() % self.shape.dims.max(1), 0);
        let bytes: Vec<u8> = rows.iter().flat_map(|v| v.to_le_bytes()).collect();
        let mut write = || {
            self.file.write_all(&bytes)?;
            self.file.sync_data()
        };
        write().map_err(Error::io(&self.path))?;
        self.rows += rows.len().checked_div(self.shape.dims).unwrap_or(0) as u64;
        Ok(Sha256::digest(&bytes).into())
    }

    /// The checksum of rows as they are on the disk.
    pub(super) fn checksum(&mut self, first: u64, rows: u64) -> Result<[u8; 32]> {
        let at = HEADER as u64 + first * self.shape.row_bytes() as u64;
        let mut bytes = vec![0; (rows * self.shape.row_bytes() as u64) as usize];
        let mut read = || {
            self.file.seek(SeekFrom::Start(at))?;
            self.file.read_exact(&mut bytes)?;
            self.file.seek(SeekFrom::End(0))
        };
        read().map_err(Error::io(&self.path))?;
        Ok(Sha256::digest(&bytes).into())
    }
}

/// Rows of one kind, in memory or mapped from a file.
pub(super) enum Rows {
    Owned(Vec<f32>),
    Mapped(Mapped),
}

impl Rows {
    /// Maps the first `rows` rows of a file.
    pub(super) fn map(path: &Path, shape: &Shape, rows: u64) -> Result<Self> {
        let mut file = File::open(path).map_err(|source| missing_or_io(path, source))?;
        shape.check(path, &mut file)?;
        check_length(path, &file, shape, rows)?;
        let len = (rows * shape.row_bytes() as u64) as usize;
        if len == 0 {
            return Ok(Self::Owned(Vec::new()));
        }
        if cfg!(target_endian = "big") {
            return read_rows(&mut file, len).map_err(Error::io(path));
        }
        // SAFETY: the mapping is read only and covers committed rows alone.
        // Impasto never changes or cuts off a committed row of a file: writers
        // append, roll back to the committed length, and compact into a file
        // of another name. A foreign program that shortens the file in use is
        // outside what a mapping can defend against; the index lies in a folder
        // of its own for that reason.
        let map = unsafe { MmapOptions::new().offset(HEADER as u64).len(len).map(&file) };
        Ok(Self::Mapped(Mapped(map.map_err(Error::io(path))?)))
    }

    /// Only the given rows, in that order.
    pub(super) fn gather(&self, dims: usize, rows: impl Iterator<Item = u64>) -> Self {
        let mut out = Vec::new();
        for row in rows {
            let at = row as usize * dims;
            out.extend_from_slice(&self[at..at + dims]);
        }
        Self::Owned(out)
    }
}

/// Machines that store numbers the other way round cannot use a mapping.
fn read_rows(file: &mut File, len: usize) -> std::io::Result<Rows> {
    let mut bytes = vec![0; len];
    file.read_exact(&mut bytes)?;
    let (words, _) = bytes.as_chunks();
    Ok(Rows::Owned(
        words.iter().map(|b| f32::from_le_bytes(*b)).collect(),
    ))
}

impl Deref for Rows {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match self {
            Self::Owned(rows) => rows,
            Self::Mapped(rows) => rows.as_slice(),
        }
    }
}

/// A mapping whose bytes are `f32` in this machine's order.
pub(super) struct Mapped(Mmap);

impl Mapped {
    fn as_slice(&self) -> &[f32] {
        // SAFETY: any bit pattern is an f32, the bytes live and stay unchanged
        // as long as the mapping (see `Rows::map`), and `align_to` itself finds
        // the aligned part. Mappings begin on a page, so all of it is aligned.
        let (before, rows, after) = unsafe { self.0.align_to::<f32>() };
        debug_assert!(before.is_empty() && after.is_empty());
        rows
    }
}

fn check_length(path: &Path, file: &File, shape: &Shape, rows: u64) -> Result<()> {
    let len = file.metadata().map_err(Error::io(path))?.len();
    let needed = HEADER as u64 + rows * shape.row_bytes() as u64;
    if len < needed {
        let what = format!("it has {len} bytes where {needed} were committed");
        return Err(damaged(path, &what));
    }
    Ok(())
}

/// A committed file that is gone is damage, which leads to a rebuild.
fn missing_or_io(path: &Path, source: std::io::Error) -> Error {
    if source.kind() == std::io::ErrorKind::NotFound {
        return damaged(path, "it is gone");
    }
    Error::io(path)(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(dims: usize) -> Shape {
        Shape {
            kind: Kind::Embedding,
            dims,
            model: [7; 32],
        }
    }

    #[test]
    fn rows_come_back_and_uncommitted_ones_do_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = Kind::Embedding.path(dir.path(), 1);
        let mut writer = VectorWriter::create(path.clone(), shape(2)).unwrap();
        let checksum = writer.append(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        writer.append(&[5.0, 6.0]).unwrap();
        drop(writer);
        assert_eq!(Rows::map(&path, &shape(2), 3).unwrap()[4..], [5.0, 6.0]);

        let mut writer = VectorWriter::open(path.clone(), shape(2), 2).unwrap();
        assert_eq!(writer.checksum(0, 2).unwrap(), checksum);
        writer.append(&[7.0, 8.0]).unwrap();
        let rows = Rows::map(&path, &shape(2), 3).unwrap();
        assert_eq!(rows[..], [1.0, 2.0, 3.0, 4.0, 7.0, 8.0]);
        assert_eq!(rows.gather(2, [2, 0].into_iter())[..], [7.0, 8.0, 1.0, 2.0]);
    }

    #[test]
    fn a_file_that_is_not_what_was_committed_is_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let path = Kind::Embedding.path(dir.path(), 1);
        let is_damaged = |rows, shape: Shape| {
            let result = Rows::map(&path, &shape, rows);
            matches!(
                result,
                Err(Error::Index {
                    problem: IndexProblem::Damaged(_),
                    ..
                })
            )
        };
        assert!(is_damaged(0, shape(2)), "gone");
        VectorWriter::create(path.clone(), shape(2))
            .unwrap()
            .append(&[1.0, 2.0])
            .unwrap();
        assert!(!is_damaged(1, shape(2)), "whole");
        assert!(is_damaged(2, shape(2)), "shorter than committed");
        assert!(is_damaged(1, shape(3)), "other row length");
        assert!(
            is_damaged(
                1,
                Shape {
                    model: [8; 32],
                    ..shape(2)
                }
            ),
            "other model"
        );
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[9] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(is_damaged(1, shape(2)), "flipped bit");
    }
}
