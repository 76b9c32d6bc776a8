//! What the plug-in costs the audio thread: the real bundle at 48 kHz in blocks of
//! 64 frames, paced as a sound card would, with painting, library, music and brush
//! in use and the worker busy beside it. The floor printed beside it copies the
//! block's channels, which is the least that any plug-in does.
//!
//! `cargo xtask bundle && cargo bench -p impasto-tests --bench process`

use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use impasto_tests::bundle::Bundle;
use impasto_tests::fixture;
use impasto_tests::host::{Activation, Block, Processor, Watch};
use impasto_tests::signal::Clip;

const RATE: f64 = 48_000.0;
const FRAMES: usize = 64;
/// 20 s of sound, after 5 s that are not counted: the first search and the first cue
/// are made in them.
const BLOCKS: usize = 20 * RATE as usize / FRAMES;
const WARM_UP: usize = 5 * RATE as usize / FRAMES;

/// Notes how long each call of the plug-in's `process` takes.
struct Stopwatch {
    started: Instant,
    times: Arc<Mutex<Vec<Duration>>>,
}

impl Watch for Stopwatch {
    fn enter(&mut self) {
        self.started = Instant::now();
    }

    fn leave(&mut self) {
        let elapsed = self.started.elapsed();
        if let Ok(mut times) = self.times.lock() {
            times.push(elapsed);
        }
    }
}

/// Processes `music` and `brush` block by block, no faster than they would sound.
fn play(processor: &mut Processor, music: &Clip, brush: &Clip) -> impasto_tests::Result<()> {
    let start = Instant::now();
    let period = Duration::from_secs_f64(FRAMES as f64 / RATE);
    for block in 0..WARM_UP + BLOCKS {
        let range = block * FRAMES..(block + 1) * FRAMES;
        processor.process(Block {
            music: music.cut(range.clone()),
            brush: brush.cut(range),
            changes: &[],
        })?;
        let due = start + period * (block as u32 + 1);
        if let Some(wait) = due.checked_duration_since(Instant::now()) {
            std::thread::sleep(wait);
        }
    }
    Ok(())
}

/// Microseconds at a share of the sorted `times`.
fn at(times: &[Duration], share: f64) -> f64 {
    let index = ((times.len() - 1) as f64 * share) as usize;
    times[index].as_secs_f64() * 1e6
}

fn report(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let mean = times.iter().sum::<Duration>().as_secs_f64() / times.len() as f64;
    let share = 100.0 * mean * RATE / FRAMES as f64;
    println!(
        "{name:<34} median {:7.1} µs   99 % {:7.1} µs   longest {:7.1} µs   {share:6.3} % of a core",
        at(&times, 0.5),
        at(&times, 0.99),
        at(&times, 1.0),
    );
}

/// Copying the main and the snippets' channels once.
fn floor(music: &Clip) -> Vec<Duration> {
    let mut output = vec![0.0f32; 4 * FRAMES];
    (0..BLOCKS)
        .map(|block| {
            let range = block * FRAMES..(block + 1) * FRAMES;
            let start = Instant::now();
            for (channel, output) in output.chunks_exact_mut(FRAMES).enumerate() {
                output.copy_from_slice(black_box(music.cut(range.clone())[channel % 2]));
            }
            black_box(&mut output);
            start.elapsed()
        })
        .collect()
}

fn main() -> anyhow::Result<()> {
    // `cargo test --benches` passes this to see whether the bench starts at all.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let seconds = ((WARM_UP + BLOCKS) * FRAMES) as f64 / RATE;
    let music = Clip::chords(RATE, seconds);
    let brush = Clip::strokes(RATE, seconds);
    let bundle = Bundle::load()?;
    let mut instance = fixture::ready(&bundle)?;
    let times = Arc::new(Mutex::new(Vec::with_capacity(WARM_UP + BLOCKS)));
    let stopwatch = Stopwatch {
        started: Instant::now(),
        times: Arc::clone(&times),
    };
    instance.run(Activation::stereo(RATE, FRAMES), |processor| {
        processor.watch(Box::new(stopwatch));
        play(processor, &music, &brush)
    })?;
    let mut measured = times
        .lock()
        .map_err(|_| anyhow::anyhow!("the audio thread panicked"))?;
    println!(
        "process, 48 kHz, {FRAMES} frames, {} s",
        BLOCKS * FRAMES / RATE as usize
    );
    report(
        "plug-in, painting and brush in use",
        measured.split_off(WARM_UP),
    );
    report("floor: copy the channels", floor(&music));
    Ok(())
}
