//! What the library's tests share: an embedder without a network, and music
//! made from numbers.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use engine::Result;
use engine::analysis::{BANDS, FRAMES};
use engine::inference::{Embedder, MusicFeatures};
use engine::library::{Contract, Control, Dims, Indexer, Library, Progress, ScanReport};

/// Rows shorter than the network's, which no code may count on.
pub const CONTRACT: Contract = Contract {
    model: [3; 32],
    dims: Dims {
        embedding: 20,
        point: 4,
        tags: 3,
        affect: 2,
    },
};

/// Tells chunks apart by their mean levels; says nothing about how they sound. Clones
/// count together.
#[derive(Clone, Default)]
pub struct FakeEmbedder(Arc<AtomicUsize>);

impl FakeEmbedder {
    /// Chunks embedded so far.
    pub fn chunks(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// For `n` threads.
    pub fn times(&self, n: usize) -> Vec<Box<dyn Embedder>> {
        (0..n).map(|_| Box::new(self.clone()) as _).collect()
    }
}

impl Embedder for FakeEmbedder {
    fn embed(&mut self, mel: &[f32], n: usize) -> Result<Vec<MusicFeatures>> {
        assert_eq!(mel.len(), n * BANDS * FRAMES);
        self.0.fetch_add(n, Ordering::SeqCst);
        Ok(mel.chunks(BANDS * FRAMES).map(features).collect())
    }
}

/// Takes so long for each chunk.
pub struct Slow(pub FakeEmbedder, pub Duration);

impl Embedder for Slow {
    fn embed(&mut self, mel: &[f32], n: usize) -> Result<Vec<MusicFeatures>> {
        std::thread::sleep(self.1 * n as u32);
        self.0.embed(mel, n)
    }
}

fn features(mel: &[f32]) -> MusicFeatures {
    let dims = CONTRACT.dims;
    let means = |count: usize| -> Vec<f32> {
        let part = mel.len() / count;
        mel.chunks_exact(part)
            .map(|p| p.iter().sum::<f32>() / part as f32)
            .take(count)
            .collect()
    };
    MusicFeatures {
        embedding: means(dims.embedding),
        point: means(dims.point),
        tags: means(dims.tags),
        affect: means(dims.affect),
    }
}

/// The tests' files, committed beside the source.
pub fn assets(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/assets")
        .join(folder)
}

/// Scans to the end, on one thread, so that rows come in the files' order.
pub fn scan(index: &Path, folder: &Path, embedder: &mut FakeEmbedder) -> Result<ScanReport> {
    scan_with(index, folder, embedder, &mut |_| ControlFlow::Continue(()))
}

/// Scans with a progress callback.
pub fn scan_with(
    index: &Path,
    folder: &Path,
    embedder: &mut FakeEmbedder,
    progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<ScanReport> {
    let embedders = &mut embedder.times(1);
    Indexer::with_contract(index, CONTRACT)?.scan(folder, embedders, &Control::new(), progress)
}

/// A sine with a slow tremolo, so that no two chunks are the same.
pub fn tone(rate: u32, hz: f64, seconds: f64) -> Vec<f32> {
    let frames = (f64::from(rate) * seconds) as usize;
    let angle = |k: usize, hz: f64| std::f64::consts::TAU * hz * k as f64 / f64::from(rate);
    (0..frames)
        .map(|k| (0.5 * angle(k, hz).sin() * (0.6 + 0.4 * angle(k, 0.07).sin())) as f32)
        .collect()
}

/// Writes a 16 bit mono file.
pub fn write_wav(path: &Path, rate: u32, samples: &[f32]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for sample in samples {
        writer.write_sample((sample * 32_767.0) as i16).unwrap();
    }
    writer.finalize().unwrap();
}

/// All that a library holds, in a form that can be compared.
pub fn contents(library: &Library) -> Vec<(PathBuf, String, Vec<u32>)> {
    library
        .ids()
        .map(|id| {
            let chunk = library.chunk(id);
            let place = format!("{:.3} s, {:.3} dB", chunk.start.0, chunk.rms_db);
            let rows = [
                library.embedding(id),
                library.point(id),
                library.tags(id),
                library.affect(id),
            ];
            let bits = rows.concat().iter().map(|v| v.to_bits()).collect();
            (library.track(chunk.track).path.clone(), place, bits)
        })
        .collect()
}

/// The index holds what a scan of `folder` from nothing finds, in whatever order.
#[track_caller]
pub fn check_as_if_new(index: &Path, folder: &Path) {
    let fresh = tempfile::tempdir().unwrap();
    scan(fresh.path(), folder, &mut FakeEmbedder::default()).unwrap();
    let sorted = |dir: &Path| {
        let mut all = contents(&Library::open(dir).unwrap());
        all.sort();
        all
    };
    assert_eq!(sorted(index), sorted(fresh.path()));
}

/// Every row is what was committed.
pub fn verify(index: &Path) {
    let mut indexer = Indexer::with_contract(index, CONTRACT).unwrap();
    let verified = indexer
        .verify(&mut |_, _| ControlFlow::Continue(()))
        .unwrap();
    assert_eq!(verified.problems, [] as [String; 0]);
}

/// A small deterministic generator (splitmix64).
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// The seed from `IMPASTO_SEED`, or one from the clock; printed, so that a
    /// failure can be run again.
    pub fn from_environment() -> Self {
        let seed = std::env::var("IMPASTO_SEED")
            .ok()
            .and_then(|s| s.parse().ok());
        let seed = seed.unwrap_or_else(|| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            now.unwrap().as_nanos() as u64
        });
        println!("IMPASTO_SEED={seed}");
        Self(seed)
    }
}
