//! What finding strokes costs the audio thread: one second of painting in blocks of 64
//! samples, of which the share of a core follows.

#[path = "../tests/strokes/energy.rs"]
mod energy;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use engine::analysis::stroke::{Calibrator, StrokeDetector};
use engine::units::{SampleRate, Seconds};

use energy::Onset;

fn main() {
    divan::main();
}

const RATES: [u32; 3] = [44_100, 48_000, 192_000];

/// A second: noise that is loud half of the time.
fn painting(rate: u32) -> Vec<f32> {
    let mut state = 1u32;
    (0..rate)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let level = if n % (rate / 4) < rate / 8 { 1e-4 } else { 0.2 };
            level * (state as f32 / u32::MAX as f32 - 0.5)
        })
        .collect()
}

fn rate_of(rate: u32) -> SampleRate {
    SampleRate::new(f64::from(rate)).unwrap()
}

#[divan::bench(args = RATES)]
fn detector(bencher: Bencher, rate: u32) {
    let signal = painting(rate);
    let mut detector = StrokeDetector::new(rate_of(rate));
    bencher.counter(ItemsCount::new(rate)).bench_local(|| {
        let mut events = 0;
        for block in signal.chunks(64) {
            detector.process(block, &mut |_| events += 1);
        }
        black_box((events, detector.pressure()))
    });
}

/// Only while somebody paints for ten seconds.
#[divan::bench(args = RATES)]
fn calibrator(bencher: Bencher, rate: u32) {
    let signal = painting(rate);
    let mut calibrator = Calibrator::new(rate_of(rate));
    bencher.counter(ItemsCount::new(rate)).bench_local(|| {
        calibrator.begin(Seconds(2.0));
        for block in signal.chunks(64) {
            calibrator.process(black_box(block));
        }
        calibrator.progress()
    });
}

/// For comparison.
#[divan::bench(args = RATES)]
fn energy(bencher: Bencher, rate: u32) {
    let signal = painting(rate);
    let mut onset = Onset::new(rate_of(rate));
    bencher.counter(ItemsCount::new(rate)).bench_local(|| {
        let mut found = 0;
        for block in signal.chunks(64) {
            found += usize::from(onset.process(block).is_some());
        }
        black_box(found)
    });
}
