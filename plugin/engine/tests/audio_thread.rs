//! What runs on the audio thread never allocates and never frees.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use engine::analysis::level::LevelMeter;
use engine::analysis::stroke::{Calibrator, StrokeDetector, StrokeEvent, StrokeSettings};
use engine::analysis::{FrontEnd, downmix, mel_ring};
use engine::units::{SampleRate, Seconds};

/// The system's allocator; counts what the current thread asks of it.
struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // A thread that is ending has no count any more and is not measured.
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: every call is handed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is the one asked for here.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        // SAFETY: the caller's promise is the one asked for here.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is the one asked for here.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` allocates or frees.
fn calls_in(work: impl FnOnce()) -> usize {
    let before = CALLS.get();
    work();
    CALLS.get() - before
}

#[test]
fn the_counter_counts() {
    assert_eq!(calls_in(|| ()), 0);
    assert_eq!(calls_in(|| drop(black_box(Box::new(1)))), 2);
    let kept = black_box(vec![0u8; 100]);
    assert_eq!(calls_in(|| drop(kept)), 1, "a free by itself");
    let mut growing = vec![0u8; 1];
    assert_eq!(calls_in(|| growing.reserve_exact(black_box(1 << 20))), 1);
}

#[test]
fn analysis_neither_allocates_nor_frees() {
    for hz in [16_000.0, 22_050.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        let rate = SampleRate::new(hz).unwrap();
        let mut front_end = FrontEnd::new(rate).unwrap();
        let mut meter = LevelMeter::new(rate);
        // Small, so that it overflows too.
        let (mut sender, mut receiver) = mel_ring(4);
        let signal: Vec<f32> = (0..hz as usize).map(|n| (n as f32 * 0.1).sin()).collect();
        let mut mono = vec![0.0; 8192];
        let mut frames = 0;
        for block in [1, 17, 64, 512, 8192] {
            let calls = calls_in(|| {
                for stereo in signal.chunks(block) {
                    let mono = &mut mono[..stereo.len()];
                    downmix(&[stereo, stereo], mono);
                    meter.process(mono);
                    front_end.process(mono, &mut |frame| {
                        frames += 1;
                        sender.push(frame);
                    });
                }
                receiver.pop();
                front_end.reset();
                meter.reset();
            });
            assert_eq!(calls, 0, "{hz} Hz, {block} samples");
        }
        assert!(frames > 5 * 70, "{frames} frames");
        assert!(receiver.dropped() > 0);
    }
}

#[test]
fn strokes_are_found_without_allocating() {
    for hz in [16_000.0, 22_050.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        let rate = SampleRate::new(hz).unwrap();
        let mut detector = StrokeDetector::new(rate);
        let mut calibrator = Calibrator::new(rate);
        // Noise that comes and goes five times, with what is no number in it.
        let mut state = 1u32;
        let signal: Vec<f32> = (0..(2.0 * hz) as usize)
            .map(|n| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let stroke = (n as f64 / hz * 2.5).fract() > 0.5;
                let level = if stroke { 0.2 } else { 1e-4 };
                let noise = state as f32 / u32::MAX as f32 - 0.5;
                if n % 5000 == 0 {
                    f32::NAN
                } else {
                    level * noise
                }
            })
            .collect();
        for block in [1, 17, 64, 512, 8192] {
            let (mut starts, mut ends, mut sized) = (0, 0, 0);
            let calls = calls_in(|| {
                detector.set_settings(&StrokeSettings::default());
                calibrator.begin(Seconds(1.5));
                for mono in signal.chunks(block) {
                    detector.process(mono, &mut |event| match event {
                        StrokeEvent::Start { .. } => starts += 1,
                        StrokeEvent::Sized { .. } => sized += 1,
                        StrokeEvent::End { .. } => ends += 1,
                    });
                    black_box((detector.pressure(), detector.brightness()));
                    calibrator.process(mono);
                }
                black_box((calibrator.progress(), calibrator.result()));
                detector.reset();
            });
            assert_eq!(calls, 0, "{hz} Hz, {block} samples");
            assert_eq!((starts, sized, ends), (5, 5, 4), "{hz} Hz, {block} samples");
            assert!(calibrator.result().unwrap().is_ok());
        }
    }
}
