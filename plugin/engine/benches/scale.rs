//! How search grows from ten thousand chunks to a million.
//!
//! Alone it measures generated noise and prints a table. With `--serve FOLDER` it answers
//! one command a line on its input with one JSON object a line, so that `benches/scale`
//! can measure it and its peers in turns, on the vectors in the folder. With
//! `--open FOLDER CHUNKS` it opens an index of so many of them and says what that took.

#[path = "scale/index.rs"]
mod index;
#[path = "scale/memory.rs"]
mod memory;
#[path = "scale/serve.rs"]
mod serve;

use std::path::{Path, PathBuf};
use std::time::Instant;

use engine::inference::Correspondence;
use engine::library::{ChunkInfo, Dims, Library, Parts, TrackId, TrackInfo};
use engine::retrieval::{Fraction, Kernel, Pool, Ranking, Recent, Variety, nearest_n};
use engine::units::{ChunkId, Seconds};

/// As long as the shipped networks make them.
const EMBEDDING: usize = 249;
const POINT: usize = 163;
const CHUNKS_A_TRACK: usize = 60;
/// As many as are listed for recall; the plug-in asks for four.
const NEAREST: usize = 10;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // Cargo adds words of its own.
    match &arguments[1..] {
        ["--serve", folder, ..] => serve::run(Path::new(folder)),
        ["--open", folder, chunks, ..] => {
            let chunks = chunks.parse().expect("a number of chunks");
            println!("{}", index::open(Path::new(folder), chunks));
        }
        _ => measure_noise(),
    }
}

/// A painting, a library, and their pool.
struct Stage {
    library: Library,
    pool: Pool,
    recent: Recent,
}

impl Stage {
    fn new(embeddings: Vec<f32>, points: Vec<f32>) -> Self {
        Self::of(library(embeddings, points))
    }

    fn of(library: Library) -> Self {
        Self {
            library,
            pool: Pool::default(),
            recent: Recent::default(),
        }
    }

    /// Takes a painting; how long the ranking and the pool took, in milliseconds.
    fn paint(&mut self, point: &[f32]) -> [f64; 2] {
        let correspondence = Correspondence {
            scale: 10.0,
            bias: 0.0,
            dim: POINT,
        };
        let library = &self.library;
        let live = |chunk| library.is_live(chunk);
        let begin = Instant::now();
        let ranking = Ranking::new(library.points(), live, &correspondence, point);
        let ranked = milliseconds(begin);
        let begin = Instant::now();
        self.pool = Pool::take(library, &ranking, Fraction::PAPER);
        let taken = milliseconds(begin);
        self.recent = Recent::new(Variety::default());
        [ranked, taken]
    }

    /// One search; how long it took, in milliseconds, and what it found.
    fn search(&self, query: &[f32]) -> (f64, Vec<ChunkId>) {
        let begin = Instant::now();
        let hits = nearest_n(&self.pool, query, &self.recent, NEAREST);
        let took = milliseconds(begin);
        (took, hits.iter().map(|hit| hit.chunk).collect())
    }

    /// Reading the pool's embeddings once, in milliseconds.
    fn read(&self) -> f64 {
        let begin = Instant::now();
        memory::read(self.pool.embeddings().values());
        milliseconds(begin)
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn library(embeddings: Vec<f32>, points: Vec<f32>) -> Library {
    let chunks = embeddings.len() / EMBEDDING;
    let track = |at: usize| TrackInfo {
        path: PathBuf::from(format!("{at}.wav")),
        title: None,
        artist: None,
        duration: Seconds(4.0 * CHUNKS_A_TRACK as f64),
    };
    let chunk = |at: usize| ChunkInfo {
        track: TrackId((at / CHUNKS_A_TRACK) as u32),
        start: Seconds((at % CHUNKS_A_TRACK) as f64 * 4.0),
        rms_db: -20.0,
    };
    Library::from_parts(Parts {
        dims: Dims {
            embedding: EMBEDDING,
            point: POINT,
            tags: 0,
            affect: 0,
        },
        tracks: (0..chunks.div_ceil(CHUNKS_A_TRACK)).map(track).collect(),
        chunks: (0..chunks).map(chunk).collect(),
        embeddings,
        points,
        traits: Vec::new(),
    })
}

/// Milliseconds of scanning the pool with each kernel of this machine.
fn kernels(stage: &Stage, query: &[f32], rounds: usize) -> Vec<(&'static str, Vec<f64>)> {
    let mut distances = Vec::new();
    let mut times: Vec<_> = Kernel::available()
        .into_iter()
        .map(|kernel| (kernel, Vec::new()))
        .collect();
    for _ in 0..rounds {
        for (kernel, times) in &mut times {
            let begin = Instant::now();
            kernel.squared_distances(query, stage.pool.embeddings(), &mut distances);
            times.push(milliseconds(begin));
        }
    }
    let named = |(kernel, times): (Kernel, _)| (kernel.name(), times);
    times.into_iter().map(named).collect()
}

/// Values in ±1 from a 64-bit linear congruential generator.
fn noise(seed: u64, len: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1u64 << 23) as f32) - 1.0
    };
    (0..len).map(|_| next()).collect()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

fn measure_noise() {
    const ROUNDS: usize = 25;
    println!("medians in ms | chunks | new painting | read pool | search | each kernel");
    for chunks in [10_000, 100_000] {
        let mut stage = Stage::new(noise(1, chunks * EMBEDDING), noise(2, chunks * POINT));
        let (mut paint, mut read, mut search) = (Vec::new(), Vec::new(), Vec::new());
        let query = noise(4, EMBEDDING);
        for round in 0..ROUNDS {
            paint.push(stage.paint(&noise(5 + round as u64, POINT)).iter().sum());
            for _ in 0..ROUNDS {
                read.push(stage.read());
                search.push(stage.search(&query).0);
            }
        }
        let kernels = kernels(&stage, &query, ROUNDS).into_iter();
        let kernels: Vec<_> = kernels
            .map(|(name, times)| format!("{name} {:.4}", median(times)))
            .collect();
        println!(
            "{chunks} | {:.3} | {:.4} | {:.4} | {}",
            median(paint),
            median(read),
            median(search),
            kernels.join(", ")
        );
    }
}
