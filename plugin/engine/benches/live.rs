//! What a performer would feel: the search, the pool, and the audio thread's
//! share. How search grows to a million chunks, and beside its peers, is measured by
//! `cargo xtask scale`.

use std::path::PathBuf;

use divan::{Bencher, black_box};
use engine::congruity::Reference;
use engine::inference::Correspondence;
use engine::library::{ChunkInfo, Dims, Library, Parts, StereoClip, TrackId, TrackInfo};
use engine::playback::{Cue, CueSender, Mode, Player, PlayerSettings, Role, Touch, cue_channel};
use engine::retrieval::{Fraction, Pool, Ranking, Recent, Variety, nearest_n};
use engine::units::{ChunkId, SampleRate, Seconds};

/// As long as the networks make them.
const EMBEDDING: usize = 249;
const POINT: usize = 163;

fn main() {
    divan::main();
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

fn library(n: usize) -> Library {
    let track = TrackInfo {
        path: PathBuf::from("one.wav"),
        title: None,
        artist: None,
        duration: Seconds(4.0 * n as f64),
    };
    let chunk = |at: usize| ChunkInfo {
        track: TrackId(0),
        start: Seconds(4.0 * at as f64),
        rms_db: -20.0,
    };
    Library::from_parts(Parts {
        dims: Dims {
            embedding: EMBEDDING,
            point: POINT,
            tags: 0,
            affect: 0,
        },
        tracks: vec![track],
        chunks: (0..n).map(chunk).collect(),
        embeddings: noise(1, n * EMBEDDING),
        points: noise(2, n * POINT),
        traits: Vec::new(),
    })
}

fn ranking(library: &Library) -> Ranking {
    let correspondence = Correspondence {
        scale: 1.0,
        bias: 0.0,
        dim: POINT,
    };
    let live = |chunk| library.is_live(chunk);
    Ranking::new(library.points(), live, &correspondence, &noise(3, POINT))
}

const SIZES: [usize; 2] = [10_000, 100_000];

/// A new painting: scores of all chunks and the pool of 1 %.
#[divan::bench(args = SIZES)]
fn new_painting(bencher: Bencher, chunks: usize) {
    let library = library(chunks);
    bencher.bench(|| Pool::take(&library, &ranking(&library), Fraction::PAPER));
}

/// One search in a pool of 1 %.
#[divan::bench(args = SIZES)]
fn search_in_one_percent(bencher: Bencher, chunks: usize) {
    search(bencher, chunks, 1.0);
}

/// One search in the whole library.
#[divan::bench(args = SIZES)]
fn search_in_everything(bencher: Bencher, chunks: usize) {
    search(bencher, chunks, 100.0);
}

fn search(bencher: Bencher, chunks: usize, percent: f32) {
    let library = library(chunks);
    let fraction = Fraction::percent(percent).expect("a number");
    let pool = Pool::take(&library, &ranking(&library), fraction);
    let mut recent = Recent::new(Variety::default());
    for (chunk, _) in pool.members().iter().take(8) {
        recent.push(*chunk, TrackId(1));
    }
    let query = noise(4, EMBEDDING);
    bencher.bench(|| nearest_n(&pool, black_box(&query), &recent, 4));
}

/// Comparing music with the brush, among all chunks or the sample that stands for them.
#[divan::bench(args = [300, 100_000])]
fn gesture(bencher: Bencher, chunks: usize) {
    let reference = Reference::of(&library(chunks));
    let (brush, music) = (noise(4, EMBEDDING), noise(7, EMBEDDING));
    bencher.bench(|| reference.gesture(black_box(&brush), &music));
}

/// Taking that sample, after the library changed.
#[divan::bench(args = SIZES)]
fn gesture_sample(bencher: Bencher, chunks: usize) {
    let library = library(chunks);
    bencher.bench(|| Reference::of(black_box(&library)));
}

fn player(settings: PlayerSettings) -> (CueSender, Player) {
    let rate = SampleRate::new(48_000.0).expect("a rate");
    let (mut sender, receiver) = cue_channel();
    let mut player = Player::new(rate, receiver);
    player.set_settings(settings);
    let clip = StereoClip {
        rate,
        left: noise(5, 192_000),
        right: noise(6, 192_000),
    };
    sender
        .send(Box::new(Cue::new(1, Role::Best, ChunkId(0), clip)))
        .expect("room for a cue");
    (sender, player)
}

fn render_64_frames(bencher: Bencher, player: &mut Player) {
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    bencher.bench_local(|| player.render(black_box(&mut left), black_box(&mut right)));
}

/// A block of 64 frames while two snippets crossfade.
#[divan::bench]
fn render_64_frames_of_a_crossfade(bencher: Bencher) {
    let (_sender, mut player) = player(PlayerSettings {
        mode: Mode::Continuous,
        crossfade: Seconds(2.0),
        ..PlayerSettings::default()
    });
    render_64_frames(bencher, &mut player);
}

/// A block of 64 frames of strokes that are held; at strength 0.5 with all of the
/// tone, or with none. 1333 µs are one core.
fn strokes(bencher: Bencher, voices: u32, tone: f32) {
    let (_sender, mut player) = player(PlayerSettings {
        mode: Mode::Gated,
        polyphony: voices as usize,
        crossfade: Seconds(0.01),
        touch_level: 1.0,
        touch_tone: tone,
        ..PlayerSettings::default()
    });
    for key in 0..voices {
        let touch = Touch { key, strength: 0.5 };
        player.start(key as usize, touch);
    }
    for _ in 0..100 {
        player.render(&mut [0.0; 64], &mut [0.0; 64]);
    }
    render_64_frames(bencher, &mut player);
}

const VOICES: [u32; 2] = [1, 8];

/// Strokes without tone.
#[divan::bench(args = VOICES)]
fn render_64_frames_of_strokes(bencher: Bencher, voices: u32) {
    strokes(bencher, voices, 0.0);
}

/// Strokes with tone.
#[divan::bench(args = VOICES)]
fn render_64_frames_of_strokes_with_tone(bencher: Bencher, voices: u32) {
    strokes(bencher, voices, 1.0);
}
