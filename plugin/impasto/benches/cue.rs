//! The cue path in real time: from a mel frame to the cue that has heard it, and what
//! further instances take.
//!
//! `cue INDEX MUSIC` plays the brush recording of the demonstration to a worker with that
//! library for half a minute, in blocks of 64 and of 512 frames at 48 kHz, and prints how
//! long after the frame that completes a refresh its cue was ready, the worker's share of
//! a core, and beside it what the embedding alone takes. `cue INDEX MUSIC --instances`
//! prints the memory of 1, 2 and 16 instances, each count in a process of its own.
//! `cargo run --example tile_index` makes a large library. Needs the networks.

#[path = "cue/system.rs"]
mod system;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use engine::analysis::{FrontEnd, MelFrame, MelWindow, SILENCE_DB};
use engine::inference::{Models, locate};
use engine::library::decode::decode_stereo;
use engine::units::{SampleRate, Seconds};
use impasto::bridge::{AudioEnd, Shared, bridge};
use impasto::output::HostLink;
use impasto::view::{self, LibraryState, ViewHandle};
use impasto::worker::{Message, Worker};

/// A mel frame's hop.
const FRAME: Duration = Duration::from_micros(12_500);
/// How exactly the end is seen.
const GLANCE: Duration = Duration::from_micros(100);
const PATIENCE: Duration = Duration::from_secs(120);
const SETTLED: Duration = Duration::from_secs(3);
const LONG: Duration = Duration::from_secs(30);
const RATE: f64 = 48_000.0;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [index, music, "--instances", "--count", count, ..] => {
            let count = count.parse().expect("a number");
            instances(Path::new(index), Path::new(music), count);
        }
        [index, music, "--instances", ..] => {
            for count in ["1", "2", "16"] {
                let own = std::env::current_exe().expect("a path");
                let mut command = Command::new(own);
                command.args([index, music, "--instances", "--count", count]);
                assert!(command.status().expect("started").success());
            }
        }
        [index, music, ..] if !index.starts_with("--") => live(Path::new(index), Path::new(music)),
        // As when all benches are run at once, without a library.
        _ => println!("cue INDEX MUSIC [--instances]"),
    }
}

/// A worker with a library and a painting, and the audio thread's end.
struct Instance {
    link: Arc<HostLink>,
    shared: Arc<Shared>,
    view: ViewHandle,
    end: AudioEnd,
    /// Frames of the brush.
    sent: u64,
    _worker: Worker,
}

impl Instance {
    fn new(index: &Path, music: &Path) -> Self {
        let (publisher, view) = view::channel();
        let link = Arc::new(HostLink::new(Arc::default(), view.clone()));
        {
            let mut record = link.params.remembered.write();
            record.library = Some(music.to_owned());
            record.index = Some(index.to_owned());
            record.painting = Some(asset("paintings/hokusai-great-wave.jpg"));
        }
        let shared = Shared::new();
        let worker = Worker::spawn(Arc::clone(&link), Arc::clone(&shared), publisher);
        let worker = worker.expect("a thread");
        let (end, other) = bridge(SampleRate::new(RATE).expect("above zero"));
        worker.tell(Message::Attach(Box::new(other)));
        Self {
            link,
            shared,
            view,
            end,
            sent: 0,
            _worker: worker,
        }
    }

    fn send(&mut self, frame: &MelFrame) {
        self.end.brush.push(frame);
        self.end.music.push(frame);
        self.sent += 1;
    }

    /// Until the library is in use and the pool's heads are decoded, or as many as fit;
    /// `frames` are played meanwhile.
    fn warm_up(all: &mut [Self], frames: &[MelFrame]) -> usize {
        let begin = Instant::now();
        let ready = |instance: &Self| {
            let view = instance.view.snapshot();
            let library = matches!(view.library, LibraryState::Ready { .. });
            library && view.pool > 0 && view.clips.cache.heads > 0
        };
        let (mut told, mut since) = (0, Instant::now());
        for frame in frames.iter().cycle() {
            all.iter_mut().for_each(|instance| instance.send(frame));
            std::thread::sleep(FRAME);
            let decoded = |instance: &Self| {
                let cache = instance.view.snapshot().clips.cache.clone();
                cache.heads + cache.wholes
            };
            let now: usize = all.iter().map(decoded).sum();
            if now != told {
                (told, since) = (now, Instant::now());
            }
            // For a few seconds nothing more was decoded. Where memory is short, what is
            // kept goes on to change with the brush.
            let settled = since.elapsed() > SETTLED || begin.elapsed() > LONG;
            if settled && all.iter().all(ready) {
                break;
            }
            assert!(
                begin.elapsed() < PATIENCE * 2,
                "{:?}",
                all[0].view.snapshot()
            );
        }
        all[0].view.snapshot().pool
    }
}

fn asset(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/assets");
    root.join(name).canonicalize().expect("an asset")
}

/// The frames of the brush recording in which it sounds.
fn brush() -> Vec<MelFrame> {
    let rate = SampleRate::new(RATE).expect("above zero");
    let file = asset("brush/brush.wav");
    let clip = decode_stereo(&file, Seconds(0.0), Seconds(30.0), rate).expect("a recording");
    let mut front = FrontEnd::new(rate).expect("a usual rate");
    let mut frames = Vec::new();
    front.process(&clip.left, &mut |frame| frames.push(*frame));
    frames.retain(|frame| frame.iter().any(|band| *band > SILENCE_DB + 10.0));
    frames
}

fn live(index: &Path, music: &Path) {
    let frames = brush();
    let mut all = [Instance::new(index, music)];
    let pool = Instance::warm_up(&mut all, &frames);
    let [mut instance] = all;
    println!(
        "pool of {pool} chunks; times in ms: p50, p99, longest | refreshes a second, % of a core"
    );
    floor(&frames);
    for block in [64, 512] {
        measure(&mut instance, &frames, block);
    }
    let view = instance.view.snapshot();
    println!(
        "late {}, dropped frames {}",
        view.late_cues, view.dropped_frames
    );
    drop(instance.link);
}

/// Plays for half a minute, frames coming when a host with blocks of `block` has them.
fn measure(instance: &mut Instance, frames: &[MelFrame], block: u32) {
    const PLAYED: usize = 2400;
    let thread = system::thread("impasto-worker").expect("the worker's thread");
    let already = instance.sent;
    let block = Duration::from_secs(1) * block / 48_000;
    let begin = Instant::now();
    let (mut came, mut known) = (Vec::with_capacity(PLAYED), already);
    let (mut took, mut between, mut last) = (Vec::new(), Vec::new(), begin);
    let busy = system::busy(thread);
    for (at, frame) in (1u32..).zip(frames.iter().cycle().take(PLAYED)) {
        let complete = FRAME * at;
        let due =
            block * u32::try_from(complete.as_nanos().div_ceil(block.as_nanos())).expect("few");
        while begin.elapsed() < due {
            std::thread::sleep(GLANCE.min(due.saturating_sub(begin.elapsed())));
            let cued = instance.shared.cued.load(Ordering::Acquire);
            if cued > known {
                let now = Instant::now();
                let newest: Option<&Instant> = came.get((cued - already) as usize - 1);
                took.push(now - *newest.expect("was sent"));
                between.push(now - last);
                (known, last) = (cued, now);
            }
        }
        instance.send(frame);
        came.push(Instant::now());
    }
    let wall = begin.elapsed().as_secs_f64();
    let share = (system::busy(thread) - busy).as_secs_f64() / wall;
    let refreshes = took.len() as f64 / wall;
    println!(
        "blocks of {:.2} ms: {} | {refreshes:.1}, {:.1} %",
        block.as_secs_f64() * 1e3,
        told(took),
        share * 100.0
    );
    println!("  from one cue to the next: {}", told(between));
}

/// The embedding alone, on windows of the brush.
fn floor(frames: &[MelFrame]) {
    let models = locate(None)
        .and_then(|dir| Models::load(&dir))
        .expect("the networks");
    let mut embedder = models.audio_embedder().expect("a session");
    let mut window = MelWindow::new();
    let mut input = vec![0.0; 100 * 320];
    let mut took = Vec::new();
    for frames in frames.chunks(4).take(400) {
        frames.iter().for_each(|frame| window.push(frame));
        window.write_input(&mut input);
        let begin = Instant::now();
        embedder.embed(&input, 1).expect("features");
        took.push(begin.elapsed());
        // As the worker does: what the caches held is gone meanwhile.
        std::thread::sleep(FRAME * 4 - begin.elapsed().min(FRAME));
    }
    println!("the embedding alone: {}", told(took));
}

/// Median, 99 % and longest, in milliseconds.
fn told(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |part: usize| times[(times.len() - 1) * part / 100].as_secs_f64() * 1e3;
    format!("{:.2}, {:.2}, {:.2}", at(50), at(99), at(100))
}

fn instances(index: &Path, music: &Path, count: usize) {
    let frames = brush();
    let mut all: Vec<_> = (0..count).map(|_| Instance::new(index, music)).collect();
    Instance::warm_up(&mut all, &frames);
    let memory = system::memory();
    let (mut late, mut clips) = (0, 0);
    for instance in &all {
        let view = instance.view.snapshot();
        late += view.late_cues;
        clips += view.clips.cache.bytes;
    }
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    println!(
        "{count:2} instances: RSS {:.1}, PSS {:.1}, of its own {:.1} MiB; clips as counted {:.1} \
         MiB; {late} late cues",
        mebibytes(memory.resident),
        mebibytes(memory.proportional),
        mebibytes(memory.anonymous),
        mebibytes(clips as u64),
    );
}
