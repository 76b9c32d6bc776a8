//! The player neither allocates nor frees. The counter is proven first.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use engine::library::StereoClip;
use engine::playback::{Cue, Mode, Player, PlayerSettings, Role, cue_channel};
use engine::units::{ChunkId, SampleRate};

thread_local! {
    /// Allocations and frees of this thread. Constant and without a destructor,
    /// so that counting does not allocate itself.
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Calls of the allocator while `work` runs.
fn calls(work: impl FnOnce()) -> u64 {
    let before = CALLS.get();
    work();
    CALLS.get() - before
}

#[test]
fn the_counter_counts() {
    let mut kept = Vec::<u8>::new();
    assert_eq!(calls(|| kept = Vec::with_capacity(100)), 1);
    assert_eq!(calls(|| kept.reserve(1000)), 1);
    assert_eq!(calls(|| drop(std::mem::take(&mut kept))), 1);
    assert_eq!(calls(|| ()), 0);
}

#[test]
fn the_player_never_calls_the_allocator() {
    let rate = SampleRate::new(48_000.0).expect("a rate");
    let (mut sender, receiver) = cue_channel();
    let mut player = Player::new(rate, receiver);
    let (mut left, mut right) = (vec![0.0; 512], vec![0.0; 512]);
    for block in 0..5_000u64 {
        // What the worker does may allocate.
        while sender.spent().is_some() {}
        if block % 5 == 0 {
            let role = if block % 10 == 0 {
                Role::Best
            } else {
                Role::Reserve
            };
            let clip = StereoClip {
                rate,
                left: vec![0.1; 20_000],
                right: vec![0.1; 20_000],
            };
            let _ = sender.send(Box::new(Cue::new(block, role, ChunkId(0), clip)));
        }
        if block % 97 == 0 {
            sender.clear();
        }
        let mode = [Mode::Continuous, Mode::Triggered, Mode::Off][(block / 300 % 3) as usize];
        let frames = (block % 512) as usize + 1;
        let counted = calls(|| {
            player.set_settings(PlayerSettings {
                mode,
                ..PlayerSettings::default()
            });
            player.set_active(block % 50 < 40);
            player.trigger(7);
            player.trigger(300);
            player.render(&mut left[..frames], &mut right[..frames]);
            let _ = player.now_playing();
            if block % 1000 == 999 {
                player.reset();
            }
        });
        assert_eq!(counted, 0, "block {block}");
    }
    assert!(sender.counts().started() > 100);
}

#[test]
fn a_player_that_frees_would_be_caught() {
    let rate = SampleRate::new(48_000.0).expect("a rate");
    let (mut sender, receiver) = cue_channel();
    let clip = StereoClip {
        rate,
        left: vec![0.1; 1000],
        right: vec![0.1; 1000],
    };
    sender
        .send(Box::new(Cue::new(1, Role::Best, ChunkId(0), clip)))
        .expect("room");
    let mut player = Player::new(rate, receiver);
    player.render(&mut [0.0; 8], &mut [0.0; 8]);
    // The cue, its two channels, the fade's table.
    assert!(calls(|| drop(player)) >= 4);
}
