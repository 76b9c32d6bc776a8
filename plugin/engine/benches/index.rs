//! What someone who indexes a library waits for. The item count is seconds of
//! music, so `item/s` reads as "times real time".

use std::fs;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use engine::Result;
use engine::analysis::mel::Mel;
use engine::analysis::{BANDS, CHUNK_SAMPLES, FRAMES};
use engine::inference::{Embedder, Models, MusicFeatures, locate};
use engine::library::decode::{Limits, decode_16k_mono, decode_stereo};
use engine::library::{Contract, Control, Dims, Indexer};
use engine::units::{SampleRate, Seconds};

fn main() {
    divan::main();
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/assets/library")
}

/// The demonstration library's files with this extension.
fn files(extension: &str) -> Vec<PathBuf> {
    let works = fs::read_dir(folder()).expect("the demonstration library");
    let files = works.flat_map(|work| fs::read_dir(work.expect("a folder").path()).expect("files"));
    files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect()
}

fn decode(files: &[PathBuf]) -> f64 {
    let decode = |path: &PathBuf| {
        let sink = &mut |block: &[f32]| {
            black_box(block);
            ControlFlow::Continue(())
        };
        decode_16k_mono(path, Limits::default(), sink)
            .expect("music")
            .duration
            .0
    };
    files.iter().map(decode).sum()
}

/// To 16 kHz mono.
#[divan::bench(args = ["aiff", "flac", "m4a", "mp3", "ogg", "wav"], sample_count = 5)]
fn decoding(bencher: Bencher, extension: &str) {
    let files = files(extension);
    let seconds = decode(&files);
    bencher
        .counter(ItemsCount::new(seconds as u64))
        .bench(|| decode(&files));
}

/// A snippet for playback, from the middle of a file.
#[divan::bench(args = ["aiff", "flac", "m4a", "mp3", "ogg", "wav"])]
fn cutting_a_snippet(bencher: Bencher, extension: &str) {
    let path = &files(extension)[0];
    let rate = SampleRate::new(48_000.0).expect("a rate");
    bencher.bench(|| decode_stereo(path, Seconds(12.0), Seconds(4.0), rate).expect("music"));
}

/// Answers at once: what is left is decoding, mel frames and storage.
struct NoNetwork;

const CONTRACT: Contract = Contract {
    model: [0; 32],
    dims: Dims {
        embedding: 249,
        point: 64,
        tags: 50,
        affect: 7,
    },
};

impl Embedder for NoNetwork {
    fn embed(&mut self, mel: &[f32], n: usize) -> Result<Vec<MusicFeatures>> {
        assert_eq!(mel.len(), n * BANDS * FRAMES);
        let features = MusicFeatures {
            embedding: vec![0.0; CONTRACT.dims.embedding],
            point: vec![0.0; CONTRACT.dims.point],
            tags: vec![0.0; CONTRACT.dims.tags],
            affect: vec![0.0; CONTRACT.dims.affect],
        };
        Ok(vec![features; n])
    }
}

fn index(contract: Contract, embedders: &mut [Box<dyn Embedder>]) -> f64 {
    let dir = tempfile::tempdir().expect("a folder");
    let mut indexer = Indexer::with_contract(dir.path(), contract).expect("an index");
    let go_on = &mut |_: engine::library::Progress<'_>| ControlFlow::Continue(());
    indexer
        .scan(&folder(), embedders, &Control::new(), go_on)
        .expect("a scan")
        .music
        .0
}

/// The demonstration library on one thread, without the network.
#[divan::bench(sample_count = 3)]
fn indexing_without_the_network(bencher: Bencher) {
    let embedders = || -> [Box<dyn Embedder>; 1] { [Box::new(NoNetwork)] };
    let seconds = index(CONTRACT, &mut embedders());
    bencher
        .counter(ItemsCount::new(seconds as u64))
        .bench(|| index(CONTRACT, &mut embedders()));
}

/// The models; nothing where they or the runtime are not found.
fn models() -> Option<Arc<Models>> {
    let models = locate(None).and_then(|dir| Models::load(&dir));
    models
        .inspect_err(|error| eprintln!("left out: {error}"))
        .ok()
}

/// The demonstration library with it, on so many threads.
#[divan::bench(args = [1, 2, 4], sample_count = 3)]
fn indexing(bencher: Bencher, threads: usize) {
    let Some(models) = models() else { return };
    let contract = Contract::of(models.manifest());
    let mut embedders = models.audio_embedders(threads).expect("networks");
    let seconds = index(contract, &mut embedders);
    bencher
        .counter(ItemsCount::new(seconds as u64))
        .bench_local(|| index(contract, &mut embedders));
}

/// Chunks through the network, so many at once; an item is a chunk.
#[divan::bench(args = [1, 2, 4, 8, 16])]
fn inference(bencher: Bencher, batch: usize) {
    let Some(models) = models() else { return };
    let mut embedder = models.audio_embedder().expect("a network");
    let mel = vec![-40.0; batch * BANDS * FRAMES];
    bencher
        .counter(ItemsCount::new(batch))
        .bench_local(|| embedder.embed(black_box(&mel), batch).expect("features"));
}

/// The 320 mel frames of a chunk.
#[divan::bench]
fn mel_frames(bencher: Bencher) {
    let noise: Vec<f32> = (0..CHUNK_SAMPLES as u32)
        .map(|k| (k.wrapping_mul(2_654_435_761) >> 8) as f32 / 1.7e7 - 0.5)
        .collect();
    let (mut mel, mut out) = (Mel::new(), Vec::new());
    bencher.bench_local(|| {
        out.clear();
        mel.chunk(black_box(&noise), 0, &mut out);
    });
}
