//! How long a change of a signal takes to the host, by automation of both modes.
//!
//! `cargo run --release -p impasto --example output_latency`
//!
//! An audio thread in real time, the worker beside it, and the class's two doors: what
//! the audio thread leaves at the end of a block, and what the worker hands over. The
//! change is made where the worker would make it. Without models or music.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engine::units::SampleRate;
use impasto::bridge::{Shared, bridge};
use impasto::output::{HostEdit, HostLink};
use impasto::params::Automation;
use impasto::process::{Block, Processor};
use impasto::view;
use impasto::worker::{Message, Worker};
use nice_plug::prelude::Param;
use outputs::Signal;

const RATE: f64 = 48_000.0;
/// Frames of a block.
const BLOCK: usize = 64;
/// Changes measured in each mode.
const CHANGES: usize = 200;
/// Between two changes: longer than the interval of 30 values a second.
const PAUSE: Duration = Duration::from_millis(97);

/// Blocks processed so far, by the audio thread.
struct Clock {
    begin: Instant,
    blocks: AtomicU64,
}

fn main() {
    for mode in [Automation::Native, Automation::Compatibility] {
        let (_, handle) = view::channel();
        let link = Arc::new(HostLink::new(Arc::default(), handle));
        let mut times = measure(&link, mode);
        times.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        println!(
            "{mode:?}: {} changes, median {:.2}, 99 % {:.2}, longest {:.2} {}",
            times.len(),
            at(0.5),
            at(0.99),
            at(1.0),
            unit(mode)
        );
    }
}

fn unit(mode: Automation) -> &'static str {
    match mode {
        Automation::Native => "blocks after the first that could have it",
        _ => "ms to the door to the host's main thread",
    }
}

/// The time from each change to the host.
fn measure(link: &Arc<HostLink>, mode: Automation) -> Vec<f64> {
    let automation = &link.params.automation;
    // SAFETY: a parameter of `link`.
    unsafe {
        automation
            .as_ptr()
            ._internal_set_normalized_value(automation.preview_normalized(mode))
    };
    let clock = Arc::new(Clock {
        begin: Instant::now(),
        blocks: AtomicU64::new(0),
    });
    let told = Arc::new(AtomicU64::new(0));
    link.set_door(Box::new({
        let (told, clock) = (Arc::clone(&told), Arc::clone(&clock));
        move |edit| {
            if matches!(edit, HostEdit::Value(..)) {
                told.store(clock.begin.elapsed().as_nanos() as u64, Ordering::Release);
            }
            true
        }
    }));
    let shared = Shared::new();
    let (publisher, _view) = view::channel();
    let worker = Worker::spawn(Arc::clone(link), Arc::clone(&shared), publisher)
        .expect("a thread for the worker");
    let rate = SampleRate::new(RATE).expect("a rate");
    let (audio, end) = bridge(rate);
    let mut processor =
        Processor::new(rate, audio, link, &shared, worker.inbox().clone()).expect("a usual rate");
    worker.tell(Message::Attach(Box::new(end)));
    std::thread::scope(|scope| {
        let changes = scope.spawn(|| change(link, mode, &clock, &told));
        let due = |block: u64| Duration::from_secs_f64(block as f64 * BLOCK as f64 / RATE);
        for block in 0.. {
            if changes.is_finished() {
                break;
            }
            std::thread::sleep(due(block).saturating_sub(clock.begin.elapsed()));
            process(&mut processor);
            while let Some(edit) = link.take_told() {
                if matches!(edit, HostEdit::Value(..)) {
                    told.store(block, Ordering::Release);
                }
            }
            clock.blocks.store(block + 1, Ordering::Release);
        }
        changes.join().expect("no panic")
    })
}

/// Changes congruity again and again, as the worker would; how long each took.
fn change(link: &HostLink, mode: Automation, clock: &Clock, told: &AtomicU64) -> Vec<f64> {
    std::thread::sleep(Duration::from_millis(200));
    let mut times = Vec::with_capacity(CHANGES);
    for index in 0..CHANGES {
        told.store(u64::MAX, Ordering::Release);
        let at = clock.begin.elapsed();
        link.signals
            .set(Signal::Congruity, Some((index % 2) as f32));
        // The next to begin; the one that runs now, if any, is over for it.
        let block = clock.blocks.load(Ordering::Acquire);
        std::thread::sleep(PAUSE);
        let found = told.load(Ordering::Acquire);
        assert_ne!(
            found,
            u64::MAX,
            "change {index} was not told within {PAUSE:?}"
        );
        times.push(match mode {
            Automation::Native => found.saturating_sub(block) as f64,
            _ => (found as f64 - at.as_nanos() as f64) / 1e6,
        });
    }
    times
}

fn process(processor: &mut Processor) {
    let mut buffers = [[0.0f32; BLOCK]; 6];
    let [
        left,
        right,
        snippets_left,
        snippets_right,
        control_left,
        control_right,
    ] = &mut buffers;
    let block = Block {
        main: [left, right],
        brush: [&[], &[]],
        brush_channels: 0,
        snippets: [snippets_left, snippets_right],
        control: [control_left, control_right],
        keys: &[],
        transport: None,
    };
    processor.process(block, &mut |_| ());
}
