//! Folders of music that tests can take away.
#![allow(dead_code, reason = "each test uses a part of this")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engine::library::{ChunkInfo, Dims, Library, Parts, TrackId, TrackInfo};
use engine::playback::cache::CachedClips;
use engine::playback::{CacheOptions, ClipCache, ClipSource, CueAudio, Wait};
use engine::units::{ChunkId, SampleRate, Seconds};

/// How long anything is waited for.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Writes noise of its own, in stereo at 44.1 kHz and 16 bits.
pub fn write_track(path: &Path, seconds: usize, seed: u32) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 44_100,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("a file");
    let mut state = seed;
    for _ in 0..seconds * 44_100 * 2 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let sample = (state >> 18) as i16 - 8_192;
        writer.write_sample(sample).expect("room");
    }
    writer.finalize().expect("room");
}

/// A library of these files, each cut into `chunks` chunks.
pub fn library(files: &[PathBuf], chunks: usize) -> Library {
    let track = |path: &PathBuf| TrackInfo {
        path: path.clone(),
        title: None,
        artist: None,
        duration: Seconds(4.0 * chunks as f64),
    };
    let chunk = |at: usize| ChunkInfo {
        track: TrackId((at / chunks) as u32),
        start: Seconds(4.0 * (at % chunks) as f64),
        rms_db: -18.0,
    };
    let count = files.len() * chunks;
    Library::from_parts(Parts {
        dims: Dims {
            embedding: 1,
            point: 1,
            tags: 0,
            affect: 0,
        },
        tracks: files.iter().map(track).collect(),
        chunks: (0..count).map(chunk).collect(),
        embeddings: vec![0.0; count],
        points: vec![0.0; count],
        traits: Vec::new(),
    })
}

/// Options for 44.1 kHz, a folder a drive, and little patience.
pub fn options() -> CacheOptions {
    CacheOptions {
        patience: Duration::from_millis(300),
        drive_of: |path| path.parent().expect("a file").to_owned(),
        ..CacheOptions::new(SampleRate::new(44_100.0).expect("a rate"))
    }
}

pub fn chunks(ids: impl IntoIterator<Item = u32>) -> Vec<ChunkId> {
    ids.into_iter().map(ChunkId).collect()
}

/// What is there now of `chunk`; never waits.
pub fn now(clips: &mut CachedClips, chunk: u32) -> Option<CueAudio> {
    let begin = Instant::now();
    let audio = clips.audio(ChunkId(chunk), Wait::No).expect("no failure");
    let took = begin.elapsed();
    assert!(took < Duration::from_millis(200), "waited for {took:?}");
    audio
}

/// Waits until `done` says so, looking after the cache.
#[track_caller]
pub fn until(cache: &ClipCache, what: &str, mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        cache.watch();
        let status = cache.status();
        assert!(begin.elapsed() < PATIENCE, "waited for {what}: {status:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A cache of noise in `tracks` files of 5 chunks each.
pub fn cache(tracks: u32, options: CacheOptions) -> (tempfile::TempDir, ClipCache) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |n: u32| folder.path().join(format!("{n}.wav"));
    let files: Vec<_> = (0..tracks).map(file).collect();
    for (file, seed) in files.iter().zip(0..) {
        write_track(file, 20, seed);
    }
    let cache = ClipCache::new(options);
    cache.set_library(Some(library(&files, 5)));
    (folder, cache)
}
