//! How fast a folder is indexed, where the time goes, and how much memory it takes:
//!
//! ```text
//! cargo run --release -p impasto-engine --example index_speed -- FOLDER [THREADS [RUNS]]
//! cargo run --release -p impasto-engine --example index_speed -- --tape HOURS
//! ```
//!
//! Prints one JSON object. With `--tape`, a recording of so many hours is made first (tones and
//! noise, WAV, 44.1 kHz, mono), which is how the bound on memory is measured. CPU time
//! and memory are those that Linux counts; elsewhere they are 0.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use engine::inference::{Embedder, Models, locate};
use engine::library::{Contract, Control, Indexer, ScanReport};
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let models = Models::load(&locate(None)?)?;
    let first = arguments.first().ok_or("FOLDER or --tape HOURS")?;
    let number = |place: usize| arguments.get(place).map(|text| text.parse::<usize>());
    let (tape, folder, threads, runs);
    if first == "--tape" {
        let hours = number(1).ok_or("how many hours?")??;
        tape = tempfile::tempdir()?;
        write_tape(&tape.path().join("tape.wav"), hours * 3600)?;
        (folder, threads, runs) = (tape.path().to_owned(), 1, 1);
    } else {
        folder = PathBuf::from(first);
        threads = number(1).transpose()?.unwrap_or(1);
        runs = number(2).transpose()?.unwrap_or(1);
    }
    let mut embedders = models.audio_embedders(threads)?;
    let memory = Memory::watch();
    let before = anonymous();
    let mut best: Option<serde_json::Value> = None;
    for _ in 0..runs {
        let run = run(&models, &folder, &mut embedders)?;
        let cpu = |run: &serde_json::Value| run["cpu_s"].as_f64().unwrap_or(f64::MAX);
        if best.as_ref().is_none_or(|best| cpu(&run) < cpu(best)) {
            best = Some(run);
        }
    }
    let mut best = best.ok_or("no runs")?;
    best["threads"] = json!(threads);
    best["runs"] = json!(runs);
    best["memory_mb_before"] = json!(before / MB);
    best["memory_mb_peak"] = json!(memory.peak() / MB);
    println!("{best:#}");
    Ok(())
}

const MB: u64 = 1 << 20;

fn run(
    models: &Arc<Models>,
    folder: &Path,
    embedders: &mut [Box<dyn Embedder>],
) -> Outcome<serde_json::Value> {
    let index = tempfile::tempdir()?;
    let mut indexer = Indexer::with_contract(index.path(), Contract::of_models(models))?;
    let (began, cpu) = (Instant::now(), cpu_seconds());
    let report = indexer.scan(folder, embedders, &Control::new(), &mut |_| {
        ControlFlow::Continue(())
    })?;
    let (wall, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    Ok(summary(&report, wall, cpu))
}

fn summary(report: &ScanReport, wall: f64, cpu: f64) -> serde_json::Value {
    let spent = report.spent;
    let share = |part: Duration| part.as_secs_f64() / spent.working().as_secs_f64();
    json!({
        "files": report.indexed,
        "failed": report.failed.len(),
        "chunks": report.chunks,
        "music_s": report.music.0,
        "wall_s": wall,
        "cpu_s": cpu,
        "times_real_time": report.music.0 / wall,
        "times_real_time_a_core": report.music.0 / cpu,
        "shares": {
            "decoding": share(spent.decoding),
            "mel": share(spent.mel),
            "inference": share(spent.inference),
            "digests": share(spent.digests),
            "committing": share(spent.committing),
        },
    })
}

/// Of all threads of this process, those that have ended too.
fn cpu_seconds() -> f64 {
    // proc_pid_stat(5): fields 14 and 15, after the name, which may hold anything but ends
    // with the last parenthesis. A tick is 10 ms on every Linux.
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Looks at the process's own memory, without the files that it maps.
struct Memory {
    peak: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Memory {
    fn watch() -> Self {
        let (peak, stop) = (
            Arc::new(AtomicU64::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let (seen, ended) = (Arc::clone(&peak), Arc::clone(&stop));
        thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                seen.fetch_max(anonymous(), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(20));
            }
        });
        Self { peak, stop }
    }

    fn peak(&self) -> u64 {
        self.peak.fetch_max(anonymous(), Ordering::Relaxed);
        self.peak.load(Ordering::Relaxed)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// `RssAnon` of proc_pid_status(5), in bytes.
fn anonymous() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes =
        line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// Sixteen bits, mono, 44.1 kHz: the same minute again and again.
fn write_tape(path: &Path, seconds: usize) -> io::Result<()> {
    const RATE: usize = 44_100;
    let bytes = u32::try_from(seconds * RATE * 2).map_err(io::Error::other)?;
    let mut file = BufWriter::with_capacity(1 << 20, fs::File::create(path)?);
    file.write_all(b"RIFF")?;
    file.write_all(&(bytes + 36).to_le_bytes())?;
    file.write_all(b"WAVEfmt ")?;
    file.write_all(&16u32.to_le_bytes())?;
    for field in [1u16, 1] {
        file.write_all(&field.to_le_bytes())?;
    }
    for field in [RATE as u32, RATE as u32 * 2] {
        file.write_all(&field.to_le_bytes())?;
    }
    for field in [2u16, 16] {
        file.write_all(&field.to_le_bytes())?;
    }
    file.write_all(b"data")?;
    file.write_all(&bytes.to_le_bytes())?;
    let minute = minute(RATE);
    for _ in 0..seconds / 60 {
        file.write_all(&minute)?;
    }
    file.flush()
}

/// A tone that changes every five seconds, and noise.
fn minute(rate: usize) -> Vec<u8> {
    let (mut noise, mut phase) = (1u32, 0f32);
    let mut sample = |k: usize| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hz = 110.0 * (1 + k / rate / 5) as f32;
        phase = (phase + hz / rate as f32).fract();
        let tone = (phase * std::f32::consts::TAU).sin() * 9000.0;
        (tone + (noise >> 20) as f32 - 2048.0) as i16
    };
    (0..60 * rate)
        .flat_map(|k| sample(k).to_le_bytes())
        .collect()
}
