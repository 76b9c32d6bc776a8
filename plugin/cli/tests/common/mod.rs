//! The real program, run on small material.
#![allow(dead_code, reason = "each test uses a part of this")]

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program with the project's networks.
///
/// # Panics
/// If the tests don't know where the inference runtime is.
pub fn impasto() -> Command {
    assert!(
        std::env::var_os("IMPASTO_RUNTIME").is_some(),
        "IMPASTO_RUNTIME is not set: run `cargo xtask test`, or set it to the library that \
         `cargo xtask setup` puts into target/runtime"
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_impasto"));
    command.env("IMPASTO_MODELS", root().join("models"));
    command
}

/// The workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A painting of the demonstration.
pub fn painting() -> PathBuf {
    root().join("tests/assets/paintings/hokusai-great-wave.jpg")
}

/// Runs and gives standard output; the exit code must be `code`.
#[track_caller]
pub fn run(command: &mut Command, code: i32) -> Output {
    let output = command.output().expect("the program runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{errors}");
    output
}

/// Runs with `--json`; the exit code must be 0.
#[track_caller]
pub fn json(command: &mut Command) -> serde_json::Value {
    let output = run(command.arg("--json"), 0);
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What was said on standard error.
pub fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Writes mono sound at 22.05 kHz: `sound` of the time in seconds.
pub fn write_wav(path: &Path, seconds: f64, sound: impl Fn(f64) -> f64) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 22_050,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("a wav");
    for n in 0..(seconds * 22_050.0) as usize {
        let value = sound(n as f64 / 22_050.0).clamp(-1.0, 1.0);
        writer
            .write_sample((value * 32_000.0) as i16)
            .expect("a sample");
    }
    writer.finalize().expect("a wav");
}

/// A melody of decaying tones, another for each `seed`.
pub fn tune(seed: u32) -> impl Fn(f64) -> f64 {
    move |t| {
        let beat = (t * 4.0).floor();
        let step = (beat * 7.0 + f64::from(seed) * 5.0) % 12.0;
        let hz = 110.0 * f64::from(1 + seed) * (step / 12.0).exp2();
        let decay = (-6.0 * (t * 4.0 - beat)).exp();
        0.4 * decay * ((TAU * hz * t).sin() + 0.3 * (3.0 * TAU * hz * t).sin())
    }
}

/// Rough noise in strokes of half a second, with pauses.
pub fn strokes(t: f64) -> f64 {
    let noise = ((t * 22_050.0).floor() * 12.9898).sin() * 43_758.545_3;
    let on = if t % 1.0 < 0.5 { 0.3 } else { 0.0 };
    on * 2.0 * (noise - noise.floor() - 0.5)
}

/// A folder with three tunes of 9 s and one file that is no music.
pub fn music_folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for seed in 0..3 {
        write_wav(
            &dir.path().join(format!("tune {seed}.wav")),
            9.0,
            tune(seed),
        );
    }
    std::fs::write(dir.path().join("notes.wav"), "not music").expect("a file");
    dir
}
