//! What the audio thread costs: one second of music and brush strokes, with snippets
//! sounding, in the host's blocks. A time of 10 ms is 1 % of a core.

use std::hint::black_box;
use std::sync::Arc;

use crossbeam::channel::bounded;
use divan::Bencher;
use engine::library::StereoClip;
use engine::playback::{Cue, Role};
use engine::units::{ChunkId, SampleRate};
use impasto::bridge::{Shared, WorkerEnd, bridge};
use impasto::output::HostLink;
use impasto::process::{Block, Processor};
use impasto::view;

fn main() {
    divan::main();
}

/// Noise in -0.25..0.25, the same each time.
fn noise(seed: u32, length: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(state) / f64::from(u32::MAX) - 0.5) as f32 * 0.5
    };
    (0..length).map(|_| next()).collect()
}

/// Three strokes of 150 ms in a second.
fn strokes(rate: usize) -> Vec<f32> {
    let mut brush = noise(3, rate);
    for (n, sample) in brush.iter_mut().enumerate() {
        if n % (rate / 3) > rate * 15 / 100 {
            *sample = 0.0;
        }
    }
    brush
}

/// A processor with a snippet at hand, and the worker's end of it.
fn processor(rate: usize) -> (Processor, WorkerEnd) {
    let hz = SampleRate::new(rate as f64).expect("above zero");
    let (audio, mut worker) = bridge(hz);
    let clip = StereoClip {
        rate: hz,
        left: noise(1, 4 * rate),
        right: noise(2, 4 * rate),
    };
    let cue = Cue::new(1, Role::Best, ChunkId(0), clip);
    worker.cues.send(Box::new(cue)).expect("room for one");
    let (_, handle) = view::channel();
    let link = Arc::new(HostLink::new(Arc::default(), handle));
    let (inbox, _) = bounded(1);
    let made = Processor::new(hz, audio, &link, &Shared::new(), inbox);
    (made.expect("a usual rate"), worker)
}

#[divan::bench(args = [(48_000, 64), (48_000, 1024), (192_000, 64)])]
fn one_second(bencher: Bencher, (rate, length): (usize, usize)) {
    let (mut processor, mut worker) = processor(rate);
    let (brush, music) = (strokes(rate), noise(4, rate));
    let mut buffers = [(); 6].map(|()| vec![0.0f32; length]);
    bencher.bench_local(|| {
        for (brush, music) in brush.chunks(length).zip(music.chunks(length)) {
            let [
                left,
                right,
                snippets_left,
                snippets_right,
                control_left,
                control_right,
            ] = &mut buffers;
            let now = ..brush.len();
            left[now].copy_from_slice(music);
            right[now].copy_from_slice(music);
            let block = Block {
                main: [&mut left[now], &mut right[now]],
                brush: [brush, brush],
                brush_channels: 2,
                snippets: [&mut snippets_left[now], &mut snippets_right[now]],
                control: [&mut control_left[now], &mut control_right[now]],
                keys: &[],
                transport: None,
            };
            processor.process(block, &mut |sent| {
                black_box(sent);
            });
            while worker.brush.pop().is_some() {}
            while worker.music.pop().is_some() {}
        }
        black_box(&buffers);
    });
    assert!(worker.cues.counts().started() > 0, "no snippet sounded");
}
