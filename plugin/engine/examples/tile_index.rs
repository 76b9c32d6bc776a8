//! Makes a large index of a small one: its rows again and again, each time a little
//! changed, of links to its music. What is measured on it searches as many chunks as a
//! large library has, and decodes real music.
//!
//! `tile_index INDEX MUSIC OUT CHUNKS` reads the index of the folder MUSIC and makes
//! OUT/index and OUT/music. OUT must not exist.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use half::f16;
use rusqlite::Connection;

/// Part of a row's root mean square by which its numbers are changed at most.
const CHANGE: f32 = 0.1;
/// Bytes before a file's first row.
const HEADER: usize = 4096;
/// Bytes of a chunk's record: file number, start, level, nothing.
const RECORD: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [index, music, out, chunks] = arguments.as_slice() else {
        return Err("tile_index INDEX MUSIC OUT CHUNKS".into());
    };
    let (index, music, out) = (Path::new(index), Path::new(music), Path::new(out));
    let music = music.canonicalize()?;
    let tiles = Tiles::new(index, out)?;
    let copies = chunks.parse::<usize>()?.div_ceil(tiles.rows);
    fs::create_dir_all(out.join("music"))?;
    for copy in 0..copies {
        link(&music, &out.join("music").join(copy.to_string()))?;
    }
    for kind in ["embeddings", "points", "traits", "records"] {
        let rows = tiles.read(kind)?;
        let mut file = fs::OpenOptions::new().append(true).open(tiles.path(kind))?;
        for copy in 1..copies {
            file.write_all(&tiles.changed(kind, &rows, copy))?;
        }
    }
    tiles.count(&out.join("music").canonicalize()?, copies)?;
    println!("{} chunks", copies * tiles.rows);
    Ok(())
}

/// A copy of the index, which grows.
struct Tiles {
    dir: PathBuf,
    /// The number in the vector files' names.
    vectors: i64,
    /// Rows of the small index.
    rows: usize,
    /// What file numbers grow by from one copy to the next.
    files: u32,
}

impl Tiles {
    fn new(index: &Path, out: &Path) -> Result<Self, Box<dyn Error>> {
        let dir = out.join("index");
        fs::create_dir_all(out)?;
        fs::create_dir(&dir)?;
        for entry in fs::read_dir(index)? {
            let entry = entry?;
            fs::copy(entry.path(), dir.join(entry.file_name()))?;
        }
        let db = Connection::open(dir.join("index.sqlite"))?;
        let (vectors, rows) = db.query_row("SELECT vectors, rows FROM state", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let files = db.query_row("SELECT MAX(id) FROM files", [], |row| row.get(0))?;
        Ok(Self {
            dir,
            vectors,
            rows,
            files,
        })
    }

    fn path(&self, kind: &str) -> PathBuf {
        self.dir.join(format!("{kind}-{}.rows", self.vectors))
    }

    /// The rows of a kind.
    fn read(&self, kind: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        let bytes = fs::read(self.path(kind))?;
        let rows = bytes.get(HEADER..).ok_or("a file without its header")?;
        Ok(rows.to_vec())
    }

    fn changed(&self, kind: &str, bytes: &[u8], copy: usize) -> Vec<u8> {
        match kind {
            "records" => (bytes.as_chunks::<RECORD>().0.iter())
                .flat_map(|record| self.record(record, copy))
                .collect(),
            "traits" => bytes.to_vec(),
            _ => halves(bytes, bytes.len() / self.rows, copy),
        }
    }

    fn record(&self, record: &[u8; RECORD], copy: usize) -> [u8; RECORD] {
        let mut moved = *record;
        let (file, _) = moved.split_at_mut(4);
        let number = u32::from_le_bytes([file[0], file[1], file[2], file[3]]);
        let number = number + copy as u32 * self.files;
        file.copy_from_slice(&number.to_le_bytes());
        moved
    }

    fn count(&self, music: &Path, copies: usize) -> Result<(), Box<dyn Error>> {
        let music = music.to_str().ok_or("a folder with a name in Unicode")?;
        let mut db = Connection::open(self.dir.join("index.sqlite"))?;
        let db = db.transaction()?;
        db.execute("UPDATE folders SET path = CAST(? AS BLOB)", [music])?;
        for copy in 1..copies {
            db.prepare_cached(
                "INSERT INTO files (id, folder, path, size, modified, state, digest, chunks,
                                    title, artist, duration, rate, channels)
                 SELECT id + ?1 * ?2, folder, CAST(?1 || '/' || CAST(path AS TEXT) AS BLOB), size,
                        modified, state, digest, chunks, title, artist, duration, rate, channels
                 FROM files WHERE id <= ?2",
            )?
            .execute((copy as u32, self.files))?;
        }
        db.execute(
            "UPDATE files SET path = CAST('0/' || CAST(path AS TEXT) AS BLOB) WHERE id <= ?",
            [self.files],
        )?;
        let rows = copies * self.rows;
        db.execute(
            "UPDATE state SET rows = ?, generation = generation + 1",
            [rows as i64],
        )?;
        db.commit()?;
        Ok(())
    }
}

/// Rows of halves, changed by noise.
fn halves(bytes: &[u8], row: usize, copy: usize) -> Vec<u8> {
    let mut state = copy as u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    let mut changed = Vec::with_capacity(bytes.len());
    for row in bytes.chunks(row) {
        let numbers = row.as_chunks::<2>().0.iter();
        let numbers: Vec<f32> = numbers.map(|n| f16::from_le_bytes(*n).to_f32()).collect();
        let power = numbers.iter().map(|n| n * n).sum::<f32>() / numbers.len() as f32;
        let most = if copy == 0 {
            0.0
        } else {
            CHANGE * power.sqrt()
        };
        for number in numbers {
            // What fills a row up stays zero.
            let number = if number == 0.0 {
                0.0
            } else {
                number + most * noise()
            };
            changed.extend(f16::from_f32(number).to_le_bytes());
        }
    }
    changed
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(windows)]
fn link(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(to, at)
}
