//! Gated strokes: level, brightness, keys, voices.

use engine::playback::{Mode, PlayerSettings, Role};

use super::support::*;

fn gated() -> PlayerSettings {
    settings(Mode::Gated)
}

#[test]
fn a_stroke_sounds_from_its_start_to_its_end() {
    let clip = packed(&vec![1.0; 4 * RATE]);
    for (start, end, block) in [(0, 1, 512), (17, 9_000, 64), (511, 40_000, 512)] {
        let mut rig = Rig::new(gated());
        rig.cue(1, Role::Best, &clip);
        let mut heard = Vec::new();
        for from in (0..RATE).step_by(block) {
            let here = from..from + block;
            if here.contains(&start) {
                rig.player.start(start - from, touch(7, 0.2));
            }
            if here.contains(&end) {
                rig.player.end(end - from, 7);
            }
            heard.extend(rig.render_in(block, block));
        }
        let first = heard.iter().position(|sample| *sample != 0.0);
        // The first sample of a fade-in is silent. A stroke of one sample is faint,
        // but it sounds.
        assert_eq!(
            first,
            Some(start + 1),
            "{start}..{end} in blocks of {block}"
        );
        assert!(heard[end + RATE / 10 + 2..].iter().all(|s| *s == 0.0));
        if end > 1000 {
            assert!(heard[start + 500..end].iter().all(|s| *s == 1.0));
            let half = heard[end + RATE / 20];
            assert!((half - 0.707).abs() < 0.01, "half of the release: {half}");
        }
    }
}

#[test]
fn a_stroke_that_outlasts_its_snippet_goes_on_without_a_gap() {
    let clips = [1, 2].map(|seed| packed(&noise(seed, RATE)));
    let mut rig = Rig::new(gated());
    rig.cue(1, Role::Best, &clips[0]);
    rig.player.start(0, touch(3, 1.0));
    let mut heard = rig.render(2 * RATE);
    assert_eq!(rig.sender.counts().started(), 1, "nothing new was there");
    assert_eq!(rig.sender.counts().repeated(), 2);
    rig.cue(2, Role::Best, &clips[1]);
    heard.extend(rig.render(RATE));
    assert_eq!(rig.playing(), Some(2), "the new one came in");
    assert_eq!(rig.sender.counts().started(), 2);
    heard.extend(rig.render(2 * RATE));
    steady(&heard[RATE / 20..], -4.77, 0.5);
    rig.player.end(0, 3);
    let tail = rig.render(RATE);
    assert!(tail[RATE / 10 + 2..].iter().all(|s| *s == 0.0));
    assert_eq!(rig.playing(), None);
}

#[test]
fn strength_decides_level_and_brightness() {
    let clip = packed(&noise(5, 4 * RATE));
    let play = |level, tone, strength| {
        let mut rig = Rig::new(PlayerSettings {
            touch_level: level,
            touch_tone: tone,
            ..gated()
        });
        rig.cue(1, Role::Best, &clip);
        rig.player.start(0, touch(1, strength));
        rig.render(RATE)[RATE / 10..].to_vec()
    };
    let plain = play(0.0, 0.0, 0.0);
    assert_eq!(plain, play(0.0, 0.0, 1.0));
    assert_eq!(plain, play(1.0, 1.0, 1.0), "hard is full and open");
    for (level, strength, expected) in [(1.0, 0.0, -30.0), (1.0, 0.5, -15.0), (0.5, 0.0, -15.0)] {
        let change = level_db(&play(level, 0.0, strength)) - level_db(&plain);
        assert!((change - expected).abs() < 0.01, "{change} dB");
    }
    // White noise through two poles at 700 Hz keeps π/4 · 700 / 24,000 of its power.
    let dark = level_db(&play(0.0, 1.0, 0.0)) - level_db(&plain);
    assert!((dark + 16.4).abs() < 0.5, "{dark} dB");
    let steps = |samples: &[f32]| samples.windows(2).map(|p| p[1] - p[0]).collect::<Vec<_>>();
    let brightness = |samples: &[f32]| level_db(&steps(samples)) - level_db(samples);
    let by_strength = [0.0, 0.25, 0.5, 0.75, 1.0].map(|s| brightness(&play(0.0, 1.0, s)));
    assert!(
        by_strength.is_sorted_by(|a, b| a + 1.0 < *b),
        "{by_strength:?}"
    );
}

#[test]
fn pressure_is_followed_smoothly() {
    let clip = packed(&vec![1.0; 4 * RATE]);
    let mut rig = Rig::new(PlayerSettings {
        touch_level: 1.0,
        touch_tone: 1.0,
        ..gated()
    });
    rig.cue(1, Role::Best, &clip);
    rig.player.start(0, touch(1, 0.0));
    rig.render(RATE / 10);
    for (strength, level) in [(1.0, 1.0), (0.5, 0.1778), (0.0, 0.0316)] {
        rig.player.set_pressure(0, 1, strength);
        rig.player.set_pressure(0, 2, 0.3);
        let heard = rig.render(RATE / 10);
        // 15 ms.
        let settled = heard[720 + 300];
        assert!((settled - level).abs() < 0.001, "{settled}, not {level}");
        assert!((heard[360] - level).abs() > 0.01, "not at once");
        assert!(largest_step(&heard) < 1.1 / 720.0);
    }
    // Told once or with each block: the same.
    let told = |often: bool| {
        let mut rig = Rig::new(PlayerSettings {
            touch_level: 1.0,
            ..gated()
        });
        rig.cue(1, Role::Best, &clip);
        rig.player.start(0, touch(1, 0.2));
        rig.render(6_400);
        let mut heard = Vec::new();
        for block in 0..50 {
            if often || block == 0 {
                rig.player.set_pressure(0, 1, 0.9);
            }
            heard.extend(rig.render(64));
        }
        heard
    };
    assert_eq!(told(true), told(false));
}

#[test]
fn what_was_struck_keeps_its_strength() {
    let clip = packed(&vec![1.0; 4 * RATE]);
    let mut rig = Rig::new(PlayerSettings {
        touch_level: 1.0,
        ..settings(Mode::Triggered)
    });
    rig.cue(1, Role::Best, &clip);
    rig.player.start(0, touch(1, 0.5));
    rig.player.set_pressure(0, 1, 1.0);
    rig.player.end(100, 1);
    let heard = rig.render(RATE);
    assert!(heard[1000..].iter().all(|s| (s - 0.1778).abs() < 1e-3));
    // Unless it turns out to be another.
    rig.player.set_strength(0, 1, 1.0);
    let heard = rig.render(RATE);
    assert!(largest_step(&heard) < 1.1 / 720.0);
    assert!(heard[720..].iter().all(|s| *s == 1.0));
}

#[test]
fn keys_end_their_own_voices() {
    let mut rig = Rig::new(PlayerSettings {
        polyphony: 3,
        ..gated()
    });
    for (key, level) in [(1, 0.1), (2, 0.2), (3, 0.4)] {
        rig.cue(u64::from(key), Role::Best, &packed(&vec![level; 8 * RATE]));
        rig.player.start(0, touch(key, 1.0));
        rig.render(RATE / 2);
    }
    for (key, left) in [(2, 0.5), (9, 0.5), (1, 0.4), (3, 0.0)] {
        rig.player.end(5, key);
        let heard = rig.render(RATE / 2);
        let last = heard[RATE / 2 - 1];
        assert!(
            (last - left).abs() < 1e-4,
            "after {key}: {last}, not {left}"
        );
    }
    assert_eq!(rig.sender.counts().stolen(), 0);
}

#[test]
fn the_faintest_voice_is_stolen() {
    let mut rig = Rig::new(PlayerSettings {
        polyphony: 3,
        touch_level: 1.0,
        ..gated()
    });
    rig.cue(1, Role::Best, &packed(&vec![1.0; 8 * RATE]));
    for (key, strength) in [(1, 0.9), (2, 0.1), (3, 0.8)] {
        rig.player.start(0, touch(key, strength));
        rig.render(RATE / 10);
    }
    rig.player.start(0, touch(4, 1.0));
    let heard = rig.render(RATE / 10);
    assert_eq!(rig.sender.counts().stolen(), 1);
    let gain = |strength: f32| 10f32.powf(-1.5 * (1.0 - strength));
    let expected = gain(0.9) + gain(0.8) + 1.0;
    assert!((heard[RATE / 10 - 1] - expected).abs() < 1e-3);
    // Of equals, the oldest.
    rig.player.set_pressure(0, 3, 0.9);
    rig.player.set_pressure(0, 4, 0.9);
    rig.render(RATE / 10);
    rig.player.start(0, touch(5, 1.0));
    rig.render(RATE / 10);
    rig.player.end(0, 1);
    let before = *rig.render(RATE / 5).last().expect("a sample");
    assert!((before - (2.0 * gain(0.9) + 1.0)).abs() < 1e-3, "{before}");
}

#[test]
fn a_stroke_without_a_cue_sounds_as_soon_as_one_comes() {
    let clip = packed(&vec![1.0; 4 * RATE]);
    let mut rig = Rig::new(gated());
    rig.player.start(0, touch(1, 1.0));
    rig.player.start(50, touch(2, 1.0));
    assert!(rig.render(6_400).iter().all(|s| *s == 0.0));
    assert_eq!(rig.sender.counts().without_cue(), 2);
    rig.player.end(0, 1);
    rig.cue(1, Role::Best, &clip);
    assert_eq!(rig.render(6_400)[1000], 1.0);
    rig.player.end(0, 2);
    assert_eq!(*rig.render(RATE / 5).last().expect("a sample"), 0.0);
    // Nor does one that has ended come back.
    rig.sender.clear();
    rig.player.start(0, touch(3, 1.0));
    rig.player.end(32, 3);
    rig.render(6_400);
    rig.cue(2, Role::Best, &clip);
    assert!(rig.render(6_400).iter().all(|s| *s == 0.0));
}

#[test]
fn a_missing_rest_hands_the_stroke_on() {
    let clip = packed(&noise(7, 2 * RATE));
    let mut rig = Rig::new(gated());
    let _late = rig.head(1, &clip, RATE * 3 / 10);
    rig.player.start(0, touch(1, 1.0));
    rig.render(64);
    rig.cue(2, Role::Best, &clip);
    let heard = rig.render(RATE);
    assert_eq!(rig.playing(), Some(2));
    steady(&heard[RATE / 20..], -4.77, 0.8);
    // Without another, it waits for its own.
    let mut rig = Rig::new(gated());
    let late = rig.head(1, &clip, RATE * 3 / 10);
    rig.player.start(0, touch(1, 1.0));
    let heard = rig.render(RATE);
    assert!(heard[RATE / 2..].iter().all(|s| *s == 0.0));
    assert_eq!(rig.sender.counts().without_rest(), 1);
    late.set(clip).expect("empty");
    let heard = rig.render(RATE / 2);
    steady(&heard[RATE / 20..], -4.77, 0.8);
}

#[test]
fn more_at_once_than_fits_leaves_nothing_hanging() {
    let mut rig = Rig::new(PlayerSettings {
        polyphony: 8,
        ..gated()
    });
    rig.cue(1, Role::Best, &packed(&vec![0.1; 4 * RATE]));
    for key in 0..8 {
        rig.player.start(0, touch(key, 1.0));
    }
    rig.render(6_400);
    for key in 100..200 {
        rig.player.end(3, key);
    }
    for key in 0..8 {
        rig.player.end(3, key);
    }
    let heard = rig.render(RATE);
    assert!(heard[RATE / 5..].iter().all(|s| *s == 0.0));
}
