//! Inside `process` the plug-in allocates, frees, locks and asks the kernel for
//! nothing.
//!
//! Two counters watch the audio thread while it is inside: one at the C
//! library's door ([`interpose`]), one at the kernel's ([`syscalls`]). Both are
//! shown to count before they are believed. One test at a time: the counters
//! belong to the program.

#![cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]

mod syscalls;

use impasto_tests::Result;
use impasto_tests::bundle::Bundle;
use impasto_tests::fixture;
use impasto_tests::host::interpose;
use impasto_tests::host::{Activation, Change, Connection, Processor, Watch, Wiring, parameter_id};
use impasto_tests::signal::{Clip, render};
use impasto_tests::snapshot::Snapshot;
use std::hint::black_box;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Makes the tests of this program take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    interpose::clear();
    syscalls::clear();
    turn
}

/// Watches with both counters.
struct BothCounters;

impl Watch for BothCounters {
    fn enter(&mut self) {
        interpose::watch(true);
        syscalls::forbid();
    }

    fn leave(&mut self) {
        syscalls::allow();
        interpose::watch(false);
    }
}

/// Runs `deed` on a thread of its own, watched; gives back what was counted.
fn watched(deed: impl FnOnce() + Send) -> (u64, u64) {
    interpose::clear();
    syscalls::clear();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            assert!(
                syscalls::arm(),
                "this kernel lacks syscall user dispatch (Linux 5.11)"
            );
            BothCounters.enter();
            deed();
            BothCounters.leave();
            syscalls::disarm();
        });
    });
    (interpose::total(), syscalls::caught().0)
}

#[test]
fn the_counters_count_deliberate_violations() {
    let _turn = turn();
    let (calls, kernel) = watched(|| {
        black_box((0..100).map(f64::from).sum::<f64>());
    });
    assert_eq!(
        (calls, kernel),
        (0, 0),
        "plain arithmetic: {:?}",
        interpose::counts()
    );

    let (calls, _) = watched(|| drop(black_box(vec![0u8; 100])));
    assert_eq!(
        calls,
        2,
        "one allocation and its free: {:?}",
        interpose::counts()
    );

    // Large enough that the allocator has to ask the kernel, which the C library
    // does inside, past its own door.
    let (_, kernel) = watched(|| drop(black_box(vec![1u8; 64 << 20])));
    assert_eq!(kernel, 1, "a large allocation");

    let mutex = Mutex::new(());
    let held = mutex.lock().unwrap_or_else(PoisonError::into_inner);
    let signal = Condvar::new();
    let (calls, kernel) = watched(|| {
        let own = Mutex::new(());
        let guard = own.lock().unwrap_or_else(PoisonError::into_inner);
        drop(signal.wait_timeout(guard, Duration::from_millis(1)));
    });
    drop(held);
    assert!(
        calls >= 1 && kernel == 1,
        "a wait: {calls} calls, {kernel} of the kernel"
    );

    let (calls, kernel) = watched(|| std::thread::sleep(Duration::from_micros(10)));
    assert!(
        calls >= 1 && kernel == 1,
        "a sleep: {calls} calls, {kernel} of the kernel"
    );

    let (calls, kernel) = watched(|| {
        // SAFETY: no byte is written.
        unsafe { libc::write(2, [0u8].as_ptr().cast(), 0) };
    });
    assert_eq!(
        (calls, kernel),
        (1, 1),
        "a write: {:?}",
        interpose::counts()
    );

    let mut posix = libc::PTHREAD_MUTEX_INITIALIZER;
    let posix = Shared(&raw mut posix);
    let (calls, _) = watched(move || {
        let posix = posix;
        // SAFETY: the mutex outlives the scoped thread and is not locked.
        unsafe {
            libc::pthread_mutex_lock(posix.0);
            libc::pthread_mutex_unlock(posix.0);
        }
    });
    assert_eq!(calls, 2, "lock and unlock: {:?}", interpose::counts());
}

/// Lets a pointer cross into a scoped thread.
struct Shared<T>(*mut T);

// SAFETY: the one use is a scoped thread that the pointee outlives.
unsafe impl<T> Send for Shared<T> {}

#[test]
fn the_counters_see_into_the_plug_in() -> Result<()> {
    let _turn = turn();
    let mut instance = Bundle::load()?.instantiate()?;
    interpose::clear();
    let mut state = Vec::with_capacity(1 << 20);
    interpose::watch(true);
    let saved = instance.save_state_into(&mut state);
    interpose::watch(false);
    saved?;
    let counts = interpose::counts();
    assert!(
        counts[0].1 > 0 && counts[1].1 > 0,
        "saving its state, the plug-in allocates and frees, and none of it was seen: {counts:?}"
    );
    Ok(())
}

/// Streams six seconds at several times real time, watched, while the main
/// thread fights for whatever the audio thread might lock.
fn stream_watched(activation: Activation, changes: &[Change], ready: bool) -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = if ready {
        fixture::ready(&bundle)?
    } else {
        bundle.instantiate()?
    };
    let rate = activation.rate;
    let seconds = if ready { 12.0 } else { 2.0 };
    let music = Clip::chords(rate, seconds);
    let brush = Clip::strokes(rate, seconds);
    let pause = Duration::from_secs_f64(activation.max_block as f64 / rate / 4.0);
    interpose::clear();
    syscalls::clear();
    let mut played = 0;
    let out = instance.run_with(
        activation,
        |processor: &mut Processor| {
            assert!(
                syscalls::arm(),
                "this kernel lacks syscall user dispatch (Linux 5.11)"
            );
            processor.watch(Box::new(BothCounters));
            let out = render(
                processor,
                &music,
                &brush,
                activation.max_block,
                changes,
                |_| {
                    std::thread::sleep(pause);
                },
            );
            syscalls::disarm();
            out
        },
        |instance| {
            let state = instance.save_state()?;
            instance.load_state(&state)?;
            for parameter in instance.parameters()? {
                instance.value(parameter.id)?;
            }
            if ready {
                played = Snapshot::of(instance)?.snippets.len();
            }
            Ok(())
        },
    )?;
    let (blocks, first) = syscalls::caught();
    let case = format!("{activation:?}, ready: {ready}");
    assert_eq!(interpose::total(), 0, "{case}: {:?}", interpose::counts());
    assert_eq!(blocks, 0, "{case}: system call {first} in {blocks} blocks");
    if ready {
        assert!(
            played > 0 && out.aux.rms() > 0.0,
            "{case}: nothing was played, a poor proof"
        );
    }
    Ok(())
}

#[test]
fn process_is_clean_while_snippets_play() -> Result<()> {
    let _turn = turn();
    stream_watched(Activation::stereo(48_000.0, 256), &[], true)
}

#[test]
fn process_is_clean_without_a_library_at_every_connection() -> Result<()> {
    let _turn = turn();
    let changes: Vec<Change> = ["filter", "sensitivity", "fade", "dry", "automation", "mode"]
        .into_iter()
        .map(|id| Change {
            time: 3,
            id: parameter_id(id),
            value: 0.5,
        })
        .collect();
    for brush in [
        Connection::Stereo,
        Connection::Mono,
        Connection::Silent,
        Connection::Empty,
    ] {
        for (rate, block) in [(22_050.0, 32), (44_100.0, 441), (192_000.0, 4096)] {
            let wiring = Wiring::with_brush(brush);
            let activation = Activation {
                rate,
                max_block: block,
                wiring,
            };
            stream_watched(activation, &changes, false)?;
        }
    }
    Ok(())
}
