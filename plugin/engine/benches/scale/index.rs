//! An index of generated rows on disk, and opening it in a process of its own.
//!
//! Scanning would take days of music, so the rows go into an empty index as its own
//! files say they lie: what opens it sees nothing else.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use engine::library::{Contract, Dims, Indexer, Library, stride_of};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{CHUNKS_A_TRACK, EMBEDDING, POINT, Stage, memory, milliseconds, serve};

/// As many as the shipped networks give.
const TAGS: usize = 50;
const AFFECT: usize = 7;

const CONTRACT: Contract = Contract {
    model: [1; 32],
    dims: Dims {
        embedding: EMBEDDING,
        point: POINT,
        tags: TAGS,
        affect: AFFECT,
    },
};

/// Opens the index of `chunks` in `folder`, takes paintings, and says what it took.
pub fn open(folder: &Path, chunks: usize) -> Value {
    let dir = made(folder, chunks);
    let paintings = serve::rows(folder, "paintings", POINT, None);
    let query = serve::rows(folder, "queries", EMBEDDING, Some(1));
    let before = memory::private();
    let begin = Instant::now();
    let library = Library::open(&dir).expect("an index");
    let opened = milliseconds(begin);
    assert_eq!(library.len(), chunks);
    let mut stage = Stage::of(library);
    let points = paintings.chunks_exact(POINT);
    let painted: Vec<f64> = points
        .map(|point| stage.paint(point).iter().sum())
        .collect();
    stage.search(&query);
    let private = before.zip(memory::private());
    json!({
        "open": opened,
        "painted": painted,
        "private": private.map(|(before, after)| after.saturating_sub(before)),
        "mapped": memory::mapped(),
    })
}

/// The index's folder; the index is made if it is not there.
fn made(folder: &Path, chunks: usize) -> PathBuf {
    let dir = folder.join(format!("index-{chunks}"));
    if !dir.exists() {
        let part = folder.join(format!("index-{chunks}.part"));
        let _ = fs::remove_dir_all(&part);
        drop(Indexer::with_contract(&part, CONTRACT).expect("an empty index"));
        append(
            &part,
            "embeddings",
            &halves(folder, "embeddings", EMBEDDING, chunks),
        );
        append(&part, "points", &halves(folder, "points", POINT, chunks));
        let traits = stride_of(TAGS + AFFECT) * size_of::<u16>();
        append(&part, "traits", &vec![0; chunks * traits]);
        append(&part, "records", &records(chunks));
        count(&part, chunks).expect("rows in the database");
        fs::rename(&part, &dir).expect("a folder");
    }
    dir
}

fn append(dir: &Path, name: &str, bytes: &[u8]) {
    let path = dir.join(format!("{name}-1.rows"));
    let file = OpenOptions::new().append(true).open(&path);
    let mut file = file.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    file.write_all(bytes).expect("room for the rows");
}

/// Rows as the index holds them.
fn halves(folder: &Path, name: &str, dims: usize, chunks: usize) -> Vec<u8> {
    let numbers = serve::rows(folder, name, dims, Some(chunks));
    let rows = engine::library::HalfMatrix::from_f32(&numbers, dims);
    let values = rows.rows().values().iter();
    values
        .flat_map(|half| half.to_bits().to_le_bytes())
        .collect()
}

/// File number, start, level, nothing.
fn records(chunks: usize) -> Vec<u8> {
    let record = |chunk: usize| {
        let start = (chunk % CHUNKS_A_TRACK) as f32 * 4.0;
        let file = (chunk / CHUNKS_A_TRACK) as u32 + 1;
        [file, start.to_bits(), (-20.0f32).to_bits(), 0].map(u32::to_le_bytes)
    };
    (0..chunks).flat_map(record).flatten().collect()
}

fn count(dir: &Path, chunks: usize) -> rusqlite::Result<()> {
    let mut db = Connection::open(dir.join("index.sqlite"))?;
    let db = db.transaction()?;
    db.execute("INSERT INTO folders VALUES (1, CAST('/music' AS BLOB))", [])?;
    for first in (0..chunks).step_by(CHUNKS_A_TRACK) {
        let path = format!("Artist {}/Album/{first:07}.flac", first / 6_000);
        let here = CHUNKS_A_TRACK.min(chunks - first);
        db.prepare_cached(
            "INSERT INTO files (folder, path, size, modified, state, chunks, title, duration)
             VALUES (1, ?, 0, 0, 'done', ?, 'A title', 240.0)",
        )?
        .execute((path.as_bytes(), here))?;
    }
    db.execute("UPDATE state SET rows = ?, generation = 1", [chunks])?;
    db.commit()
}
