//! An index on disk whose files and tables were changed in any way: what can be read is
//! read, what can't is a message, and the next writer makes it good.
//!
//! An input is a list of changes to a small whole index, as bytes at random would hardly
//! get past the first comparison: see [`Change`].

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use engine::analysis::{BANDS, FRAMES};
use engine::inference::{Embedder, MusicFeatures};
use engine::library::{Contract, Control, Dims, Indexer, Library};
use engine::{Error, Result};
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::memory;
use crate::scratch::Scratch;

/// Of two libraries open at once, with a table up to the highest number that a file may
/// have (64 MiB, which grow by doubling). The database's own memory is SQLite's, which the
/// fuzzer's limit watches over.
const MEMORY: usize = 448 << 20;

const CONTRACT: Contract = Contract {
    model: [3; 32],
    dims: Dims {
        embedding: 20,
        point: 4,
        tags: 3,
        affect: 2,
    },
};

/// What may be set in the tables, by table and column.
const COLUMNS: [(&str, &str); 29] = [
    ("state", "model"),
    ("state", "embedding"),
    ("state", "point"),
    ("state", "tags"),
    ("state", "affect"),
    ("state", "identity"),
    ("state", "vectors"),
    ("state", "rows"),
    ("state", "generation"),
    ("folders", "id"),
    ("folders", "path"),
    ("files", "id"),
    ("files", "folder"),
    ("files", "path"),
    ("files", "size"),
    ("files", "modified"),
    ("files", "state"),
    ("files", "digest"),
    ("files", "chunks"),
    ("files", "title"),
    ("files", "duration"),
    ("files", "rate"),
    ("files", "channels"),
    ("files", "code"),
    ("files", "message"),
    ("batches", "first"),
    ("batches", "rows"),
    ("batches", "embeddings"),
    ("batches", "records"),
];

/// A whole index of five chunks in two files, and one file that failed.
pub struct Template {
    scratch: Scratch,
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl Template {
    /// Makes it, by a scan of music made from numbers.
    pub fn new() -> Self {
        let scratch = Scratch::new("index");
        let (music, index) = (scratch.dir().join("music"), scratch.dir().join("index"));
        fs::create_dir_all(&music).expect("room");
        for (name, seconds) in [("a.wav", 10), ("b.wav", 7), ("failed.wav", 0)] {
            fs::write(music.join(name), wav(seconds)).expect("room");
        }
        Indexer::with_contract(&index, CONTRACT)
            .expect("an index")
            .scan(
                &music,
                &mut [Box::new(Levels)],
                &Control::new(),
                &mut |_| ControlFlow::Continue(()),
            )
            .expect("a scan");
        let mut files: Vec<_> = fs::read_dir(&index)
            .expect("an index")
            .map(|entry| entry.expect("readable").path())
            .map(|path| (path.clone(), fs::read(path).expect("readable")))
            .collect();
        files.sort();
        let template = Self { scratch, files };
        let whole = Library::open(&template.dir()).expect("whole");
        assert_eq!((whole.len(), whole.failures().len()), (5, 1));
        template
    }

    fn dir(&self) -> PathBuf {
        self.scratch.dir().join("index")
    }

    /// The index as it was made, without what the last input has left.
    fn restore(&self) {
        for entry in fs::read_dir(self.dir()).expect("an index") {
            let path = entry.expect("readable").path();
            if !self.files.iter().any(|(known, _)| *known == path) {
                fs::remove_file(path).expect("ours");
            }
        }
        for (path, bytes) in &self.files {
            fs::write(path, bytes).expect("room");
        }
    }
}

impl Default for Template {
    fn default() -> Self {
        Self::new()
    }
}

/// Changes the index as `bytes` say, and opens it for reading and for writing.
pub fn check(template: &Template, bytes: &[u8]) {
    template.restore();
    let mut rest = bytes;
    while let Some(change) = Change::next(&mut rest) {
        change.apply(template);
    }
    let dir = template.dir();
    memory::within(MEMORY, || {
        let found = Library::open(&dir);
        found.as_ref().map_or_else(assert_explained, read_all);
        let mut indexer = match Indexer::with_contract(&dir, CONTRACT) {
            Ok(indexer) => indexer,
            Err(error) => return assert_explained(&error),
        };
        if let Err(error) = indexer.verify(&mut |_, _| ControlFlow::Continue(())) {
            assert_explained(&error);
        }
        drop(indexer);
        // Whatever it was, whoever could write it has left an index that can be read.
        let mended = Library::open(&dir).unwrap_or_else(|error| panic!("not mended: {error}"));
        read_all(&mended);
    });
}

fn assert_explained(error: &Error) {
    assert!(
        matches!(error, Error::Index { .. } | Error::Io { .. }),
        "{error}"
    );
    assert!(error.to_string().len() > 20, "{error}");
}

fn read_all(library: &Library) {
    let dims = library.dims();
    assert!(library.len() <= library.rows());
    for id in library.ids() {
        let chunk = library.chunk(id);
        // Read, whatever it says.
        let _ = library.track(chunk.track).name();
        assert_eq!(library.embedding(id).len(), dims.embedding);
        assert_eq!(library.point(id).len(), dims.point);
        assert_eq!(library.traits(id).len(), dims.traits());
    }
    for failure in library.failures() {
        assert!(!failure.path.as_os_str().is_empty());
    }
}

/// One change: an operation, what it is done to, and how.
enum Change<'a> {
    /// Bytes of a file.
    Patch(usize, usize, &'a [u8]),
    /// A file's length.
    Resize(usize, u64),
    /// A column of a table, or the database's version.
    Set(usize, Value),
    /// A table, gone.
    Drop(usize),
}

impl<'a> Change<'a> {
    /// Taken from the front; `None` at the end.
    fn next(rest: &mut &'a [u8]) -> Option<Self> {
        let mut take = |len: usize| {
            let (taken, left) = rest.split_at_checked(len)?;
            *rest = left;
            Some(taken)
        };
        let &[operation, what] = take(2)? else {
            return None;
        };
        let what = usize::from(what);
        let number = |bytes: &[u8]| {
            let bytes = bytes.iter().rev();
            bytes.fold(0, |sum: u64, &byte| sum << 8 | u64::from(byte))
        };
        Some(match operation % 8 {
            0..=2 => {
                let at = number(take(2)?) as usize;
                let len = usize::from(take(1)?[0] % 64);
                Self::Patch(what, at, take(len)?)
            }
            3 => Self::Resize(what, number(take(3)?)),
            4 => Self::Set(what, Value::Integer(number(take(8)?).cast_signed())),
            5 => Self::Set(what, Value::Real(f64::from_bits(number(take(8)?)))),
            6 => {
                let len = usize::from(take(1)?[0] % 64);
                let bytes = take(len)?.to_vec();
                Self::Set(
                    what,
                    match String::from_utf8(bytes) {
                        Ok(text) if operation < 128 => Value::Text(text),
                        Ok(text) => Value::Blob(text.into_bytes()),
                        Err(error) => Value::Blob(error.into_bytes()),
                    },
                )
            }
            _ if what < 16 => Self::Drop(what),
            _ => Self::Set(what, Value::Null),
        })
    }

    /// What the file system or SQLite refuses is left undone.
    fn apply(self, template: &Template) {
        let file = |what: usize| &template.files[what % template.files.len()].0;
        match self {
            Self::Patch(what, at, with) => patch(file(what), at, with),
            Self::Resize(what, len) => {
                let opened = fs::File::options().write(true).open(file(what));
                // Half a megabyte more is as good as more.
                let _ = opened.and_then(|opened| opened.set_len(len % (1 << 19)));
            }
            Self::Set(what, value) => {
                let _ = set(&template.dir(), what, value);
            }
            Self::Drop(what) => {
                let (table, _) = COLUMNS[what * 2 % COLUMNS.len()];
                let _ = connect(&template.dir())
                    .and_then(|db| db.execute_batch(&format!("DROP TABLE {table}")));
            }
        }
    }
}

fn patch(path: &Path, at: usize, with: &[u8]) {
    let Ok(mut bytes) = fs::read(path) else {
        return;
    };
    // Twice as many places in files of the same shape are no use.
    let at = at % (bytes.len() + 1);
    for (to, from) in bytes[at..].iter_mut().zip(with) {
        *to = *from;
    }
    let _ = fs::write(path, bytes);
}

fn connect(dir: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(dir.join("index.sqlite"))?;
    db.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;")?;
    Ok(db)
}

fn set(dir: &Path, what: usize, value: Value) -> rusqlite::Result<()> {
    let db = connect(dir)?;
    let Some((table, column)) = COLUMNS.get(what % (COLUMNS.len() + 1)) else {
        let version = match value {
            Value::Integer(version) => version,
            _ => 0,
        };
        return db.pragma_update(None, "user_version", version);
    };
    // Of all rows, or, where they must differ, of the first.
    let all = format!("UPDATE {table} SET {column} = ?1");
    let first = format!("{all} WHERE rowid = (SELECT min(rowid) FROM {table})");
    db.execute(&all, [&value])
        .or_else(|_| db.execute(&first, [&value]))?;
    Ok(())
}

/// Seconds of a tone at 16 kHz; of none, not even a header.
fn wav(seconds: u32) -> Vec<u8> {
    if seconds == 0 {
        return Vec::new();
    }
    let samples = (0..seconds * 16_000).map(|n| ((n * 37 % 1000) as i16 - 500) * 20);
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(16_000_u32.to_le_bytes());
    bytes.extend(32_000_u32.to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}

/// An embedder without a network: a chunk's mean levels.
struct Levels;

impl Embedder for Levels {
    fn embed(&mut self, mel: &[f32], _: usize) -> Result<Vec<MusicFeatures>> {
        let dims = CONTRACT.dims;
        let features = |mel: &[f32]| {
            let values = |len: usize| mel.iter().step_by(97).take(len).copied().collect();
            MusicFeatures {
                embedding: values(dims.embedding),
                point: values(dims.point),
                tags: values(dims.tags),
                affect: values(dims.affect),
            }
        };
        Ok(mel.chunks(BANDS * FRAMES).map(features).collect())
    }
}
