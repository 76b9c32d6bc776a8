//! The player neither allocates nor frees. The counter is proven first.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use std::sync::{Arc, OnceLock};

use engine::library::StereoClip;
use engine::playback::sync::{Division, Due, Quantizer, Transport};
use engine::playback::{
    Cue, CueAudio, LevelMatch, Mode, PackedClip, Player, PlayerSettings, Role, Touch, cue_channel,
};
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
    let mut quantizer = Quantizer::new(rate, Arc::clone(receiver.counts()));
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
        let modes = [Mode::Continuous, Mode::Triggered, Mode::Gated, Mode::Off];
        let mode = modes[(block / 300 % 4) as usize];
        let frames = (block % 512) as usize + 1;
        let (key, strength) = ((block % 11) as u32, (block % 101) as f32 / 100.0);
        let transport = Transport {
            playing: block % 700 < 600,
            tempo_bpm: 120.0 + (block / 100) as f64,
            beats: block as f64 / 40.0 % 9.0,
            bar_start_beats: 0.0,
            beats_a_bar: 4.0,
        };
        let counted = calls(|| {
            player.set_settings(PlayerSettings {
                mode,
                polyphony: (block / 37 % 9) as usize,
                touch_level: 0.5,
                touch_tone: (block / 500 % 2) as f32,
                on_grid: block / 600 % 2 == 1,
                ..PlayerSettings::default()
            });
            player.set_active(block % 50 < 40);
            player.set_frozen(block % 400 > 300);
            quantizer.set_division(Some(Division::Sixteenth).filter(|_| block % 900 < 700));
            quantizer.begin(Some(&transport), frames, &mut |due| match due {
                Due::Start { offset, touch } => player.start(offset, touch),
                Due::End { offset, key } => player.end(offset, key),
                Due::Line { offset } => player.advance(offset),
            });
            if let Some(offset) = quantizer.start(frames / 3, Touch { key, strength }) {
                player.start(offset, Touch { key, strength });
            }
            player.trigger(7);
            player.set_pressure(0, key, 1.0 - strength);
            // More than there is room for, now and then.
            for key in 0..block % 97 {
                if let Some(offset) = quantizer.end(frames - 1, key as u32) {
                    player.end(offset, key as u32);
                }
            }
            player.render(&mut left[..frames], &mut right[..frames]);
            let _ = player.now_playing();
            if block % 1000 == 999 {
                player.reset();
                quantizer.reset();
            }
        });
        assert_eq!(counted, 0, "block {block}");
    }
    let counts = sender.counts();
    for (what, count) in [
        ("started", counts.started()),
        ("stolen", counts.stolen()),
        ("repeated", counts.repeated()),
        ("ignored", counts.ignored_frozen()),
        ("held", counts.held_for_grid()),
    ] {
        assert!(count > 20, "{what}: {count}");
    }
}

#[test]
fn nor_does_it_when_a_rest_arrives_or_stays_away() {
    let rate = SampleRate::new(48_000.0).expect("a rate");
    let packed = |frames| {
        let noise = |at: usize| (at * 7919 % 1000) as f32 * 1e-4;
        let left: Vec<f32> = (0..frames).map(noise).collect();
        let right = left.iter().map(|sample| -sample).collect();
        Arc::new(PackedClip::pack(&StereoClip { rate, left, right }))
    };
    let (mut sender, receiver) = cue_channel();
    let mut player = Player::new(rate, receiver);
    let settings = PlayerSettings {
        mode: Mode::Triggered,
        ..PlayerSettings::default()
    };
    let (mut left, mut right) = (vec![0.0; 480], vec![0.0; 480]);
    for snippet in 0..60u64 {
        while sender.spent().is_some() {}
        let (head, slot) = (packed(14_400), Arc::new(OnceLock::new()));
        let audio = CueAudio::of_head(head, Arc::clone(&slot), 192_000, Some(0.1));
        let mut cue = Cue::new(snippet, Role::Best, ChunkId(0), audio);
        cue.match_level(&LevelMatch::default(), Some(-20.0));
        // From here on only the cue holds its head: what frees it would be seen.
        sender.send(Box::new(cue)).expect("room");
        for block in 0..60 {
            // In time, in the fade without it, and never.
            if block == [3, 29, 99][snippet as usize % 3] {
                let _ = slot.set(packed(192_000));
            }
            let counted = calls(|| {
                player.set_settings(settings);
                if block == 0 {
                    player.trigger(0);
                }
                player.render(&mut left, &mut right);
            });
            assert_eq!(counted, 0, "snippet {snippet}, block {block}");
        }
    }
    assert_eq!(sender.counts().started(), 60);
    assert_eq!(sender.counts().without_rest(), 40);
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
    // The cue, its clip and that one's slot, the samples of both, the fade's table.
    assert!(calls(|| drop(player)) >= 5);
}
