//! Recordings: real friction, placed at known times, and music.
//!
//! Those of friction are proxies: sledges, a rubbed mouse pad, glass and vinyl. None is a brush on a
//! canvas.

use std::ops::ControlFlow;
use std::path::Path;

use engine::library::decode::{Limits, decode_mono};
use engine::units::SampleRate;

use super::noise::Random;
use super::scene::{Disturbance, Known, SECONDS, Scene, disturbed};

/// What the recordings are called.
pub const PROXIES: [&str; 6] = [
    "glass-rub",
    "grass-slide",
    "leaves-slide",
    "mousepad-rub",
    "rock-slide",
    "vinyl-scratch",
];

/// Pieces of one recording, each with a landing of 1 to 5 ms and a lift of 5 ms, at
/// levels from -14 to -34 dB (RMS).
pub fn scene(name: &'static str, seed: u64, with: Disturbance, rate: f64) -> Scene {
    let source = load(name, rate);
    let mut random = Random::new(seed);
    let mut signal = vec![0.0; (SECONDS * rate) as usize];
    let (mut strokes, mut at) = (Vec::new(), 0.5);
    while at < SECONDS - 2.0 {
        let seconds = random
            .ratio(0.1, 1.2)
            .min(0.95 * source.len() as f64 / rate);
        let count = (seconds * rate) as usize;
        let from = (random.between(0.0, 1.0) * (source.len() - count) as f64) as usize;
        let piece = &source[from..from + count];
        let rms = (piece.iter().map(|x| x * x).sum::<f64>() / count as f64).sqrt();
        let gain = 10f64.powf(random.between(-34.0, -14.0) / 20.0) / rms.max(1e-9);
        let attack = random.ratio(0.001, 0.005) * rate;
        let begin = (at * rate).round() as usize;
        for (n, x) in piece.iter().enumerate() {
            let landing = ((n as f64 + 0.5) / attack).min(1.0);
            let lift = ((count - n) as f64 / (0.005 * rate)).min(1.0);
            signal[begin + n] += gain * x * landing * lift;
        }
        strokes.push(Known {
            start: at,
            end: at + seconds,
            of: name,
        });
        at += seconds + random.between(0.15, 0.7);
    }
    disturbed(signal, strokes, with, rate, seed)
}

/// Music with beats and without.
const MUSIC: [&str; 4] = [
    "library/zaz/progression.flac",
    "library/warzone/track-2.aiff",
    "library/planet-blupi/music-9.wav",
    "library/wesnoth/nunc-dimittis.flac",
];

/// Music of unit RMS, one of four tracks, repeated if it is too short.
pub fn music(seed: u64, count: usize, rate: f64) -> Vec<f64> {
    let track = decode(MUSIC[seed as usize % MUSIC.len()], rate);
    let power = track.iter().map(|x| x * x).sum::<f64>() / track.len() as f64;
    let gain = 1.0 / power.sqrt().max(1e-9);
    track.iter().map(|x| gain * x).cycle().take(count).collect()
}

fn load(name: &str, rate: f64) -> Vec<f64> {
    decode(&format!("brush/proxies/{name}.flac"), rate)
}

fn decode(file: &str, rate: f64) -> Vec<f64> {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/assets");
    let mut samples = Vec::new();
    decode_mono(
        &assets.join(file),
        SampleRate::new(rate).unwrap(),
        Limits::default(),
        &mut |block| {
            samples.extend(block.iter().map(|x| f64::from(*x)));
            ControlFlow::Continue(())
        },
    )
    .unwrap();
    samples
}
