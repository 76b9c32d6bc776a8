//! How well the map of a library keeps neighbours, and how long it takes:
//!
//! ```text
//! cargo run --release -p impasto-engine --example library_map -- FOLDER
//! cargo run --release -p impasto-engine --example library_map -- --made CHUNKS
//! ```
//!
//! Prints a line for each way of laying out: the share of each chunk's ten nearest that are
//! among its ten nearest on the map, and the trustworthiness (Venna and Kaski, 2001), of
//! which 1 means that no chunk is a neighbour on the map that is none in the music. With
//! `--made`, vectors are made up: tracks of forty chunks in sixty styles. Times are those of
//! the processor, on one thread; they and the memory are what Linux counts.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Instant;

use engine::inference::{Models, locate};
use engine::library::{
    ChunkInfo, Contract, Control, Dims, Indexer, Library, Map, MapMethod, MapOptions, Parts,
    TrackId, TrackInfo,
};
use engine::retrieval::Kernel;
use engine::units::{ChunkId, Seconds};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Neighbours that are compared.
const NEAR: usize = 10;
/// Chunks whose neighbours are looked at, at most.
const ASKED: usize = 500;
/// Of made-up vectors: as long as the network's.
const DIMS: usize = 249;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let first = arguments.first().ok_or("FOLDER or --made CHUNKS")?;
    let library = match first.as_str() {
        "--made" => made(arguments.get(1).ok_or("how many chunks?")?.parse()?),
        folder => listen(Path::new(folder))?,
    };
    println!(
        "{} chunks of {} tracks",
        library.len(),
        library.tracks().len()
    );
    let usual = MapOptions::default();
    let principal = MapMethod::Principal;
    let few = (library.len() / 3).clamp(1, usual.landmarks);
    for (name, options) in [
        ("neighbours", usual),
        (
            "neighbours, a third at most are landmarks",
            MapOptions {
                landmarks: few,
                ..usual
            },
        ),
        (
            "principal components",
            MapOptions {
                method: principal,
                landmarks: usize::MAX,
                ..usual
            },
        ),
    ] {
        let skipped = options.method == principal && library.len() > 20_000;
        let options = MapOptions {
            landmarks: if skipped {
                usual.landmarks
            } else {
                options.landmarks
            },
            ..options
        };
        measure(name, &library, &options);
    }
    Ok(())
}

fn measure(name: &str, library: &Library, options: &MapOptions) {
    let (began, mut laid_out) = (processor_seconds(), 0.0);
    let (map, _) = Map::of(library, options, &Control::new(), &mut |share| {
        if share <= 0.5 {
            laid_out = processor_seconds() - began;
        }
    });
    let all = processor_seconds() - began;
    let (kept, trust) = quality(library, &map);
    println!(
        "{name}: kept {kept:.3}, trustworthiness {trust:.3}; {} landmarks {laid_out:.2} s, rest {:.2} s; peak memory {} MB",
        map.landmarks().len(),
        all - laid_out,
        peak_memory(),
    );
}

/// The share of neighbours kept, and the trustworthiness.
fn quality(library: &Library, map: &Map) -> (f64, f64) {
    let chunks: Vec<ChunkId> = library.ids().collect();
    let places: Vec<[f32; 2]> = chunks
        .iter()
        .filter_map(|chunk| map.place(*chunk))
        .collect();
    let (n, asked) = (chunks.len(), ASKED.min(chunks.len()));
    let near = NEAR.min(n.saturating_sub(1) / 2).max(1);
    let (mut kept, mut penalty, mut squared) = (0usize, 0usize, Vec::new());
    for at in (0..asked).map(|at| at * n / asked) {
        let query = library.embedding(chunks[at]);
        Kernel::best().squared_distances(&query, library.embeddings(), &mut squared);
        let there = order(at, |other| squared[chunks[other].0 as usize], n);
        let [x, y] = places[at];
        let here = order(
            at,
            |other| {
                let [ox, oy] = places[other];
                (x - ox).powi(2) + (y - oy).powi(2)
            },
            n,
        );
        let mut rank = vec![0usize; n];
        for (place, other) in there.iter().enumerate() {
            rank[*other as usize] = place + 1;
        }
        for other in &here[..near] {
            let rank = rank[*other as usize];
            kept += usize::from(rank <= near);
            penalty += rank.saturating_sub(near);
        }
    }
    let worst = (near * (2 * n - 3 * near - 1)) as f64 / 2.0;
    let share = kept as f64 / (asked * near) as f64;
    (share, 1.0 - penalty as f64 / (asked as f64 * worst))
}

/// All others, nearest first.
fn order(at: usize, distance: impl Fn(usize) -> f32, n: usize) -> Vec<u32> {
    let others = (0..n).filter(|other| *other != at);
    let mut all: Vec<(f32, u32)> = others
        .map(|other| (distance(other), other as u32))
        .collect();
    all.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    all.into_iter().map(|(_, other)| other).collect()
}

/// What the networks make of a folder.
fn listen(folder: &Path) -> Outcome<Library> {
    let models = Models::load(&locate(None)?)?;
    let index = tempfile::tempdir()?;
    let mut embedders = models.audio_embedders(2)?;
    let mut indexer = Indexer::with_contract(index.path(), Contract::of_models(&models))?;
    indexer.scan(folder, &mut embedders, &Control::new(), &mut |_| {
        ControlFlow::Continue(())
    })?;
    // Mapped into memory, so the files may go.
    Ok(Library::open(index.path())?)
}

/// Tracks of forty chunks, each near one of sixty styles, and chunks near their track.
fn made(n: usize) -> Library {
    let mut state = 11u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    let styles: Vec<Vec<f32>> = (0..60)
        .map(|_| (0..DIMS).map(|_| noise()).collect())
        .collect();
    let tracks = n.div_ceil(40);
    let (mut embeddings, mut chunks) = (Vec::with_capacity(n * DIMS), Vec::with_capacity(n));
    for track in 0..tracks {
        let style = &styles[track * 7 % styles.len()];
        let own: Vec<f32> = style.iter().map(|value| value + 0.8 * noise()).collect();
        for at in 0..40.min(n - chunks.len()) {
            embeddings.extend(own.iter().map(|value| value + 0.6 * noise()));
            chunks.push(ChunkInfo {
                track: TrackId(track as u32),
                start: Seconds(4.0 * at as f64),
                rms_db: -20.0,
            });
        }
    }
    Library::from_parts(Parts {
        dims: Dims {
            embedding: DIMS,
            point: 1,
            tags: 0,
            affect: 0,
        },
        tracks: (0..tracks)
            .map(|track| TrackInfo {
                path: PathBuf::from(format!("{track}.wav")),
                title: None,
                artist: None,
                duration: Seconds(160.0),
            })
            .collect(),
        chunks,
        embeddings,
        points: vec![0.0; n],
        traits: Vec::new(),
    })
}

/// That this thread has had of the processor: other work on the machine does not count.
/// Where Linux does not say, the time that has passed.
fn processor_seconds() -> f64 {
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let passed = BEGAN.elapsed().as_secs_f64();
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = counted.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or(passed, |nanoseconds| nanoseconds * 1e-9)
}

fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
