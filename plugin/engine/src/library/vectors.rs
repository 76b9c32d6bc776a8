//! The files that hold a row for every chunk.
//!
//! One file a kind: a header of one page, then rows of one length, little-endian. A
//! file only grows; which of its rows count is said by the database (see
//! [`super::store`]), so rows appended by a process that was killed before it
//! committed are cut off by the next writer. A file that is shorter than what was
//! committed is damaged.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use half::f16;
use memmap2::{Mmap, MmapOptions};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

use super::IndexProblem;
use super::half_rows::{HalfMatrix, stride_of};

const MAGIC: [u8; 8] = *b"ImpstVec";
const FORMAT: u32 = 2;
/// A page, so that the rows begin where a mapping may begin.
pub(super) const HEADER: usize = 4096;
/// Where the header's own checksum lies, over all bytes before it.
const CHECKSUM_AT: usize = HEADER - 32;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Kind {
    /// [`super::Dims::embedding`] halves, filled up as [`HalfRows`] says.
    Embedding = 1,
    /// [`super::Dims::point`] halves.
    Point = 2,
    /// Tags, then affect, as halves.
    Trait = 3,
    /// One [`Record`].
    Record = 4,
}

impl Kind {
    /// In the order of the checksums in the database.
    pub(super) const ALL: [Self; 4] = [Self::Embedding, Self::Point, Self::Trait, Self::Record];

    fn name(self) -> &'static str {
        match self {
            Self::Embedding => "embeddings",
            Self::Point => "points",
            Self::Trait => "traits",
            Self::Record => "records",
        }
    }

    /// The file's path. `number` grows with each compaction, so that a reader
    /// of the file before keeps what it has mapped.
    pub(super) fn path(self, dir: &Path, number: u64) -> PathBuf {
        dir.join(format!("{}-{number}.{EXTENSION}", self.name()))
    }
}

/// The ending of the files' names.
pub(super) const EXTENSION: &str = "rows";

/// What is known of a chunk beside its vectors. It lies among them, not in the
/// database: a million rows of SQL take longer to read than an artist waits.
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub(super) struct Record {
    /// The file's number in the database; none is 0.
    pub(super) file: u32,
    /// Where in the track it begins, in seconds.
    pub(super) start: f32,
    /// Root mean square, dBFS.
    pub(super) rms_db: f32,
    /// Zero.
    pub(super) reserved: u32,
}

impl Record {
    fn to_le_bytes(self) -> [u8; size_of::<Self>()] {
        let words = [
            self.file,
            self.start.to_bits(),
            self.rms_db.to_bits(),
            self.reserved,
        ];
        bytemuck::cast(words.map(u32::to_le))
    }

    /// All records of a file's bytes.
    pub(super) fn read(bytes: &[u8]) -> Vec<Self> {
        let (records, _) = bytes.as_chunks::<{ size_of::<Self>() }>();
        records
            .iter()
            .map(|record| Self::swapped(bytemuck::cast(*record)))
            .collect()
    }

    fn swapped(self) -> Self {
        let words: [u32; 4] = bytemuck::cast(self);
        bytemuck::cast(words.map(u32::from_le))
    }
}

/// Records as they lie in their file.
pub(super) fn record_bytes(records: impl Iterator<Item = Record>) -> Vec<u8> {
    records.flat_map(Record::to_le_bytes).collect()
}

/// Rows of `dims` numbers (row-major) as they lie in their file.
pub(super) fn half_bytes(values: &[f32], dims: usize) -> Vec<u8> {
    let halves = HalfMatrix::from_f32(values, dims).into_stored();
    halves.iter().flat_map(|half| half.to_le_bytes()).collect()
}

/// What a file must be: checked against its header when it is opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    /// Numbers a row that count; a record counts as one.
    pub(super) dims: usize,
    /// Which networks and front end made the numbers.
    pub(super) model: [u8; 32],
}

impl Shape {
    /// Of one row.
    pub(super) fn row_bytes(&self) -> usize {
        match self.kind {
            Kind::Record => size_of::<Record>(),
            _ => stride_of(self.dims) * size_of::<f16>(),
        }
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
        if found == self.header() {
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

pub(super) fn damaged(path: &Path, what: &str) -> Error {
    IndexProblem::Damaged(what.to_owned()).at(path)
}

/// The writing end; there is one at a time (see [`super::scan`]'s lock).
pub(super) struct VectorWriter {
    path: PathBuf,
    shape: Shape,
    file: File,
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
        Ok(Self { path, shape, file })
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
        let mut writer = Self { path, shape, file };
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
        cut().map(drop).map_err(Error::io(&self.path))
    }

    /// Appends whole rows as they lie in the file and puts them on the disk; their
    /// checksum is for the database.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<[u8; 32]> {
        debug_assert!(bytes.is_empty() || bytes.len().is_multiple_of(self.shape.row_bytes()));
        let mut write = || {
            self.file.write_all(bytes)?;
            self.file.sync_data()
        };
        write().map_err(Error::io(&self.path))?;
        Ok(Sha256::digest(bytes).into())
    }

    /// The bytes of rows as they are on the disk.
    pub(super) fn read(&mut self, first: u64, rows: u64) -> Result<Vec<u8>> {
        let at = HEADER as u64 + first * self.shape.row_bytes() as u64;
        let mut bytes = vec![0; (rows * self.shape.row_bytes() as u64) as usize];
        let mut read = || {
            self.file.seek(SeekFrom::Start(at))?;
            self.file.read_exact(&mut bytes)?;
            self.file.seek(SeekFrom::End(0))
        };
        read().map_err(Error::io(&self.path))?;
        Ok(bytes)
    }

    /// The checksum of rows as they are on the disk.
    pub(super) fn checksum(&mut self, first: u64, rows: u64) -> Result<[u8; 32]> {
        Ok(Sha256::digest(self.read(first, rows)?).into())
    }
}

/// The committed rows of a file, mapped; where the machine stores numbers the other
/// way round, or they were made in memory, as a copy.
pub(super) enum Rows<T> {
    Owned(Vec<T>),
    Mapped(Mmap),
}

impl<T: bytemuck::Pod> Deref for Rows<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Owned(rows) => rows,
            // A mapping begins on a page and its length is that of whole rows.
            Self::Mapped(map) => bytemuck::cast_slice(map),
        }
    }
}

/// Maps the first `rows` rows of halves.
pub(super) fn map_halves(path: &Path, shape: &Shape, rows: u64) -> Result<Rows<f16>> {
    map(path, shape, rows, |half: f16| {
        f16::from_bits(u16::from_le(half.to_bits()))
    })
}

/// Maps the first `rows` records.
pub(super) fn map_records(path: &Path, shape: &Shape, rows: u64) -> Result<Rows<Record>> {
    map(path, shape, rows, Record::swapped)
}

fn map<T: bytemuck::Pod>(
    path: &Path,
    shape: &Shape,
    rows: u64,
    swap: impl Fn(T) -> T,
) -> Result<Rows<T>> {
    let mut file = File::open(path).map_err(|source| missing_or_io(path, source))?;
    shape.check(path, &mut file)?;
    check_length(path, &file, shape, rows)?;
    let len = usize::try_from(rows * shape.row_bytes() as u64)
        .map_err(|_| damaged(path, "it is too large for this machine"))?;
    if len == 0 {
        return Ok(Rows::Owned(Vec::new()));
    }
    if cfg!(target_endian = "big") {
        let mut values = vec![T::zeroed(); len / size_of::<T>()];
        file.read_exact(bytemuck::cast_slice_mut(&mut values))
            .map_err(Error::io(path))?;
        return Ok(Rows::Owned(values.into_iter().map(swap).collect()));
    }
    // SAFETY: the mapping is read only and covers committed rows alone.
    // Impasto never changes or cuts off a committed row of a file: writers
    // append, roll back to the committed length, and compact into a file
    // of another name. A foreign program that shortens the file in use is
    // outside what a mapping can defend against; the index lies in a folder
    // of its own for that reason.
    let map = unsafe { MmapOptions::new().offset(HEADER as u64).len(len).map(&file) };
    Ok(Rows::Mapped(map.map_err(Error::io(path))?))
}

fn check_length(path: &Path, file: &File, shape: &Shape, rows: u64) -> Result<()> {
    let len = file.metadata().map_err(Error::io(path))?.len();
    let needed = (rows.checked_mul(shape.row_bytes() as u64))
        .and_then(|bytes| bytes.checked_add(HEADER as u64))
        .ok_or_else(|| damaged(path, "the database counts more rows than can be"))?;
    if len < needed {
        let what = format!("it has {len} bytes where {needed} were committed");
        return Err(damaged(path, &what));
    }
    Ok(())
}

/// A committed file that is gone is damage, which leads to a rebuild.
pub(super) fn missing_or_io(path: &Path, source: std::io::Error) -> Error {
    if source.kind() == std::io::ErrorKind::NotFound {
        return damaged(path, "it is gone");
    }
    Error::io(path)(source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::HalfRows;

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
        let checksum = writer
            .append(&half_bytes(&[1.0, 2.0, 3.0, 4.0], 2))
            .unwrap();
        writer.append(&half_bytes(&[5.0, 6.0], 2)).unwrap();
        drop(writer);
        let rows = map_halves(&path, &shape(2), 3).unwrap();
        assert_eq!(HalfRows::new(&rows, 2).row(2), [5.0, 6.0]);

        let mut writer = VectorWriter::open(path.clone(), shape(2), 2).unwrap();
        assert_eq!(writer.checksum(0, 2).unwrap(), checksum);
        writer.append(&half_bytes(&[7.0, 8.0], 2)).unwrap();
        let rows = map_halves(&path, &shape(2), 3).unwrap();
        let rows = HalfRows::new(&rows, 2);
        assert_eq!([rows.row(1), rows.row(2)].concat(), [3.0, 4.0, 7.0, 8.0]);
    }

    #[test]
    fn records_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let shape = Shape {
            kind: Kind::Record,
            ..shape(1)
        };
        let path = Kind::Record.path(dir.path(), 1);
        let record = |file| Record {
            file,
            start: 4.0 * file as f32,
            rms_db: -20.5,
            reserved: 0,
        };
        let mut writer = VectorWriter::create(path.clone(), shape).unwrap();
        writer
            .append(&record_bytes([record(1), record(700_000)].into_iter()))
            .unwrap();
        let records = map_records(&path, &shape, 2).unwrap();
        assert_eq!(records[..], [record(1), record(700_000)]);
    }

    #[test]
    fn a_file_that_is_not_what_was_committed_is_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let path = Kind::Embedding.path(dir.path(), 1);
        let is_damaged = |rows, shape: Shape| {
            let problem = map_halves(&path, &shape, rows).err();
            matches!(
                problem,
                Some(Error::Index {
                    problem: IndexProblem::Damaged(_),
                    ..
                })
            )
        };
        assert!(is_damaged(0, shape(2)), "gone");
        VectorWriter::create(path.clone(), shape(2))
            .unwrap()
            .append(&half_bytes(&[1.0, 2.0], 2))
            .unwrap();
        assert!(!is_damaged(1, shape(2)), "whole");
        assert!(is_damaged(2, shape(2)), "shorter than committed");
        assert!(is_damaged(u64::MAX, shape(2)), "more rows than can be");
        assert!(is_damaged(1, shape(3)), "other row length");
        let other = Shape {
            model: [8; 32],
            ..shape(2)
        };
        assert!(is_damaged(1, other), "other model");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[9] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(is_damaged(1, shape(2)), "flipped bit");
    }
}
