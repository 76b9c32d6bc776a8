//! Prints how well brush strokes are found: the tables of `docs/strokes.md`.
//!
//! ```sh
//! cargo run --release -p impasto-engine --example strokes
//! ```
//!
//! With a folder as argument, it also writes scenes there (`.wav`, and `.csv` with the
//! known strokes and those found) for `docs/strokes_peers.py`.

#[path = "../tests/strokes/energy.rs"]
mod energy;
#[path = "../tests/strokes/friction.rs"]
mod friction;
#[path = "../tests/strokes/judge.rs"]
mod judge;
#[path = "../tests/strokes/noise.rs"]
mod noise;
#[path = "../tests/strokes/proxies.rs"]
mod proxies;
#[path = "../tests/strokes/scene.rs"]
mod scene;

use std::fs;
use std::io::Write;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use engine::analysis::stroke::{Calibrator, StrokeSettings};
use engine::units::{SampleRate, Seconds};
use friction::Surface;
use judge::{Found, Score, detect, detect_energy, deviation, quantile};
use scene::{Disturbance, Scene};

const RATE: f64 = 48_000.0;
/// Not those that the detector was tried with while it was made.
const SEEDS: RangeInclusive<u64> = 101..=106;
const SURFACES: [Surface; 3] = [Surface::Canvas, Surface::Panel, Surface::Paper];
/// Written for the peers: of these conditions, the first seeds.
const FOR_PEERS: [&str; 5] = ["clean", "noise -40", "noise -20", "knocks", "all"];
const PEER_SEEDS: RangeInclusive<u64> = 101..=102;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    if let Some(folder) = &folder {
        fs::create_dir_all(folder)?;
    }
    condition_table(folder.as_deref())?;
    gesture_table();
    rate_table();
    proxy_table(folder.as_deref())?;
    level_table();
    Ok(())
}

fn noise(db: f64) -> Disturbance {
    Disturbance {
        noise_db: Some(db),
        ..Disturbance::default()
    }
}

fn conditions() -> Vec<(&'static str, Disturbance)> {
    let soft = noise(-60.0);
    vec![
        ("clean", Disturbance::default()),
        ("noise -60", soft),
        ("noise -50", noise(-50.0)),
        ("noise -40", noise(-40.0)),
        ("noise -30", noise(-30.0)),
        ("noise -20", noise(-20.0)),
        (
            "hum -20",
            Disturbance {
                hum_db: Some(-20.0),
                ..soft
            },
        ),
        (
            "knocks",
            Disturbance {
                knocks: true,
                ..soft
            },
        ),
        (
            "thumps",
            Disturbance {
                thumps: true,
                ..soft
            },
        ),
        (
            "music -40",
            Disturbance {
                music_db: Some(-40.0),
                ..soft
            },
        ),
        (
            "music -30",
            Disturbance {
                music_db: Some(-30.0),
                ..soft
            },
        ),
        (
            "music -20",
            Disturbance {
                music_db: Some(-20.0),
                ..soft
            },
        ),
        (
            "all",
            Disturbance {
                hum_db: Some(-30.0),
                knocks: true,
                thumps: true,
                ..noise(-40.0)
            },
        ),
    ]
}

/// Our score, the same after ten seconds of calibration, and that of energy alone.
#[derive(Default)]
struct Scores {
    ours: Score,
    calibrated: Score,
    energy: Score,
    /// Scenes whose first ten seconds could not be calibrated with.
    refused: usize,
}

impl Scores {
    fn add(&mut self, scene: &Scene) -> Found {
        let settings = StrokeSettings::default();
        let found = detect(scene, &settings);
        self.ours.add(scene, &found, settings.hold.0);
        let calibrated = calibrated(scene, settings);
        self.refused += usize::from(calibrated.is_none());
        let calibrated = detect(scene, &calibrated.unwrap_or(settings));
        self.calibrated.add(scene, &calibrated, settings.hold.0);
        let energy = detect_energy(scene, settings.gate_db());
        self.energy.add(scene, &energy, 0.0);
        found
    }

    fn row(&self, name: &str) {
        let Score {
            latencies,
            end_errors,
            ..
        } = &self.ours;
        println!(
            "| {name} | {} | {:.3} | {:.3} | **{:.3}** | {:.3} | {:.3} | {} | {:.2} | {:.2} | {} |",
            self.ours.hits + self.ours.missed,
            self.ours.precision(),
            self.ours.recall(),
            self.ours.f(),
            self.calibrated.f(),
            self.energy.f(),
            quantiles(latencies, &[0.5, 0.9, 0.99], 2),
            1e3 * deviation(latencies),
            1e3 * (quantile(latencies, 0.95) - quantile(latencies, 0.05)),
            quantiles(end_errors, &[0.1, 0.5, 0.9], 0),
        );
        if self.refused > 0 {
            eprintln!("{name}: {} calibrations refused", self.refused);
        }
    }
}

/// The settings with what the scene's first ten seconds say.
fn calibrated(scene: &Scene, settings: StrokeSettings) -> Option<StrokeSettings> {
    let mut calibrator = Calibrator::new(SampleRate::new(scene.rate)?);
    calibrator.begin(Seconds(10.0));
    calibrator.process(&scene.signal);
    let found = calibrator.result()?.ok()?;
    Some(settings.calibrated(&found))
}

fn heading(first: &str) {
    println!(
        "\n| {first} | strokes | precision | recall | F | F calibrated | F of energy alone | \
         latency p50 / p90 / p99, ms | deviation | p95 - p5 | end p10 / p50 / p90, ms |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
}

/// In milliseconds.
fn quantiles(seconds: &[f64], of: &[f64], digits: usize) -> String {
    let each = of
        .iter()
        .map(|q| format!("{:.digits$}", 1e3 * quantile(seconds, *q)));
    each.collect::<Vec<_>>().join(" / ")
}

fn scenes(with: Disturbance, rate: f64) -> impl Iterator<Item = (Surface, u64, Scene)> {
    SURFACES.into_iter().flat_map(move |surface| {
        SEEDS.map(move |seed| (surface, seed, scene::scene(seed, surface, with, rate)))
    })
}

fn condition_table(folder: Option<&Path>) -> Outcome<()> {
    heading("condition");
    let mut knocks = String::new();
    for (name, with) in conditions() {
        let mut scores = Scores::default();
        for (surface, seed, scene) in scenes(with, RATE) {
            let found = scores.add(&scene);
            let kept = FOR_PEERS.contains(&name) && PEER_SEEDS.contains(&seed);
            if let Some(folder) = folder.filter(|_| kept) {
                let file = format!("{} {surface:?} {seed}", name.replace(' ', ""));
                write(folder, &file, &scene, &found)?;
            }
        }
        scores.row(name);
        if scores.ours.knocks > 0 {
            knocks += &format!(
                "\n{name}: {} knocks, of which {} are taken for strokes, by energy alone {}.",
                scores.ours.knocks, scores.ours.knocks_taken, scores.energy.knocks_taken
            );
        }
    }
    println!("{knocks}");
    Ok(())
}

fn gesture_table() {
    println!("\n| gesture | strokes | recall at -40 dB | latency p50 / p90 / p99, ms |");
    println!("|---|---|---|---|");
    let mut scores = Scores::default();
    for (_, _, scene) in scenes(noise(-40.0), RATE) {
        scores.add(&scene);
    }
    let score = scores.ours;
    for of in ["stroke", "dab", "scrub", "slow", "knife"] {
        let missed = score.missed_of.iter().filter(|name| **name == of).count();
        let found = score.found_of.iter().zip(&score.latencies);
        let latencies: Vec<f64> = found
            .filter(|(name, _)| **name == of)
            .map(|(_, latency)| *latency)
            .collect();
        let all = latencies.len() + missed;
        println!(
            "| {of} | {all} | {:.3} | {} |",
            latencies.len() as f64 / all as f64,
            quantiles(&latencies, &[0.5, 0.9, 0.99], 2)
        );
    }
}

fn rate_table() {
    heading("rate, at -40 dB");
    for rate in [22_050.0, 44_100.0, 96_000.0, 192_000.0] {
        let mut scores = Scores::default();
        for (_, seed, scene) in scenes(noise(-40.0), rate) {
            if PEER_SEEDS.contains(&seed) {
                scores.add(&scene);
            }
        }
        scores.row(&format!("{} kHz", rate / 1000.0));
    }
}

fn proxy_table(folder: Option<&Path>) -> Outcome<()> {
    heading("recording, at -40 dB");
    let mut all = Scores::default();
    for name in proxies::PROXIES {
        let mut scores = Scores::default();
        for seed in SEEDS {
            let scene = proxies::scene(name, seed, noise(-40.0), RATE);
            let found = scores.add(&scene);
            all.add(&scene);
            if let Some(folder) = folder.filter(|_| PEER_SEEDS.contains(&seed)) {
                write(folder, &format!("recordings {name} {seed}"), &scene, &found)?;
            }
        }
        scores.row(name);
    }
    all.row("all");
    Ok(())
}

/// Quieter microphones than the default settings are for.
fn level_table() {
    heading("microphone, at -40 dB");
    for (name, gain) in [("20 dB softer", 0.1), ("40 dB softer", 0.01)] {
        let mut scores = Scores::default();
        for (_, _, mut scene) in scenes(noise(-40.0), RATE) {
            scene.signal.iter_mut().for_each(|x| *x *= gain);
            scores.add(&scene);
        }
        scores.row(name);
    }
}

fn write(folder: &Path, name: &str, scene: &Scene, found: &Found) -> Outcome<()> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: scene.rate as u32,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(folder.join(format!("{name}.wav")), spec)?;
    for x in &scene.signal {
        wav.write_sample((x.clamp(-1.0, 1.0) * 32767.0) as i16)?;
    }
    wav.finalize()?;
    let mut csv = fs::File::create(folder.join(format!("{name}.csv")))?;
    writeln!(csv, "what,start_s,end_s")?;
    for stroke in &scene.strokes {
        writeln!(csv, "known,{:.5},{:.5}", stroke.start, stroke.end)?;
    }
    for (start, end) in found.starts.iter().zip(&found.ends) {
        writeln!(csv, "found,{start:.5},{end:.5}")?;
    }
    for knock in &scene.knocks {
        writeln!(csv, "knock,{knock:.5},{knock:.5}")?;
    }
    Ok(())
}
